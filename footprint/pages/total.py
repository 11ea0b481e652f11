"""The total of a ledger: its pages, added."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from footprint.accounts.amounts import Sum, added
from footprint.accounts.lines import GroupEnergy, add_to
from footprint.ledger.reader import Facts, Issue
from footprint.pages.page import DeviceLine, Member, Nameless, Page, Place


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

    def counts(self) -> dict[str, Sum]:
        """Declared amounts by name over all groups, and `call`: how many calls there are."""
        found: dict[str, Sum] = {}
        for member in self.members.values():
            found = added(found, member.doing.units)
        calls = sum(member.doing.calls for member in self.members.values())
        return {**found, "call": (float(calls),) if calls else ()}


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
    devices: dict[tuple[str, str], DeviceLine] = {}
    groups: dict[tuple[Hashable, Place], dict[str, GroupEnergy]] = {}
    members: dict[Hashable, Member] = {}
    nameless: dict[Nameless, None] = {}
    missing: dict[Issue, None] = {}
    notes: dict[str, None] = {}
    starts: list[int] = []
    ends: list[int] = []
    entries = left_open = 0
    assumed = False
    for page in (_renumbered(each, cuts) for each in pages):
        for line in page.devices:
            at = line.boot, line.device.id
            devices[at] = _both(devices[at], line) if at in devices else line
        for key, parts in page.groups.items():
            own = groups.setdefault(key, {})
            for part in parts:
                before = own.get(part.device.id)
                own[part.device.id] = part if before is None else before.plus(part)
        for name, member in page.members.items():
            members[name] = members[name].plus(member) if name in members else member
        nameless |= dict.fromkeys(page.nameless)
        missing |= dict.fromkeys(page.issues)
        notes |= dict.fromkeys(page.notes)
        starts += [] if page.start_ns is None else [page.start_ns]
        ends += [] if page.end_ns is None else [page.end_ns]
        entries, left_open = entries + page.entries, left_open + page.left_open
        assumed = assumed or page.assumed
    return Total(
        facts,
        issues,
        tuple(missing),
        tuple(devices.values()),
        {key: tuple(own.values()) for key, own in groups.items()},
        members,
        entries,
        left_open,
        min(starts, default=None),
        max(ends, default=None),
        assumed,
        tuple(nameless),
        tuple(notes),
        cuts,
    )


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
_SUMMED = (
    *("metered_nj", "attributed_nj", "idle_nj", "unattributed_nj", "estimated_nj"),
    *("present_ns", "idle_ns", "unattributed_ns", "covered_ns", "missing_ns"),
)


def _both(one: DeviceLine, other: DeviceLine) -> DeviceLine:
    instants = [each for each in (one.start_ns, other.start_ns) if each is not None]
    ends = [each for each in (one.end_ns, other.end_ns) if each is not None]
    return one._replace(
        **{name: getattr(one, name) + getattr(other, name) for name in _SUMMED},
        idle_by=add_to(dict(one.idle_by), other.idle_by),
        unattributed_by=add_to(dict(one.unattributed_by), other.unattributed_by),
        start_ns=min(instants, default=None),
        end_ns=max(ends, default=None),
    )
