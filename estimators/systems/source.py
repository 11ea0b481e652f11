"""The source `systems`: all that API estimates read from packages and tables, as factors.

So that a report can be pinned and replayed, nothing that a package says reaches a figure except
through here. Subjects are `provider/model` for energy and prices, a provider for its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from footprint.estimators.factors import Factor
from footprint.estimators.sources import Found, Query, Registry
from footprint.estimators.systems.rows import ACTIVE, ENERGY_IN, ENERGY_OUT, PARAMS

# What reads the tables is imported where they are asked for: most programs call no API.
if TYPE_CHECKING:
    from footprint.estimators.systems.registry import Resolved

_Period = tuple[int | None, int | None]


class SystemsSource:
    """A `sources.Source`; keeps what it has worked out for a model."""

    name = "systems"

    def __init__(self) -> None:
        self._energy: dict[str, tuple[Factor, ...]] = {}
        self._prices: dict[tuple[str, _Period], dict[str, Factor]] = {}

    def candidates(self, query: Query) -> Iterable[Factor]:
        """The factor of that name and subject; none where it is not known.

        Raises:
            SourceUnavailable: the package that would know is not installed.
            EstimatorError: a package's table is in a layout that is not known.
        """
        if not query.name.startswith("API "):
            return ()
        from footprint.estimators.systems.place import place_factor, shared_factor
        from footprint.estimators.systems.providers import provider

        found: Factor | None
        if not query.subject:
            found = shared_factor(query.name)
        elif "/" not in query.subject:
            found = place_factor(query.name, provider(query.subject))
        elif query.name in (ENERGY_IN, ENERGY_OUT, PARAMS, ACTIVE):
            found = next((f for f in self._energies(query.subject) if f.name == query.name), None)
        else:
            period = (query.since_ns, query.until_ns)
            found = self._priced(query.subject, period).get(query.name)
        return () if found is None else (found,)

    def _energies(self, subject: str) -> tuple[Factor, ...]:
        from footprint.estimators.systems.energy import energy_factors

        if subject not in self._energy:
            self._energy[subject] = energy_factors(_resolved(subject))
        return self._energy[subject]

    def _priced(self, subject: str, period: _Period) -> dict[str, Factor]:
        from footprint.estimators.systems.prices import price_factors

        if (subject, period) not in self._prices:
            self._prices[subject, period] = price_factors(_resolved(subject), *period)
        return self._prices[subject, period]


def _resolved(subject: str) -> Resolved:
    from footprint.estimators.systems.registry import resolve

    served, _, model = subject.partition("/")
    return resolve(model, served)


def with_systems(registry: Registry | None) -> Registry:
    """A registry that knows systems: the given one where it does, else with them behind it."""
    if registry is None:
        return Registry([SystemsSource()])
    if any(source.name == SystemsSource.name for source in registry.sources):
        return registry
    return _Behind(registry)


class _Behind(Registry):
    """A registry with the source `systems` behind it: pins and own files answer first."""

    def __init__(self, first: Registry) -> None:
        super().__init__([*first.sources, SystemsSource()])
        self._first, self._last = first, Registry(self.sources[-1:])

    def _find(self, query: Query) -> Found:
        found = self._first.find(query)
        if found.candidates:
            return found
        own = self._last.find(query)
        return Found(own.candidates, (*found.notes, *own.notes))
