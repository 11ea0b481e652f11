"""The book: a ledger's energy, booked to entries, idle and unattributed, device by device.

    metered = attributed + idle + unattributed      for every device, exactly, in nJ

*Idle* is metered energy of the tracked part in which no span was active. *Unattributed* is what the
meter shows beyond the tracked part: on a CPU, the processes outside the tracked trees.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from footprint.accounts import shares
from footprint.accounts.entries import Entries, Entry, collect, family, within
from footprint.accounts.timeline import Timeline, Window, build, read_points
from footprint.estimators.attribution import Cells, Segment, attribute, booked_nj, idle_floor_w
from footprint.estimators.leaves import leaves
from footprint.ledger.reader import Facts, Issue
from footprint.model import TIERS, Device


class Energy(NamedTuple):
    """What something used of devices of one kind, nJ.

    `low_nj` and `high_nj` bound it by the meter's timing and, for a model, by the model's error; a
    sensor's gain is not in them (`Books.gain`). `missing` is the share of its active time in which
    the device was not metered: of several devices (`devices`), the mean; 1 where none was.
    """

    mid_nj: int
    low_nj: int
    high_nj: int
    missing: float = 0.0
    estimated_nj: int = 0
    devices: int = 1

    def __add__(self, other: Energy) -> Energy:  # type: ignore[override]
        return Energy(
            self.mid_nj + other.mid_nj,
            self.low_nj + other.low_nj,
            self.high_nj + other.high_nj,
            (self.missing * self.devices + other.missing * other.devices)
            / (self.devices + other.devices),
            self.estimated_nj + other.estimated_nj,
            self.devices + other.devices,
        )


class DeviceBook(NamedTuple):
    """One device's lines: metered = attributed + idle + unattributed."""

    host: str
    device: Device
    timeline: Timeline
    boot: str
    metered_nj: int
    attributed_nj: int
    idle_nj: int
    unattributed_nj: int
    estimated_nj: int
    floor_w: float


class GroupEnergy(NamedTuple):
    """What a group of entries used of one device, its bounds as of one entry, with its tiers."""

    device: Device
    energy: Energy
    tiers: dict[str, int]


class Book(NamedTuple):
    """A ledger, booked.

    Attributes:
        facts: what was read.
        entries: all entries, over all boots.
        energy: by entry (index), by device kind.
        tiers: by entry, nJ by tier.
        groups: by group key, what it used of each device.
        devices: each device's lines.
        assumed: entries that were put on all visible GPUs, since nothing said which.
        notes: assumptions that were made, one line each.
    """

    facts: list[Facts]
    entries: list[Entry]
    energy: list[dict[str, Energy]]
    tiers: list[dict[str, int]]
    groups: dict[Hashable, list[GroupEnergy]]
    devices: list[DeviceBook]
    assumed: set[int]
    notes: list[str]
    issues: list[Issue]

    def utc_ns(self, entry: Entry, t: int) -> int:
        """UTC of an instant of an entry's clock."""
        return self.facts[entry.writer].utc_ns(t)


#: The keys of the groups that an entry, given by its index, belongs to.
Grouping = Callable[[Sequence[Entry], int], Iterable[Hashable]]


def _no_groups(entries: Sequence[Entry], index: int) -> Iterable[Hashable]:
    return ()


#: [since, until) in UTC nanoseconds; None: open.
Period = tuple[int | None, int | None]


def make(
    facts: list[Facts],
    issues: list[Issue] | None = None,
    grouping: Grouping = _no_groups,
    period: Period = (None, None),
) -> Book:
    """Books what some writers recorded.

    Args:
        facts: one for each journal.
        issues: what was wrong with them.
        grouping: the keys of the groups an entry belongs to; groups are bounded as one.
        period: what lies outside is cut off: cells at its ends by time, spans that only touch it
            keep the part inside.
    """
    roots = family(facts)
    book = Book(facts, [], [], [], {}, [], set(), [], list(issues or ()))
    boots: dict[str, list[int]] = {}
    for index, one in enumerate(facts):
        boots.setdefault(one.boot_id, []).append(index)
    for boot, members in sorted(boots.items()):
        _Boot(book, boot, members, roots, grouping, period).post()
    return book


class _Boot:
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
        metered = sum(each for each in timeline.cells.energy if each is not None)
        if device.kind == "host":
            attributed, idle, floor_w = 0, 0, 0.0
        elif device.kind == "gpu":
            attributed, idle, floor_w = self._post_gpu(device, timeline)
        else:
            attributed, idle, floor_w = self._post_host_part(device, timeline)
        estimated = sum(timeline.cells.energy[each] or 0 for each in timeline.cells.estimated)
        rest = metered - attributed - idle
        self.book.devices.append(
            DeviceBook(
                host,
                device,
                timeline,
                self.boot,
                metered,
                attributed,
                idle,
                rest,
                estimated,
                floor_w,
            )
        )

    def _ids(self, member: int) -> set[str]:
        return {device.id for device in self.book.facts[member].devices.values()}

    def _post_gpu(self, device: Device, timeline: Timeline) -> tuple[int, int, float]:
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
            return any(
                each in (device.id, device.number, "gpu", f"gpu:{device.number}")
                or str(each) == str(device.number)
                for each in declared
            )
        one = self.book.facts[entry.writer]
        resident = shares.resident(one, entry.start, entry.device_end)
        if resident is not None:
            return device.id in resident
        seen = {each.id for each in one.devices.values()}
        if seen and device.id not in seen:  # a process too short for its meter saw none
            return False  # not visible to this process
        self.book.assumed.add(self.offset + index)
        return True

    def _post_host_part(self, device: Device, timeline: Timeline) -> tuple[int, int, float]:
        """The CPU or memory: each tracked family of processes gets its share of every cell."""
        families = self._families()
        parts = shares.split(
            timeline.cells.energy,
            [
                self._share(device, timeline.cells, root, members)
                for root, members in families.items()
            ],
        )
        attributed = idle = 0
        floors: list[float] = []
        for part, members in zip(parts, families.values(), strict=True):
            cells = timeline.cells._replace(energy=part)
            segments = [
                segment
                for segment in self.host_segments
                if self.found.entries[segment.entry].writer in members
            ]
            one, rest, floor = self._book(device, timeline, cells, segments)
            attributed += one
            idle += rest
            floors.append(floor)
        return attributed, idle, sum(floors)

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
    ) -> tuple[int, int, float]:
        """Attributes cells to entries and groups; (attributed, idle, floor)."""
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
        self._book_groups(device, keys, groups, done, tiers, (low_factor, high_factor))
        attributed = sum(share.energy_nj for share in done.entries.values())
        return attributed, done.idle_nj, floor_w

    def _book_groups(
        self,
        device: Device,
        keys: list[Hashable],
        groups: dict[int, list[int]],
        done: Any,
        tiers: Callable[[int, int], dict[str, int]],
        factors: tuple[float, float],
    ) -> None:
        mids: dict[int, list[Any]] = {}
        for entry, numbers in groups.items():
            share = done.entries.get(entry)
            if share is None:
                continue
            for number in numbers:
                sums = mids.setdefault(number, [0, 0, 0, 0, {}])
                sums[0] += share.energy_nj
                sums[1] += share.metered_ns
                sums[2] += share.active_ns
                sums[3] += share.estimated_nj
                for tier, amount in tiers(entry, share.energy_nj).items():
                    sums[4][tier] = sums[4].get(tier, 0) + amount
        for number, (mid, metered, active, estimated, by_tier) in mids.items():
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
                GroupEnergy(device, energy, by_tier)
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


def _adding_up(parts: dict[str, int], total: int) -> dict[str, int]:
    """Parts that were each rounded down; what that left goes to the largest."""
    if not parts:
        return {}
    largest = max(parts, key=lambda tier: parts[tier])
    return {**parts, largest: parts[largest] + total - sum(parts.values())}
