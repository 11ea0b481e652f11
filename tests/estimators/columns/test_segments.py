"""When works were innermost, on columns: as `leaves` says it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.estimators import leaves as plain
from footprint.estimators.columns import TooLarge
from footprint.estimators.columns.segments import Holds, Works, leaves
from footprint.estimators.leaves import Work


def works_of(works: list[Work]) -> Works:
    fields = [np.array([each[at] for each in works], np.int64) for at in range(5)]
    return Works(*fields, np.array([each.background for each in works], bool))


def holds_of(holds: dict[int, list[tuple[int, int, int]]]) -> Holds:
    rows = [(index, *row) for index, own in holds.items() for row in own]
    return Holds(*(np.array([row[at] for row in rows], np.int64) for at in range(4)))


@st.composite
def trees(draw: st.DrawFn) -> list[Work]:
    works: list[Work] = []
    for index in range(draw(st.integers(0, 12))):
        start = draw(st.integers(0, 50))
        end = start + draw(st.integers(0, 40))
        covered = draw(st.sampled_from([-1, -1, -1, 0, 5, 30]))
        parent = draw(st.integers(-1, index - 1))
        own = draw(st.integers(0, 30)) if covered >= 0 else -1
        background = covered < 0 and draw(st.sampled_from([False, False, False, True]))
        works.append(Work(start, end, parent, covered, own, background))
    return works


@settings(deadline=None, max_examples=400)
@given(trees(), st.data())
def test_they_are_those_of_the_plain_way(works: list[Work], data: st.DataObject) -> None:
    holds: dict[int, list[tuple[int, int, int]]] = {}
    for index, work in enumerate(works):
        if work.covered_ns < 0 and work.end > work.start and data.draw(st.integers(0, 4)) == 0:
            begin = data.draw(st.integers(work.start, work.end))
            end = data.draw(st.integers(begin, work.end))
            holds[index] = [(begin, end, data.draw(st.integers(0, 40)))]
    found = leaves(works_of(works), holds_of(holds))
    rows = zip(*(column.tolist() for column in found), strict=True)
    assert [tuple(row) for row in rows] == sorted(map(tuple, plain.leaves(works, holds)))


def test_a_part_that_64_bits_do_not_hold() -> None:
    with pytest.raises(TooLarge):
        leaves(works_of([Work(0, 2**50, -1, 2**43, 2**43)]), holds_of({}))
