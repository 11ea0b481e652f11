"""One writer's readings without those that are void."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

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


def without(one: Facts, corrections: Sequence[Correction]) -> tuple[Facts, dict[str, int]]:
    """A writer without void readings, and by correction how many it had of those it is about.

    What a device drew between the last reading before and the first one after is not known then:
    a counter's next value would say it, so that the stretch itself is noted (`Facts.unknown`).
    """
    points, windows = columns.of(one.rows, "point"), columns.of(one.rows, "window")
    gone = {"point": np.zeros(len(points), bool), "window": np.zeros(len(windows), bool)}
    counts: dict[str, int] = {}
    unknown = list(one.unknown)
    for each in corrections:
        numbers = [at for at, device in one.devices.items() if device.id == each.target.device]
        since, until = chosen.period(one, each.target)
        start, end = -_EVER if since is None else since, _EVER if until is None else until
        # The clock began with its boot: what a device drew before is in another writer.
        if not numbers or not chosen.of_writer(one, each.target) or start > one.t_last:
            continue
        if end <= one.begun:
            continue
        own = np.array(numbers, np.uint16)
        found: dict[str, Flags] = {
            "point": np.isin(points["device"], own) & (points["t"] >= start) & (points["t"] < end),
            "window": np.isin(windows["device"], own)
            & (windows["end"] > start)
            & (windows["start"] < end),
        }
        counts[each.id] = sum(int(flags.sum()) for flags in found.values())
        if each.action == VOID and each.target.device is not None:
            unknown.append((each.target.device, start, end))
            for kind, flags in found.items():
                gone[kind] |= flags
    if len(unknown) == len(one.unknown):
        return one, counts
    rows = Rows()
    for row in fmt.ROW_TYPES:
        packed: bytes = one.rows.packed(row.name)
        if row.name in gone:
            packed = columns.of(one.rows, row.name)[~gone[row.name]].tobytes()
        rows.take(row, packed)
    other = one.with_rows(rows)
    other.unknown = tuple(sorted(unknown))
    return other, counts
