"""Pages from facts: each part of a ledger booked, and put as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from footprint.accounts.book import of_part
from footprint.accounts.days import Part, parts
from footprint.accounts.lines import Period
from footprint.ledger.reader import Facts
from footprint.pages.page import Grouper, Naming, Page, page


def pages(
    facts: Sequence[Facts],
    naming: Naming,
    period: Period = (None, None),
    cuts: Sequence[int] = (),
) -> Iterator[Page]:
    """All pages of a ledger that a period touches.

    Args:
        facts: of all writers, with their rows.
        naming: gives entries the names of their groups.
        period: [since, until) in UTC ns.
        cuts: UTC ns, increasing: instants at which a factor changes.
    """
    for part in parts(facts, period):
        yield of(*own(facts, part), naming, cuts)


def of(facts: Sequence[Facts], part: Part, naming: Naming, cuts: Sequence[int] = ()) -> Page:
    """The page of one part; `facts` are its members and those above them (`own`)."""
    grouper = Grouper(facts, naming)
    return page(of_part(list(facts), part, grouper, cuts), part.bounds, grouper)


def own(
    facts: Sequence[Facts], part: Part, boot: Mapping[str, Facts] | None = None
) -> tuple[list[Facts], Part]:
    """The facts that a part needs, and the part with its members counted among them.

    A family goes by its outermost writer, so those above a member are there too, if they are over.

    Args:
        boot: the boot's facts by writer, where they are known already.
    """
    by_writer = boot or {one.writer: one for one in facts if one.boot_id == part.boot}
    found = {facts[member].writer: facts[member] for member in part.members}
    waiting = list(found.values())
    while waiting:
        outer = waiting.pop().context.get("parent")
        above = None if outer is None else by_writer.get(outer["writer"])
        if above is not None and above.writer not in found:
            found[above.writer] = above
            waiting.append(above)
    return list(found.values()), part._replace(members=tuple(range(len(part.members))))
