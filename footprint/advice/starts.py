"""Runs of work that can wait: when each used energy, and what it comes to at later starts.

Energy is looked at in stretches within which no factor changes and which no whole hour cuts, and
so that a stretch that is moved by whole hours lies within one step of each factor again: nothing
is assumed of how a stretch's energy lies within it. A run is moved as a whole, with its shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, cast

from footprint.accounts.entries import Entry
from footprint.accounts.hours import HOUR_NS
from footprint.advice.looked import Looked
from footprint.advice.view import Key
from footprint.errors import UsageError
from footprint.estimators.applied import Use
from footprint.estimators.factors import Factor
from footprint.estimators.pricing import FactorSet
from footprint.estimators.series import Series
from footprint.ledger.reader import Facts
from footprint.pages.tasks import Asked, tasks
from footprint.pages.total import total
from footprint.reports import keys
from footprint.reports.booked import Booked
from footprint.reports.made_pages import pages
from footprint.reports.places import Places

#: Kinds of work that nobody waits for while it runs.
WAITING = ("training", "fine-tuning", "evaluation", "data")
INFERENCE = "inference"
#: A series whose steps begin at more than so many instants of an hour is not looked at.
MOST_OFFSETS = 60


class Run(NamedTuple):
    """What of a run can wait.

    Attributes:
        groups: keys of its groups, sorted.
        hour: in which it first used energy, counted from 1970-01-01 00:00 UTC.
        uses: (number of the factor set, energy and when it was used), of each group and place.
    """

    groups: tuple[Key, ...]
    hour: int
    uses: tuple[tuple[int, Use], ...]


#: A group's key, the run, and whether it is the run's own time.
_Name = tuple[Key, str, bool]


class _ByRun:
    """Names entries by the fields of the groups and their run; it can be sent to a process."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields

    def __call__(self, entry: Entry, one: Facts) -> _Name:
        """A group's name."""
        key = tuple((field, keys.value(field, entry, one)) for field in self.fields)
        return key, str(keys.value("run", entry, one)), entry.path.background


def places_ahead(looked: Looked, ahead_ns: int) -> Places:
    """The factors of the ledger's places, as far after its period as they are known.

    Where they cannot be had of more than the period (a tariff that ends), they are those of it.
    """
    of = looked.of
    span = period(looked)
    if span is None:
        return of.places
    try:
        found = Places(
            of.book.facts,
            looked.options.declared,
            looked.settings,
            of.sources,
            (span[0], span[1] + ahead_ns),
        )
    except UsageError:
        return of.places
    return of.places if len(found.problems) > len(of.places.problems) else found


def period(looked: Looked) -> tuple[int, int] | None:
    """First and last instant that is looked at, UTC ns; None: nothing was recorded."""
    book, (since, until) = looked.of.book, looked.of.period
    if book.start_ns is None or book.end_ns is None:
        return None
    first = book.start_ns if since is None else max(since, book.start_ns)
    last = book.end_ns if until is None else min(until, book.end_ns)
    return (first, last) if first < last else None


def cuts(sets: Sequence[FactorSet], span: tuple[int, int], ahead_ns: int) -> tuple[int, ...] | None:
    """Instants that part a period into stretches as above; None: there are too many in an hour.

    Args:
        ahead_ns: how much later work may start: what changes then cuts too.
    """
    steps = [each.value for own in sets for each in (*own.intensity, *own.tariff)]
    changes = {
        cut
        for each in steps
        if isinstance(each, Series)
        for cut in each.cuts(span[0], span[1] + ahead_ns)
    }
    offsets = sorted({0} | {cut % HOUR_NS for cut in changes})
    if len(offsets) > MOST_OFFSETS:
        return None
    hours = range(span[0] // HOUR_NS, span[1] // HOUR_NS + 1)
    found = (hour * HOUR_NS + offset for hour in hours for offset in offsets)
    inside = tuple(cut for cut in found if span[0] < cut < span[1])
    return inside or (span[0] + 1,)


def runs(looked: Looked, places: Places, cut: tuple[int, ...]) -> Iterator[Run]:
    """The runs of a ledger that have work that can wait, in the order of their starts."""
    naming = _ByRun(looked.of.fields)
    kept_as = ",".join(("advice", *naming.fields, "run"))
    asked = Asked(naming, looked.of.period, cut, kept_as)
    work = list(tasks(looked.outline, asked))
    book = total(looked.of.book.facts, (), pages(work, looked.options), cut)
    booked = Booked(book, places.of_place, absorb=False)
    found: dict[str, dict[Key, list[tuple[int, Use]]]] = {}
    for name, member in book.members.items():
        if not isinstance(name, tuple):
            continue
        key, run, own_time = cast(_Name, name)
        if own_time or member.api is not None or not can_wait(key, looked):
            continue
        used = booked.used(name, member.places)
        uses = [each for each in used.uses.items() if any(each[1].weights.values())]
        if uses:
            found.setdefault(run, {}).setdefault(key, []).extend(uses)
    made = []
    for run, groups in found.items():
        parts = tuple(use for key in sorted(groups, key=str) for use in groups[key])
        first = min(at for _, use in parts for at, nj in use.weights.items() if nj > 0)
        made.append((first, run, Run(tuple(sorted(groups, key=str)), first // HOUR_NS, parts)))
    yield from (each for _, _, each in sorted(made, key=lambda one: one[:2]))


def can_wait(key: Key, looked: Looked) -> bool:
    """Whether a group's work may be put off."""
    kind = dict(key).get("kind")
    return kind in WAITING or (kind == INFERENCE and looked.wanted.shift_inference)


class Rates:
    """A factor at instants, by factor set: what its series say, and nothing in their place.

    Args:
        candidates: of each factor set.
    """

    def __init__(self, candidates: Sequence[Sequence[Factor]]) -> None:
        self._series = [
            [each.value for each in own if isinstance(each.value, Series)] for own in candidates
        ]
        self._first = [next(iter(own), None) for own in candidates]
        self._known: dict[tuple[int, int], float | None] = {}

    def changes(self, number: int) -> bool:
        """Whether the factor of a set changes with time."""
        first = self._first[number]
        return first is not None and isinstance(first.value, Series)

    def mean(self, number: int, weights: Mapping[int, int], later_h: int) -> float | None:
        """The mean over a use, weighted by energy, had it been later; None: a part is not known."""
        area, whole = 0.0, 0
        for at, nj in weights.items():
            if nj <= 0:
                continue
            value = self._at(number, at + later_h * HOUR_NS)
            if value is None:
                return None
            area += value * nj
            whole += nj
        return area / whole

    def _at(self, number: int, at: int) -> float | None:
        key = number, at
        if key not in self._known:
            self._known[key] = self._value(number, at)
        return self._known[key]

    def _value(self, number: int, at: int) -> float | None:
        first = self._first[number]
        if first is None:
            return None
        if not isinstance(first.value, Series):
            value = first.value
            return float(value if isinstance(value, float | Decimal) else first.quantity.mid)
        known = (each.at(at) for each in self._series[number])
        return next((float(each) for each in known if each is not None), None)
