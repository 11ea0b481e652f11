"""Posting over a list of entries, one at a time: the reference."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, ClassVar, cast

from footprint.accounts import shares
from footprint.accounts.entries import Entries, Entry, EntryList, collect, within
from footprint.accounts.lines import Energy, GroupEnergy, Grouping, add_to, missing_share
from footprint.accounts.posting import (
    Booked,
    Posting,
    Sharing,
    adding_up,
    declared_on,
    energy_factors,
    visible,
)
from footprint.accounts.timelines.readings import Readings, readings
from footprint.accounts.timelines.timeline import Timeline
from footprint.estimators.attribution import (
    Cells,
    Segment,
    attribute,
    booked_by_nj,
    booked_nj,
    idle_floor_w,
)
from footprint.estimators.leaves import leaves
from footprint.ledger.reader import Facts
from footprint.model import Device


class PlainPosting(Posting[Timeline, list[Segment]]):
    """Books entry by entry: what each used stands in the book too."""

    shares: ClassVar[Sharing] = shares

    def read(self, grouping: Grouping) -> None:
        """Reads the entries of this boot into the book."""
        book = self.book
        self.found: Entries = within(collect(self.facts, self.members), self.since, self.until)
        cast(EntryList, book.entries).extend(self.found.entries)
        book.used.extend({} for _ in self.found.entries)
        book.tiers.extend({} for _ in self.found.entries)
        self.keys = [tuple(grouping(book.entries, index)) for index in range(len(book.entries))]
        self.host_segments = self._leaves(on_device=False)
        self.gpu_segments = self.host_segments
        if any(entry.device_end > entry.end for entry in self.found.entries):
            self.gpu_segments = self._leaves(on_device=True)

    def _leaves(self, *, on_device: bool) -> list[Segment]:
        works = [entry.work(on_device=on_device) for entry in self.found.entries]
        return leaves(works, self.found.holds)

    def first_and_last(self) -> Mapping[int, tuple[int, int]]:
        """By writer: when its first entry started and its last one's work was done, ns."""
        found: dict[int, tuple[int, int]] = {}
        for entry in self.found.entries:
            first, last = found.get(entry.writer, (entry.start, entry.device_end))
            found[entry.writer] = min(first, entry.start), max(last, entry.device_end)
        return found

    def readings(self, facts: Sequence[Facts]) -> Readings:
        """What some writers read of all devices."""
        return readings(facts)

    def on_gpu(self, device: Device) -> list[Segment]:
        """When the entries that were on a GPU were innermost."""
        entries = self.found.entries
        return [
            segment
            for segment in self.gpu_segments
            if self._on_gpu(entries[segment.entry], segment.entry, device)
        ]

    def of_writers(self, members: Sequence[int]) -> list[Segment]:
        """When the entries of some writers were innermost."""
        entries = self.found.entries
        return [each for each in self.host_segments if entries[each.entry].writer in members]

    def _on_gpu(self, entry: Entry, index: int, device: Device) -> bool:
        declared = declared_on(entry.path, device)
        if declared is not None:
            return declared
        one = self.facts[entry.writer]
        resident = shares.resident(one, entry.start, entry.device_end)
        if resident is not None:
            return device.id in resident
        if not visible(one, device):
            return False
        self.book.assumed.add(index)
        return True

    def attributed(
        self, device: Device, timeline: Timeline, cells: Cells, chosen: list[Segment]
    ) -> Booked:
        """Attributes cells to entries and groups, into the book."""
        segments = chosen
        floor_w = idle_floor_w(cells, segments)
        keys: list[Hashable] = []
        numbers: dict[Hashable, int] = {}
        groups: dict[int, list[int]] = {}
        for entry in {segment.entry for segment in segments}:
            for key in self.keys[entry]:
                if key not in numbers:
                    numbers[key] = len(keys)
                    keys.append(key)
                groups.setdefault(entry, []).append(numbers[key])
        done = attribute(cells, segments, floor_w, groups)
        low_factor, high_factor = energy_factors(device)
        tiers = self._by_tier(device, timeline, cells, segments, floor_w)
        stretches: dict[int, dict[int, int]] = {}
        if self.cuts:
            stretches = booked_by_nj(cells, segments, floor_w, self.cuts)
        for entry, share in done.entries.items():
            energy = Energy(
                share.energy_nj,
                int(share.low_nj * low_factor),
                int(share.high_nj * high_factor),
                missing_share(share.metered_ns, share.active_ns),
                share.estimated_nj,
            )
            self.book.used[entry][device.id] = GroupEnergy(
                device, energy, {}, {}, 0, share.metered_ns, share.active_ns
            )
            for tier, amount in tiers(entry, share.energy_nj).items():
                by_tier = self.book.tiers[entry]
                by_tier[tier] = by_tier.get(tier, 0) + amount
        self._book_groups(device, keys, groups, done, tiers, stretches, (low_factor, high_factor))
        attributed_by: dict[int, int] = {}
        for own in stretches.values():
            add_to(attributed_by, own)
        return Booked(
            sum(share.energy_nj for share in done.entries.values()),
            done.idle_nj,
            floor_w,
            attributed_by,
            held_ns=sum(share.held_ns for share in done.entries.values()),
            by_cell=done.by_cell,
        )

    def _book_groups(
        self,
        device: Device,
        keys: list[Hashable],
        groups: dict[int, list[int]],
        done: Any,
        tiers: Callable[[int, int], dict[str, int]],
        stretches: Mapping[int, Mapping[int, int]],
        factors: tuple[float, float],
    ) -> None:
        mids: dict[int, list[Any]] = {}
        for entry, numbers in groups.items():
            share = done.entries.get(entry)
            if share is None:
                continue
            for number in numbers:
                sums = mids.setdefault(number, [0, 0, 0, 0, {}, {}, 0])
                sums[0] += share.energy_nj
                sums[1] += share.metered_ns
                sums[2] += share.active_ns
                sums[3] += share.estimated_nj
                for tier, amount in tiers(entry, share.energy_nj).items():
                    sums[4][tier] = sums[4].get(tier, 0) + amount
                add_to(sums[5], stretches.get(entry, {}))
                sums[6] += share.held_ns
        for number, (mid, metered, active, estimated, by_tier, by, held) in mids.items():
            low, high = done.groups[number]
            energy = Energy(
                mid,
                int(min(low, mid) * factors[0]),
                int(max(high, mid) * factors[1]),
                missing_share(metered, active),
                estimated,
            )
            self.book.groups.setdefault(keys[number], []).append(
                GroupEnergy(device, energy, by_tier, by, held, metered, active)
            )

    def _by_tier(
        self,
        device: Device,
        timeline: Timeline,
        cells: Cells,
        segments: list[Segment],
        floor_w: float,
    ) -> Callable[[int, int], dict[str, int]]:
        """How an entry's energy splits by tier; a second pass only where tiers are mixed."""
        present = {tier for tier in timeline.tiers if tier}
        if len(present) <= 1:
            tier = next(iter(present), device.tier)
            return lambda entry, energy: {tier: energy}
        split: dict[int, dict[str, int]] = {}
        for tier in sorted(present):
            only = {cell for cell, of in enumerate(timeline.tiers) if of == tier}
            for entry, amount in booked_nj(cells, segments, floor_w, only).items():
                if amount:
                    split.setdefault(entry, {})[tier] = amount
        return lambda entry, energy: adding_up(split.get(entry, {}), energy)
