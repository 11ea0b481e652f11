"""What a report or an estimate takes its factors from, by the settings: one place to open it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from footprint.errors import UsageError
from footprint.estimators.contracts import NONE, Contracts, contracts
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, PUE, TARIFF, WUE
from footprint.estimators.sources import Query
from footprint.estimators.zones import resolve_zone
from footprint.factors.registry import Ordered, registry
from footprint.settings import Settings

if TYPE_CHECKING:
    from footprint.factors.own import OwnSource
    from footprint.ledger.stores import Store

#: Settings of a place -> the factor by which an own file says the same.
_OF_PLACES = {"carbon_intensity": GRID_INTENSITY, "pue": PUE, "wue": WUE, "tariff": TARIFF}


class Opened(NamedTuple):
    """The sources in their order, and what an own file agrees beyond single factors.

    Attributes:
        registry: where factors are looked up.
        contracts: the own file's tables; without one, those of the file that was pinned.
        over_runs: the own file was given for this report (`--factors`), and not by the reader's
            settings: it goes before what runs declared.
    """

    registry: Ordered
    contracts: Contracts = NONE
    over_runs: bool = False

    def said(self, zone: str | None, since_ns: int | None, until_ns: int | None) -> frozenset[str]:
        """The settings of a place that a file given for this report says itself.

        Args:
            zone: the code of the place; None: what the file says to hold everywhere.
            since_ns, until_ns: the period, UTC ns.
        """
        own = self.registry.own
        if own is None or not self.over_runs:
            return frozenset()
        place = None if zone is None else resolve_zone(zone)
        period = (since_ns, until_ns) if since_ns is not None and until_ns is not None else ()
        said = {
            setting
            for setting, name in _OF_PLACES.items()
            if next(iter(own.candidates(Query(name, place, "", *period))), None) is not None
        }
        return frozenset(said | ({"tariff"} if self.contracts.tariff else set()))


@cache
def _read_once(own: Path) -> OwnSource:
    from footprint.factors.own import own_source

    return own_source(own)


def opened(
    settings: Settings,
    ledgers: Iterable[Path | Store] = (),
    *,
    pins: bool = True,
    live: bool = True,
) -> Opened:
    """The sources that the settings name.

    Args:
        settings: `factors` is the own file, `factor_sources` the order.
        ledgers: whose pins count.
        pins: False: not the ledgers' pins.
        live: False: a program waits for the answer. Live providers are passed over, and its own
            file is read once, so that all that it is told rests on the same factors.

    Raises UsageError: an unknown source, a broken own file. LedgerError: a pin that was changed.
    """
    order = settings.factor_sources
    if order is not None and not live:
        from footprint.factors.live import PROVIDERS

        order = tuple(name for name in order if name not in PROVIDERS)
    sources = registry(
        order,
        own=settings.factors if live or settings.factors is None else _read_once(settings.factors),
        ledgers=ledgers,
        live=settings.live if live else None,
        pins=pins,
    )
    own = sources.own
    if own is None:
        return Opened(sources)
    try:
        agreed = contracts(own.file.tables, str(own.file.path))
    except EstimatorError as error:
        raise UsageError(str(error)) from error
    if settings.factors is None:
        kept = sources.kept
        return Opened(sources, agreed, kept is not None and kept.given)
    return Opened(sources, agreed, settings.origins.get("factors") == "given")
