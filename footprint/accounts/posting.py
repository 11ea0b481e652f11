"""Posting: the energy of one boot's devices, booked to its entries and groups.

`Posting` knows what was metered and what each line of a device's books comes to; who was on a
device, and what of its energy was whose, its two sorts know: `accounts.plain` over a list of
entries, which is the reference, and `accounts.bulk` over columns.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from footprint.accounts import shares
from footprint.accounts.days import Clock, Part
from footprint.accounts.lines import Book, DeviceBook, Grouping, add_to
from footprint.accounts.timelines.build import build
from footprint.accounts.timelines.points import Window, read_points
from footprint.accounts.timelines.timeline import Timeline
from footprint.estimators.attribution import Cells
from footprint.ledger.reader import Facts, PathInfo
from footprint.model import DEVICE_KINDS, TIERS, Device

#: Who is on a device, as the sort of posting has it.
Chosen = TypeVar("Chosen")


class Charge(NamedTuple, Generic[Chosen]):
    """The part of a device's energy that is to be attributed to some entries."""

    cells: Cells
    chosen: Chosen


class Job(NamedTuple, Generic[Chosen]):
    """One device's books."""

    device: Device
    timeline: Timeline
    parts: list[Charge[Chosen]]


class Posting(ABC, Generic[Chosen]):
    """A part of one boot of one host: entries and devices share its clock."""

    def __init__(
        self,
        book: Book,
        roots: list[int],
        grouping: Grouping,
        part: Part,
    ) -> None:
        clock = Clock([book.facts[member] for member in part.members])
        self.since, self.until = part.bounds
        self.cuts = [clock.boot_ns(t) for t in book.cuts]
        self.book = book
        self.facts = book.facts
        self.boot = part.boot
        self.members = list(part.members)
        self.roots = roots
        self.read(grouping)

    @abstractmethod
    def read(self, grouping: Grouping) -> None:
        """Reads the entries of this boot into the book, or begins to."""

    def read_through(self) -> None:
        """Waits until the entries are there."""

    @abstractmethod
    def first_and_last(self) -> tuple[int | None, int | None]:
        """When the first entry started and the last one's work was done, ns; None: no entry."""

    @abstractmethod
    def on_gpu(self, device: Device) -> Chosen:
        """The entries that were on a GPU."""

    @abstractmethod
    def of_writers(self, members: Sequence[int]) -> Chosen:
        """The entries of some writers."""

    @abstractmethod
    def attributed(
        self, device: Device, timeline: Timeline, cells: Cells, chosen: Chosen
    ) -> Booked:
        """Attributes cells to entries and groups, into the book."""

    def post(self) -> None:
        """Books every device of this boot."""
        timelines = self._timelines()
        self.read_through()
        parts = [timeline for device, timeline in timelines if device.kind != "host"]
        jobs: list[Job[Chosen]] = []
        for device, timeline in timelines:
            if device.kind == "host":
                # A meter around the whole host: what it shows beyond the parts is nobody's.
                jobs.append(Job(device, timeline.beyond(parts), []))
            elif device.kind == "gpu":
                jobs.append(Job(device, timeline, [self._of_gpu(device, timeline)]))
            else:
                jobs.append(Job(device, timeline, list(self._of_host(device, timeline))))
        self.prepare(jobs)
        for job in jobs:
            self._post_device(job)

    def prepare(self, jobs: Sequence[Job[Chosen]]) -> None:
        """Told of all that is to be attributed, before any of it is."""

    # -- what was metered

    def _timelines(self) -> list[tuple[Device, Timeline]]:
        facts = self.facts
        devices: dict[str, Device] = {}
        points: dict[str, dict[int, list[tuple[int, int, int, int]]]] = {}
        windows: dict[str, dict[int, list[Window]]] = {}
        for member in self.members:
            one = facts[member]
            for device in one.devices.values():
                devices.setdefault(device.id, device)
            by_number: dict[int, list[tuple[int, int, int, int]]] = {}
            for number, *row in one.rows["point"]:
                by_number.setdefault(number, []).append(tuple(row))
            for number, rows in by_number.items():
                if number in one.devices:
                    own = points.setdefault(one.devices[number].id, {})
                    own.setdefault(member, []).extend(rows)
            for number, tier, start, end, energy in one.rows["window"]:
                if number in one.devices and end > start:
                    name = one.devices[number].id
                    window = Window(start, end, energy * 1000, TIERS[min(tier, len(TIERS) - 1)])
                    windows.setdefault(name, {}).setdefault(member, []).append(window)
        # A first span begins before the meter does: the drivers take their time to answer.
        begun = [facts[member].context["t"] for member in self.members]
        first, until = self.first_and_last()
        since = min(begun if first is None else [*begun, first])
        lost = self._lost()
        unknown: dict[str, set[tuple[int, int]]] = {}
        for member in self.members:
            for name, *stretch in facts[member].unknown:
                unknown.setdefault(name, set()).add((stretch[0], stretch[1]))
        return [
            (
                device,
                build(
                    device,
                    read_points(list(points.get(name, {}).values())),
                    list(windows.get(name, {}).values()),
                    since,
                    None if name in lost else until,
                )
                .without(sorted(unknown.get(name, ())))
                .within(self.since, self.until),
            )
            for name, device in devices.items()
        ]

    def _lost(self) -> set[str]:
        """Devices whose last word is that they are lost: nothing is carried on for them."""
        state: dict[str, tuple[int, str]] = {}
        for member in self.members:
            for gap in self.facts[member].gaps:
                name = gap.get("device")
                if self.until is not None and gap["t"] >= self.until:
                    continue  # what comes later does not bear on this part
                if name is not None and gap["reason"] in ("lost", "back", "read-failed"):
                    state[name] = max(state.get(name, (0, "")), (gap["t"], gap["reason"]))
        return {name for name, (_, reason) in state.items() if reason != "back"}

    # -- who was on it

    def _post_device(self, job: Job[Chosen]) -> None:
        device, timeline = job.device, job.timeline
        members = [m for m in self.members if device.id in self._ids(m)]
        host = self.facts[members[0]].host if members else ""
        cells = timeline.cells
        metered = sum(each for each in cells.energy if each is not None)
        before = {key: len(parts) for key, parts in self.book.groups.items()}
        booked = Booked()
        for part in job.parts:
            booked = booked.plus(self._booked(device, timeline, part))
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
        booked: Booked,
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
        return {device.id for device in self.facts[member].devices.values()}

    def _of_gpu(self, device: Device, timeline: Timeline) -> Charge[Chosen]:
        """What of a GPU's energy is the tracked programs', and who was on it."""
        tracked = shares.of_gpu(device, timeline.cells.edges, self.facts, self._families())
        (energy,) = shares.split(timeline.cells.energy, [tracked])
        return Charge(timeline.cells._replace(energy=energy), self.on_gpu(device))

    def _of_host(self, device: Device, timeline: Timeline) -> Iterator[Charge[Chosen]]:
        """The CPU or memory: each tracked family of processes gets its share of every cell."""
        families = self._families()
        parts = shares.split(
            timeline.cells.energy,
            [
                self._share(device, timeline.cells, root, members)
                for root, members in families.items()
            ],
        )
        for energy, members in zip(parts, families.values(), strict=True):
            yield Charge(timeline.cells._replace(energy=energy), self.of_writers(members))

    def _booked(self, device: Device, timeline: Timeline, part: Charge[Chosen]) -> Booked:
        booked = self.attributed(device, timeline, part.cells, part.chosen)
        whole_by = self._by_stretch(timeline._replace(cells=part.cells))
        return booked._replace(idle_by=_less(whole_by, booked.attributed_by))

    def _share(self, device: Device, cells: Cells, root: int, members: list[int]) -> list[float]:
        """A family's share of each cell: of busy CPU seconds, or of the memory."""
        facts = self.facts
        found: list[float] | None = [1.0] * len(cells.energy)
        if facts[root].context.get("declared", {}).get("charge") != "machine":
            found = shares.of_host(device, cells.edges, facts, members)
        if found is None:
            self._note(
                "the share of this program in the host is not known: it is charged all of it"
            )
            found = [1.0] * len(cells.energy)
        return shares.while_alive(cells.edges, found, *self._life(members))

    def _life(self, members: Sequence[int]) -> tuple[int, int]:
        """From when to when a family of processes was there, ns: its first row to its last."""
        own = [self.facts[member] for member in members]
        return min(one.begun for one in own), max(max(one.begun, one.t_last) for one in own)

    def _families(self) -> dict[int, list[int]]:
        """The writers of this boot by the outermost one above them."""
        families: dict[int, list[int]] = {}
        for member in self.members:
            families.setdefault(self.roots[member], []).append(member)
        return families

    def _note(self, text: str) -> None:
        if text not in self.book.notes:
            self.book.notes.append(text)


def energy_factors(device: Device) -> tuple[float, float]:
    """What bounds are multiplied with: a model's error; a sensor's gain comes later."""
    is_model = device.tier in ("utilisation", "nameplate")
    return (device.gain_low, device.gain_high) if is_model else (1.0, 1.0)


def declared_on(path: PathInfo, device: Device) -> bool | None:
    """Whether a path says that it runs on a GPU; None where it says nothing."""
    if path.devices is None:
        return None
    return any(names(each, device) for each in path.devices)


def visible(one: Facts, device: Device) -> bool:
    """Whether a writer's process could have used a GPU."""
    seen = {each.id for each in one.devices.values()}
    return not seen or device.id in seen  # a process too short for its meter saw none


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

    def strange(boot: str, declared: tuple[object, ...]) -> list[object]:
        return [
            each
            for each in declared
            if each not in DEVICE_KINDS
            and not any(names(each, device) for device in seen[boot].values())
        ]

    found = {
        (one.boot_id, path.devices): strange(one.boot_id, path.devices)
        for one in book.facts
        for path in one.paths.values()
        if path.devices and seen[one.boot_id]
    }
    if not any(found.values()):
        return {}
    lost: dict[int, list[object]] = {}
    for index, entry in enumerate(book.entries):
        key = book.facts[entry.writer].boot_id, entry.path.devices or ()
        if found.get(key):
            lost[index] = found[key]
    return lost


class Booked(NamedTuple):
    """What one pass over a device's cells came to; `plus` adds the passes of several families."""

    attributed_nj: int = 0
    idle_nj: int = 0
    floor_w: float = 0.0
    attributed_by: Mapping[int, int] = {}
    idle_by: Mapping[int, int] = {}
    held_ns: int = 0

    def plus(self, other: Booked) -> Booked:
        return Booked(
            self.attributed_nj + other.attributed_nj,
            self.idle_nj + other.idle_nj,
            self.floor_w + other.floor_w,
            add_to(dict(self.attributed_by), other.attributed_by),
            add_to(dict(self.idle_by), other.idle_by),
            self.held_ns + other.held_ns,
        )


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


def adding_up(parts: dict[str, int], total: int) -> dict[str, int]:
    """Parts that were each rounded down; what that left goes to the largest."""
    if not parts:
        return {}
    largest = max(parts, key=lambda tier: parts[tier])
    return {**parts, largest: parts[largest] + total - sum(parts.values())}
