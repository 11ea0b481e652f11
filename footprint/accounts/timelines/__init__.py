"""One device's timeline: what all writers saw of it, merged into cells.

Two processes that read one counter saw the same values: their points merge by value, and the edge
lies where both allow. A point whose edge is not known well (a first read, a read that came late) is
placed by the counter's period, counted from a neighbour that is. Where the counter started again,
or was not read for a moment, the cell is filled in from its neighbours and flagged as estimated;
where it was gone for longer, the energy is missing.

points    what writers saw
merge     their points as runs in which the counter only grew
period    the period in which it moves
place     where its edges lie
pieces    energy between edges, and of integrated power where there is no counter
fills     holes
timeline  what came of it: cells
build     all of it, point by point: the reference
readings  what several writers read, by device
columns   the same for many points
"""
