"""Charts as SVG; they know numbers and labels, and no report.

ink      colours: names that a page's style gives values, and the values
drawing  from a matplotlib figure to a small SVG with text as text
bars     horizontal bars with intervals
stacked  bars over time, one part on another
shares   bars that are 100 % wide
heat     a grid of cells
flows    from what was metered to what became of it
sides    the same figures of two or more sides, each on a scale of its own
ranges   how far figures may lie from their best estimate

matplotlib (extra `html`) draws them; it is imported when the first one is drawn.
"""

from __future__ import annotations

from importlib.util import find_spec


def available() -> bool:
    """Whether charts can be drawn here: matplotlib is there."""
    return find_spec("matplotlib") is not None
