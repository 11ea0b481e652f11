"""The book: a ledger's energy, booked to entries, idle and unattributed, device by device.

    metered = attributed + idle + unattributed      for every device, exactly, in nJ

*Idle* is metered energy of the tracked part in which no span was active. *Unattributed* is what the
meter shows beyond the tracked part: on a CPU, the processes outside the tracked trees.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from footprint.accounts.entries import Entry, family
from footprint.accounts.lines import Book, DeviceBook, Energy, GroupEnergy, Grouping, Period
from footprint.accounts.plain import PlainPosting
from footprint.ledger.reader import Facts, Issue

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
    roots = family(facts)
    book = Book(facts, [], [], [], {}, [], set(), [], list(issues or ()), tuple(cuts))
    boots: dict[str, list[int]] = {}
    for index, one in enumerate(facts):
        boots.setdefault(one.boot_id, []).append(index)
    for boot, members in sorted(boots.items()):
        PlainPosting(book, boot, members, roots, grouping, period).post()
    return book
