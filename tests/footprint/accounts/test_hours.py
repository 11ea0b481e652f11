"""A device's books by hour of UTC: the hours are the whole, nJ for nJ."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.accounts import book as books
from footprint.accounts.days import Clock, parts
from footprint.accounts.hours import HOUR_NS, Clockwork, Hour, known_stretches, shared
from footprint.estimators.cells import Cells
from footprint.estimators.columns.cells import cell_columns
from random_ledgers import random_facts
from recorded import GPU, MS, UTC, Recorded, S

J = 10**9
HOUR = UTC // HOUR_NS + 1
#: So long before a full hour.
HALF = HOUR * HOUR_NS - 500 * MS


def test_an_hour_gets_what_was_drawn_in_it() -> None:
    one = Recorded(utc=HALF)
    one.counter(GPU, [100.0] * 5 + [300.0] * 5)
    one.span(250 * MS, 750 * MS)
    (line,) = books.make([one.facts()]).devices
    assert line.hours == {
        HOUR - 1: Hour(25 * J, 25 * J, 0, 500 * MS),
        HOUR: Hour(75 * J, 75 * J, 0, 500 * MS),
    }


def test_a_cell_that_an_hour_cuts_is_divided_by_time() -> None:
    one = Recorded(utc=HALF)
    one.counter(GPU, [100.0, 200.0], step=400 * MS)
    (line,) = books.make([one.facts()]).devices
    assert {hour: own.metered_nj for hour, own in line.hours.items()} == {
        HOUR - 1: 60 * J,
        HOUR: 60 * J,
    }


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.integers(-200, 3_200), st.booleans())
def test_hours_add_up_exactly_in_both_sorts_of_books(seed: int, before: int, few: bool) -> None:
    facts = random_facts(random.Random(seed), spans=4 if few else 40, utc=HALF - before * MS)
    for part in parts(facts):
        plain = books.of_part(facts, part)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(books, "MANY", 0)
            bulk = books.of_part(facts, part)
        for line, other in zip(plain.devices, bulk.devices, strict=True):
            assert line.hours == other.hours
            own = list(line.hours.values())
            assert sum(each.attributed_nj for each in own) == line.attributed_nj
            assert sum(each.idle_nj for each in own) == line.idle_nj
            assert sum(each.unattributed_nj for each in own) == line.unattributed_nj
            assert sum(each.covered_ns for each in own) == line.timeline.cells.lengths()[0]
            assert all(min(each) >= 0 for each in own)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 60)), max_size=6), st.data())
def test_a_whole_is_shared_within_limits(hours: list[tuple[int, int]], data: st.DataObject) -> None:
    most = [limit for limit, _ in hours]
    whole = data.draw(st.integers(0, sum(most)))
    found = shared(whole, [rough for _, rough in hours], most)
    assert sum(found) == whole
    assert all(0 <= part <= limit for part, limit in zip(found, most, strict=True))


def test_clocks_that_are_set_make_hours_longer_or_nothing() -> None:
    one = Recorded(utc=HALF)
    one.counter(GPU, [100.0] * 30)
    facts = one.facts()
    facts.anchors.append((S, HALF + S + 2 * HOUR_NS))  # set forward over two full hours
    (line,) = books.make([facts]).devices
    assert {hour: own.metered_nj for hour, own in line.hours.items()} == {
        HOUR - 1: 50 * J,
        HOUR: 50 * J,
        HOUR + 2: 200 * J,
    }
    assert sum(each.covered_ns for each in line.hours.values()) == 3 * S


@given(st.lists(st.none() | st.integers(0, 10), max_size=8))
def test_known_stretches_are_those_of_known_cells(energy: list[int | None]) -> None:
    cells = Cells(list(range(len(energy) + 1)), energy, [0] * (len(energy) + 1))
    if not energy:
        cells = Cells([], [], [])
    found = known_stretches(cells)
    assert found == known_stretches(cell_columns(cells))
    inside = {t for start, end in found for t in range(start, end)}
    assert inside == {at for at, each in enumerate(energy) if each is not None}
    assert all(end < start for (_, end), (start, _) in pairwise(found))


def test_hours_of_a_clock_without_anchors_are_those_of_1970() -> None:
    clockwork = Clockwork(Clock([]), [0, HOUR_NS // 2, 2 * HOUR_NS])
    assert (clockwork.first, clockwork.sums([10, 30])) == (0, [20, 20])
