"""The book: a ledger's energy, booked to entries, idle and unattributed, device by device.

    metered = attributed + idle + unattributed      for every device, exactly, in nJ

*Idle* is metered energy of the tracked part in which no span was active. *Unattributed* is what the
meter shows beyond the tracked part: on a CPU, the processes outside the tracked trees.

Books are made part by part (`accounts.days`): `of_part` is the book of one, `make` of a ledger.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Any

from footprint.accounts.days import Part, parts
from footprint.accounts.entries import Entry, EntryList, family
from footprint.accounts.lines import Book, DeviceBook, Energy, GroupEnergy, Grouping, Period
from footprint.accounts.plain import PlainPosting
from footprint.accounts.posting import Posting
from footprint.accounts.within import within
from footprint.ledger.reader import Facts, Issue

__all__ = [
    "Book",
    "DeviceBook",
    "Energy",
    "GroupEnergy",
    "Grouping",
    "Period",
    "by_entry",
    "make",
    "of_part",
]


def no_groups(entries: Sequence[Entry], index: int) -> Iterable[Hashable]:
    return ()


def make(
    facts: list[Facts],
    issues: list[Issue] | None = None,
    grouping: Grouping = no_groups,
    period: Period = (None, None),
    cuts: Sequence[int] = (),
    without: Collection[tuple[str, int]] = (),
) -> Book:
    """Books what some writers recorded, entry by entry.

    Args:
        facts: one for each writer.
        issues: what was wrong with them.
        grouping: the keys of the groups an entry belongs to; groups are bounded as one.
        period: what lies outside is cut off: cells at its ends by time, spans that only touch it
            keep the part inside.
        cuts: UTC ns, increasing: instants at which a factor changes. Groups and lines then say
            their energy by stretch of time.
        without: (boot, day) of parts that are left out.
    """
    from footprint.accounts.joined import joined

    books = [
        _plain(facts, issues, part, grouping, cuts)
        for part in parts(facts, period)
        if (part.boot, part.day) not in without
    ]
    if len(books) == 1:
        return books[0]
    return joined(_empty(facts, issues, cuts), books)


#: From so many entries or readings on, columns are quicker than one after the other: twice as quick
#: for a day of 60 calls whose two devices were read once a minute.
MANY, MANY_READINGS = 500, 1_000


def of_part(
    facts: list[Facts], part: Part, grouping: Grouping = no_groups, cuts: Sequence[int] = ()
) -> Book:
    """Books one part, where what single entries used is not asked for: of many it makes short work.

    Every entry must have as many keys as every other, and they must not depend on anything but its
    writer, path and status.
    """
    own = [facts[member].rows for member in part.members]
    entries = sum(rows.count("span") + rows.count("fold") for rows in own)
    readings = sum(rows.count("point") + rows.count("window") for rows in own)
    if entries >= MANY or readings >= MANY_READINGS:
        from footprint.accounts.bulk import BulkPosting
        from footprint.estimators.columns import TooLarge

        with contextlib.suppress(TooLarge):
            return _made(BulkPosting, _empty(facts, None, cuts), part, grouping)
    return _plain(facts, None, part, grouping, cuts)


def by_entry(
    facts: list[Facts], part: Part, grouping: Grouping = no_groups, cuts: Sequence[int] = ()
) -> Book:
    """Books one part entry by entry, however many there are."""
    return _plain(facts, None, part, grouping, cuts)


def _plain(
    facts: list[Facts],
    issues: list[Issue] | None,
    part: Part,
    grouping: Grouping,
    cuts: Sequence[int],
) -> Book:
    return _made(PlainPosting, _empty(facts, issues, cuts), part, grouping)


def _empty(facts: list[Facts], issues: list[Issue] | None, cuts: Sequence[int]) -> Book:
    return Book(facts, EntryList(), [], [], {}, [], set(), [], list(issues or ()), tuple(cuts))


def _made(posting: type[Posting[Any, Any]], book: Book, part: Part, grouping: Grouping) -> Book:
    own = book._replace(facts=within(book.facts, part.members, part.bounds))
    return posting(own, family(own.facts), grouping, part).post()
