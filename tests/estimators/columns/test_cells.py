"""Cells as columns, and exact parts of amounts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.cells import Cells
from footprint.estimators.columns import TooLarge
from footprint.estimators.columns.cells import cell_columns, part_of

AMOUNTS = st.tuples(st.integers(0, 2**53), st.integers(0, 2**60), st.integers(1, 2**60))


@given(st.lists(AMOUNTS))
def test_parts_are_exact_and_rounded_down(cases: list[tuple[int, int, int]]) -> None:
    cases = [(amount, min(part, whole), whole) for amount, part, whole in cases]
    columns_ = [np.array([case[at] for case in cases], np.int64) for at in range(3)]
    wanted = [amount * part // whole for amount, part, whole in cases]
    assert part_of(*columns_).tolist() == wanted


def test_lists_and_columns_are_the_same() -> None:
    cells = Cells([0, 5, 9, 20], [100, None, 7], [1, 2, 3, 4], 400.0, frozenset({2}))
    found = cell_columns(cells)
    assert found.plain() == cells
    assert cell_columns(found) is found
    assert found.lengths() == cells.lengths() == (16, 4)
    assert (found.metered_nj(), found.estimated_nj(), found.present_ns()) == (107, 7, 20)


@pytest.mark.parametrize("energy", [2**53, 2**63, 2**70])
def test_energy_that_a_double_does_not_hold_is_refused(energy: int) -> None:
    with pytest.raises(TooLarge):
        cell_columns(Cells([0, 5], [energy], [0, 0]))
