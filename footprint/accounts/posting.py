"""Posting: the energy of one boot's devices, booked to its entries and groups."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from footprint.accounts import shares
from footprint.accounts.entries import Entries, Entry, collect, within
from footprint.accounts.lines import Book, DeviceBook, Energy, GroupEnergy, Grouping, Period
from footprint.accounts.timeline import Timeline, Window, build, read_points
from footprint.estimators.attribution import (
    Cells,
    Segment,
    attribute,
    booked_by_nj,
    booked_nj,
    idle_floor_w,
)
from footprint.estimators.leaves import leaves
from footprint.model import DEVICE_KINDS, TIERS, Device


class Posting:
    """One boot of one host: entries and devices share its clock."""

    def __init__(
        self,
        book: Book,
        boot: str,
        members: list[int],
        roots: list[int],
        grouping: Grouping,
        period: Period,
    ) -> None:
        clock = book.facts[members[0]]
        self.since, self.until = (None if t is None else clock.boot_ns(t) for t in period)
        self.cuts = [clock.boot_ns(t) for t in book.cuts]
        self.book = book
        self.boot = boot
        self.members = members
        self.roots = roots
        self.offset = len(book.entries)
        self.found: Entries = within(collect(book.facts, members), self.since, self.until)
        book.entries.extend(self._shifted(entry) for entry in self.found.entries)
        book.energy.extend({} for _ in self.found.entries)
        book.tiers.extend({} for _ in self.found.entries)
        self.keys = [
            tuple(grouping(book.entries, index)) for index in range(self.offset, len(book.entries))
        ]
        self.host_segments = self._leaves(on_device=False)
        self.gpu_segments = self.host_segments
        if any(entry.device_end > entry.end for entry in self.found.entries):
            self.gpu_segments = self._leaves(on_device=True)

    def _shifted(self, entry: Entry) -> Entry:
        if entry.parent < 0 or not self.offset:
            return entry
        return entry._replace(parent=entry.parent + self.offset)

    def _leaves(self, *, on_device: bool) -> list[Segment]:
        works = [entry.work(on_device=on_device) for entry in self.found.entries]
        return leaves(works, self.found.holds)

    def post(self) -> None:
        """Books every device of this boot."""
        timelines = self._timelines()
        parts = [timeline for device, timeline in timelines if device.kind != "host"]
        for device, timeline in timelines:
            if device.kind == "host":
                # A meter around the whole host: what it shows beyond the parts is nobody's.
                self._post_device(device, timeline.beyond(parts))
            else:
                self._post_device(device, timeline)

    # -- what was metered

    def _timelines(self) -> list[tuple[Device, Timeline]]:
        facts = self.book.facts
        devices: dict[str, Device] = {}
        points: dict[str, dict[int, list[tuple[int, int, int, int]]]] = {}
        windows: dict[str, dict[int, list[Window]]] = {}
        for member in self.members:
            one = facts[member]
            for device in one.devices.values():
                devices.setdefault(device.id, device)
            for number, epoch, lag, t, raw in one.rows["point"]:
                if number in one.devices:
                    rows = points.setdefault(one.devices[number].id, {})
                    rows.setdefault(member, []).append((epoch, lag, t, raw))
            for number, tier, start, end, energy in one.rows["window"]:
                if number in one.devices and end > start:
                    name = one.devices[number].id
                    window = Window(start, end, energy * 1000, TIERS[min(tier, len(TIERS) - 1)])
                    windows.setdefault(name, {}).setdefault(member, []).append(window)
        # A first span begins before the meter does: the drivers take their time to answer.
        since = min(
            [facts[member].context["t"] for member in self.members]
            + [entry.start for entry in self.found.entries]
        )
        until = max((entry.device_end for entry in self.found.entries), default=None)
        lost = self._lost()
        return [
            (
                device,
                build(
                    device,
                    read_points(list(points.get(name, {}).values())),
                    list(windows.get(name, {}).values()),
                    since,
                    None if name in lost else until,
                ).within(self.since, self.until),
            )
            for name, device in devices.items()
        ]

    def _lost(self) -> set[str]:
        """Devices whose last word is that they are lost: nothing is carried on for them."""
        state: dict[str, tuple[int, str]] = {}
        for member in self.members:
            for gap in self.book.facts[member].gaps:
                name = gap.get("device")
                if name is not None and gap["reason"] in ("lost", "back", "read-failed"):
                    state[name] = max(state.get(name, (0, "")), (gap["t"], gap["reason"]))
        return {name for name, (_, reason) in state.items() if reason != "back"}

    # -- who was on it

    def _post_device(self, device: Device, timeline: Timeline) -> None:
        members = [m for m in self.members if device.id in self._ids(m)]
        host = self.book.facts[members[0]].host if members else ""
        cells = timeline.cells
        metered = sum(each for each in cells.energy if each is not None)
        before = {key: len(parts) for key, parts in self.book.groups.items()}
        if device.kind == "host":
            booked = _Booked()
        elif device.kind == "gpu":
            booked = self._post_gpu(device, timeline)
        else:
            booked = self._post_host_part(device, timeline)
        rest = metered - booked.attributed_nj - booked.idle_nj
        present = cells.edges[-1] - cells.edges[0] if cells.energy else 0
        idle_ns, rest_ns = self._times(device, metered, rest, booked, present, before)
        whole_by = self._by_stretch(timeline)
        self.book.devices.append(
            DeviceBook(
                host,
                device,
                timeline,
                self.boot,
                metered,
                booked.attributed_nj,
                booked.idle_nj,
                rest,
                sum(cells.energy[each] or 0 for each in cells.estimated),
                booked.floor_w,
                booked.idle_by,
                _less(whole_by, booked.attributed_by, booked.idle_by),
                present,
                idle_ns,
                rest_ns,
            )
        )

    def _by_stretch(self, timeline: Timeline) -> dict[int, int]:
        """A timeline's energy by stretch of time; empty where nothing is cut."""
        edges = timeline.cells.edges
        if not self.cuts or not timeline.cells.energy:
            return {}
        first, last = bisect_right(self.cuts, edges[0]), bisect_left(self.cuts, edges[-1])
        ends = [edges[0], *self.cuts[first:last], edges[-1]]
        return {
            first + at: timeline.energy_nj(start, end)
            for at, (start, end) in enumerate(pairwise(ends))
        }

    def _times(
        self,
        device: Device,
        metered: int,
        rest: int,
        booked: _Booked,
        present: int,
        before: Mapping[Hashable, int],
    ) -> tuple[int, int]:
        """(idle, unattributed) time of a device; sets the groups' to its share of the whole.

        A GPU is held for a time. Of a CPU or of memory a program has a part at any time, so that
        its share of the time is its share of the energy. What other programs used of a device
        counts as held by them.
        """
        metered = metered or 1  # a GPU at 0 W is held all the same; of a CPU no share can be told
        others = present * rest // metered
        for key, parts in self.book.groups.items():
            for at in range(before.get(key, 0), len(parts)):
                part = parts[at]
                if device.kind == "gpu":
                    held = part.held_ns * (metered - rest) // metered
                else:
                    held = present * part.energy.mid_nj // metered
                parts[at] = part._replace(held_ns=held)
        if device.kind == "gpu":
            used = booked.held_ns * (metered - rest) // metered
        else:
            used = present * booked.attributed_nj // metered
        return max(0, present - others - used), others

    def _ids(self, member: int) -> set[str]:
        return {device.id for device in self.book.facts[member].devices.values()}

    def _post_gpu(self, device: Device, timeline: Timeline) -> _Booked:
        segments = [
            segment
            for segment in self.gpu_segments
            if self._on_gpu(self.found.entries[segment.entry], segment.entry, device)
        ]
        tracked = shares.of_gpu(device, timeline.cells.edges, self.book.facts, self._families())
        (energy,) = shares.split(timeline.cells.energy, [tracked])
        return self._book(device, timeline, timeline.cells._replace(energy=energy), segments)

    def _on_gpu(self, entry: Entry, index: int, device: Device) -> bool:
        declared = entry.path.devices
        if declared is not None:
            return any(names(each, device) for each in declared)
        one = self.book.facts[entry.writer]
        resident = shares.resident(one, entry.start, entry.device_end)
        if resident is not None:
            return device.id in resident
        seen = {each.id for each in one.devices.values()}
        if seen and device.id not in seen:  # a process too short for its meter saw none
            return False  # not visible to this process
        self.book.assumed.add(self.offset + index)
        return True

    def _post_host_part(self, device: Device, timeline: Timeline) -> _Booked:
        """The CPU or memory: each tracked family of processes gets its share of every cell."""
        families = self._families()
        parts = shares.split(
            timeline.cells.energy,
            [
                self._share(device, timeline.cells, root, members)
                for root, members in families.items()
            ],
        )
        booked = _Booked()
        for part, members in zip(parts, families.values(), strict=True):
            cells = timeline.cells._replace(energy=part)
            segments = [
                segment
                for segment in self.host_segments
                if self.found.entries[segment.entry].writer in members
            ]
            booked = booked.plus(self._book(device, timeline, cells, segments))
        return booked

    def _share(self, device: Device, cells: Cells, root: int, members: list[int]) -> list[float]:
        """A family's share of each cell: of busy CPU seconds, or of the memory."""
        facts = self.book.facts
        count = len(cells.energy)
        if facts[root].context.get("declared", {}).get("charge") == "machine":
            return [1.0] * count
        found = shares.of_host(device, cells.edges, facts, members)
        if found is None:
            self._note(
                "the share of this program in the host is not known: it is charged all of it"
            )
            return [1.0] * count
        return found

    def _families(self) -> dict[int, list[int]]:
        """The writers of this boot by the outermost one above them."""
        families: dict[int, list[int]] = {}
        for member in self.members:
            families.setdefault(self.roots[member], []).append(member)
        return families

    def _note(self, text: str) -> None:
        if text not in self.book.notes:
            self.book.notes.append(text)

    def _book(
        self, device: Device, timeline: Timeline, cells: Cells, segments: list[Segment]
    ) -> _Booked:
        """Attributes cells to entries and groups."""
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
        model = device.tier in ("utilisation", "nameplate")
        low_factor, high_factor = (device.gain_low, device.gain_high) if model else (1.0, 1.0)
        tiers = self._by_tier(device, timeline, cells, segments, floor_w)
        stretches: dict[int, dict[int, int]] = {}
        if self.cuts:
            stretches = booked_by_nj(cells, segments, floor_w, self.cuts)
        for entry, share in done.entries.items():
            missing = 1 - share.metered_ns / share.active_ns if share.active_ns else 0.0
            energy = Energy(
                share.energy_nj,
                int(share.low_nj * low_factor),
                int(share.high_nj * high_factor),
                missing if missing > 0.001 else 0.0,
                share.estimated_nj,
            )
            at = self.offset + entry
            known = self.book.energy[at].get(device.kind)
            self.book.energy[at][device.kind] = energy if known is None else known + energy
            for tier, amount in tiers(entry, share.energy_nj).items():
                by_tier = self.book.tiers[at]
                by_tier[tier] = by_tier.get(tier, 0) + amount
        self._book_groups(device, keys, groups, done, tiers, stretches, (low_factor, high_factor))
        attributed_by: dict[int, int] = {}
        for own in stretches.values():
            _add(attributed_by, own)
        whole_by = self._by_stretch(timeline._replace(cells=cells))
        return _Booked(
            sum(share.energy_nj for share in done.entries.values()),
            done.idle_nj,
            floor_w,
            attributed_by,
            _less(whole_by, attributed_by),
            sum(share.held_ns for share in done.entries.values()),
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
                _add(sums[5], stretches.get(entry, {}))
                sums[6] += share.held_ns
        for number, (mid, metered, active, estimated, by_tier, by, held) in mids.items():
            low, high = done.groups[number]
            missing = 1 - metered / active if active else 0.0
            energy = Energy(
                mid,
                int(min(low, mid) * factors[0]),
                int(max(high, mid) * factors[1]),
                missing if missing > 0.001 else 0.0,
                estimated,
            )
            self.book.groups.setdefault(keys[number], []).append(
                GroupEnergy(device, energy, by_tier, by, held)
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
        return lambda entry, energy: _adding_up(split.get(entry, {}), energy)


def names(declared: object, device: Device) -> bool:
    """Whether an element of `devices=` is a GPU: its UUID, its number, `gpu:N`, or any `gpu`."""
    return declared in (device.id, device.number, "gpu", f"gpu:{device.number}") or (
        str(declared) == str(device.number)
    )


def nameless(book: Book) -> dict[int, list[object]]:
    """By entry (index): the elements of its `devices=` that name nothing on its host."""
    seen: dict[str, dict[str, Device]] = {}
    for one in book.facts:
        seen.setdefault(one.boot_id, {}).update({each.id: each for each in one.devices.values()})
    found: dict[int, list[object]] = {}
    known: dict[tuple[str, tuple[object, ...]], list[object]] = {}
    for index, entry in enumerate(book.entries):
        declared, boot = entry.path.devices, book.facts[entry.writer].boot_id
        if not declared or not seen[boot]:
            continue
        key = boot, declared
        if key not in known:
            known[key] = [
                each
                for each in declared
                if each not in DEVICE_KINDS
                and not any(names(each, device) for device in seen[boot].values())
            ]
        if known[key]:
            found[index] = known[key]
    return found


class _Booked(NamedTuple):
    """What one pass over a device's cells came to; `plus` adds the passes of several families."""

    attributed_nj: int = 0
    idle_nj: int = 0
    floor_w: float = 0.0
    attributed_by: Mapping[int, int] = {}
    idle_by: Mapping[int, int] = {}
    held_ns: int = 0

    def plus(self, other: _Booked) -> _Booked:
        return _Booked(
            self.attributed_nj + other.attributed_nj,
            self.idle_nj + other.idle_nj,
            self.floor_w + other.floor_w,
            _add(dict(self.attributed_by), other.attributed_by),
            _add(dict(self.idle_by), other.idle_by),
            self.held_ns + other.held_ns,
        )


def _add(into: dict[int, int], more: Mapping[int, int]) -> dict[int, int]:
    for key, amount in more.items():
        into[key] = into.get(key, 0) + amount
    return into


def _less(whole: Mapping[int, int], *parts: Mapping[int, int]) -> dict[int, int]:
    """What some parts leave of a whole by stretch.

    A cell that is cut has its energy on either side by time, and its parts theirs by what was
    active: where they come to more than the whole, the stretches beside it have so much less.
    """
    found: dict[int, int] = {}
    owed = 0
    for stretch in [*sorted(whole), *sorted(whole, reverse=True)]:
        left = found.get(stretch)
        if left is None:
            left = whole[stretch] - sum(part.get(stretch, 0) for part in parts)
        found[stretch] = max(0, left + owed)
        owed = min(0, left + owed)
    return {stretch: left for stretch, left in found.items() if left}


def _adding_up(parts: dict[str, int], total: int) -> dict[str, int]:
    """Parts that were each rounded down; what that left goes to the largest."""
    if not parts:
        return {}
    largest = max(parts, key=lambda tier: parts[tier])
    return {**parts, largest: parts[largest] + total - sum(parts.values())}
