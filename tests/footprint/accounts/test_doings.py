"""What a group did: exact numbers of small ledgers, and laws of the time in which calls ran."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.accounts.active import active_ns, by_day, longest
from footprint.accounts.doings import Doing
from footprint.accounts.lines import Period
from footprint.accounts.peak_columns import SampleColumns
from footprint.accounts.peaks import Samples
from footprint.pages.make import pages
from footprint.pages.total import total
from recorded import GPU, MS, OTHER_GPU, UTC, Recorded, S


def did(*writers: Recorded, period: Period = (None, None)) -> Doing:
    """What all entries of some writers did, as one group."""
    found = total([], [], pages([one.facts() for one in writers], lambda *_: "all", period))
    return found.members["all"].doing


def test_calls_that_overlap_are_active_once() -> None:
    one = Recorded()
    one.span(0, 400 * MS, units={"items": 2.0})
    one.span(300 * MS, 500 * MS, units={"items": 0.5, "pages": 1.0}, status=1)
    one.span(800 * MS, S)
    found = did(one)
    assert (found.calls, found.errors) == (3, 1)
    assert found.units == {"items": (2.5,), "pages": (1.0,)}
    assert found.busy_ns == 800 * MS
    assert found.active_ns == 700 * MS
    assert (found.start_ns, found.end_ns) == (UTC, UTC + S)
    assert (found.latencies.percentiles_ms() or (0,))[0] == 200
    assert (found.peak_host_bytes, found.peak_gpu_bytes) == (None, None)


def test_a_fold_is_active_for_what_its_calls_covered() -> None:
    one = Recorded()
    one.fold(0, S, calls=1000, busy=250 * MS)
    found = did(one)
    assert (found.calls, found.busy_ns, found.active_ns) == (1000, 250 * MS, 250 * MS)


def test_what_lies_outside_of_the_period_is_cut_off() -> None:
    one = Recorded()
    one.span(0, 400 * MS)
    one.span(900 * MS, 1100 * MS)
    one.fold(0, S, calls=10, busy=500 * MS)
    found = did(one, period=(UTC + 200 * MS, UTC + S))
    assert found.calls == 1  # the one that ended within
    assert found.busy_ns == (200 + 100 + 400) * MS
    # The fold's calls are spread over 800 ms, at one half; in 300 ms of them a span runs.
    assert found.active_ns == (300 + 250) * MS
    assert (found.start_ns, found.end_ns) == (UTC + 200 * MS, UTC + S)


def test_a_streams_consumer_is_not_busy() -> None:
    one = Recorded()
    seq = one.span(0, S)
    one.writer.hold(seq, 200 * MS, 900 * MS, 600 * MS)
    found = did(one)
    assert (found.busy_ns, found.active_ns) == (400 * MS, S)


def test_api_calls_without_their_duration_have_no_time() -> None:
    one = Recorded()
    one.span(5 * MS, 5 * MS + 100, kind="api")
    found = did(one)
    assert (found.calls, found.busy_ns, found.active_ns) == (1, None, None)
    assert found.latencies.percentiles_ms() is None
    one = Recorded()
    one.span(5 * MS, 5 * MS + 100, kind="api")
    one.span(10 * MS, 60 * MS, kind="api")
    assert did(one).busy_ns == 50 * MS


def test_of_hosts_the_one_that_was_active_for_longer_counts_by_the_hour() -> None:
    here, there = Recorded(boot="a"), Recorded(boot="b", t=2 * S)
    here.span(0, S)
    there.span(500 * MS, 1600 * MS)
    there.span(3600 * S, 3601 * S)
    found = did(here, there)
    assert (found.busy_ns, found.active_ns) == (3100 * MS, 2100 * MS)
    assert (found.start_ns, found.end_ns) == (UTC, UTC + 3601 * S)


def test_peaks() -> None:
    one = Recorded()
    one.span(0, 300 * MS)
    one.span(600 * MS, 620 * MS)
    for t, resident in ((0, 5), (250, 40), (400, 90), (610, 30), (1000, 20)):
        one.writer.usage(t * MS, 0, 0, 0, resident)
    for device, t, own in ((0, 250, 7), (1, 250, 3), (0, 650, 9), (1, 650, 2)):
        gpu = (GPU, OTHER_GPU)[device]
        one.writer.gpu_usage(one.writer.device(gpu, 0), t * MS, 1.0, own, 100)
    found = did(one)
    # 90 bytes were held while none of the calls ran; the GPUs' peaks are added call by call.
    assert (found.peak_host_bytes, found.peak_gpu_bytes) == (40, 11)


# -- laws

INSTANTS = st.integers(0, 60)
STRETCHES = st.lists(st.tuples(INSTANTS, INSTANTS).map(lambda each: tuple(sorted(each))))


@given(STRETCHES)
def test_spans_are_active_where_any_of_them_is(spans: list[Any]) -> None:
    ran = {t for start, end in spans for t in range(start, end)}
    assert active_ns(spans) == len(ran)


FOLDS = st.lists(
    st.tuples(INSTANTS, INSTANTS, st.floats(0, 1)).map(
        lambda each: (
            min(each[:2]),
            max(each[:2]),
            int(each[2] * abs(each[0] - each[1])),
        )
    )
)


@given(STRETCHES, FOLDS, STRETCHES, FOLDS)
def test_folds_and_spans_together(spans: Any, folds: Any, more: Any, others: Any) -> None:
    found = active_ns(spans, folds)
    windows = [*spans, *((start, end) for start, end, _ in folds)]
    assert active_ns(spans) <= found <= active_ns(windows)
    assert found <= active_ns(spans) + sum(covered for _, _, covered in folds) + 1
    assert max([0, *(covered for _, _, covered in folds)]) <= found + 1
    both = active_ns([*spans, *more], [*folds, *others])
    assert max(found, active_ns(more, others)) <= both <= found + active_ns(more, others) + 1


CALLS = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 600), st.booleans()), min_size=1, max_size=12
)
PERIODS = st.sampled_from([(None, None), (UTC + 250 * MS, None), (UTC + 100 * MS, UTC + 700 * MS)])


@given(CALLS, PERIODS)
def test_active_is_neither_longer_than_the_period_nor_than_the_calls(
    calls: list[tuple[int, int, bool]], period: Period
) -> None:
    one = Recorded()
    for start, length, folded in calls:
        if folded:
            one.fold(start * MS, (start + length) * MS, calls=3, busy=length * MS // 2)
        else:
            one.span(start * MS, (start + length) * MS)
    try:
        found = did(one, period=period)
    except KeyError:  # no call touches the period
        return
    assert found.active_ns is not None
    assert found.busy_ns is not None
    assert 0 <= found.active_ns <= found.end_ns - found.start_ns
    assert found.active_ns <= found.busy_ns + len(calls)  # each is rounded to a ns
    assert found.busy_ns <= found.active_ns * len(calls) + len(calls)
    assert period[0] is None or found.start_ns >= period[0]
    assert period[1] is None or found.end_ns <= period[1]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 99)), max_size=20),
    st.lists(st.tuples(st.integers(-50, 350), st.integers(0, 9) | st.integers(0, 99)), max_size=6),
)
def test_the_greatest_peak_is_that_of_one_of_the_calls(
    samples: list[tuple[int, int]], calls: list[tuple[int, int]]
) -> None:
    own = Samples([(t * S, amount) for t, amount in samples])
    stretches = [(t * S // 10, (t + length) * S // 10) for t, length in calls]
    peaks = [own.peak(*each) for each in stretches]
    known = [peak for peak in peaks if peak is not None]
    assert own.greatest(stretches) == (max(known) if known else None)
    times, amounts = np.array(samples, np.int64).reshape(-1, 2).T
    columns = SampleColumns(times * S, amounts)
    starts, ends = np.array(stretches, np.int64).reshape(-1, 2).T
    found = columns.peaks(starts, ends).tolist()
    assert [None if math.isnan(each) else each for each in found] == peaks


@pytest.mark.parametrize("covered", [1, 1000, 3_599_999_999_999])
def test_short_calls_in_a_long_window_are_not_lost(covered: int) -> None:
    assert active_ns([], [(0, 3600 * S, covered)]) == pytest.approx(covered, abs=5)


@given(st.dictionaries(st.integers(0, 24 * 400), st.integers(0, 3600 * S), max_size=60))
def test_days_have_the_time_of_their_hours(hours: dict[int, int]) -> None:
    days = by_day(hours)
    assert sum(days.values()) == sum(hours.values())
    assert all(hour % 24 == 0 and days[hour] <= 24 * 3600 * S for hour in days)
    assert by_day(days) == days
    # Beside other days' hours it does not matter which of both they are.
    later = {hour + 24 * 401: ns for hour, ns in hours.items()}
    one, other = longest([hours, later]), longest([days, later])
    assert one is not None
    assert other is not None
    assert sum(one.values()) == sum(other.values())
