"""A report as one page of its own, and as PDF."""
