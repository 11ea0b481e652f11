"""Books are closed each day: parts of a ledger, and what crosses midnight."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.accounts import book as books
from footprint.accounts.days import DAY_NS, Clock, parts
from footprint.accounts.lines import Bounds
from footprint.accounts.within import MARGIN, REACH, within
from footprint.ledger import columns
from footprint.pages.make import pages
from footprint.pages.total import Total, total
from random_ledgers import LENGTH, random_facts
from recorded import GPU, MS, UTC, Recorded, S

#: A UTC midnight.
MIDNIGHT = -(-UTC // DAY_NS) * DAY_NS


def whole(*writers: Recorded) -> Total:
    return total([], [], pages([one.facts() for one in writers], lambda *_: "all"))


def test_a_day_is_one_part() -> None:
    one = Recorded(boot="a")
    one.span(0, S)
    other = Recorded(boot="b")
    other.span(0, S)
    found = parts([one.facts(), other.facts()])
    assert [(part.boot, part.bounds, part.whole) for part in found] == [
        ("a", Bounds(), True),
        ("b", Bounds(), True),
    ]


def test_midnights_part_a_boot_by_its_own_clock() -> None:
    one = Recorded(utc=MIDNIGHT - 500 * S)
    one.span(0, 400 * S)
    one.span(0, DAY_NS + 600 * S)
    early = Recorded(utc=MIDNIGHT - 500 * S)
    early.span(0, 100 * S)
    facts = [one.facts(until=DAY_NS + 700 * S), early.facts(until=200 * S)]
    found = parts(facts)
    assert [part.bounds for part in found] == [
        Bounds(None, 500 * S),
        Bounds(500 * S, 500 * S + DAY_NS),
        Bounds(500 * S + DAY_NS, None),
    ]
    assert [part.members for part in found] == [(0, 1), (0,), (0,)]
    assert [part.day for part in found] == [MIDNIGHT // DAY_NS + at for at in (-1, 0, 1)]
    cut = parts(facts, (MIDNIGHT + 3600 * S, None))
    assert [(part.bounds.since, part.whole) for part in cut] == [
        (4100 * S, False),
        (500 * S + DAY_NS, True),
    ]


def test_what_crosses_midnight_is_in_both_days_and_counts_once() -> None:
    one = Recorded(utc=MIDNIGHT - 1050 * MS)
    one.counter(GPU, [300.0] * 30)
    one.span(0, 2 * S, units={"items": 5.0})
    found = whole(one)
    (line,) = found.devices
    assert line.metered_nj == line.attributed_nj + line.idle_nj + line.unattributed_nj
    # A cell of 100 ms lies across midnight: by time, to a nJ.
    assert line.metered_nj == pytest.approx(300 * 3 * S, abs=2)
    member = found.members["all"]
    assert (member.doing.calls, member.doing.units) == (1, {"items": (5.0,)})
    assert (member.doing.busy_ns, member.doing.active_ns) == (2 * S, 2 * S)
    assert member.doing.latencies.percentiles_ms() == (2000.0, 2000.0, 2000.0)
    assert (member.doing.start_ns, member.doing.end_ns) == (
        MIDNIGHT - 1050 * MS,
        MIDNIGHT + 950 * MS,
    )
    book = books.make([one.facts()])
    (entry,) = book.entries
    assert (entry.calls, entry.start, entry.end) == (1, 0, 2 * S)
    assert book.used[0][GPU.id].energy.mid_nj == line.attributed_nj
    assert len(book.devices[0].timeline.cells.energy) == 31


def test_a_device_that_sleeps_over_midnight_is_metered_by_the_readings_around_it() -> None:
    one = Recorded(utc=MIDNIGHT - 3 * 3600 * S)
    one.writer.point(one.writer.device(GPU, 0), 0, MS, S, 0)
    one.writer.point(0, 0, MS, 6 * 3600 * S, 6 * 3600 * 30 * S)  # 30 W for 6 hours
    found = whole(one)
    assert found.devices[0].metered_nj == pytest.approx(6 * 3600 * 30 * S, rel=1e-3)
    assert found.devices[0].idle_nj == found.devices[0].metered_nj


def test_the_readings_around_a_part_are_kept_and_no_others() -> None:
    one = Recorded()
    number = one.writer.device(GPU, 0)
    seconds = [0, 100, 3_000, 3_950, 4_000, 4_500, 5_000, 5_055, 9_000, 20_000]
    for at, second in enumerate(seconds):
        one.writer.point(number, 0, MS, second * S, at * 1000)
    (found,) = within([one.facts()], [0], Bounds(4_000 * S, 5_000 * S))
    assert MARGIN == 60 * S
    kept = columns.of(found.rows, "point")["t"] // S
    assert kept.tolist() == [3_000, 3_950, 4_000, 4_500, 5_000, 5_055, 9_000]
    (late,) = within([one.facts()], [0], Bounds(20_000 * S + REACH + 2 * MARGIN, None))
    assert late.rows.count("point") == 0


def test_a_parent_that_is_over_stays_above_its_child() -> None:
    one = Recorded(utc=MIDNIGHT - S)
    one.counter(GPU, [300.0] * 30)
    outer = one.span(0, 3 * S)
    middle = one.span(0, 500 * MS, outer)
    one.span(200 * MS, 2 * S, middle)
    late = books.make([one.facts()], period=(MIDNIGHT, None))
    assert [entry.parent for entry in late.entries] == [-1, 0]


def test_a_clock_that_is_set_back_has_each_day_once() -> None:
    one = Recorded(utc=MIDNIGHT - 100 * S)
    one.span(0, 400 * S)
    one.writer.record({"type": "anchor", "t": 150 * S, "utc_ns": MIDNIGHT - 200 * S})
    facts = one.facts(until=500 * S)
    assert Clock([facts]).utc_ns(160 * S) == MIDNIGHT - 190 * S
    bounds = [part.bounds.closed for part in parts([facts])]
    assert all(since < until for since, until in bounds)
    assert [until for _, until in bounds[:-1]] == [since for since, _ in bounds[1:]]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32), st.integers(-200, LENGTH + 200))
def test_days_add_up(seed: int, midnight: int) -> None:
    facts = random_facts(random.Random(seed), utc=MIDNIGHT - midnight * MS)
    found = total([], [], pages(facts, lambda *_: "all"))
    book = books.make(facts)
    for line in found.devices:
        assert line.metered_nj == line.attributed_nj + line.idle_nj + line.unattributed_nj
        assert min(line.attributed_nj, line.idle_nj, line.unattributed_nj) >= 0
        (own,) = (
            each
            for each in book.devices
            if (each.boot, each.device.id) == (line.boot, line.device.id)
        )
        assert (own.metered_nj, own.attributed_nj) == (line.metered_nj, line.attributed_nj)
    attributed = sum(line.attributed_nj for line in found.devices)
    assert sum(part.energy.mid_nj for used in book.used for part in used.values()) == attributed
    calls = sum(entry.calls for entry in book.entries)
    assert sum(each.doing.calls for each in found.members.values()) == calls
    entries = {(entry.writer, entry.seq) for entry in book.entries}
    assert len(entries) == len(book.entries)
