"""A page: what the books of one boot come to within a part of its time, as values that add up.

A page holds nothing of single entries and no readings. It can be kept, sent from one machine to
another, and added to others: integers add exactly, bounds of groups add since the cells of two
pages are different cells.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from footprint.accounts import doings
from footprint.accounts.amounts import Sum, added
from footprint.accounts.days import Clock
from footprint.accounts.doings import Doing
from footprint.accounts.entries import Entry
from footprint.accounts.hours import Hour, known_stretches
from footprint.accounts.lines import Book, Bounds, DeviceBook, GroupEnergy, add_parts
from footprint.accounts.posting import nameless
from footprint.estimators.systems.use import ApiUse
from footprint.ledger.reader import Facts, Issue
from footprint.ledger.utc_sets import extent
from footprint.model import Device
from footprint.pages.labels import label

#: Gives an entry the name of its group, by its writer, path and status alone. Where it has a method
#: `cuts`, pages are cut by further fields too: it takes the facts of a part and gives a `Cutting`.
Naming = Callable[[Entry, Facts], Hashable]

#: Gives an entry one name for each further field, as many for all of a part (`cut_name`).
Cutting = Callable[[Entry, Facts], tuple[str, ...]]

#: Where entries ran: what their run declared (`labels.label`), and the boot.
Place = tuple[str, str]

#: Names of groups across all names: calls, and runs as a whole; and all of a boot.
CALLS, OWN_TIME, BOOT = "calls", "own time", "boot"


class ApiCalls(NamedTuple):
    """Calls of a provider: those that told their tokens, and how many did not."""

    uses: tuple[ApiUse, ...]
    untold: int

    def plus(self, other: ApiCalls) -> ApiCalls:
        return ApiCalls(self.uses + other.uses, self.untold + other.untold)


class Member(NamedTuple):
    """A group's entries: all that is to be known of them beside their energy.

    Attributes:
        doing: what they did.
        places: where.
        api: their providers' side, where they are API calls.
        lost: some of them named a device that does not exist.
    """

    doing: Doing
    places: frozenset[Place]
    api: ApiCalls | None = None
    lost: bool = False

    def plus(self, other: Member) -> Member:
        return together((self, other))


def together(members: Sequence[Member]) -> Member:
    """Many members as one; there is at least one."""
    if len(members) == 1:
        return members[0]
    calls = [each.api for each in members if each.api is not None]
    api: ApiCalls | None = None
    if calls:
        uses = tuple(use for each in calls for use in each.uses)
        api = ApiCalls(uses, sum(each.untold for each in calls))
    return Member(
        doings.together([each.doing for each in members]),
        frozenset().union(*(each.places for each in members)),
        api,
        any(each.lost for each in members),
    )


class Tally(NamedTuple):
    """What entries of one name and cut did, as far as it adds up over groups.

    Attributes:
        calls, errors: as of `Doing`; runs' own time is no call.
        units: declared amounts by name, exactly.
        places: where.
        api: their providers' side, where they are API calls.
    """

    calls: int
    errors: int
    units: Mapping[str, Sum]
    places: frozenset[Place]
    api: ApiCalls | None = None

    def plus(self, other: Tally) -> Tally:
        api = self.api.plus(other.api) if self.api and other.api else self.api or other.api
        return Tally(
            self.calls + other.calls,
            self.errors + other.errors,
            added(self.units, other.units),
            self.places | other.places,
            api,
        )


#: The name of a group, and the names of the cuts that its entries are in.
Combination = tuple[Hashable, tuple[str, ...]]


def cut_name(*parts: str | None) -> str:
    """The name of entries that are alike in some field: the field, then its value or values."""
    return json.dumps(parts, ensure_ascii=False)


def cut_of(name: str) -> tuple[str | None, ...]:
    """The field and its value or values, of `cut_name`."""
    return tuple(json.loads(name))


class DeviceLine(NamedTuple):
    """One device's books as `lines.DeviceBook` has them, without its readings.

    `covered_ns` and `missing_ns`: for how long its energy is known, and not known; `start_ns` and
    `end_ns`: UTC, None where it was not read. `hours`: its books by hour of UTC; `known`: the
    stretches (UTC ns) in which its energy is known. Both are empty in groups that an earlier
    version compacted.
    """

    host: str
    device: Device
    boot: str
    metered_nj: int
    attributed_nj: int
    idle_nj: int
    unattributed_nj: int
    estimated_nj: int
    idle_by: Mapping[int, int]
    unattributed_by: Mapping[int, int]
    present_ns: int
    idle_ns: int
    unattributed_ns: int
    covered_ns: int
    missing_ns: int
    start_ns: int | None
    end_ns: int | None
    hours: Mapping[int, Hour] = {}
    known: tuple[tuple[int, int], ...] = ()

    @property
    def metered(self) -> bool:
        """Whether anything is known of its energy."""
        return self.covered_ns > 0


class Nameless(NamedTuple):
    """A call was declared on a device that was not seen; which GPUs were."""

    name: str
    element: str
    gpus: str


class Page(NamedTuple):
    """What a part of a ledger comes to.

    Attributes:
        devices: each device's lines.
        groups: by (name, place), what it used of each device. Names: those that were asked for,
            and `CALLS`, `OWN_TIME` and `BOOT`.
        members: by name, the other side of the groups.
        entries: how many spans and folds there are.
        left_open: how many spans never ended.
        start_ns, end_ns: UTC of the first and last instant of spans and readings; None: none.
        assumed: some work was put on all visible GPUs, since nothing said which.
        nameless: calls on devices that do not exist.
        notes: assumptions that were made.
        cuts: as `lines.Book.cuts`: those within its day.
        issues: what of the ledger could not be read for it.
        margin_ns: how far around it readings were looked for, beyond `within.MARGIN`.
        tallies: by group's name and cuts; the cuts' energies are among `groups`. Empty where
            nothing is cut.
    """

    devices: tuple[DeviceLine, ...]
    groups: Mapping[tuple[Hashable, Place], tuple[GroupEnergy, ...]]
    members: Mapping[Hashable, Member]
    entries: int
    left_open: int
    start_ns: int | None
    end_ns: int | None
    assumed: bool
    nameless: tuple[Nameless, ...]
    notes: tuple[str, ...]
    cuts: tuple[int, ...] = ()
    issues: tuple[Issue, ...] = ()
    margin_ns: int = 0
    tallies: Mapping[Combination, Tally] = {}


class Grouper:
    """The groups that entries' energy is summed by, with joint bounds, for a book."""

    def __init__(self, facts: Sequence[Facts], naming: Naming) -> None:
        self._facts = facts
        self._naming = naming
        self._places = [(label(one), one.boot_id) for one in facts]
        cuts = getattr(naming, "cuts", None)
        self._cutting: Cutting | None = None if cuts is None else cuts(facts)
        self._names: dict[tuple[int, int, int], Combination] = {}

    def __call__(self, entries: Sequence[Entry], index: int) -> Iterable[Hashable]:
        entry = entries[index]
        place = self._places[entry.writer]
        name, cuts = self.combination(entry)
        yield name, place
        yield (OWN_TIME if entry.path.background else CALLS), place
        yield BOOT, place
        for cut in cuts:
            yield cut, place

    @property
    def is_cut(self) -> bool:
        """Whether entries are in cuts."""
        return self._cutting is not None

    def name(self, entry: Entry) -> Hashable:
        """The name of an entry's group."""
        return self.combination(entry)[0]

    def combination(self, entry: Entry) -> Combination:
        """The name of an entry's group, and the cuts that it is in."""
        alike = entry.writer, id(entry.path), entry.status  # all that a name is made of
        known = self._names.get(alike)
        if known is None:
            one = self._facts[entry.writer]
            cuts = () if self._cutting is None else self._cutting(entry, one)
            known = self._names[alike] = self._naming(entry, one), cuts
        return known

    def place(self, writer: int) -> Place:
        """Where a writer's entries ran."""
        return self._places[writer]


def page(book: Book, bounds: Bounds, grouper: Grouper) -> Page:
    """What a book comes to that was made with this grouper, within these bounds."""
    from footprint.pages.members import members
    from footprint.pages.tallies import tallies

    clock = Clock(book.facts)
    lines = tuple(_line(each, clock) for each in book.devices)
    starts, ends = _instants(book, bounds, lines)
    lost = nameless(book)
    names = {grouper.name(book.entries[index]) for index in lost}
    return Page(
        lines,
        # One part a device: several families of processes may have used it.
        {key: tuple(add_parts({}, parts).values()) for key, parts in _groups(book)},
        members(book, bounds, grouper, names),
        len(book.entries),
        book.entries.left_open(),
        min(starts, default=None),
        max(ends, default=None),
        bool(book.assumed),
        tuple(dict.fromkeys(_nameless(book, lost))),
        tuple(book.notes),
        book.cuts,
        tallies=tallies(book, grouper) if grouper.is_cut else {},
    )


def _groups(book: Book) -> Iterator[tuple[Any, list[GroupEnergy]]]:
    yield from book.groups.items()


def _line(each: DeviceBook, clock: Clock) -> DeviceLine:
    cells = each.timeline.cells
    covered, missing = cells.lengths()
    edges = cells.edges
    there = list(clock.stretches(int(edges[0]), int(edges[-1]))) if len(edges) else []
    start, end = extent(there) if there else (None, None)
    return DeviceLine(
        each.host,
        each.device,
        each.boot,
        each.metered_nj,
        each.attributed_nj,
        each.idle_nj,
        each.unattributed_nj,
        each.estimated_nj,
        each.idle_by,
        each.unattributed_by,
        each.present_ns,
        each.idle_ns,
        each.unattributed_ns,
        covered,
        missing,
        start,
        end,
        each.hours,
        tuple(on_utc for known in known_stretches(cells) for on_utc in clock.stretches(*known)),
    )


def _instants(
    book: Book, bounds: Bounds, lines: Iterable[DeviceLine]
) -> tuple[list[int], list[int]]:
    since, until = bounds.closed
    starts = [each.start_ns for each in lines if each.start_ns is not None]
    ends = [each.end_ns for each in lines if each.end_ns is not None]
    for writer, (start, end) in book.entries.extents().items():
        first, last = book.facts[writer].utc_extent(max(start, since), min(end, until))
        starts.append(first)
        ends.append(last)
    return starts, ends


def _nameless(book: Book, lost: Mapping[int, Sequence[object]]) -> Iterator[Nameless]:
    for index, elements in lost.items():
        entry = book.entries[index]
        boot = book.facts[entry.writer].boot_id
        gpus = {
            device.id: device.id if device.number is None else f"{device.number} ({device.id})"
            for one in book.facts
            if one.boot_id == boot
            for device in one.devices.values()
            if device.kind == "gpu"
        }
        for each in elements:
            yield Nameless(entry.path.name, repr(each), ", ".join(gpus.values()) or "none")
