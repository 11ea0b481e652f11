"""Posting over columns: for ledgers of very many entries, group by group.

The numbers are those of `accounts.plain`, which a test holds it to. What a single entry used is not
kept: a report asks for groups.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import ClassVar, cast

import numpy as np

from footprint.accounts import share_columns, shares
from footprint.accounts.group_sums import Chosen, GroupSums, group_sums
from footprint.accounts.lines import Book, Energy, GroupEnergy, Grouping, add_to, missing_share
from footprint.accounts.posting import (
    Booked,
    Charge,
    Job,
    Posting,
    Sharing,
    declared_on,
    energy_factors,
    visible,
)
from footprint.accounts.table import Table, first_and_last
from footprint.accounts.threads import LONG, AtOnce, threads
from footprint.accounts.timelines.columns.readings import ReadingColumns
from footprint.accounts.timelines.columns.timeline import TimelineColumns
from footprint.estimators.columns import Flags, Ints
from footprint.estimators.columns.attribution import Groups
from footprint.estimators.columns.cells import CellColumns
from footprint.estimators.columns.segments import leaves
from footprint.estimators.columns.sweep import loads
from footprint.ledger.reader import Facts
from footprint.model import Device


class BulkPosting(Posting[TimelineColumns, Chosen]):
    """Books group by group. Raises TooLarge for what 64 bits do not hold."""

    shares: ClassVar[Sharing] = share_columns

    def read(self, grouping: Grouping) -> None:
        """Reads the entries of this boot into the book."""
        # While the readings are gone through in Python, numpy has the other processor.
        own = (self.facts[member].rows for member in self.members)
        long = sum(rows.count("span") + rows.count("fold") for rows in own) >= LONG
        pool: Executor = ThreadPoolExecutor(1) if long else AtOnce()
        self._reading = pool.submit(self._read, grouping)
        pool.shutdown(wait=False)

    def _read(self, grouping: Grouping) -> None:
        self.table = Table(self.facts, self.members).within(self.since, self.until)
        self._group(grouping)
        self.host = self._leaves(on_device=False)
        later = bool((self.table.device_end > self.table.end).any())
        self.gpu = self._leaves(on_device=True) if later else self.host

    def read_through(self) -> None:
        """Waits until the entries are there."""
        self._reading.result()

    def post(self) -> Book:
        """Books every device of this boot; the book's entries are a table."""
        return super().post()._replace(entries=self.table)

    def _leaves(self, *, on_device: bool) -> Chosen:
        segments = leaves(self.table.works(on_device=on_device), self.table.holds)
        return Chosen(segments, loads(segments))

    def _group(self, grouping: Grouping) -> None:
        """Numbers the groups: entries that are alike have the same keys, as many as all others."""
        table = self.table
        representative = np.zeros(len(table.alikes), np.int64)
        representative[table.alike] = np.arange(len(table))
        numbers: dict[tuple[Hashable, ...], int] = {}
        label: list[int] = []
        for at in representative.tolist():
            keys = tuple(grouping(table, at)) if len(table) else ()
            label.append(numbers.setdefault(keys, len(numbers)))
        levels = len(next(iter(numbers), ()))
        self.keys: list[list[Hashable]] = []
        unions = np.zeros((len(numbers), levels), np.int64)
        for level in range(levels):
            own = {key: at for at, key in enumerate(dict.fromkeys(keys[level] for keys in numbers))}
            self.keys.append(list(own))
            unions[:, level] = [own[keys[level]] for keys in numbers]
        self.groups = Groups(table.of_alike(label).astype(np.int64), unions)

    def first_and_last(self) -> Mapping[int, tuple[int, int]]:
        """By writer: when its first entry started and its last one's work was done, ns."""
        return first_and_last(self.facts, self.members, self.since, self.until)

    def readings(self, facts: Sequence[Facts]) -> ReadingColumns:
        """What some writers read of all devices."""
        return ReadingColumns(facts)

    # -- who was on a device

    def on_gpu(self, device: Device) -> Chosen:
        """The entries that were on a GPU."""
        table, facts = self.table, self.facts
        said = [declared_on(alike.path, device) for alike in table.alikes]
        on = table.of_alike([bool(each) for each in said]).astype(bool)
        open_ = table.of_alike([each is None for each in said]).astype(bool)
        active = np.zeros(len(table), bool)
        active[self.gpu.segments.entry] = True
        for writer in self.members:
            own = np.flatnonzero(open_ & active & (table.writer == writer))
            known, there = self._resident(writer, own, device)
            on[own[known]] = there[known]
            if visible(facts[writer], device) and not known.all():
                on[own[~known]] = True
                self.book.assumed.add(int(own[~known][0]))
        return _some(self.gpu, on)

    def _resident(self, writer: int, own: Ints, device: Device) -> tuple[Flags, Flags]:
        """Of a writer's entries: whether it is known on which GPUs it was, and if on this one."""
        table = self.table
        known, there = np.zeros(len(own), bool), np.zeros(len(own), bool)
        start, end = table.start[own], table.device_end[own]
        for since, until, devices in shares.residence(self.facts[writer]):
            if devices is not None:
                meets = (since <= end) & (until >= start)
                known |= meets
                if device.id in devices:
                    there |= meets
        return known, there

    def of_writers(self, members: Sequence[int]) -> Chosen:
        """The entries of some writers."""
        return _some(self.host, np.isin(self.table.writer, members))

    # -- what they used

    def prepare(self, jobs: Sequence[Job[TimelineColumns, Chosen]]) -> None:
        """Attributes on all processors at once: numpy lets go of the interpreter's lock."""
        parts = [(job, part) for job in jobs for part in job.parts]
        size = len(self.table)
        with threads(size) as devices, threads(size) as chunks:
            found = devices.map(lambda each: self._attributed(each[0], each[1], chunks), parts)
            self._done = dict(zip((id(part.cells) for _, part in parts), found, strict=True))

    def _attributed(
        self, job: Job[TimelineColumns, Chosen], part: Charge[Chosen], pool: Executor
    ) -> GroupSums:
        return group_sums(job.timeline, part.cells, part.chosen, self.groups, self.cuts, pool)

    def attributed(
        self, device: Device, timeline: TimelineColumns, cells: CellColumns, chosen: Chosen
    ) -> Booked:
        """Attributes cells to groups, into the book."""
        done = self._done.pop(id(cells))
        own = done.totals
        for level, keys in enumerate(self.keys):
            for at, key in enumerate(keys):
                those = np.flatnonzero((self.groups.unions[:, level] == at) & (own.entries > 0))
                if len(those):
                    line = self._line(device, done, those, done.bounds[1 + level][at])
                    self.book.groups.setdefault(key, []).append(line)
        attributed_by: dict[int, int] = {}
        for each in done.stretches:
            add_to(attributed_by, each)
        return Booked(
            done.attributed_nj,
            done.idle_nj,
            done.floor_w,
            attributed_by,
            held_ns=int(own.held_ns.sum()),
            by_cell=cast(Sequence[int], done.by_cell),
        )

    def _line(
        self, device: Device, done: GroupSums, those: Ints, bounds: tuple[int, int]
    ) -> GroupEnergy:
        """The line of some groups that are one at some level."""
        tiers: dict[str, int] = {}
        by: dict[int, int] = {}
        for group in those.tolist():
            add_to(by, done.stretches[group])
            add_to(tiers, done.tiers[group])
        own = done.totals
        metered_ns, active_ns = int(own.metered_ns[those].sum()), int(own.active_ns[those].sum())
        mid_nj = int(own.energy_nj[those].sum())
        low_factor, high_factor = energy_factors(device)
        energy = Energy(
            mid_nj,
            int(min(bounds[0], mid_nj) * low_factor),
            int(max(bounds[1], mid_nj) * high_factor),
            missing_share(metered_ns, active_ns),
            int(own.estimated_nj[those].sum()),
        )
        held_ns = int(own.held_ns[those].sum())
        return GroupEnergy(device, energy, tiers, by, held_ns, metered_ns, active_ns)


def _some(whole: Chosen, entries: Flags) -> Chosen:
    """The segments of some entries."""
    kept = entries[whole.segments.entry]
    if kept.all():
        return whole
    segments = whole.segments.of(kept)
    return Chosen(segments, loads(segments))
