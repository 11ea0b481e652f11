"""The pages of a report; those that were made before are not made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footprint.engines import A_PAGE, engine
from footprint.pages.kept import Kept
from footprint.pages.page import Page
from footprint.pages.tasks import Task
from footprint.reports.options import Options


def pages(work: Sequence[Task], options: Options) -> Iterator[Page]:
    """The pages of some tasks, in their order. Raises LedgerError where one cannot be made."""
    kept = Kept()
    before = [] if options.fresh else [(at, kept.page(each)) for at, each in enumerate(work)]
    known = {at: page for at, page in before if page is not None}
    rest = [each for at, each in enumerate(work) if at not in known]
    rows = sum(each.size + A_PAGE for each in rest)
    made = engine(options.engine, options.master, rows).pages(rest)
    for at, each in enumerate(work):
        if at in known:
            yield known[at]
            continue
        page = next(made)
        kept.keep(each, page)
        yield page
