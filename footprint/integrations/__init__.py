"""Frameworks that footprint works with where they are loaded; none is imported for its own sake."""
