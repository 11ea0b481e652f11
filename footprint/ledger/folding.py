"""Folding: many calls far shorter than a counter's cell become one entry.

No counter can tell apart two calls of 50 us within 100 ms, so keeping both says nothing more than
keeping their number, their total and their spread. A drained batch of spans is split into spans
that stay and folds of those that are short; a fold keeps calls, errors (by status), units, busy
time, covered time (the union), the part of it that was its own, and a histogram of durations.

Folds nest as the calls did: short calls made by short calls fold under the fold of their callers.
"""

from __future__ import annotations

import itertools
import operator
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

#: Calls shorter than this are folded, ns: a hundredth of the usual counter's period.
FOLD_BELOW_NS = 1_000_000
#: Fewer calls of one kind in a batch than this stay as they are.
FOLD_FROM = 8

Ended = tuple[Any, ...]
#: A span's amounts: (name, value, name, value, ...). Tuples of atoms only, which the garbage
#: collector lets go of: a dict in each would make it look at every span.
Units = tuple[Any, ...]
_NOTHING: Mapping[int, int] = {}
_SEQ, _PARENT, _PATH, _STATUS, _START, _END, _UNITS, _MARK = range(8)
_seq, _parent, _path, _status, _start, _end, _units, _mark = map(operator.itemgetter, range(8))


def pairs(units: Units) -> Iterable[tuple[str, float]]:
    """A span's amounts, one by one."""
    return zip(units[::2], units[1::2], strict=True)


class Fold(NamedTuple):
    """One entry for many short calls. Times in ns; `buckets` is the histogram of durations."""

    seq: int
    parent: int
    path: int
    status: int
    sampled: bool
    start: int
    end: int
    calls: int
    busy_ns: int
    covered_ns: int
    self_ns: int
    units: dict[str, float]
    buckets: dict[int, int]


class Folded(NamedTuple):
    """A batch, folded: spans that stay, and folds."""

    spans: list[Ended]
    folds: list[Fold]


#: 2**BITS buckets an octave.
BITS = 3


def bucket(duration_ns: int, bits: int = BITS) -> int:
    """The histogram's bucket of a duration: 2**bits an octave (docs/reference/ledger.md)."""
    duration_ns = max(duration_ns, 1)
    top = duration_ns.bit_length() - 1
    rest = duration_ns >> (top - bits) if top >= bits else duration_ns << (bits - top)
    return (top << bits) + (rest & ((1 << bits) - 1))


def bucket_start(number: int, bits: int = BITS) -> int:
    """The shortest duration (ns) of a bucket, rounded up to a whole ns."""
    top, rest = divmod(number, 1 << bits)
    return -(-(((1 << bits) + rest) << top) // (1 << bits))


class _Group:
    """Short calls of one path, status and caller, before it is known whether they are folded."""

    __slots__ = ("children_ns", "members", "parent", "seq")

    def __init__(self, parent: int | _Group) -> None:
        self.parent = parent
        self.members: list[Ended] = []
        self.children_ns = 0
        self.seq = 0


def fold(
    batch: list[Ended],
    next_seq: Callable[[], int],
    keep: AbstractSet[int] = frozenset(),
    strides: Callable[[int], int] = lambda path: 1,
    held: Mapping[int, int] = _NOTHING,
) -> Folded:
    """Folds a batch of ended spans, in the order in which they ended.

    Args:
        batch: tuples (seq, parent, path, status, start, end, units, mark).
        next_seq: gives the folds their sequences.
        keep: sequences that something already refers to: these spans stay.
        strides: for a path of sampled calls, how many calls each one stands for. They are folded
            however long they are: a span is one call.
        held: for streams that their consumers held, how long, by sequence: not their own time.
    """
    parents = set(map(_parent, batch))
    if not held and (quick := _fold_uniform(batch, parents, keep, next_seq, strides)) is not None:
        return quick
    groups: dict[tuple[Any, int, int], _Group] = {}
    of_parent: dict[int, _Group] = {}  # short spans that called others: their group
    ended: dict[int, int] = {}  # and when they ended
    spans: list[Ended] = []
    shortest = FOLD_BELOW_NS
    last: tuple[Any, int, int] | None = None
    take: Callable[[Ended], None] = spans.append
    sampled_paths = {path for path in set(map(_path, batch)) if strides(path) > 1}
    if not sampled_paths:  # what is long stays, whoever called it
        spans, batch = _split(batch)
        if not batch:
            return Folded(spans, [])
    # Backwards, since a caller ends after what it called: its group is known when theirs is made.
    # This loop holds the host's GIL: runs of one key, the usual case, take the short way.
    for span in reversed(batch):
        seq, parent, path, status, start, end, _, mark = span
        short = end - start < shortest or path in sampled_paths
        if not short or mark is not None or seq in keep:
            spans.append(span)
            continue
        caller = of_parent.get(parent, parent) if of_parent else parent
        key: tuple[Any, int, int] = (caller, path, status)
        if key != last:
            last = key
            if key not in groups:
                groups[key] = _Group(key[0])
            take = groups[key].members.append
        take(span)
        if seq in parents:
            of_parent[seq] = groups[key]
            ended[seq] = end
    callers = set(of_parent.values())
    folded: list[tuple[_Group, bool]] = []
    for key, group in groups.items():
        stride = strides(key[1])
        if len(group.members) < FOLD_FROM and group not in callers and stride == 1:
            spans.extend(group.members)
        elif len(group.members) == 1 and stride == 1:  # one caller: its own sequence will do
            spans.append(group.members[0])
            group.seq = group.members[0][_SEQ]
        else:
            group.seq = next_seq()
            group.members.reverse()
            folded.append((group, stride > 1))
    late = [  # that outlived a caller in another thread or task: not a part of its time
        (group, of_parent[group.parent])
        for group, _ in folded
        if isinstance(group.parent, int) and group.parent in of_parent
    ]
    for group, caller in late:
        group.parent = caller.seq
    if of_parent:
        for span in spans:
            known = of_parent.get(span[_PARENT])
            if known is not None and span[_END] <= ended[span[_PARENT]]:
                known.children_ns += span[_END] - span[_START]
    folds = [
        _fold(group, strides(group.members[0][_PATH]), sampled, held)
        for group, sampled in reversed(folded)  # what was called before who called it
    ]
    spans.sort(key=_end)
    if of_parent:  # a kept child of a folded caller refers to the fold
        spans = [
            (span[0], of_parent[span[_PARENT]].seq, *span[2:])
            if span[_PARENT] in of_parent
            else span
            for span in spans
        ]
    return Folded(spans, folds)


def _split(batch: list[Ended]) -> tuple[list[Ended], list[Ended]]:
    """Long calls, in the order in which they ended, and short ones, as they were."""
    durations = list(map(operator.sub, map(_end, batch), map(_start, batch)))
    short = list(map(operator.lt, durations, itertools.repeat(FOLD_BELOW_NS)))
    if not any(short):
        return sorted(batch, key=_end), []
    if all(short):
        return [], batch
    long = itertools.compress(batch, map(operator.not_, short))
    return sorted(long, key=_end), list(itertools.compress(batch, short))


def _fold_uniform(
    batch: list[Ended],
    parents: AbstractSet[int],
    keep: AbstractSet[int],
    next_seq: Callable[[], int],
    strides: Callable[[int], int],
) -> Folded | None:
    """Folds a batch of calls of one kind, none of them calling another; None for other batches.

    The usual batch of a busy host, done in a few passes of C: this thread holds the host's GIL.
    A few of many calls are long, since their thread was preempted: they stay.
    """
    if (
        len(batch) < FOLD_FROM
        or len(parents) != 1
        or len(set(map(_path, batch))) != 1
        or len(set(map(_status, batch))) != 1
        or any(map(_mark, batch))
        or not keep.isdisjoint(map(_seq, batch))
        or next(iter(parents)) in map(_seq, batch)
    ):
        return None
    first = batch[0]
    stride = strides(first[_PATH])
    spans: list[Ended] = []
    if stride == 1:
        durations = list(map(operator.sub, map(_end, batch), map(_start, batch)))
        if max(durations) >= FOLD_BELOW_NS:
            limit = itertools.repeat(FOLD_BELOW_NS)
            short = list(map(operator.lt, durations, limit))
            spans = list(itertools.compress(batch, map(operator.not_, short)))
            batch = list(itertools.compress(batch, short))
            if len(batch) < FOLD_FROM:
                return None
    group = _Group(first[_PARENT])
    group.members = batch
    group.seq = next_seq()
    return Folded(spans, [_fold(group, stride, stride > 1)])


def _fold(group: _Group, stride: int, sampled: bool, held: Mapping[int, int] = _NOTHING) -> Fold:
    members = group.members
    starts, ends = list(map(_start, members)), list(map(_end, members))
    if held:  # a short stream's pauses are taken off its front
        pauses = (held.get(span[_SEQ], 0) for span in members)
        starts = [min(s + pause, e) for s, pause, e in zip(starts, pauses, ends, strict=True)]
    durations = list(map(operator.sub, ends, starts))
    first, last = min(starts), max(ends)
    busy = sum(durations) * stride
    covered = busy if sampled else _union(starts, ends, busy)
    covered = min(covered, last - first)
    _, _, path, status, *_ = members[0]
    parent = group.parent
    if isinstance(parent, _Group):
        parent.children_ns += covered
        parent = parent.seq
    units: dict[str, float] = {}
    for amounts in filter(None, map(_units, members)):
        for name, value in pairs(amounts):
            units[name] = units.get(name, 0.0) + value * stride
    return Fold(
        seq=group.seq,
        parent=parent,
        path=path,
        status=status,
        sampled=sampled,
        start=first,
        end=last,
        calls=len(members) * stride,
        busy_ns=busy,
        covered_ns=covered,
        self_ns=max(0, covered - group.children_ns),
        units=units,
        buckets=histogram(durations, stride),
    )


def _union(starts: list[int], ends: list[int], busy: int) -> int:
    """Length of the union of intervals, in ns."""
    if not any(map(operator.gt, ends, starts[1:])):
        return busy  # one after the other, the usual case
    starts, ends = sorted(starts), sorted(ends)
    # Between the k-th end and the next start, in order, nothing is active just where they part.
    gaps: Iterable[int] = map(operator.sub, starts[1:], ends)
    return ends[-1] - starts[0] - sum(filter((0).__lt__, gaps))


def histogram(durations: Iterable[int], stride: int = 1) -> dict[int, int]:
    """How many durations lie in each bucket. Sorting first: two look-ups a bucket, none a call."""
    ordered = sorted(durations)
    buckets: dict[int, int] = {}
    at = 0
    while at < len(ordered):
        number = bucket(ordered[at])
        following = bisect_left(ordered, bucket_start(number + 1), at)
        following = max(following, at + 1)
        buckets[number] = (following - at) * stride
        at = following
    return buckets
