"""The same work done in another way: in another precision or batch, or on other hardware.

What the ledger itself shows comes first (`observed`). What it does not show is predicted where the
model and its GPUs are known (`predicted`). Both look at the ledger by `cells`.
"""

from __future__ import annotations

from collections.abc import Iterator

from footprint.advice.cells import cells, fields
from footprint.advice.looked import Looked
from footprint.advice.observed import observed, pairs
from footprint.advice.predicted import predicted
from footprint.advice.view import Suggestion
from footprint.estimators.errors import Gap
from footprint.reports.workings import worked_out


def ways(looked: Looked) -> Iterator[Suggestion | Gap]:
    """Suggestions of other ways, and why there are none."""
    options = looked.options._replace(by=fields(looked.outline.facts), absorption="none")
    of = worked_out(looked.ledger, looked.outline, options, looked.settings)
    known = list(cells(of))
    found = list(pairs(known))
    shown = []
    for pair, each in observed(looked, of, found) if found else ():
        if isinstance(each, Suggestion):
            shown.append((pair.choice, pair.here, pair.there))
        yield each
    yield from predicted(looked, of, known, shown)
