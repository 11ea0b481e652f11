"""What is kept of a boot's day: its page and one of each hour, under the finest names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footprint.accounts.days import DAY_NS, Part, parts
from footprint.errors import LedgerError
from footprint.ledger.reader import Facts
from footprint.pages.compacted import HOUR_NS, Kept, date_of
from footprint.pages.finest import naming, thinned
from footprint.pages.make import of
from footprint.pages.rows import loaded
from footprint.pages.tasks import Task


def kept(task: Task, boot: Sequence[Facts]) -> list[Kept]:
    """What is to be kept of a task's boot and day; nothing where no call was there.

    Args:
        task: of the whole day.
        boot: all writers of the boot; their rows need not be there.

    Raises LedgerError where not all of its rows can be read: they are not to be given up.
    """
    part = task.part
    found = loaded(task)
    if found.issues:
        first = found.issues[0]
        raise LedgerError(f"{date_of(part.day)} stays as it is: {first.where}: {first.line}")
    begin, end = part.day * DAY_NS, (part.day + 1) * DAY_NS
    day = of(found.facts, part, naming, range(begin + HOUR_NS, end, HOUR_NS))
    if not day.entries:
        return []
    pages = [Kept(part.boot, begin, end, thinned(day))]
    for since in range(begin, end, HOUR_NS):
        for hour in _within(boot, found.facts, part, since):
            page = of(found.facts, hour, naming)
            pages.append(Kept(part.boot, since, since + HOUR_NS, thinned(page)))
    return pages


def _within(
    boot: Sequence[Facts], facts: Sequence[Facts], part: Part, since: int
) -> Iterator[Part]:
    """The part of a boot's hour, with its members counted among `facts`."""
    places = {one.writer: at for at, one in enumerate(facts)}
    for each in parts(boot, (since, since + HOUR_NS)):
        if each.day == part.day:
            yield each._replace(members=tuple(places[boot[at].writer] for at in each.members))
