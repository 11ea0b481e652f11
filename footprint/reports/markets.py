"""Market-based carbon of a ledger: which contracts cover which places' electricity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from footprint.errors import UsageError
from footprint.estimators.applied import Use, mean
from footprint.estimators.carbon import facility_kwh
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import RESIDUAL_MIX, Factor
from footprint.estimators.instants import day_of_utc
from footprint.estimators.instruments import Instrument
from footprint.estimators.market import Market, market_based
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import Quantity, total
from footprint.estimators.sources import Query, Registry
from footprint.estimators.zones import Zone

#: The name of the factor that contracts and what they leave come to.
MARKET = "market-based intensity"


def markets(
    sets: Sequence[FactorSet],
    whole: Mapping[int, Use],
    instruments: Sequence[Instrument],
    registry: Registry,
    span: tuple[int, int] | None,
) -> dict[int, Market]:
    """The market-based carbon of each place; places in one zone share what covers it.

    Raises UsageError: more is covered than was used; an instrument's zone is not clear.
    """
    by_zone: dict[Zone | None, list[int]] = {}
    for place in sorted(whole):
        by_zone.setdefault(sets[place].zone, []).append(place)
    period = span or (None, None)
    since, until = (None, None) if span is None else (day_of_utc(span[0]), day_of_utc(span[1] - 1))
    _placed(instruments, by_zone)
    found: dict[int, Market] = {}
    for zone, places in by_zone.items():
        kwh = total(
            (facility_kwh(whole[place].energy, _pue(sets[place])) for place in places), "kWh"
        )
        residual = registry.find(Query(RESIDUAL_MIX, zone, "", *period)).chosen if zone else None
        try:
            market = market_based(
                kwh,
                [each for each in instruments if _covers(each, zone, len(by_zone))],
                residual,
                _grid([(sets[place], whole[place]) for place in places]),
                zone=zone.code if zone else "",
                since=since,
                until=until,
            )
        except EstimatorError as error:
            raise UsageError(str(error)) from error
        found |= dict.fromkeys(places, market)
    return found


def _placed(instruments: Sequence[Instrument], zones: Iterable[Zone | None]) -> None:
    """Where work was in several zones, each instrument has to be of one of them.

    Work whose place nobody declared is in a zone of its own: nothing is said to cover it.
    """
    places = list(zones)
    if len(places) < 2:
        return
    names = sorted("an undeclared place" if zone is None else zone.code for zone in places)
    for each in instruments:
        if not any(_covers(each, zone, len(places)) for zone in places):
            said = f"its market is {each.market}" if each.market else "it has no market"
            raise UsageError(
                f"instrument {each.name!r}: {said}, and the work was in {', '.join(names)}: "
                "say which of them it covers (market = ...)"
            )


def _covers(each: Instrument, zone: Zone | None, zones: int) -> bool:
    if zones == 1:
        return True
    return zone is not None and each.market in (zone.code, zone.country)


def _pue(place: FactorSet) -> Quantity | None:
    return place.pue.quantity if place.pue else None


def _grid(uses: Sequence[tuple[FactorSet, Use]]) -> Factor | None:
    """The location-based factor over several places' uses, as one value: its mean by energy."""
    values: list[tuple[float, Quantity]] = []
    for place, use in uses:
        value = mean(place.intensity, use.weights).value if place.intensity else None
        if value is None:
            return None
        values.append((facility_kwh(use.energy, _pue(place)).mid, value))
    whole = math.fsum(kwh for kwh, _ in values)
    value = values[0][1]
    if len(values) > 1 and whole:
        value = total((each * (kwh / whole) for kwh, each in values), "g/kWh")
    return uses[0][0].intensity[0]._replace(value=value)
