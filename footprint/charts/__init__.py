"""Charts as SVG; they know numbers and labels, and no report."""
