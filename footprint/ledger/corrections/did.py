"""What corrections did, as counts that add up over any parts of a ledger's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from footprint.ledger.corrections.correction import REPLACE, VOID, Correction

if TYPE_CHECKING:
    from footprint.estimators.columns import Flags


class Did(NamedTuple):
    """What a correction did among some rows.

    Attributes:
        spans: entries that it is about; a fold of short calls is one.
        calls: the calls in them.
        readings: points and windows that it is about.
        writers: processes whose declarations it replaces, or that read the device.
        void_too: how many of its spans are void.
        overruled: of how many of its spans (or runs) another correction says otherwise and holds,
            by that one.
    """

    spans: int = 0
    calls: int = 0
    readings: int = 0
    writers: int = 0
    void_too: int = 0
    overruled: Mapping[int, int] = {}

    def plus(self, other: Did) -> Did:
        """What it did among these rows and others."""
        overruled = dict(self.overruled)
        for by, many in other.overruled.items():
            overruled[by] = overruled.get(by, 0) + many
        return Did(
            self.spans + other.spans,
            self.calls + other.calls,
            self.readings + other.readings,
            self.writers + other.writers,
            self.void_too + other.void_too,
            overruled,
        )


#: By a correction's place in their order.
Done = Mapping[int, Did]


def added(parts: Iterable[Done]) -> dict[int, Did]:
    """What corrections did over all parts."""
    found: dict[int, Did] = {}
    for part in parts:
        for at, did in part.items():
            found[at] = found[at].plus(did) if at in found else did
    return found


def counted(
    found: Mapping[int, Flags], corrections: Sequence[Correction], calls: Any = None
) -> dict[int, Did]:
    """What corrections did among rows of one kind.

    Args:
        found: the rows that each is about, by its place in `corrections`, in that order.
        corrections: all that hold, the earliest first.
        calls: how many calls each row stands for; None: one.
    """
    did: dict[int, Did] = {}
    void: Flags | None = None
    said: dict[str, Any] = {}
    for at, flags in found.items():
        spans = int(np.count_nonzero(flags))
        did[at] = Did(spans, spans if calls is None else int(calls[flags].sum()))
        if not spans:
            continue
        if corrections[at].action == VOID:
            void = flags if void is None else void | flags
        elif corrections[at].action == REPLACE:
            for other, many in _overruled(at, flags, corrections, said).items():
                did[other] = did[other].plus(Did(overruled={at: many}))
    for at, flags in found.items():
        if void is not None and corrections[at].action == REPLACE:
            did[at] = did[at]._replace(void_too=int(np.count_nonzero(flags & void)))
    return did


def _overruled(
    at: int, flags: Flags, corrections: Sequence[Correction], said: dict[str, Any]
) -> dict[int, int]:
    """Of how many rows earlier corrections said otherwise; remembers what this one says of them.

    Args:
        said: by field, who spoke of each row last; -1: nobody.
    """
    against: dict[int, Flags] = {}
    for field, value in _values(corrections[at]).items():
        if field not in said:
            said[field] = np.full(len(flags), -1, np.int32)
        before = said[field][flags]
        # What is scaled says nothing else of the amount.
        for other in () if value is _SCALED else np.unique(before[before >= 0]).tolist():
            if _values(corrections[other])[field] != value:
                mine = before == other
                against[other] = against[other] | mine if other in against else mine
        said[field][flags] = at
    return {other: int(np.count_nonzero(rows)) for other, rows in against.items()}


#: What no value is equal to: of an amount that is scaled.
_SCALED = object()


def _values(one: Correction) -> dict[str, Any]:
    """What a correction says of calls, by field."""
    return {
        **one.of_calls(),
        **{f"amount {name}": value for name, value in one.amounts.items()},
        **{f"amount {name}": _SCALED for name in one.scales},
    }
