"""Compacted dates in comparisons: their calls are kept by the hour, and none of them single.

What a report says of them is right; noise, the devices of single calls and how long runs took are
not known any more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from footprint.accounts import compacted
from footprint.accounts.entries import Entry
from footprint.accounts.lines import Period
from footprint.accounts.outline import Place
from footprint.estimators.errors import Gap
from footprint.ledger.reader import Facts
from footprint.model import STATUSES
from footprint.pages.finest import Finest, entry_of

#: Said of a side that has calls on compacted dates.
NO_CALLS = Gap(
    "noise",
    "calls of compacted dates are kept by the hour, so that noise cannot be tested",
    "compare a period after the compacted dates",
)


def entries(
    kept: Sequence[Place], facts: Sequence[Facts], period: Period
) -> tuple[list[Entry], list[Entry]]:
    """What calls of compacted dates were, as far as groups tell them apart; they did nothing.

    Args:
        kept: where the groups are (`Ledger.compacted`).
        facts: of the ledger; entries know their writer by its number in them.
        period: [since, until) in UTC ns, by the hour.

    Returns all of them, and those that ended in the period. Raises LedgerError where a file of
    groups cannot be read.
    """
    numbers = {one.writer: number for number, one in enumerate(facts)}
    since, until = period
    known: dict[Finest, Entry] = {}
    inside: dict[Finest, Entry] = {}
    for each in compacted.groups(kept, facts, (None, None)):
        path = json.dumps(dict(each.path), sort_keys=True)
        name = each.one.writer, path, STATUSES.index(each.status)
        if name not in known:
            known[name] = entry_of(name)._replace(writer=numbers[name[0]])
        if (since is None or each.hour >= since) and (until is None or each.hour < until):
            inside[name] = known[name]
    return list(known.values()), list(inside.values())


__all__ = ["NO_CALLS", "entries"]
