"""Contracts over places: each zone as a whole, and each instrument in its own."""

from __future__ import annotations

from typing import Any

import pytest

from footprint.errors import UsageError
from footprint.estimators.applied import Use
from footprint.estimators.carbon import intensity_factor, pue_factor
from footprint.estimators.factors import RESIDUAL_MIX, Factor
from footprint.estimators.instruments import Instrument, instruments
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import exact
from footprint.estimators.sources import Query, Registry
from footprint.estimators.zones import resolve_zone
from footprint.reports.markets import markets

KWH = 1.0


def place(zone: str | None, g_per_kwh: float, pue: float = 1.0) -> FactorSet:
    where = None if zone is None else resolve_zone(zone)
    intensity = intensity_factor(g_per_kwh, zone or "", "given")
    return FactorSet(zone=where, intensity=(intensity,), pue=pue_factor(pue, "given"))


def use(kwh: float) -> Use:
    return Use(exact(kwh, "kWh"))


def wind(**more: Any) -> tuple[Instrument, ...]:
    answers = {
        "emission_rate": True,
        "unique_claim": True,
        "vintage": True,
        "same_market": True,
        "supplier_net": "n/a",
        "claim_transfer": "n/a",
        "residual_mix": True,
    }
    entry = {
        "name": "wind",
        "kind": "certificate",
        "g_per_kwh": 0,
        "retired": True,
        "criteria": answers,
        **more,
    }
    return instruments([entry], "f")


class Mixes:
    name = "mixes"

    def candidates(self, query: Query) -> list[Factor]:
        known = {"FRA": 100.0, "DEU": 700.0}
        if query.name != RESIDUAL_MIX or query.zone is None or query.zone.code not in known:
            return []
        return [Factor(RESIDUAL_MIX, exact(known[query.zone.code], "g/kWh"), "g/kWh")]


NONE = Registry([])
SPAN = (1_790_000_000 * 10**9, 1_790_003_600 * 10**9)


def test_places_in_one_zone_share_what_covers_it() -> None:
    sets = [place("FRA", 50), place("FRA", 50, pue=2.0)]
    found = markets(sets, {0: use(1), 1: use(1)}, wind(kwh=1.5), Registry([Mixes()]), SPAN)
    # 3 kWh at the meter of the facilities: half of it covered, the rest at the residual mix.
    assert found[0] is found[1]
    assert found[0].carbon_g is not None
    assert found[0].carbon_g.mid == pytest.approx(150)
    assert found[0].g_per_kwh is not None
    assert found[0].g_per_kwh.mid == pytest.approx(50)


def test_what_is_left_is_at_the_mean_of_the_places_grids_by_energy() -> None:
    sets = [place("FRA", 40), place("FRA", 100, pue=2.0)]
    found = markets(sets, {0: use(1), 1: use(1)}, (), NONE, SPAN)
    # 1 kWh at 40 and 2 kWh at 100.
    assert found[0].carbon_g is not None
    assert found[0].carbon_g.mid == pytest.approx(240)


def test_a_grid_that_is_not_known_of_one_place_is_not_known_of_the_zone() -> None:
    sets = [place("FRA", 40), place("FRA", 40)._replace(intensity=())]
    found = markets(sets, {0: use(1), 1: use(1)}, (), NONE, SPAN)
    assert found[0].carbon_g is None
    assert found[0].gaps


def test_the_residual_mix_is_that_of_the_period() -> None:
    asked: list[Query] = []

    class Listening(Mixes):
        def candidates(self, query: Query) -> list[Factor]:
            asked.append(query)
            return super().candidates(query)

    markets([place("FRA", 50)], {0: use(1)}, (), Registry([Listening()]), SPAN)
    assert [(each.since_ns, each.until_ns) for each in asked] == [SPAN]


def test_each_zone_has_its_own_instruments_and_mix() -> None:
    sets = [place("FRA", 50), place("DEU", 400)]
    agreed = wind(market="DEU", share=0.5)
    found = markets(sets, {0: use(1), 1: use(2)}, agreed, Registry([Mixes()]), SPAN)
    grams = [each.carbon_g.mid for each in found.values() if each.carbon_g]
    assert grams == pytest.approx([100, 700])


@pytest.mark.parametrize(
    ("zones", "more"),
    [(("FRA", "DEU"), {}), (("FRA", "DEU"), {"market": "ESP"}), (("FRA", None), {})],
)
def test_an_instrument_of_no_place_is_refused(
    zones: tuple[str | None, ...], more: dict[str, Any]
) -> None:
    sets = [place(zone, 50) for zone in zones]
    agreed = wind(share=0.5, **more)
    with pytest.raises(UsageError, match=r"^instrument 'wind': .*say which of them it covers"):
        markets(sets, {0: use(1), 1: use(1)}, agreed, NONE, SPAN)


def test_more_than_was_used_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"cover 5 kWh, 500 % of the 1 kWh used: 'wind' 5 kWh"):
        markets([place("FRA", 50)], {0: use(1)}, wind(kwh=5), NONE, SPAN)


def test_nothing_used_is_nothing_and_not_unknown() -> None:
    (found,) = markets([place("FRA", 50)], {0: use(0)}, (), NONE, SPAN).values()
    assert found.carbon_g == exact(0.0, "g")
    assert found.g_per_kwh is None
