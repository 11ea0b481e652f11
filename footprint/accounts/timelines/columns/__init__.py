"""Timelines of many readings, over columns: number for number those of `timelines.build`.

points    readings as columns
prefix    the ends of a run that is not whole yet
assign    which run each reading belongs to
merge     readings of one run, by their values
period    the counter's period
narrow    brackets narrowed by their neighbours'
place     where edges lie
pieces    energy between edges
windows   energy of integrated power, between the pieces
fills     holes
timeline  what came of it: cells
readings  what several writers read, by device
build     all of it; what is too unusual for columns goes through the reference
"""

from __future__ import annotations


class Unusual(Exception):  # noqa: N818 - it is no error of anybody's
    """Readings that columns do not know how to put in order: the reference does."""
