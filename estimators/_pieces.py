"""Energy of spans by cells of time, in whole nJ: exact, and in numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

NJ_PER_J = 1_000_000_000

#: Pieces at once. Sums of nJ below 1 J stay whole in a double: 2**22 x 1e9 < 2**53.
_PIECES = 1 << 22


def energy_by_cell(
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    energy_j: npt.NDArray[np.float64],
    edges: npt.NDArray[np.int64],
) -> list[int]:
    """nJ in each cell of time: before the first edge, from each edge to the next, after the last.

    Power is even over a span. A span is rounded to nJ once and split at the edges so that its
    parts add up to it: each part is a difference of rounded running sums.

    Args:
        start, end: UTC ns, end not before start.
        energy_j: no NaN; all of it below 2**53 J.
        edges: sorted, without doubles.

    Returns:
        One more than there are edges; they sum to the spans' nJ.
    """
    import numpy as np

    first = np.searchsorted(edges, start, side="right")
    # A span that ends on an edge has nothing after it; one without length lies in one cell.
    last = np.maximum(first, np.searchsorted(edges, end, side="left"))
    through = np.cumsum(last - first + 1)
    sums = [0] * (len(edges) + 1)
    begin = 0
    while begin < len(start):
        done = int(through[begin - 1]) if begin else 0
        stop = max(begin + 1, int(np.searchsorted(through, done + _PIECES, side="right")))
        part = slice(begin, stop)
        _add(sums, start[part], end[part], energy_j[part], edges, first[part], last[part])
        begin = stop
    return sums


def _add(
    sums: list[int],
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    energy_j: npt.NDArray[np.float64],
    edges: npt.NDArray[np.int64],
    first: npt.NDArray[np.int64],
    last: npt.NDArray[np.int64],
) -> None:
    import numpy as np

    counts = last - first + 1
    span = np.repeat(np.arange(len(start)), counts)
    begins = np.cumsum(counts) - counts  # of each span's pieces
    cell = first[span] + np.arange(len(span)) - begins[span]
    ends = end[span]
    inner = cell < last[span]
    ends[inner] = edges[cell[inner]]
    length = np.maximum(end - start, 1)  # without length: one piece, and it ends at the end
    passed = np.where(inner, (ends - start[span]) / length[span], 1.0)
    energy = energy_j[span] * passed  # used until the end of the piece
    joules = np.floor(energy)
    rest_nj = np.rint((energy - joules) * NJ_PER_J)
    of_j, of_nj = (
        np.bincount(cell, weights=_differences(passed_by, begins), minlength=len(sums))
        for passed_by in (joules, rest_nj)
    )
    for index in np.flatnonzero((of_j != 0) | (of_nj != 0)):
        sums[index] += int(of_j[index]) * NJ_PER_J + int(of_nj[index])


def _differences(
    running: npt.NDArray[np.float64], begins: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Each piece's own part of a span's running sum, which starts anew at `begins`."""
    import numpy as np

    before = np.roll(running, 1)
    before[begins] = 0.0
    parts: npt.NDArray[np.float64] = running - before
    return parts
