"""The total of a ledger: its pages, added."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from footprint.accounts.amounts import Sum, added
from footprint.accounts.latency import EXACT
from footprint.accounts.lines import SUMMED, Energy, GroupEnergy, add_to, missing_share
from footprint.ledger.reader import Facts, Issue
from footprint.pages.page import (
    Combination,
    DeviceLine,
    Member,
    Nameless,
    Page,
    Place,
    Tally,
    together,
)


class Total(NamedTuple):
    """What a ledger comes to. Attributes as of `Page`, and:

    Attributes:
        facts: what the writers recorded of themselves (their rows may not be there).
        issues: what was wrong with the ledger.
        missing: what of it could not be read.
        members: in the order of their first entries.
    """

    facts: Sequence[Facts]
    issues: Sequence[Issue]
    missing: Sequence[Issue]
    devices: Sequence[DeviceLine]
    groups: Mapping[tuple[Hashable, Place], Sequence[GroupEnergy]]
    members: Mapping[Hashable, Member]
    entries: int
    left_open: int
    start_ns: int | None
    end_ns: int | None
    assumed: bool
    nameless: Sequence[Nameless]
    notes: Sequence[str]
    cuts: tuple[int, ...]
    tallies: Mapping[Combination, Tally] = {}

    @property
    def page(self) -> Page:
        """The same in the form of a page; its stretches of time are those between all cuts."""
        return Page(
            tuple(self.devices),
            {key: tuple(parts) for key, parts in self.groups.items()},
            self.members,
            self.entries,
            self.left_open,
            self.start_ns,
            self.end_ns,
            self.assumed,
            tuple(self.nameless),
            tuple(self.notes),
            tallies=self.tallies,
        )

    def counts(self) -> dict[str, Sum]:
        """Declared amounts by name over all groups, and `call`: how many calls there are."""
        found: dict[str, Sum] = {}
        for member in self.members.values():
            found = added(found, member.doing.units)
        calls = sum(member.doing.calls for member in self.members.values())
        return {**found, "call": (float(calls),) if calls else ()}


class Adding:
    """Pages, added as they come.

    Args:
        cuts: UTC ns, increasing: instants at which a factor changes, over all pages.
    """

    def __init__(self, cuts: tuple[int, ...] = ()) -> None:
        self._cuts = cuts
        self._devices: dict[tuple[str, str], _Line] = {}
        self._groups: dict[tuple[Hashable, Place], dict[str, _Group]] = {}
        self._members: dict[Hashable, _Members] = {}
        self._tallies: dict[Combination, Tally] = {}
        self._nameless: dict[Nameless, None] = {}
        self._missing: dict[Issue, None] = {}
        self._notes: dict[str, None] = {}
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._entries = self._left_open = 0
        self._assumed = False

    def add(self, page: Page) -> None:
        """Adds a page."""
        self._add(_renumbered(page, self._cuts), page.issues)

    def join(self, part: Total) -> None:
        """Adds what other pages came to, with the same cuts."""
        self._add(part, part.missing)

    def _add(self, page: Page | Total, issues: Iterable[Issue]) -> None:
        for line in page.devices:
            at = line.boot, line.device.id
            if at in self._devices:
                self._devices[at].add(line)
            else:
                self._devices[at] = _Line(line)
        for key, parts in page.groups.items():
            own = self._groups.setdefault(key, {})
            for part in parts:
                if part.device.id in own:
                    own[part.device.id].add(part)
                else:
                    own[part.device.id] = _Group(part)
        for name, member in page.members.items():
            if name in self._members:
                self._members[name].add(member)
            else:
                self._members[name] = _Members(member)
        tallies = self._tallies
        for combination, tally in page.tallies.items():
            known = tallies.get(combination)
            tallies[combination] = tally if known is None else known.plus(tally)
        self._nameless |= dict.fromkeys(page.nameless)
        self._missing |= dict.fromkeys(issues)
        self._notes |= dict.fromkeys(page.notes)
        self._starts += [] if page.start_ns is None else [page.start_ns]
        self._ends += [] if page.end_ns is None else [page.end_ns]
        self._entries += page.entries
        self._left_open += page.left_open
        self._assumed = self._assumed or page.assumed

    def total(self, facts: Sequence[Facts] = (), issues: Sequence[Issue] = ()) -> Total:
        """What they come to."""
        return Total(
            facts,
            issues,
            tuple(self._missing),
            tuple(each.line() for each in self._devices.values()),
            {
                key: tuple(each.energy() for each in own.values())
                for key, own in self._groups.items()
            },
            {name: each.member() for name, each in self._members.items()},
            self._entries,
            self._left_open,
            min(self._starts, default=None),
            max(self._ends, default=None),
            self._assumed,
            tuple(self._nameless),
            tuple(self._notes),
            self._cuts,
            dict(self._tallies),
        )


def total(
    facts: Sequence[Facts],
    issues: Sequence[Issue],
    pages: Iterable[Page],
    cuts: tuple[int, ...] = (),
) -> Total:
    """The sum of pages; which comes first does not matter but for the order of equal figures.

    Args:
        cuts: UTC ns, increasing: instants at which a factor changes, over all pages.
    """
    adding = Adding(cuts)
    for page in pages:
        adding.add(page)
    return adding.total(facts, issues)


def _renumbered(page: Page, cuts: Sequence[int]) -> Page:
    """A page whose stretches of time are those between all cuts, not those within its day."""
    if not cuts or page.start_ns is None:
        return page
    instants = [page.cuts[0] - 1, *page.cuts] if page.cuts else [page.start_ns]
    numbers = [bisect_right(cuts, at) for at in instants]

    def by(own: Mapping[int, int], whole: int) -> dict[int, int]:
        if not page.cuts:
            return {numbers[0]: whole} if whole else {}
        return {numbers[stretch]: amount for stretch, amount in own.items()}

    return page._replace(
        devices=tuple(
            each._replace(
                idle_by=by(each.idle_by, each.idle_nj),
                unattributed_by=by(each.unattributed_by, each.unattributed_nj),
            )
            for each in page.devices
        ),
        groups={
            key: tuple(
                part._replace(by_stretch=by(part.by_stretch, part.energy.mid_nj)) for part in parts
            )
            for key, parts in page.groups.items()
        },
    )


#: What of two pages' lines of a device adds up.
_SUMMED = (*SUMMED, "covered_ns", "missing_ns")


class _Line:
    """A device's lines, added up in place: a year has very many days."""

    def __init__(self, line: DeviceLine) -> None:
        self._first, self._more = line, False
        self._sums = [getattr(line, name) for name in _SUMMED]
        self._idle, self._other = dict(line.idle_by), dict(line.unattributed_by)
        self._hours, self._known = dict(line.hours), list(line.known)
        self._starts, self._ends = [line.start_ns], [line.end_ns]

    def add(self, line: DeviceLine) -> None:
        self._more = True
        self._sums = [sum_ + getattr(line, n) for sum_, n in zip(self._sums, _SUMMED, strict=True)]
        add_to(self._idle, line.idle_by)
        add_to(self._other, line.unattributed_by)
        for hour, own in line.hours.items():
            known = self._hours.get(hour)
            self._hours[hour] = own if known is None else known.plus(own)
        self._known.extend(line.known)
        self._starts.append(line.start_ns)
        self._ends.append(line.end_ns)

    def line(self) -> DeviceLine:
        if not self._more:
            return self._first
        starts = (each for each in self._starts if each is not None)
        ends = (each for each in self._ends if each is not None)
        return self._first._replace(
            **dict(zip(_SUMMED, self._sums, strict=True)),
            idle_by=dict(self._idle),
            unattributed_by=dict(self._other),
            start_ns=min(starts, default=None),
            end_ns=max(ends, default=None),
            hours=dict(sorted(self._hours.items())),
            known=tuple(united(self._known)),
        )


class _Group:
    """What a group used of a device, added up in place, as `GroupEnergy.plus` does."""

    def __init__(self, part: GroupEnergy) -> None:
        self._first, self._more = part, False

    def add(self, part: GroupEnergy) -> None:
        if not self._more:
            first, own = self._first, self._first.energy
            self._more = True
            self._mid, self._low, self._high = own.mid_nj, own.low_nj, own.high_nj
            self._estimated = own.estimated_nj
            self._held, self._metered = first.held_ns, first.metered_ns
            self._active = first.active_ns
            self._tiers, self._by = dict(first.tiers), dict(first.by_stretch)
        energy = part.energy
        self._mid += energy.mid_nj
        self._low += energy.low_nj
        self._high += energy.high_nj
        self._estimated += energy.estimated_nj
        self._held += part.held_ns
        self._metered += part.metered_ns
        self._active += part.active_ns
        add_to(self._tiers, part.tiers)
        add_to(self._by, part.by_stretch)

    def energy(self) -> GroupEnergy:
        if not self._more:
            return self._first
        missing = missing_share(self._metered, self._active)
        return GroupEnergy(
            self._first.device,
            Energy(self._mid, self._low, self._high, missing, self._estimated),
            dict(self._tiers),
            dict(self._by),
            self._held,
            self._metered,
            self._active,
        )


class _Members:
    """A group's entries, put together many at a time: each time takes as long as all of them."""

    def __init__(self, member: Member) -> None:
        self._waiting, self._size = [member], 0

    def add(self, member: Member) -> None:
        self._waiting.append(member)
        self._size += member.doing.latencies.size
        if len(self._waiting) > _WAITING or self._size > EXACT:
            self._waiting, self._size = [together(self._waiting)], 0

    def member(self) -> Member:
        return together(self._waiting)


#: So many pages' members of a group wait to be put together, or as many as have `EXACT` durations.
_WAITING = 128


def united(stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches of time in order, those that meet as one."""
    begun: int | None = None
    over = 0
    for start, end in sorted(stretches):
        if begun is not None and start <= over:
            over = max(over, end)
            continue
        if begun is not None:
            yield begun, over
        begun, over = start, end
    if begun is not None:
        yield begun, over
