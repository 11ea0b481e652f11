"""Where factors come from: sources in an order that the user sees and sets.

A *source* answers a *query* with all factors that it has for it, best first. The *registry* asks
its sources in their order; the first that answers is taken, and the others stay visible, so that
`footprint factors explain` can say what else there is and how far it lies apart.

A source that cannot answer now (a provider that is down, slow or talks nonsense) raises
`SourceUnavailable`; the registry goes on with the next one and notes it. Wrong input of the user's
(a broken file, a region that does not exist) is an EstimatorError and is not passed over, unless
an earlier source has answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.series import Series
from footprint.estimators.zones import Zone


class SourceUnavailable(Exception):  # noqa: N818 - a state of the world, not a mistake
    """A source could not answer: what, why. The next one in the order is asked."""


class Query(NamedTuple):
    """What is asked for.

    Attributes:
        name: one of `factors.NAMES`.
        zone: the place, for factors of places.
        subject: the device, instance or system, for factors of things.
        since_ns, until_ns: the period in UTC ns; None: no period, an annual figure will do. A
            source of series answers with the part that touches the period.
    """

    name: str
    zone: Zone | None = None
    subject: str = ""
    since_ns: int | None = None
    until_ns: int | None = None


class Source(Protocol):
    """One place that factors come from."""

    @property
    def name(self) -> str:
        """What the order calls it: `own`, `codecarbon`, `electricity-maps`, ..."""
        ...

    def candidates(self, query: Query) -> Iterable[Factor]:
        """Its factors for a query, best first; none where it has none.

        Raises:
            SourceUnavailable: it could not be asked now.
            EstimatorError: its own content, or the query, is wrong.
        """
        ...


class Found(NamedTuple):
    """What the registry found.

    Attributes:
        candidates: in the order of their sources; the first one is taken. Where it is a series
            with holes, the next one stands in for them.
        notes: sources that could not answer, one line each.
    """

    candidates: tuple[Factor, ...]
    notes: tuple[str, ...]

    @property
    def chosen(self) -> Factor | None:
        """The factor that is used; None where no source has one."""
        return self.candidates[0] if self.candidates else None


class Registry:
    """Sources in their order. Asked once for each query; answers and failures are kept, so that
    one report never mixes what a source said at two times."""

    def __init__(self, sources: Sequence[Source]) -> None:
        names = [source.name for source in sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise EstimatorError(f"source {twice[0]} is in the order twice: name it once")
        self.sources = tuple(sources)
        self._known: dict[Query, Found] = {}

    def find(self, query: Query) -> Found:
        """All candidates for a query, in order."""
        known = self._known.get(query)
        if known is None:
            known = self._known[query] = self._find(query)
        return known

    def _find(self, query: Query) -> Found:
        candidates: list[Factor] = []
        notes: list[str] = []
        for source in self.sources:
            try:
                found = tuple(source.candidates(query))  # all of them, or none where it fails
            except SourceUnavailable as error:
                notes.append(f"{query.name} from {source.name}: {error}; the next source is asked")
            except EstimatorError as error:
                if not candidates:
                    raise
                # A table that lacks the region does not take away what an earlier source said.
                notes.append(f"{query.name} from {source.name}: {error}")
            else:
                candidates.extend(found)
        return Found(tuple(candidates), tuple(notes))


def covering(candidates: Sequence[Factor], since_ns: int, until_ns: int) -> list[Factor]:
    """The candidates that are needed to cover a period: series with holes, up to the first whole.

    Each one taken fills some of what those before it leave open. A period without length is the
    instant at its start. Empty where even all of them leave a hole.

    Raises:
        EstimatorError: the period ends before it starts.
    """
    if until_ns < since_ns:
        raise EstimatorError(
            f"period from {since_ns} to {until_ns} ns ends before it starts: give its start first"
        )
    holes = [(since_ns, max(until_ns, since_ns + 1))]
    used: list[Factor] = []
    for factor in candidates:
        value = factor.value
        if not isinstance(value, Series):
            return [*used, factor]
        left = [part for start, end in holes for part in value.holes(start, end)]
        if left != holes:
            used.append(factor)
            holes = left
        if not holes:
            return used
    return []
