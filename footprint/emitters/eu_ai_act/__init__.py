"""The EU AI Act: Annex XI and the Model Documentation Form."""
