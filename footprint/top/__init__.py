"""The live view: `footprint top`."""
