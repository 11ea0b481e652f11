"""From records to batches: what a process saw, in the order of the schema, handed to its journal.

`Writer`'s methods only append to lists, from any thread; `commit` takes what is there and makes one
batch of it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

from footprint.ledger import format as fmt
from footprint.ledger.folding import Ended, Folded, pairs
from footprint.ledger.journal import Journal
from footprint.model import TIERS, Device

#: What a span that ended says (`folding.Ended`).
_seq, _parent, _path, _status, _start, _end, _amounts = map(itemgetter, range(7))

_DEFINITIONS = ("writer", "device", "path", "name", "anchor")

#: Is shown the rows and records of a batch, on the thread that commits it.
Listener = Callable[[list[tuple[fmt.RowType, list[tuple[Any, ...]]]], list[dict[str, Any]]], None]
#: (record, parent path) of a path's number.
Describe = Callable[[int], tuple[dict[str, Any], int]]


class Writer:
    """Collects one process's records and commits them to its journal.

    Args:
        journal: where the batches go.
        context: the `writer` record, the first of the journal.
        describe: gives the JSON record of a path, and its parent.

    Attributes:
        listener: is shown what is committed from now on; None: nobody is.
    """

    def __init__(self, journal: Journal, context: dict[str, Any], describe: Describe) -> None:
        self.journal = journal
        self._describe = describe
        self._records: list[dict[str, Any]] = [context]
        self._rows: dict[fmt.RowType, list[tuple[Any, ...]]] = {row: [] for row in fmt.ROW_TYPES}
        self._context = context
        self._devices: dict[str, int] = {}
        self._device_records: list[dict[str, Any]] = []
        self._resident: dict[str, Any] | None = None
        self._names: dict[str, int] = {}
        # What the journal's current part says already: paths, and names with their numbers.
        self._paths: set[int] = {0}
        self._named: dict[str, int] = {}
        self._opened: set[int] = set()
        self._reported_drops = 0
        self._t = context["t"]
        self.listener: Listener | None = None

    @property
    def known(self) -> list[dict[str, Any]]:
        """The records that rows refer to: who writes, the devices, where it is, names of units."""
        resident = [] if self._resident is None else [self._resident]
        names = [{"type": "name", "id": id_, "name": name} for name, id_ in self._names.items()]
        return [self._context, *self._device_records, *resident, *names]

    def record(self, record: dict[str, Any]) -> None:
        """Adds a JSON record."""
        if record["type"] == "resident":
            self._resident = record
        self._records.append(record)

    def device(self, device: Device, t: int) -> int:
        """The number of a device in this journal; records it the first time."""
        number = self._devices.get(device.id)
        if number is None:
            number = self._devices[device.id] = len(self._devices)
            record = _device(device, number, t)
            # First what later parts repeat: a part may begin before the next line.
            self._device_records.append(record)
            self.record(record)
        return number

    def point(self, device: int, epoch: int, lag_ns: int | None, t: int, raw_nj: int) -> None:
        """A counter showed a value for the first time at `t`; `lag_ns` before it did not yet."""
        lag_us = fmt.NO_LAG if lag_ns is None else min(-(-lag_ns // 1000), fmt.NO_LAG)
        self._rows[fmt.POINT].append((device, epoch & 0xFFFF, lag_us, t, raw_nj // 1000))

    def window(self, device: int, tier: str, start: int, end: int, energy_nj: int) -> None:
        """Energy of a device in a window, where it has no counter."""
        row = (device, TIERS.index(tier), start, end, energy_nj // 1000)
        self._rows[fmt.WINDOW].append(row)

    def usage(
        self,
        t: int,
        tree_ns: int,
        busy_ns: int,
        total_ns: int,
        resident: int,
        group_ns: int | None = None,
    ) -> None:
        """CPU time of the tracked tree and of the machine so far, and the tree's memory now.

        `group_ns` is the busy time of the control group whose limit counts, None for no limit.
        """
        group = busy_ns if group_ns is None else group_ns
        self._rows[fmt.USAGE].append((t, tree_ns, busy_ns, total_ns, resident, group))

    def gpu_usage(
        self, device: int, t: int, share: float | None, own_bytes: int, used_bytes: int
    ) -> None:
        """The tracked tree's part of a GPU: of its busy time (None: not known) and its memory."""
        known = -1.0 if share is None else share
        self._rows[fmt.GPU_USAGE].append((device, known, t, own_bytes, used_bytes))

    def gap(self, device: str | None, t: int, end: int | None, reason: str, text: str) -> None:
        """Something could not be measured."""
        self.record(
            {"type": "gap", "device": device, "t": t, "end": end, "reason": reason, "text": text}
        )

    def spans(self, folded: Folded, device_ends: dict[int, int]) -> None:
        """Ended spans and folds. `device_ends`: when a span's GPU work was done, where known."""
        spans = folded.spans
        for path in sorted({*map(_path, spans)} - self._paths):
            self._path(path)
        # Columns and not rows: no line of Python runs for each span, and the host has the GIL.
        seqs, ends = list(map(_seq, spans)), list(map(_end, spans))
        done = list(map(max, ends, map(device_ends.get, seqs, ends))) if device_ends else ends
        columns = (map(get, spans) for get in (_parent, _path, _status))
        flags = itertools.repeat(0)
        self._rows[fmt.SPAN].extend(
            zip(seqs, *columns, flags, map(_start, spans), ends, done, strict=False)
        )
        if self._opened:
            self._opened.difference_update(seqs)
        for span in filter(_amounts, spans):
            self._units(_seq(span), pairs(_amounts(span)))
        for fold in folded.folds:
            if fold.path not in self._paths:
                self._path(fold.path)
            self._rows[fmt.FOLD].append(
                (
                    fold.seq,
                    fold.parent,
                    fold.path,
                    fold.status,
                    fmt.SAMPLED if fold.sampled else 0,
                    fold.start,
                    fold.end,
                    fold.end,
                    fold.calls,
                    fold.busy_ns,
                    fold.covered_ns,
                    fold.self_ns,
                )
            )
            self._rows[fmt.DURATION].extend(
                (fold.seq, number, calls) for number, calls in sorted(fold.buckets.items())
            )
            if fold.units:
                self._units(fold.seq, fold.units.items())

    def hold(self, seq: int, start: int, end: int, held_ns: int) -> None:
        """Time of a span that its consumer held."""
        self._rows[fmt.HOLD].append((seq, start, end, held_ns))

    def open_span(self, seq: int, parent: int, path: int, start: int) -> None:
        """A span that has begun and not ended. Recorded once."""
        if seq in self._opened:
            return
        self._opened.add(seq)
        if path not in self._paths:
            self._path(path)
        self._rows[fmt.OPEN_SPAN].append((seq, parent, path, start))

    def _path(self, path: int) -> None:
        record, parent = self._describe(path)
        self._paths.add(path)
        if parent not in self._paths:
            self._path(parent)
        self.record(record)

    def _units(self, seq: int, units: Iterable[tuple[str, float]]) -> None:
        rows, named = self._rows[fmt.UNIT], self._named
        for name, value in units:
            number = named.get(name)
            if number is None:
                number = self._names.setdefault(name, len(self._names) + 1)
                named[name] = number
                self.record({"type": "name", "id": number, "name": name})
            if math.isfinite(value):
                rows.append((seq, number, value))

    def commit(self, now: int) -> None:
        """Makes a batch of what was collected. `write` and `sync` of the journal come after."""
        # Rows first and records last: a row's definitions are recorded before the row is.
        taken = [(row, _take(rows)) for row, rows in self._rows.items() if rows]
        records = _take(self._records)
        lost = self.journal.dropped_rows - self._reported_drops
        if lost:
            records.append(
                {
                    "type": "dropped",
                    "rows": lost,
                    "since": self._t,
                    "until": now,
                    "reason": self.journal.problem or "the ledger could not be written",
                }
            )
        if not taken and not records:
            return
        if self.listener is not None:
            self.listener(taken, records)
        sections = [fmt.json_section(records)] if records else []
        sections.extend(fmt.section(row, rows) for row, rows in taken)
        kept = [record for record in records if record["type"] in _DEFINITIONS]
        gone = sum(len(rows) for _, rows in taken) + len(records) - len(kept) - bool(lost)
        # A row's time may lie before the last commit (a span that began long ago): what matters
        # for finding batches by time is when things ended.
        if self.journal.append(sections, self._earliest(taken), now, gone):
            self._t = now
            self._reported_drops += lost
        else:  # what later rows refer to must not be lost with this batch
            self._records[:0] = kept

    def rotate(self, t: int, utc_ns: int) -> bool:
        """Commits what there is, and goes on in the journal's next part.

        The part stands alone: it begins with who writes and the devices; paths and names are said
        again with the first row that needs them, and so are spans that are open when they are noted
        again. False where that is not possible now: nothing has changed then.
        """
        if not self.journal.gone():  # else what there is goes into the next part
            self.commit(t)
            self.journal.write()
        opening = [{**self._context, "t": t, "utc_ns": utc_ns}, *self._device_records]
        if self._resident is not None:
            opening.append(self._resident)
        closing = [{"type": "end", "t": t, "reason": fmt.ROTATED}]
        if not self.journal.rotate([fmt.json_section(opening)], [fmt.json_section(closing)], t):
            return False
        self._paths, self._t = {0}, t
        self._named.clear()
        self._opened.clear()
        return True

    def _earliest(self, taken: list[tuple[fmt.RowType, list[tuple[Any, ...]]]]) -> int:
        earliest: int = self._t
        for row, rows in taken:
            if row in (fmt.SPAN, fmt.FOLD, fmt.HOLD, fmt.WINDOW):
                at = row.fields.index("start")
            elif row in (fmt.POINT, fmt.USAGE, fmt.GPU_USAGE):
                at = row.fields.index("t")
            else:
                continue
            earliest = min(earliest, *map(itemgetter(at), rows))
        return earliest


def _device(device: Device, number: int, t: int) -> dict[str, Any]:
    return {
        "type": "device",
        "number": number,
        "id": device.id,
        "kind": device.kind,
        "name": device.name,
        "tier": device.tier,
        "scope": device.scope,
        "max_w": device.max_w,
        "gain_low": device.gain_low,
        "gain_high": device.gain_high,
        "gain_source": device.gain_source,
        "wrap_uj": None if device.wrap_nj is None else device.wrap_nj // 1000,
        "index": device.number,
        "notes": list(device.notes),
        "t": t,
    }


def _take(rows: list[Any]) -> list[Any]:
    """Empties a list that other threads append to, without losing what comes meanwhile."""
    count = len(rows)
    taken = rows[:count]
    del rows[:count]
    return taken


__all__ = ["Describe", "Ended", "Writer"]
