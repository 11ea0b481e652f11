"""The idle floor over columns is the plain one, bit for bit."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.cells import Cells, floor_over
from footprint.estimators.columns import floor
from footprint.estimators.columns.cells import cell_columns

#: (width in ns, nJ or None, idle, estimated)
CELLS = st.tuples(
    st.sampled_from([1, 99_999_999, 100_000_001, 250_000_000, 600_000_000]),
    st.none() | st.integers(0, 10**12),
    st.booleans(),
    st.integers(0, 9).map(lambda tenth: tenth == 0),
)


@given(st.lists(CELLS, max_size=60))
def test_floors_are_the_same(rows: list[tuple[int, int | None, bool, bool]]) -> None:
    edges = [0, *itertools.accumulate(row[0] for row in rows)]
    estimated = frozenset(cell for cell, row in enumerate(rows) if row[3] and row[1] is not None)
    cells = Cells(edges, [row[1] for row in rows], [0] * len(edges), None, estimated)
    idle = [row[2] for row in rows]
    found = floor.floor_over(cell_columns(cells), np.array(idle, bool))
    assert found == floor_over(cells, bytes(idle))
