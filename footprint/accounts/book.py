"""The book: a ledger's energy, booked to entries, idle and unattributed, device by device.

    metered = attributed + idle + unattributed      for every device, exactly, in nJ

*Idle* is metered energy of the tracked part in which no span was active. *Unattributed* is what the
meter shows beyond the tracked part: on a CPU, the processes outside the tracked trees.
"""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from footprint.accounts.entries import Entry, EntryList, family
from footprint.accounts.lines import Book, DeviceBook, Energy, GroupEnergy, Grouping, Period
from footprint.accounts.plain import PlainPosting
from footprint.accounts.posting import Posting
from footprint.ledger.reader import Facts, Issue

if TYPE_CHECKING:
    from footprint.accounts.bulk import Tables

__all__ = ["Book", "DeviceBook", "Energy", "GroupEnergy", "Grouping", "Period", "make"]


def no_groups(entries: Sequence[Entry], index: int) -> Iterable[Hashable]:
    return ()


def make(
    facts: list[Facts],
    issues: list[Issue] | None = None,
    grouping: Grouping = no_groups,
    period: Period = (None, None),
    cuts: Sequence[int] = (),
) -> Book:
    """Books what some writers recorded.

    Args:
        facts: one for each journal.
        issues: what was wrong with them.
        grouping: the keys of the groups an entry belongs to; groups are bounded as one.
        period: what lies outside is cut off: cells at its ends by time, spans that only touch it
            keep the part inside.
        cuts: UTC ns, increasing: instants at which a factor changes. Groups and lines then say
            their energy by stretch of time.
    """
    return _made(PlainPosting, EntryList(), facts, issues, grouping, period, cuts)


#: From so many entries or readings on, columns are quicker than one after the other.
MANY, MANY_READINGS = 2_000, 10_000


def make_groups(
    facts: list[Facts],
    issues: list[Issue] | None = None,
    grouping: Grouping = no_groups,
    period: Period = (None, None),
    cuts: Sequence[int] = (),
) -> Book:
    """As `make`, where what single entries used is not asked for: of many it makes short work.

    Every entry must have as many keys as every other, and they must not depend on anything but its
    writer, path and status.
    """
    entries = sum(one.rows.count("span") + one.rows.count("fold") for one in facts)
    readings = sum(one.rows.count("point") + one.rows.count("window") for one in facts)
    if entries >= MANY or readings >= MANY_READINGS:
        from footprint.accounts.bulk import BulkPosting, Tables
        from footprint.estimators.columns import TooLarge

        with contextlib.suppress(TooLarge):
            return _made(BulkPosting, Tables(), facts, issues, grouping, period, cuts)
    return make(facts, issues, grouping, period, cuts)


def _made(
    posting: type[Posting[Any]],
    entries: EntryList | Tables,
    facts: list[Facts],
    issues: list[Issue] | None,
    grouping: Grouping,
    period: Period,
    cuts: Sequence[int],
) -> Book:
    roots = family(facts)
    book = Book(facts, entries, [], [], {}, [], set(), [], list(issues or ()), tuple(cuts))
    boots: dict[str, list[int]] = {}
    for index, one in enumerate(facts):
        boots.setdefault(one.boot_id, []).append(index)
    for boot, members in sorted(boots.items()):
        posting(book, boot, members, roots, grouping, period).post()
    return book
