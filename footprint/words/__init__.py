"""Words, numbers and dates of each language."""
