"""Engines: where a report's pages are computed, in this process, in several, or on a cluster."""
