"""The readings of several writers, by device, and the timelines that come of them."""

from __future__ import annotations

from collections.abc import Sequence

from footprint.accounts.timelines.build import build
from footprint.accounts.timelines.points import Window, read_points
from footprint.accounts.timelines.timeline import Timeline
from footprint.ledger.reader import Facts
from footprint.model import TIERS, Device

#: From so many readings on, columns are quicker than one after the other, numpy's import included.
MANY = 10_000

_Row = tuple[int, int, int, int]


def readings(facts: Sequence[Facts]) -> Readings:
    """What some writers, of one boot, read; many readings go over columns."""
    count = sum(one.rows.count("point") + one.rows.count("window") for one in facts)
    return ManyReadings(facts) if count >= MANY else Readings(facts)


class Readings:
    """Makes each device's timeline from what some writers read of it."""

    def __init__(self, facts: Sequence[Facts]) -> None:
        self._points: dict[str, dict[int, list[_Row]]] = {}
        self._windows: dict[str, dict[int, list[Window]]] = {}
        for member, one in enumerate(facts):
            by_number: dict[int, list[_Row]] = {}
            for number, *row in one.rows["point"]:
                by_number.setdefault(number, []).append((row[0], row[1], row[2], row[3]))
            for number, rows in by_number.items():
                if number in one.devices:
                    own = self._points.setdefault(one.devices[number].id, {})
                    own.setdefault(member, []).extend(rows)
            for number, tier, start, end, energy in one.rows["window"]:
                if number in one.devices and end > start:
                    name = one.devices[number].id
                    window = Window(start, end, energy * 1000, TIERS[min(tier, len(TIERS) - 1)])
                    self._windows.setdefault(name, {}).setdefault(member, []).append(window)

    def build(self, device: Device, since: int | None, until: int | None) -> Timeline:
        """A device's timeline; its first and last moments are filled in from `since` to `until`."""
        points = read_points(list(self._points.get(device.id, {}).values()))
        windows = list(self._windows.get(device.id, {}).values())
        return build(device, points, windows, since, until)


class ManyReadings(Readings):
    """The same over columns, as lists again."""

    def __init__(self, facts: Sequence[Facts]) -> None:
        from footprint.accounts.timelines.columns.readings import ReadingColumns

        self._facts = facts
        self._columns = ReadingColumns(facts)

    def build(self, device: Device, since: int | None, until: int | None) -> Timeline:
        """A device's timeline."""
        from footprint.estimators.columns import TooLarge

        try:
            return self._columns.build(device, since, until).plain()
        except TooLarge:
            return Readings(self._facts).build(device, since, until)
