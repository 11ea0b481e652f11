"""One writer's readings without those that are void."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.corrections import chosen
from footprint.ledger.corrections.correction import VOID, Correction
from footprint.ledger.reader import Facts, Rows

if TYPE_CHECKING:
    from footprint.estimators.columns import Flags

#: Before and after all that a clock can show, ns.
_EVER = 2**62
#: Kinds of rows that are readings, and what of them says which are meant.
READINGS = {"point": ("device", "t"), "window": ("device", "start", "end")}


class Taken(NamedTuple):
    """Which of a writer's readings are meant: of these devices, in [since, until), boot-time ns."""

    devices: tuple[int, ...]
    since: int
    until: int

    def of(self, kind: str, table: Any) -> Flags:
        """Which rows are meant; a window is where it touches the period."""
        found: Flags = np.isin(table["device"], np.array(self.devices, table["device"].dtype))
        if kind == "point":
            found &= (table["t"] >= self.since) & (table["t"] < self.until)
        else:
            found &= (table["end"] > self.since) & (table["start"] < self.until)
        return found


def taken(one: Facts, correction: Correction) -> Taken | None:
    """Which of a writer's readings are meant; None: it took none then."""
    target = correction.target
    numbers = tuple(sorted(at for at, device in one.devices.items() if device.id == target.device))
    since, until = chosen.period(one, target)
    start, end = -_EVER if since is None else since, _EVER if until is None else until
    # The clock began with its boot: what a device drew before is in another writer.
    if not numbers or not chosen.of_writer(one, target) or start > one.t_last:
        return None
    return None if end <= one.begun else Taken(numbers, start, end)


def counted(one: Facts, correction: Correction) -> int | None:
    """How many of a writer's readings a correction is about; None: it took none then."""
    found = taken(one, correction)
    if found is None:
        return None
    flags = (found.of(kind, columns.of(one.rows, kind)) for kind in READINGS)
    return sum(int(np.count_nonzero(each)) for each in flags)


def without(one: Facts, corrections: Iterable[Correction]) -> Facts:
    """A writer without the readings that are void.

    What a device drew between the last reading before and the first one after is not known then:
    a counter's next value would say it, so that the stretch itself is noted (`Facts.unknown`).
    """
    void: list[Taken] = []
    unknown = list(one.unknown)
    for each in corrections:
        found = taken(one, each) if each.action == VOID else None
        if found is not None and each.target.device is not None:
            unknown.append((each.target.device, found.since, found.until))
            void.append(found)
    if not void:
        return one
    rows = Rows()
    for row in fmt.ROW_TYPES:
        packed: bytes = one.rows.packed(row.name)
        if row.name in READINGS:
            table = columns.of(one.rows, row.name)
            gone = np.zeros(len(table), bool)
            for some in void:
                gone |= some.of(row.name, table)
            packed = table[~gone].tobytes()
        rows.take(row, packed)
    other = one.with_rows(rows)
    other.unknown = tuple(sorted(unknown))
    return other
