"""The lines of a book: what entries, groups and devices used, in nJ."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from footprint.accounts.entries import Entry, EntryList
from footprint.accounts.timeline import Timeline
from footprint.ledger.reader import Facts, Issue
from footprint.model import Device

if TYPE_CHECKING:
    from footprint.accounts.bulk import Tables


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
    """One device's lines: metered = attributed + idle + unattributed.

    `idle_by` and `unattributed_by` are two of them by stretch of time (`Book.cuts`), nJ; empty
    where nothing is cut. `present_ns` is the time for which the device is in the books,
    `idle_ns` and `unattributed_ns` the parts of it that no entry held (`GroupEnergy.held_ns`).
    """

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
    idle_by: Mapping[int, int]
    unattributed_by: Mapping[int, int]
    present_ns: int
    idle_ns: int
    unattributed_ns: int


class GroupEnergy(NamedTuple):
    """What a group of entries used of one device, its bounds as of one entry, with its tiers.

    `by_stretch` is its energy by stretch of time (`Book.cuts`), nJ. `held_ns` is its part of the
    device's time: of a GPU the time that it held, of a CPU or memory the whole time in the
    proportion of its energy, since a program has a part of a CPU at any time.
    """

    device: Device
    energy: Energy
    tiers: dict[str, int]
    by_stretch: dict[int, int]
    held_ns: int


class Book(NamedTuple):
    """A ledger, booked.

    Attributes:
        facts: what was read.
        entries: all entries, over all boots: a list, or `bulk.Tables`.
        energy: by entry (index), by device kind; nothing where only groups were asked for.
        tiers: by entry, nJ by tier; likewise.
        groups: by group key, what it used of each device.
        devices: each device's lines.
        assumed: entries that were put on all visible GPUs, since nothing said which.
        notes: assumptions that were made, one line each.
        cuts: UTC ns at which time is cut into stretches; stretch i is [cuts[i - 1], cuts[i]).
    """

    facts: list[Facts]
    entries: EntryList | Tables
    energy: list[dict[str, Energy]]
    tiers: list[dict[str, int]]
    groups: dict[Hashable, list[GroupEnergy]]
    devices: list[DeviceBook]
    assumed: set[int]
    notes: list[str]
    issues: list[Issue]
    cuts: tuple[int, ...] = ()

    def utc_ns(self, entry: Entry, t: int) -> int:
        """UTC of an instant of an entry's clock."""
        return self.facts[entry.writer].utc_ns(t)


#: The keys of the groups that an entry, given by its index, belongs to.
Grouping = Callable[[Sequence[Entry], int], Iterable[Hashable]]

#: [since, until) in UTC nanoseconds; None: open.
Period = tuple[int | None, int | None]
