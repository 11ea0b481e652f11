"""A pin: what was asked of the sources, and all that was used of what they answered.

A pin answers the same query again, and any of a shorter period within it, as the sources did then:
with the same factors, the same words about sources that were down, and nothing where nothing was
found. No other source is asked, so a report from pins needs no network and no package. For a
longer period (the ledger grew) the pins come first and the sources stand in for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from footprint.estimators.factors import Factor
from footprint.estimators.series import Series
from footprint.estimators.sources import Found, Query, covering
from footprint.estimators.systems.nearest import is_price, touching_or_nearest
from footprint.estimators.zones import folded

if TYPE_CHECKING:
    from footprint.factors.kept import Kept


class Pin(NamedTuple):
    """One query with its answer.

    Attributes:
        name, zone, subject: what was asked for; the zone by its code.
        since_ns, until_ns: the period, UTC ns; None: none was said.
        factors: what was used, in the order in which they stand in for each other; none where no
            source had one.
        notes: sources that could not answer then.
    """

    name: str
    zone: str
    subject: str
    since_ns: int | None
    until_ns: int | None
    factors: tuple[Factor, ...]
    notes: tuple[str, ...] = ()

    def is_of(self, query: Query) -> bool:
        """Whether it was asked for the same thing, whatever the period."""
        zone = query.zone.code if query.zone else ""
        same = (self.name, self.zone) == (query.name, zone)
        return same and folded(self.subject) == folded(query.subject)

    def covers(self, query: Query) -> bool:
        """Whether a query's period lies within the one that was pinned."""
        if query.since_ns is None or query.until_ns is None:
            return (self.since_ns, self.until_ns) == (query.since_ns, query.until_ns)
        if self.since_ns is None or self.until_ns is None:
            return False
        return self.since_ns <= query.since_ns and query.until_ns <= self.until_ns


class Pinned(NamedTuple):
    """One file of pins; `own` is the own file that its report was made with."""

    path: Path
    when: str
    pins: tuple[Pin, ...]
    own: Kept | None = None


class PinnedSource:
    """The pins of some ledgers, as a source.

    Attributes:
        files: the files, the newest of each ledger first.
    """

    name = "pinned"

    def __init__(self, files: Sequence[Pinned]) -> None:
        self.files = tuple(files)

    def candidates(self, query: Query) -> Iterator[Factor]:
        """What was pinned for a query, as it was; the newest first."""
        found = (one for pin in self._of(query) for one in pin.factors)
        yield from dict.fromkeys(part for one in found for part in _touching(one, query))

    def again(self, query: Query) -> Found | None:
        """The answer as it was, where a pin covers the query; None where the sources must be asked.

        The newest pin that covers it counts.
        """
        for pin in self._of(query):
            if pin.covers(query):
                parts = (part for one in pin.factors for part in _touching(one, query))
                return Found(tuple(parts), pin.notes)
        return None

    def everything(self) -> Iterator[Factor]:
        """All factors that were pinned."""
        pins = (pin for file in self.files for pin in file.pins)
        yield from dict.fromkeys(one for pin in pins for one in pin.factors)

    @property
    def own(self) -> Kept | None:
        """The own file that the newest pins of a ledger were made with; None where none was."""
        newest: dict[Path, Pinned] = {}
        for file in self.files:
            newest.setdefault(file.path.parent, file)
        return next((file.own for file in newest.values() if file.own is not None), None)

    def _of(self, query: Query) -> Iterator[Pin]:
        return (pin for file in self.files for pin in file.pins if pin.is_of(query))


def _touching(factor: Factor, query: Query) -> Iterator[Factor]:
    """The factor; of a series the part that touches the query's period.

    Of a price by the token also the nearest one, where its history does not reach the period: a
    call after a model's withdrawal is priced at its last price.
    """
    if not isinstance(factor.value, Series) or query.since_ns is None or query.until_ns is None:
        yield factor
        return
    until_ns = max(query.until_ns, query.since_ns + 1)
    if is_price(factor.name):
        part = touching_or_nearest(factor.value, query.since_ns, until_ns)
    else:
        part = factor.value.between(query.since_ns, until_ns)
    if len(part):
        yield factor._replace(value=part)


def of_answers(answers: Mapping[Query, Found]) -> list[Pin]:
    """The pins of all that a registry was asked (`Ordered.answers`).

    Of each answer what is used is kept: the first factor, and those that stand in for its holes;
    all, where not even they cover the period.
    """
    return [_pin(query, found) for query, found in answers.items()]


def _pin(query: Query, found: Found) -> Pin:
    used: Sequence[Factor] = found.candidates[:1]
    if query.since_ns is not None and query.until_ns is not None:
        used = covering(found.candidates, query.since_ns, query.until_ns) or found.candidates
    zone = query.zone.code if query.zone else ""
    period = query.since_ns, query.until_ns
    return Pin(query.name, zone, query.subject, *period, tuple(used), found.notes)
