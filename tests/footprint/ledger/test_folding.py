"""Folding: nothing is lost and nothing is counted twice, however calls nested and overlapped."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.ledger.folding import (
    FOLD_BELOW_NS,
    FOLD_FROM,
    Fold,
    Folded,
    bucket,
    bucket_start,
    fold,
    histogram,
)

SEQ, PARENT, PATH, STATUS, START, END, UNITS, MARK = range(8)
FIRST_FOLD = 1_000_000


def run(batch, **given_) -> Folded:
    return fold(batch, itertools.count(FIRST_FOLD).__next__, **given_)


def call(seq, start, end, path=1, parent=0, status=0, units=None, mark=None):
    return (seq, parent, path, status, start, end, units, mark)


#: What a thread does: (enter and leave, enter, or leave; which function; how it ends; how long).
steps = st.lists(
    st.tuples(
        st.sampled_from(["call", "call", "enter", "leave"]),
        st.integers(1, 3),
        st.integers(0, 2),
        st.sampled_from([0, 1, 7, 300, 3_000, FOLD_BELOW_NS - 1, FOLD_BELOW_NS]),
    ),
    max_size=20,
)
programs = st.tuples(steps, st.integers(1, 12)).map(lambda drawn: drawn[0] * drawn[1])


class Thread:
    """Plays calls one after the other and inside each other, as one thread would."""

    def __init__(self, seqs, t=0) -> None:
        self.seqs, self.t = seqs, t
        self.ended: list[tuple] = []
        self.paths: dict[tuple, int] = {}
        self.open: list[tuple] = []  # (seq, path, names, start)

    def enter(self, function: int) -> None:
        names = (*(self.open[-1][2] if self.open else ()), function)
        path = self.paths.setdefault(names, len(self.paths) + 1)
        self.open.append((next(self.seqs), path, names, self.t))

    def leave(self, status: int) -> None:
        seq, path, names, start = self.open.pop()
        parent = self.open[-1][0] if self.open else 0
        amounts = ("items", float(names[-1])) if status else None
        self.ended.append(call(seq, start, self.t, path, parent, status, amounts))
        self.t += 1

    def play(self, program) -> list[tuple]:
        for step, function, status, time in program:
            if step != "leave":
                self.enter(function)
            self.t += time
            if step != "enter" and self.open:
                self.leave(status)
        while self.open:
            self.leave(0)
        return self.ended


def tally(folded: Folded) -> tuple[Counter, Counter, Counter]:
    calls, busy, items = Counter(), Counter(), Counter()
    for span in folded.spans:
        key = span[PATH], span[STATUS]
        calls[key] += 1
        busy[key] += span[END] - span[START]
        items[key] += (span[UNITS] or ("items", 0))[1]
    for each in folded.folds:
        key = each.path, each.status
        calls[key] += each.calls
        busy[key] += each.busy_ns
        items[key] += each.units.get("items", 0)
    return calls, busy, items


@given(programs, st.sets(st.integers(1, 60), max_size=5))
def test_calls_time_and_amounts_are_conserved(program, keep):
    batch = Thread(itertools.count(1)).play(program)
    folded = run(batch, keep=keep)
    assert tally(folded) == tally(Folded(batch, []))
    assert {span[SEQ] for span in folded.spans} >= {s[SEQ] for s in batch} & keep
    for each in folded.folds:
        assert sum(each.buckets.values()) == each.calls
        assert each.seq >= FIRST_FOLD
        assert 0 <= each.self_ns <= each.covered_ns <= each.end - each.start
        assert each.covered_ns <= each.busy_ns


@given(programs, programs)
def test_every_parent_is_there(one, two):
    seqs = itertools.count(1)
    batch = Thread(seqs).play(one) + Thread(seqs, 500).play(two)
    batch.sort(key=lambda span: span[END])
    folded = run(batch)
    there = {span[SEQ] for span in folded.spans} | {each.seq for each in folded.folds} | {0}
    assert {span[PARENT] for span in folded.spans} <= there
    assert {each.parent for each in folded.folds} <= there


@given(programs)
def test_the_own_times_of_one_thread_sum_to_its_roots(program):
    thread = Thread(itertools.count(1))
    batch = thread.play(program)
    folded = run(batch)
    own = sum(each.self_ns for each in folded.folds)
    kept = {span[SEQ] for span in folded.spans}
    for span in folded.spans:
        own += span[END] - span[START]
        if span[PARENT] in kept:
            own -= span[END] - span[START]
    own -= sum(each.covered_ns for each in folded.folds if each.parent in kept)
    assert own == sum(span[END] - span[START] for span in batch if span[PARENT] == 0)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), min_size=FOLD_FROM, max_size=40)
)
def test_covered_time_is_the_union(drawn):
    batch = [call(seq, s, s + d) for seq, (s, d) in enumerate(drawn, 1)]
    batch.sort(key=lambda span: span[END])
    (one,) = run(batch).folds
    covered = set().union(*(range(span[START], span[END]) for span in batch))
    assert (one.covered_ns, one.self_ns) == (len(covered), len(covered))
    assert one.busy_ns == sum(d for _, d in drawn)
    assert one.start == min(s for s, _ in drawn)
    assert one.end == max(s + d for s, d in drawn)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), min_size=FOLD_FROM, max_size=20),
    st.randoms(use_true_random=False),
)
def test_calls_of_one_kind_may_come_in_any_order(drawn, random):
    batch = [call(seq, s, s + d, units=("items", seq)) for seq, (s, d) in enumerate(drawn, 1)]
    one = run(batch)
    random.shuffle(batch)
    assert run(batch) == one


@given(programs)
def test_the_quick_way_and_the_long_way_agree(program):
    batch = Thread(itertools.count(1)).play([("call", 1, 0, time) for *_, time in program])
    assert run(batch) == run(batch, held={-1: 1})


@given(st.integers(0, 2**62))
def test_a_bucket_holds_its_durations(duration):
    number = bucket(duration)
    start, following = bucket_start(number), bucket_start(number + 1)
    assert start <= max(duration, 1)
    assert duration < following
    assert following - start <= max(1, -(-start // 8))


@given(st.lists(st.integers(0, 2_000_000) | st.integers(0, 20)), st.integers(1, 5))
def test_the_histogram_counts_each_duration_once(durations, stride):
    assert histogram(durations, stride) == {
        number: count * stride for number, count in Counter(map(bucket, durations)).items()
    }


def test_few_calls_stay_spans():
    batch = [call(seq, seq * 10, seq * 10 + 5) for seq in range(1, FOLD_FROM)]
    assert run(batch) == Folded(batch, [])
    assert len(run([*batch, call(99, 990, 995)]).folds) == 1


def test_long_calls_and_marked_ones_stay_spans():
    short = [call(seq, 0, 10) for seq in range(1, 9)]
    stay = [call(20, 0, FOLD_BELOW_NS), call(21, 0, 10, mark=object())]
    folded = run([*short, *stay])
    assert {span[SEQ] for span in folded.spans} == {20, 21}
    assert [each.calls for each in folded.folds] == [8]


def test_statuses_and_paths_are_folded_apart():
    batch = [call(n, n, n + 1, path=1 + n % 2, status=n // 2 % 2) for n in range(40)]
    assert {(each.path, each.status, each.calls) for each in run(batch).folds} == {
        (1, 0, 10),
        (1, 1, 10),
        (2, 0, 10),
        (2, 1, 10),
    }


def test_short_calls_within_short_calls_fold_under_them():
    batch = []
    for n in range(10):
        batch += [call(100 + n, n * 100 + 10, n * 100 + 30, path=2, parent=n + 1)]
        batch += [call(n + 1, n * 100, n * 100 + 50)]
    inner, outer = run(batch).folds
    assert (inner.parent, outer.parent) == (outer.seq, 0)
    assert (inner.covered_ns, outer.covered_ns) == (200, 500)
    assert (inner.self_ns, outer.self_ns) == (200, 300)


def test_what_a_few_children_spent_is_not_their_folded_callers_own():
    batch = [call(100, 10, 30, path=2, parent=1)]
    batch += [call(n, n * 100 - 100, n * 100 - 50) for n in range(1, 11)]
    folded = run(batch)
    (outer,) = folded.folds
    assert [span[:2] for span in folded.spans] == [(100, outer.seq)]
    assert (outer.covered_ns, outer.self_ns) == (500, 480)


def test_children_that_outlive_a_folded_caller_hang_below_its_fold():
    callers = [call(n, n * 10, n * 10 + 5) for n in range(1, 11)]
    late = [call(100 + n, 50 + n, 900 + n, path=2, parent=3) for n in range(9)]
    one = call(200, 60, 950, path=3, parent=4)
    folded = run([*callers, *late, one])
    by_path = {each.path: each for each in folded.folds}
    assert by_path[2].parent == by_path[1].seq
    assert [span[PARENT] for span in folded.spans] == [by_path[1].seq]
    assert by_path[1].self_ns == 50  # their time is not the callers'


@pytest.mark.parametrize("length", [50, FOLD_BELOW_NS, 7 * FOLD_BELOW_NS])
def test_a_sampled_call_stands_for_the_others(length):
    batch = [call(1, 0, length, units=("items", 2.0)), call(2, 30 * length, 31 * length)]
    ((one,), spans) = run(batch, strides=lambda path: 10)[::-1]
    assert spans == []
    assert isinstance(one, Fold)
    assert (one.calls, one.sampled, one.units) == (20, True, {"items": 20.0})
    assert (one.busy_ns, one.covered_ns) == (20 * length, 20 * length)
    assert one.buckets == {bucket(length): 20}


def test_time_that_a_consumer_held_is_not_in_the_fold():
    batch = [call(n, n * 100, n * 100 + 60) for n in range(1, 11)]
    (one,) = run(batch, held=dict.fromkeys(range(1, 11), 20)).folds
    assert (one.busy_ns, one.covered_ns, one.calls) == (400, 400, 10)
    assert one.buckets == {bucket(40): 10}
