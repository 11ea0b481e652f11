"""What a ledger knows of at all: why nothing matches a budget."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple, cast

from footprint.accounts.entries import Entry
from footprint.accounts.opened import Ledger
from footprint.budgets.entries import Budget, fits, selected
from footprint.budgets.view import Note, note
from footprint.ledger.reader import Facts, PathInfo
from footprint.model import STATUSES
from footprint.reports import keys

#: The one selector that says how calls ended, and not what they are.
_HOW = "status"


class _Seen(NamedTuple):
    """A path, as an entry that fields can be asked of."""

    path: PathInfo
    status: int = 0


class Known:
    """The declared names of all that ledgers ever saw. Reads who wrote what, and no rows of it."""

    def __init__(self, ledger: Ledger) -> None:
        self._facts: list[Facts] = ledger.outline().facts

    def lacking(self, budget: Budget) -> Note | None:
        """Why nothing in the ledgers can match a budget; None: something does, at another time."""
        if not self._facts:
            return note("empty")
        if any(budget.matches(key) for key in self._keys(tuple(budget.select))):
            return None
        for field, values in budget.select.items():
            known = {key[field] or "" for key in self._keys((field,))}
            if not any(fits(values, each) for each in known):
                return _none(field, values, sorted(known - {""}))
        return note("none_together", selectors=selected(budget.select))

    def _keys(self, fields: tuple[str, ...]) -> Iterator[dict[str, str | None]]:
        asked = tuple(field for field in fields if field != _HOW)
        for one in self._facts:
            for path in one.paths.values():
                entry = cast(Entry, _Seen(path))
                key = {field: keys.value(field, entry, one) for field in asked}
                if asked == fields:
                    yield key
                else:
                    yield from ({**key, _HOW: status} for status in STATUSES)


def _none(field: str, values: tuple[str, ...], known: list[str]) -> Note:
    if not known:
        return note("none_at_all", field=field)
    what = ", ".join(map(repr, values))
    near = [each for value in values for each in get_close_matches(value, known)]
    if near:
        return note("none_near", field=field, what=what, near=", ".join(dict.fromkeys(near)))
    more = ["..."] if len(known) > 5 else []
    key = "none_named" if field == "name" else "none_of"  # a budget's own name is easily put there
    return note(key, field=field, what=what, known=", ".join(known[:5] + more))
