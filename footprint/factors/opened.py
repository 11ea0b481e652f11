"""What a report or an estimate takes its factors from, by the settings: one place to open it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from footprint.errors import UsageError
from footprint.estimators.contracts import NONE, Contracts, contracts
from footprint.estimators.errors import EstimatorError
from footprint.factors.registry import Ordered, registry
from footprint.settings import Settings


class Opened(NamedTuple):
    """The sources in their order, and what an own file agrees beyond single factors."""

    registry: Ordered
    contracts: Contracts


def opened(
    settings: Settings,
    ledgers: Iterable[Path] = (),
    *,
    pins: bool = True,
    live: bool = True,
) -> Opened:
    """The sources that the settings name.

    Args:
        settings: `factors` is the own file, `factor_sources` the order.
        ledgers: whose pins count.
        pins: False: not the ledgers' pins.
        live: False: live providers are passed over, as where a program waits for the answer.

    Raises UsageError: an unknown source, a broken own file. LedgerError: a pin that was changed.
    """
    order = settings.factor_sources
    if order is not None and not live:
        from footprint.factors.live import PROVIDERS

        order = tuple(name for name in order if name not in PROVIDERS)
    sources = registry(
        order,
        own=settings.factors,
        ledgers=ledgers,
        live=settings.live if live else None,
        pins=pins,
    )
    own = sources.own
    if own is None:
        return Opened(sources, NONE)
    try:
        agreed = contracts(own.file.tables, str(own.file.path))
    except EstimatorError as error:
        raise UsageError(str(error)) from error
    given = settings.origins.get("factors") == "given"
    return Opened(sources, agreed._replace(over_runs=given))
