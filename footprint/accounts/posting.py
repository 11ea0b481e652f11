"""Posting: the energy of one boot's devices, booked to its entries and groups.

`Posting` knows what was metered and what each line of a device's books comes to; who was on a
device, and what of its energy was whose, its two sorts know: `accounts.plain` over a list of
entries, which is the reference, and `accounts.bulk` over columns.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from footprint.accounts.days import Clock, Part
from footprint.accounts.hours import Clockwork, Hour, energies, hours, known_ns
from footprint.accounts.lines import Book, DeviceBook, Grouping, add_to
from footprint.ledger.reader import Facts, PathInfo
from footprint.model import DEVICE_KINDS, Device

if TYPE_CHECKING:
    from footprint.accounts.timelines.columns.timeline import TimelineColumns
    from footprint.accounts.timelines.timeline import Timeline

#: Who is on a device, as the sort of posting has it.
Chosen = TypeVar("Chosen")
#: A device's timeline, as the sort of posting has it.
Line = TypeVar("Line", "Timeline", "TimelineColumns")
_Built_co = TypeVar("_Built_co", covariant=True)


class Builder(Protocol[_Built_co]):
    """Makes timelines of what some writers read."""

    def build(self, device: Device, since: int | None, until: int | None) -> _Built_co:
        """A device's timeline; its first and last moments are filled in from `since` to `until`."""
        ...


class Sharing(Protocol):
    """How a device is divided among families of processes: the functions of `accounts.shares`."""

    def whole(self, edges: Any) -> Any: ...
    def of_host(self, device: Device, edges: Any, facts: Any, members: Any) -> Any: ...
    def of_gpu(self, device: Device, edges: Any, facts: Any, families: Any) -> Any: ...
    def while_alive(self, edges: Any, of_cells: Any, begun: int, over: int) -> Any: ...
    def split(self, cells: Any, shares: Any) -> Any: ...


class Charge(NamedTuple, Generic[Chosen]):
    """The part of a device's energy that is to be attributed to some entries."""

    cells: Any
    chosen: Chosen


class Job(NamedTuple, Generic[Line, Chosen]):
    """One device's books."""

    device: Device
    timeline: Line
    parts: list[Charge[Chosen]]


class Posting(ABC, Generic[Line, Chosen]):
    """A part of one boot of one host: entries and devices share its clock."""

    #: How devices are divided among families of processes.
    shares: ClassVar[Sharing]

    def __init__(
        self,
        book: Book,
        roots: list[int],
        grouping: Grouping,
        part: Part,
    ) -> None:
        clock = Clock([book.facts[member] for member in part.members])
        self.since, self.until = part.bounds
        self.clock = clock
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
    def first_and_last(self) -> Mapping[int, tuple[int, int]]:
        """By writer: when its first entry started and its last one's work was done, ns."""

    @abstractmethod
    def readings(self, facts: Sequence[Facts]) -> Builder[Line]:
        """What some writers read of all devices."""

    @abstractmethod
    def on_gpu(self, device: Device) -> Chosen:
        """The entries that were on a GPU."""

    @abstractmethod
    def of_writers(self, members: Sequence[int]) -> Chosen:
        """The entries of some writers."""

    @abstractmethod
    def attributed(self, device: Device, timeline: Line, cells: Any, chosen: Chosen) -> Booked:
        """Attributes cells to entries and groups, into the book."""

    def post(self) -> Book:
        """Books every device of this boot, and gives the book."""
        timelines = self._timelines()
        self.read_through()
        parts: list[Any] = [line for device, line in timelines if device.kind != "host"]
        jobs: list[Job[Line, Chosen]] = []
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
        return self.book

    def prepare(self, jobs: Sequence[Job[Line, Chosen]]) -> None:
        """Told of all that is to be attributed, before any of it is."""

    # -- what was metered

    def _timelines(self) -> list[tuple[Device, Line]]:
        facts = [self.facts[member] for member in self.members]
        devices: dict[str, Device] = {}
        for one in facts:
            for device in one.devices.values():
                devices.setdefault(device.id, device)
        lives = self.first_and_last()
        lost = self._lost()
        unknown: dict[str, set[tuple[int, int]]] = {}
        for one in facts:
            for name, start, end in one.unknown:
                unknown.setdefault(name, set()).add((start, end))
        readings = self.readings(facts)
        lines: list[tuple[Device, Line]] = []
        for name, device in devices.items():
            since, until = self._ends(name, lives)
            line = readings.build(device, since, None if name in lost else until)
            line = line.without(sorted(unknown.get(name, ())))
            lines.append((device, line.within(self.since, self.until)))
        return lines

    def _ends(self, device: str, lives: Mapping[int, tuple[int, int]]) -> tuple[int, int | None]:
        """From when to when a device's first and last moments are filled in, ns.

        They are those of the writers that know it: others have no say in what it drew.
        """
        knowing = self._knowing(device)
        worked: list[tuple[int, int]] = [lives[member] for member in knowing if member in lives]
        # A first span begins before the meter does: the drivers take their time to answer.
        since: int = min(self.facts[member].context["t"] for member in knowing)
        since = min([since, *(first for first, _ in worked)])
        return since, max((last for _, last in worked), default=None)

    def _knowing(self, device: str) -> list[int]:
        """The writers that recorded a device, and what their families began without any meter.

        A process that is too short for its meter, or that has none, recorded no device at all; it
        ran on those of the process that it was started by.
        """
        own = [member for member in self.members if device in self._ids(member)]
        roots = {self.roots[member] for member in own}
        return own + [
            member
            for member in self.members
            if not self.facts[member].devices and self.roots[member] in roots
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

    def _post_device(self, job: Job[Line, Chosen]) -> None:
        device, timeline = job.device, job.timeline
        members = [m for m in self.members if device.id in self._ids(m)]
        host = self.facts[members[0]].host if members else ""
        cells = timeline.cells
        metered, present = cells.metered_nj(), cells.present_ns()
        before = {key: len(parts) for key, parts in self.book.groups.items()}
        clockwork = Clockwork(self.clock, cells.edges) if present else None
        booked = Booked()
        for part in job.parts:
            booked = booked.plus(self._booked(device, timeline, part, clockwork))
        rest = metered - booked.attributed_nj - booked.idle_nj
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
                cells.estimated_nj(),
                booked.floor_w,
                booked.idle_by,
                _less(whole_by, booked.attributed_by, booked.idle_by),
                present,
                idle_ns,
                rest_ns,
                {} if clockwork is None else _hours(clockwork, cells, booked),
            )
        )

    def _by_stretch(self, timeline: Line) -> dict[int, int]:
        """A timeline's energy by stretch of time; empty where nothing is cut."""
        if not self.cuts or not timeline.cells.present_ns():
            return {}
        start: int = int(timeline.cells.edges[0])
        end: int = int(timeline.cells.edges[-1])
        first: int = bisect_right(self.cuts, start)
        ends = [start, *self.cuts[first : bisect_left(self.cuts, end)], end]
        return {
            first + at: timeline.energy_nj(ends[at], ends[at + 1]) for at in range(len(ends) - 1)
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

    def _of_gpu(self, device: Device, timeline: Line) -> Charge[Chosen]:
        """What of a GPU's energy is the tracked programs', and who was on it."""
        cells, families = timeline.cells, self._families()
        tracked = self.shares.of_gpu(device, cells.edges, self.facts, families)
        (own,) = self.shares.split(cells, [tracked])
        return Charge(own, self.on_gpu(device))

    def _of_host(self, device: Device, timeline: Line) -> Iterator[Charge[Chosen]]:
        """The CPU or memory: each tracked family of processes gets its share of every cell."""
        cells, families = timeline.cells, self._families()
        shares = [
            self._share(device, cells.edges, root, members) for root, members in families.items()
        ]
        for own, members in zip(self.shares.split(cells, shares), families.values(), strict=True):
            yield Charge(own, self.of_writers(members))

    def _booked(
        self,
        device: Device,
        timeline: Line,
        part: Charge[Chosen],
        clockwork: Clockwork | None,
    ) -> Booked:
        booked = self.attributed(device, timeline, part.cells, part.chosen)
        whole_by = self._by_stretch(timeline._replace(cells=part.cells))
        booked = booked._replace(idle_by=_less(whole_by, booked.attributed_by))
        if clockwork is None:
            return booked
        tracked = clockwork.sums(energies(part.cells))
        return booked.by_hour(tracked, clockwork.sums(booked.by_cell))

    def _share(self, device: Device, edges: Any, root: int, members: list[int]) -> Any:
        """A family's share of each cell: of busy CPU seconds, or of the memory."""
        facts = self.facts
        found = self.shares.whole(edges)
        if facts[root].context.get("declared", {}).get("charge") != "machine":
            found = self.shares.of_host(device, edges, facts, members)
        if found is None:
            self._note(
                "the share of this program in the host is not known: it is charged all of it"
            )
            found = self.shares.whole(edges)
        return self.shares.while_alive(edges, found, *self._life(members))

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


def _hours(clockwork: Clockwork, cells: Any, booked: Booked) -> dict[int, Hour]:
    """A device's books by hour."""
    metered = clockwork.sums(energies(cells))
    nothing = [0] * len(metered)
    own, tracked = booked.attributed_at or nothing, booked.tracked_at or nothing
    at_rest = [whole - part for whole, part in zip(tracked, own, strict=True)]
    covered = clockwork.sums(known_ns(cells))
    return hours(
        clockwork, metered, (booked.attributed_nj, own), (booked.idle_nj, at_rest), covered
    )


class Booked(NamedTuple):
    """What one pass over a device's cells came to; `plus` adds the passes of several families.

    `by_cell` is what of each cell was attributed, `attributed_at` that by hour, and `tracked_at`
    that with what was idle: as good as rounding leaves them.
    """

    attributed_nj: int = 0
    idle_nj: int = 0
    floor_w: float = 0.0
    attributed_by: Mapping[int, int] = {}
    idle_by: Mapping[int, int] = {}
    held_ns: int = 0
    by_cell: Sequence[int] = ()
    attributed_at: Sequence[int] = ()
    tracked_at: Sequence[int] = ()

    def by_hour(self, tracked: Sequence[int], attributed: Sequence[int]) -> Booked:
        """By hour in place of by cell."""
        return self._replace(by_cell=(), tracked_at=tracked, attributed_at=attributed)

    def plus(self, other: Booked) -> Booked:
        return Booked(
            self.attributed_nj + other.attributed_nj,
            self.idle_nj + other.idle_nj,
            self.floor_w + other.floor_w,
            add_to(dict(self.attributed_by), other.attributed_by),
            add_to(dict(self.idle_by), other.idle_by),
            self.held_ns + other.held_ns,
            (),
            _sums(self.attributed_at, other.attributed_at),
            _sums(self.tracked_at, other.tracked_at),
        )


def _sums(one: Sequence[int], other: Sequence[int]) -> Sequence[int]:
    return [a + b for a, b in zip(one, other, strict=True)] if one and other else one or other


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
