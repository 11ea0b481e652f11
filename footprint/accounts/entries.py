"""Spans and folds of all writers, nested across processes, on one clock for each boot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from footprint.estimators.leaves import Hold, Work
from footprint.ledger.format import SAMPLED
from footprint.ledger.reader import Facts, PathInfo
from footprint.model import OPEN

NO_PATH = PathInfo(0, "(lost)", "other", None, None, None, {}, None, "own", False)


class Entry(NamedTuple):
    """One span, or one fold of short calls.

    Attributes:
        writer: index of its writer's Facts.
        seq, parent: its sequence, and the index of the enclosing entry (-1: none).
        start, end, device_end: boot-time ns.
        calls: how many calls it stands for.
        busy_ns: the sum of their durations.
        covered_ns, self_ns: of a fold, else -1.
        units: amounts by name.
        buckets: histogram of a fold's durations, else None.
    """

    writer: int
    seq: int
    parent: int
    path: PathInfo
    status: int
    start: int
    end: int
    device_end: int
    calls: int
    busy_ns: int
    covered_ns: int
    self_ns: int
    sampled: bool
    units: dict[str, float]
    buckets: dict[int, int] | None

    @property
    def folded(self) -> bool:
        """Whether it stands for many calls."""
        return self.covered_ns >= 0

    def work(self, *, on_device: bool = False) -> Work:
        """Its place in time; with `on_device`, up to the end of the GPU's work."""
        end = self.device_end if on_device else self.end
        return Work(
            self.start, end, self.parent, self.covered_ns, self.self_ns, self.path.background
        )


class EntryList(list[Entry]):
    """Entries one by one; `table.Table` has the same of columns."""

    def extents(self) -> dict[int, tuple[int, int]]:
        """By writer: its first start, and when its last work was done; boot-time ns."""
        found: dict[int, tuple[int, int]] = {}
        for entry in self:
            first, last = found.get(entry.writer, (entry.start, entry.device_end))
            found[entry.writer] = min(first, entry.start), max(last, entry.device_end)
        return found

    def left_open(self) -> int:
        """How many spans never ended."""
        return sum(entry.status == OPEN for entry in self)


class Entries(NamedTuple):
    """All entries of one boot, and what streams' consumers held of them."""

    entries: list[Entry]
    holds: dict[int, list[Hold]]
    by_id: dict[tuple[str, int], int]


def collect(facts: Sequence[Facts], indices: Sequence[int]) -> Entries:
    """The entries of some writers (indices into `facts`), which share one clock."""
    rows: list[tuple[int, int, int, Any]] = []
    by_id: dict[tuple[str, int], int] = {}
    for writer in indices:
        one = facts[writer]
        ended = {row[0] for row in one.rows["span"]}
        rows.extend((writer, row[0], row[1], row) for row in one.rows["span"])
        rows.extend((writer, row[0], row[1], row) for row in one.rows["fold"])
        for seq, parent, path, start in one.rows["open"]:
            if seq not in ended:  # the process died within it
                ended.add(seq)  # each part of a journal says it again
                end = max(one.t_last, start)
                rows.append((writer, seq, parent, (seq, parent, path, OPEN, 0, start, end, end)))
    for index, (writer, seq, _, _) in enumerate(rows):
        by_id[facts[writer].writer, seq] = index
    writers = {facts[writer].writer: facts[writer] for writer in indices}
    amounts = {writer: _units(facts[writer]) for writer in indices}
    buckets = {writer: _buckets(facts[writer]) for writer in indices}
    entries = [
        _entry(
            facts[writer],
            writer,
            row,
            parent_of(facts[writer], parent, by_id, writers),
            amounts,
            buckets,
        )
        for writer, _, parent, row in rows
    ]
    holds: dict[int, list[Hold]] = {}
    for writer in indices:
        for seq, start, end, held in facts[writer].rows["hold"]:
            at = by_id.get((facts[writer].writer, seq))
            if at is not None:
                holds.setdefault(at, []).append((start, end, held))
    return Entries(entries, holds, by_id)


def within(found: Entries, since: int | None, until: int | None) -> Entries:
    """The entries that touch [since, until).

    Energy is split by time, calls and amounts are counted once: where the span ended. Entries that
    do not touch the period are dropped, and their children hang where they hung.
    """
    if since is None and until is None:
        return found
    kept: dict[int, int] = {}
    entries: list[Entry] = []
    for index, entry in enumerate(found.entries):
        begun = until is None or entry.start < until
        going = since is None or entry.device_end >= since
        if begun and going:
            kept[index] = len(entries)
            ends_inside = (until is None or entry.end < until) and (
                since is None or entry.end >= since
            )
            if not ends_inside:
                entry = entry._replace(calls=0, units=_NONE, buckets=None)  # noqa: PLW2901
            entries.append(entry)
    return Entries(
        [entry._replace(parent=_above(found, entry.parent, kept)) for entry in entries],
        {kept[index]: rows for index, rows in found.holds.items() if index in kept},
        {key: kept[index] for key, index in found.by_id.items() if index in kept},
    )


def _above(found: Entries, parent: int, kept: dict[int, int]) -> int:
    seen: set[int] = set()  # a damaged ledger may hold a ring
    while parent >= 0 and parent not in kept and parent not in seen:
        seen.add(parent)
        parent = found.entries[parent].parent
    return kept.get(parent, -1)


def parent_of(
    one: Facts,
    parent: int,
    by_id: Mapping[tuple[str, int], int],
    writers: Mapping[str, Facts],
) -> int:
    """Index of the enclosing entry, in this process or one that it descends from; -1 for none.

    A forked child's sequences go on from its parent's, and so do a grandchild's: a sequence from
    before the fork is looked for in one process after the other.
    """
    at: Facts | None = one
    for _ in range(len(writers) + 1):
        if at is None:
            break
        if parent and parent >= at.context.get("forked_below", 0):
            return by_id.get((at.writer, parent), -1)
        outer = at.context.get("parent")
        if outer is None:
            break
        parent = parent or outer["seq"]
        if outer["writer"] not in writers:
            return -1
        at = writers[outer["writer"]]
    return -1


def _entry(
    one: Facts,
    writer: int,
    row: Any,
    parent: int,
    amounts: dict[int, dict[int, dict[str, float]]],
    buckets: dict[int, dict[int, dict[int, int]]],
) -> Entry:
    seq, _, path, status, flags, start, end, device_end = row[:8]
    calls, busy, covered, own = row[8:12] if len(row) > 8 else (1, end - start, -1, -1)
    return Entry(
        writer=writer,
        seq=seq,
        parent=parent,
        path=one.paths.get(path, NO_PATH),
        status=status,
        start=start,
        end=end,
        device_end=device_end,
        calls=calls,
        busy_ns=busy,
        covered_ns=covered,
        self_ns=own,
        sampled=bool(flags & SAMPLED),
        units=amounts[writer].get(seq, _NONE),
        buckets=buckets[writer].get(seq) if covered >= 0 else None,
    )


_NONE: dict[str, float] = {}


def _units(one: Facts) -> dict[int, dict[str, float]]:
    found: dict[int, dict[str, float]] = {}
    for seq, name, value in one.rows["unit"]:
        found.setdefault(seq, {})[one.names.get(name, f"unit {name}")] = value
    return found


def _buckets(one: Facts) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    for seq, bucket, calls in one.rows["duration"]:
        found.setdefault(seq, {})[bucket] = calls
    return found


def family(facts: Sequence[Facts]) -> list[int]:
    """For each writer, the index of the outermost writer it hangs below (itself where none)."""
    by_writer = {one.writer: index for index, one in enumerate(facts)}
    roots: list[int] = []
    for index in range(len(facts)):
        seen = {index}
        at = index
        while (outer := facts[at].context.get("parent")) is not None:
            above = by_writer.get(outer["writer"])
            if above is None or above in seen:
                break
            seen.add(above)
            at = above
        roots.append(at)
    return roots
