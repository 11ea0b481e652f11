"""Sums by label are exact."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.columns.totals import by_label


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-(2**40), 2**57))))
def test_sums_are_exact(rows: list[tuple[int, int]]) -> None:
    labels, values = (np.array([row[at] for row in rows], np.int64) for at in range(2))
    wanted = [sum(value for label, value in rows if label == each) for each in range(5)]
    assert by_label(labels, values, 5).tolist() == wanted


def test_many_are_summed_in_parts() -> None:
    values = np.arange(200_000) * 10**9 + 7
    found = by_label(np.arange(200_000) % 3, values, 3)
    assert found.tolist() == [int(values[at::3].sum()) for at in range(3)]
