"""Selectors: which spans of a ledger one side of a comparison is made of.

minilm                      a model of that name, else a function or block
minilm@int8                 a model's version
model=minilm,tag.dtype=int8 fields, all of which must hold
(nothing)                   all of the ledger
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from footprint.accounts.entries import Entry
from footprint.errors import UsageError, nearest
from footprint.ledger.reader import Facts
from footprint.reports import keys

#: Fields that a bare word may be a value of, in this order.
_BARE = ("model", "name")


class Selector(NamedTuple):
    """(field, value) pairs that all must hold; `text` as it was written. None: it has no value."""

    text: str
    pairs: tuple[tuple[str, str | None], ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Its fields, as a report groups by them."""
        return tuple(field for field, _ in self.pairs)

    def holds(self, entry: Entry, one: Facts) -> bool:
        """Whether an entry is one of it."""
        return all(keys.value(field, entry, one) == value for field, value in self.pairs)

    def same(self, other: Selector) -> bool:
        """Whether both select the same."""
        return sorted(self.pairs) == sorted(other.pairs)


def written(text: str) -> Selector | None:
    """The selector that a text spells out (`field=value`); None for a bare word.

    Raises UsageError for a field that there is none of, or one that is given twice.
    """
    if not text:
        return Selector(text, ())
    if not re.match(r"[\w.]+=", text):
        return None
    pairs: dict[str, str] = {}
    for part in re.split(r",(?=\s*[\w.]+=)", text):
        field, _, value = part.strip().partition("=")
        if field not in keys.FIELDS and not (field.startswith("tag.") and len(field) > 4):
            known = ", ".join(keys.FIELDS)
            raise UsageError(
                f"{text!r}: {field} is no field: use {known} or tag.KEY."
                + nearest(field, keys.FIELDS)
            )
        if field in pairs or not value:
            wrong = "is given twice" if field in pairs else "has no value"
            raise UsageError(f"{text!r}: {field} {wrong}: write it once, as {field}=VALUE")
        pairs[field] = value
    return Selector(text, tuple(pairs.items()))


def find(text: str, facts: Sequence[Facts], entries: Sequence[Entry], where: str) -> Selector:
    """The selector of a text in a ledger; some spans are of it.

    Raises UsageError for a name that is not in the ledger (with the nearest), or spans of none.
    """
    found = written(text)
    if found is None:
        found = _bare(text, facts, entries, where)
    elif not any(found.holds(entry, facts[entry.writer]) for entry in distinct(entries)):
        raise UsageError(_unknown(found, facts, entries, where))
    return found


def distinct(entries: Iterable[Entry]) -> Iterator[Entry]:
    """One entry for all those that no field tells apart."""
    seen: set[tuple[int, int, int]] = set()
    for entry in entries:
        alike = entry.writer, id(entry.path), entry.status
        if alike not in seen:
            seen.add(alike)
            yield entry


def values(field: str, facts: Sequence[Facts], entries: Iterable[Entry]) -> list[str]:
    """All values of a field in a ledger, sorted."""
    found = {keys.value(field, entry, facts[entry.writer]) for entry in distinct(entries)}
    return sorted(each for each in found if each is not None)


def _bare(text: str, facts: Sequence[Facts], entries: Sequence[Entry], where: str) -> Selector:
    for field in _BARE:
        if text in values(field, facts, entries):
            return Selector(text, ((field, text),))
    model, at, version = text.rpartition("@")
    if at and model in values("model", facts, entries):
        selector = Selector(text, (("model", model), ("version", version)))
        if any(selector.holds(each, facts[each.writer]) for each in distinct(entries)):
            return selector
        of_it = [each for each in entries if each.path.model == model]
        known = values("version", facts, of_it)
        raise UsageError(
            f"{where}: model {model} has no version {version!r}: "
            + (f"use one of {', '.join(known)}." if known else "its spans declare none.")
            + nearest(version, known)
        )
    names = [name for field in _BARE for name in values(field, facts, entries)]
    hint = nearest(text, names) or (f" It has {_some(names)}" if names else " It has no spans")
    raise UsageError(f"{where}: {text!r} is no model or name in it.{hint}")


def _unknown(
    selector: Selector, facts: Sequence[Facts], entries: Sequence[Entry], where: str
) -> str:
    for field, value in selector.pairs:
        known = values(field, facts, entries)
        if value is not None and value not in known:
            hint = nearest(value, known) or (f" It has {_some(known)}" if known else "")
            return f"{where}: no span has {field}={value}.{hint}"
    return f"{where}: no span has all of {selector.text}: leave one out"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown}, ..." if len(names) > 5 else shown
