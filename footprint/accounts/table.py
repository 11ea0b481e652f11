"""Entries as columns: all spans and folds of one boot, read without making an object of each.

A table is a sequence of entries all the same: one that is asked for by its index is made then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from footprint.accounts.entries import NO_PATH, Entry, parent_of
from footprint.estimators.columns import Flags, Ints, fits, numbers
from footprint.estimators.columns.segments import Holds, Works
from footprint.ledger import columns
from footprint.ledger.format import SAMPLED
from footprint.ledger.reader import Facts, PathInfo
from footprint.model import OPEN


class Alike(NamedTuple):
    """What entries have in common: their writer, path and status."""

    writer: int
    path: PathInfo
    status: int


class Amounts(NamedTuple):
    """Declared amounts: of which entry, which unit (an index into `Table.unit_names`), how much."""

    entry: Ints
    unit: Ints
    value: np.ndarray[Any, np.dtype[np.float64]]


class Buckets(NamedTuple):
    """Folds' histograms: of which entry, which bucket, how many calls."""

    entry: Ints
    bucket: Ints
    calls: Ints


class Table(Sequence[Entry]):
    """The entries of one boot; columns are parallel, `parent` is an index or -1.

    Attributes:
        facts: of all writers.
        alikes: what entries have in common; `alike` is the index of each entry's.
        ends_inside: whether it ended in the period; one that did not counts no calls.
    """

    def __init__(self, facts: Sequence[Facts], members: Sequence[int]) -> None:
        self.facts = facts
        parts = [_rows(facts[member]) for member in members]
        sizes = [sum(map(len, part)) for part in parts]
        # Few bits where few suffice: there are millions of entries.
        self.writer = np.repeat(np.array(members, np.int32), sizes)
        t_last = [facts[member].t_last for member in members]
        joined = {name: _filled(name, parts, t_last, sum(sizes)) for name in _FIELDS}
        self.seq, self.path, self.status = joined["seq"], joined["path"], joined["status"]
        self.start, self.end = joined["start"], joined["end"]
        self.device_end = joined["device_end"]
        self.calls, self.flags = joined["calls"], joined["flags"]
        self.busy_ns = joined["busy_ns"]
        spans = self.busy_ns < 0  # a span was busy all the time
        self.busy_ns[spans] = (self.end - self.start)[spans]
        self.covered_ns, self.self_ns = joined["covered_ns"], joined["self_ns"]
        self.unit_names: list[str] = []
        self._places = _Places(facts, members, self.seq, sizes)
        self.parent = self._parents(members, joined["parent"], sizes)
        self.holds = self._holds(members)
        self.amounts = self._amounts(members)
        self.buckets = self._buckets(members)
        self.alikes, self.alike = self._alikes()
        self.ends_inside: Flags = np.ones(len(self.seq), bool)

    # -- as a sequence

    def __len__(self) -> int:
        return len(self.seq)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        alike = self.alikes[self.alike[at]]
        own, inside = int(self.covered_ns[at]), bool(self.ends_inside[at])
        return Entry(
            writer=alike.writer,
            seq=int(self.seq[at]),
            parent=int(self.parent[at]),
            path=alike.path,
            status=alike.status,
            start=int(self.start[at]),
            end=int(self.end[at]),
            device_end=int(self.device_end[at]),
            calls=int(self.calls[at]) if inside else 0,
            busy_ns=int(self.busy_ns[at]),
            covered_ns=own,
            self_ns=int(self.self_ns[at]),
            sampled=bool(self.flags[at] & SAMPLED),
            units=self._units_of(at) if inside else {},
            buckets=self._buckets_of(at) if inside and own >= 0 else None,
        )

    def __iter__(self) -> Iterator[Entry]:
        return (self[at] for at in range(len(self)))

    def extents(self) -> dict[int, tuple[int, int]]:
        """By writer: its first start, and when its last work was done; boot-time ns."""
        found: dict[int, tuple[int, int]] = {}
        for writer in np.flatnonzero(np.bincount(self.writer)).tolist():
            own = self.writer == writer
            found[writer] = int(self.start[own].min()), int(self.device_end[own].max())
        return found

    def left_open(self) -> int:
        """How many spans never ended."""
        return int((self.status == OPEN).sum())

    def _units_of(self, at: int) -> dict[str, float]:
        own = self.amounts
        first, last = np.searchsorted(own.entry, np.array([at, at + 1], own.entry.dtype))
        units, values = own.unit[first:last], own.value[first:last]
        pairs = zip(units.tolist(), values.tolist(), strict=True)
        return {self.unit_names[unit]: value for unit, value in pairs}

    def _buckets_of(self, at: int) -> dict[int, int] | None:
        first, last = np.searchsorted(self.buckets.entry, [at, at + 1])
        bucket, calls = self.buckets.bucket[first:last], self.buckets.calls[first:last]
        return dict(zip(bucket.tolist(), calls.tolist(), strict=True)) or None

    # -- as columns

    def works(self, *, on_device: bool = False) -> Works:
        """Their places in time; with `on_device`, up to the end of the GPU's work."""
        return Works(
            self.start,
            self.device_end if on_device else self.end,
            self.parent,
            self.covered_ns,
            self.self_ns,
            self.of_alike([each.path.background for each in self.alikes]).astype(bool),
        )

    def of_alike(self, values: Sequence[Any]) -> np.ndarray[Any, np.dtype[Any]]:
        """A column of what is said of each `alikes`."""
        return np.array(values)[self.alike] if len(self) else np.zeros(0, np.int64)

    def counted(self) -> Ints:
        """Calls of each entry, as far as they ended in the period."""
        return np.where(self.ends_inside, self.calls, 0)

    # -- how it is made

    def _parents(self, members: Sequence[int], parent: Ints, sizes: Sequence[int]) -> Ints:
        """Index of each entry's enclosing one (`entries.parent_of`)."""
        found = np.full(len(parent), -1, np.int64)
        writers = {self.facts[member].writer: self.facts[member] for member in members}
        end = 0
        for member, size in zip(members, sizes, strict=True):
            begin, end = end, end + size
            one, asked = self.facts[member], parent[begin:end]
            own = (asked > 0) & (asked >= one.context.get("forked_below", 0))
            here = found[begin:end]
            here[own] = self._places.of(one.writer, asked[own])
            for each in np.unique(asked[~own]).tolist():  # a process has few parents
                at = parent_of(one, each, self._places, writers)
                here[~own & (asked == each)] = at
        return found

    def _holds(self, members: Sequence[int]) -> Holds:
        found: list[tuple[Ints, ...]] = []
        for member in members:
            rows = columns.of(self.facts[member].rows, "hold")
            at = self._places.of(self.facts[member].writer, rows["seq"])
            kept = at >= 0
            names = ("start", "end", "held_ns")
            found.append((at[kept], *(rows[name][kept] for name in names)))
        return Holds(*(np.concatenate(each).astype(np.int64) for each in zip(*found, strict=True)))

    def _amounts(self, members: Sequence[int]) -> Amounts:
        numbers: dict[str, int] = {}
        found: list[tuple[Any, ...]] = []
        for member in members:
            one = self.facts[member]
            rows = columns.of(one.rows, "unit")
            at = self._places.of(one.writer, rows["seq"])
            units = np.zeros(len(rows), np.int32)
            for each in np.flatnonzero(np.bincount(rows["unit"])).tolist():
                name = one.names.get(each, f"unit {each}")
                units[rows["unit"] == each] = numbers.setdefault(name, len(numbers))
            found.append(_some((at, units, rows["value"].astype(np.float64)), at >= 0))
        self.unit_names = list(numbers)
        entry, unit, value = _joined(found)
        if not _increases(entry, unit):
            order = np.lexsort((unit, entry))
            entry, unit, value = entry[order], unit[order], value[order]
        # Of an amount that was written twice the last holds, as in a dict.
        last = np.ones(len(entry), bool)
        last[:-1] = (entry[1:] != entry[:-1]) | (unit[1:] != unit[:-1])
        return Amounts(*_some((entry, unit, value), last))

    def _buckets(self, members: Sequence[int]) -> Buckets:
        found: list[tuple[Any, ...]] = []
        for member in members:
            rows = columns.of(self.facts[member].rows, "duration")
            at = self._places.of(self.facts[member].writer, rows["seq"])
            kept = at >= 0
            found.append((at[kept], rows["bucket"][kept], rows["calls"][kept]))
        entry, bucket, calls = (
            np.concatenate(each).astype(np.int64) for each in zip(*found, strict=True)
        )
        if not _increases(entry):
            order = np.argsort(entry, kind="stable")
            entry, bucket, calls = entry[order], bucket[order], calls[order]
        return Buckets(entry, bucket, calls)

    def _alikes(self) -> tuple[list[Alike], Ints]:
        key = self.writer.astype(np.int64) << 40
        key |= self.path << 8
        key |= self.status
        distinct, number = _distinct(key)
        alikes = [
            Alike(writer, self.facts[writer].paths.get(path, NO_PATH), status)
            for writer, path, status in (
                (each >> 40, each >> 8 & 0xFFFFFFFF, each & 0xFF) for each in distinct
            )
        ]
        return alikes, number

    def within(self, since: int | None, until: int | None) -> Table:
        """The entries that touch [since, until), as `entries.within` keeps them."""
        if since is None and until is None:
            return self
        kept, inside = np.ones(len(self), bool), np.ones(len(self), bool)
        if until is not None:
            kept &= self.start < until
            inside &= self.end < until
        if since is not None:
            kept &= self.device_end >= since
            inside &= self.end >= since
        self.ends_inside = inside
        parent = self.parent.copy()
        for _ in range(_DEEPEST):  # a damaged ledger may hold a ring
            gone = (parent >= 0) & ~kept[parent]
            if not gone.any():
                break
            parent[gone] = self.parent[parent[gone]]
        parent[(parent >= 0) & ~kept[parent]] = -1
        number = np.cumsum(kept) - 1
        self.parent = np.where(parent >= 0, number[parent], -1)
        for name in (*_COLUMNS, "parent", "ends_inside"):
            setattr(self, name, getattr(self, name)[kept])
        of = self.holds.work
        self.holds = Holds(*(each[kept[of]] for each in self.holds))
        self.holds = self.holds._replace(work=number[self.holds.work])
        self.amounts = _renumbered(self.amounts, kept, number)
        self.buckets = _renumbered(self.buckets, kept, number)
        used = np.bincount(self.alike, minlength=len(self.alikes)) > 0
        self.alikes = [self.alikes[at] for at in np.flatnonzero(used).tolist()]
        self.alike = (np.cumsum(used) - 1)[self.alike]
        return self


#: Up to so many distinct values are looked for one by one.
_FEW = 16
#: How many dropped entries may lie one within another.
_DEEPEST = 1000
_COLUMNS = (
    *("writer", "seq", "path", "status", "flags", "start", "end", "device_end"),
    *("calls", "busy_ns", "covered_ns", "self_ns", "alike"),
)
_FIELDS = (
    *("seq", "parent", "path", "status", "flags", "start", "end", "device_end"),
    *("calls", "busy_ns", "covered_ns", "self_ns"),
)


def _distinct(key: Ints) -> tuple[list[int], Any]:
    """The distinct values, increasing, and which of them each is; there are few of them."""
    found: list[int] = []
    rest = key
    while len(rest) and len(found) < _FEW:  # a pass each is quicker than to sort them all
        found.append(int(rest[0]))
        rest = rest[rest != rest[0]]
    if len(rest):
        found = np.unique(key).tolist()
    distinct = np.array(sorted(found), np.int64)
    return distinct.tolist(), np.searchsorted(distinct, key).astype(np.int32)


def _increases(values: Ints, then: Ints | None = None) -> bool:
    """Whether each is at least the one before: what a writer wrote in order need not be sorted.

    Where two are equal, so are those of `then`.
    """
    found: Flags = values[1:] >= values[:-1]
    if then is not None:
        found &= (values[1:] > values[:-1]) | (then[1:] >= then[:-1])
    return bool(found.all())


def _some(columns: tuple[Any, ...], kept: Flags) -> tuple[Any, ...]:
    """Some rows; those of whom all are kept are not copied."""
    return columns if kept.all() else tuple(each[kept] for each in columns)


def _joined(parts: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Columns one after the other; those of one part are not copied."""
    if len(parts) == 1:
        return parts[0]
    return tuple(np.concatenate(each) for each in zip(*parts, strict=True))


def _renumbered(rows: Any, kept: Flags, number: Ints) -> Any:
    there = kept[rows.entry]
    found = type(rows)(*(each[there] for each in rows))
    return found._replace(entry=number[found.entry])


def _rows(one: Facts) -> list[Any]:
    """A writer's spans, folds and spans that never ended."""
    spans, folds = columns.of(one.rows, "span"), columns.of(one.rows, "fold")
    return [spans, folds, columns.left_open(one.rows)]


def _filled(name: str, parts: Sequence[list[Any]], t_last: Sequence[int], size: int) -> Ints:
    """One field of all writers' rows; what a kind of rows lacks is 1 call, or -1."""
    found = np.full(size, 1 if name == "calls" else -1, _SHORT.get(name, np.int64))
    begin = 0
    for kinds, last in zip(parts, t_last, strict=True):
        for number, rows in enumerate(kinds):
            own = found[begin : begin + len(rows)]
            begin += len(rows)
            if name in rows.dtype.names:
                own[:] = rows[name]
            elif number == _OPENED and name in ("end", "device_end"):
                own[:] = np.maximum(rows["start"], last)
            elif number == _OPENED and name in ("status", "flags"):
                own[:] = OPEN if name == "status" else 0
    return found


#: Which of `_rows` never ended.
_OPENED = 2
#: Fields that few bits hold.
_SHORT: Mapping[str, type[np.signedinteger[Any]]] = {"status": np.int16, "flags": np.int16}


def first_and_last(
    facts: Sequence[Facts], members: Sequence[int], since: int | None, until: int | None
) -> dict[int, tuple[int, int]]:
    """By writer: when its first entry of [since, until) started and its last one's work was done.

    In ns; a writer without such entries is left out. It is what a table says, without making one.
    """
    least = _LIMITS.min if since is None else since
    greatest = _LIMITS.max if until is None else until
    found: dict[int, tuple[int, int]] = {}
    for member in members:
        t_last = facts[member].t_last
        for number, rows in enumerate(_rows(facts[member])):
            start = rows["start"]
            end = np.maximum(start, t_last) if number == _OPENED else rows["device_end"]
            kept = (end >= least) & (start < greatest)
            if kept.any():
                own = int(start[kept].min()), int(end[kept].max())
                first, last = found.get(member, own)
                found[member] = min(first, own[0]), max(last, own[1])
    return found


_LIMITS = np.iinfo(np.int64)


class _Places(Mapping[tuple[str, int], int]):
    """Where the entry of a writer's sequence stands; of one that stands twice the last."""

    def __init__(
        self, facts: Sequence[Facts], members: Sequence[int], seq: Ints, sizes: Sequence[int]
    ) -> None:
        self._places: dict[str, tuple[int, Ints]] = {}
        self._size = sum(sizes)
        end = 0
        for member, size in zip(members, sizes, strict=True):
            begin, end = end, end + size
            own = seq[begin:end]
            first, last = (int(own.min()), int(own.max())) if size else (0, -1)
            fits("sequences", np.array([last - first]), 64.0 * (size + 1_000_000))
            number = numbers(size, self._size) + begin
            places = np.full(last - first + 1, -1, number.dtype)
            places[own - first] = number
            self._places[facts[member].writer] = first, places

    def of(self, writer: str, seq: Ints) -> Ints:
        """Indices of entries; -1 where there is none."""
        first, places = self._places[writer]
        if not len(places):
            return np.full(len(seq), -1, np.int64)
        at = seq.astype(np.int64) - first
        inside = (at >= 0) & (at < len(places))
        if inside.all():
            return places[at]
        return np.where(inside, places[np.where(inside, at, 0)], -1)

    def __getitem__(self, key: tuple[str, int]) -> int:
        writer, seq = key
        if writer not in self._places:
            raise KeyError(key)
        at = int(self.of(writer, np.array([seq], np.int64))[0])
        if at < 0:
            raise KeyError(key)
        return at

    def __iter__(self) -> Iterator[tuple[str, int]]:
        for writer, (first, places) in self._places.items():
            for at in np.flatnonzero(places >= 0).tolist():
                yield writer, first + at

    def __len__(self) -> int:
        return self._size
