"""The lines of a book: what entries, groups and devices used, in nJ."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from footprint.accounts.entries import Entry, EntryList
from footprint.accounts.timelines.timeline import Timeline
from footprint.ledger.reader import Facts, Issue
from footprint.model import Device

if TYPE_CHECKING:
    from footprint.accounts.hours import Hour
    from footprint.accounts.table import Table
    from footprint.accounts.timelines.columns.timeline import TimelineColumns


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


def missing_share(metered_ns: int, active_ns: int) -> float:
    """The share of an active time in which a device was not metered; a rounding is none."""
    missing = 1 - metered_ns / active_ns if active_ns else 0.0
    return missing if missing > 0.001 else 0.0


class Bounds(NamedTuple):
    """A part of a boot's time, [since, until) in boot-time ns; None: open."""

    since: int | None = None
    until: int | None = None

    @property
    def closed(self) -> tuple[int, int]:
        """The same, with instants beyond any other where it is open."""
        since = -_FOREVER if self.since is None else self.since
        return since, _FOREVER if self.until is None else self.until


_FOREVER = 2**63 - 1


class DeviceBook(NamedTuple):
    """One device's lines: metered = attributed + idle + unattributed.

    `idle_by` and `unattributed_by` are two of them by stretch of time (`Book.cuts`), nJ; empty
    where nothing is cut. `present_ns` is the time for which the device is in the books,
    `idle_ns` and `unattributed_ns` the parts of it that no entry held (`GroupEnergy.held_ns`).
    `hours` are the lines by hour of UTC.
    """

    host: str
    device: Device
    timeline: Timeline | TimelineColumns
    boot: str
    metered_nj: int
    attributed_nj: int
    idle_nj: int
    unattributed_nj: int
    estimated_nj: int
    floor_w: float
    idle_by: Mapping[int, int]
    unattributed_by: Mapping[int, int]
    present_ns: int
    idle_ns: int
    unattributed_ns: int
    hours: Mapping[int, Hour] = {}


#: What of two lines of a device adds up.
SUMMED = (
    *("metered_nj", "attributed_nj", "idle_nj", "unattributed_nj", "estimated_nj"),
    *("present_ns", "idle_ns", "unattributed_ns"),
)


class GroupEnergy(NamedTuple):
    """What a group of entries used of one device, its bounds as of one entry, with its tiers.

    `by_stretch` is its energy by stretch of time (`Book.cuts`), nJ. `held_ns` is its part of the
    device's time: of a GPU the time that it held, of a CPU or memory the whole time in the
    proportion of its energy, since a program has a part of a CPU at any time. `active_ns` is how
    long its entries were active, `metered_ns` the part of it in which the device was metered.
    """

    device: Device
    energy: Energy
    tiers: dict[str, int]
    by_stretch: dict[int, int]
    held_ns: int
    metered_ns: int = 0
    active_ns: int = 0

    def plus(self, other: GroupEnergy) -> GroupEnergy:
        """With what it used of the same device at another time."""
        metered, active = self.metered_ns + other.metered_ns, self.active_ns + other.active_ns
        one, more = self.energy, other.energy
        energy = Energy(
            one.mid_nj + more.mid_nj,
            one.low_nj + more.low_nj,
            one.high_nj + more.high_nj,
            missing_share(metered, active),
            one.estimated_nj + more.estimated_nj,
        )
        return GroupEnergy(
            self.device,
            energy,
            add_to(dict(self.tiers), other.tiers),
            add_to(dict(self.by_stretch), other.by_stretch),
            self.held_ns + other.held_ns,
            metered,
            active,
        )


def add_parts(into: dict[str, GroupEnergy], parts: Iterable[GroupEnergy]) -> dict[str, GroupEnergy]:
    """Adds what a group used, by device."""
    for part in parts:
        known = into.get(part.device.id)
        into[part.device.id] = part if known is None else known.plus(part)
    return into


_Key = TypeVar("_Key")


def add_to(into: dict[_Key, int], more: Mapping[_Key, int]) -> dict[_Key, int]:
    """Adds amounts by key."""
    for key, amount in more.items():
        into[key] = into.get(key, 0) + amount
    return into


class Book(NamedTuple):
    """A ledger, booked.

    Attributes:
        facts: what was read.
        entries: all entries: a list, or of one boot the columns of a `Table`.
        used: by entry (index), by device id, what it used of it; nothing where only groups were
            asked for.
        tiers: by entry, nJ by tier; likewise.
        groups: by group key, what it used of each device.
        devices: each device's lines.
        assumed: entries that were put on all visible GPUs, since nothing said which.
        notes: assumptions that were made, one line each.
        cuts: UTC ns at which time is cut into stretches; stretch i is [cuts[i - 1], cuts[i]).
    """

    facts: list[Facts]
    entries: EntryList | Table
    used: list[dict[str, GroupEnergy]]
    tiers: list[dict[str, int]]
    groups: dict[Hashable, list[GroupEnergy]]
    devices: list[DeviceBook]
    assumed: set[int]
    notes: list[str]
    issues: list[Issue]
    cuts: tuple[int, ...] = ()

    def energy(self, index: int) -> dict[str, Energy]:
        """What an entry used, by device kind."""
        found: dict[str, Energy] = {}
        for part in self.used[index].values():
            known = found.get(part.device.kind)
            found[part.device.kind] = part.energy if known is None else known + part.energy
        return found

    def utc_ns(self, entry: Entry, t: int) -> int:
        """UTC of an instant of an entry's clock."""
        return self.facts[entry.writer].utc_ns(t)


#: The keys of the groups that an entry, given by its index, belongs to.
Grouping = Callable[[Sequence[Entry], int], Iterable[Hashable]]

#: [since, until) in UTC nanoseconds; None: open.
Period = tuple[int | None, int | None]
