"""What the user declared about a place, checked where it enters.

Where it was said is kept for the factors' `why`. What was not said stays None: nothing is
assumed in its place.
"""

from __future__ import annotations

from typing import NamedTuple

from footprint.estimators.carbon import checked_intensity_g_per_kwh, checked_pue
from footprint.estimators.money import Money, parse_money
from footprint.estimators.zones import resolve_zone


class Declared(NamedTuple):
    """What the user said about a place; None for what was not said. Make it with `declare`.

    Attributes:
        zone: code or name of the place.
        carbon_intensity_g_per_kwh: g CO2e per kWh; wins over the zone's table.
        pue: facility energy per IT energy.
        tariff_per_kwh: price of one kWh.
        origins: (setting, where it was said) pairs, for the factors' `why`.
    """

    zone: str | None = None
    carbon_intensity_g_per_kwh: float | None = None
    pue: float | None = None
    tariff_per_kwh: Money | None = None
    origins: tuple[tuple[str, str], ...] = ()

    def over(self, fallback: Declared) -> Declared:
        """These settings, and those of `fallback` where nothing was said here.

        Zone and intensity go together: who gives one of them does not get the other from
        `fallback`, which speaks of another place.
        """
        said_place = self.zone is not None or self.carbon_intensity_g_per_kwh is not None
        place = self if said_place else fallback
        power = self if self.pue is not None else fallback
        price = self if self.tariff_per_kwh is not None else fallback
        origins = {
            "zone": place.origin("zone"),
            "carbon_intensity": place.origin("carbon_intensity"),
            "pue": power.origin("pue"),
            "tariff": price.origin("tariff"),
        }
        return Declared(
            place.zone,
            place.carbon_intensity_g_per_kwh,
            power.pue,
            price.tariff_per_kwh,
            tuple((name, said) for name, said in origins.items() if said),
        )

    def origin(self, setting: str) -> str:
        """Where `zone`, `carbon_intensity`, `pue` or `tariff` was said; may be empty."""
        return dict(self.origins).get(setting, "")


def declare(
    *,
    zone: object = None,
    carbon_intensity: object = None,
    pue: object = None,
    tariff: object = None,
    origin: str = "",
) -> Declared:
    """Settings as the user gave them, checked; None or an empty string for what was not given.

    Args:
        zone: `FRA`, `France`, `USA-CA`, ...; stored as its code.
        carbon_intensity: g CO2e per kWh.
        pue: from 1 to 5.
        tariff: price per kWh: `0.18` (US dollars), `"0.18 EUR"`, Money.
        origin: where they were said ("the run's context"), for the factors' `why`.

    Raises:
        EstimatorError: names the setting, the value and what is allowed.
    """
    given = {
        name: value
        for name, value in (
            ("zone", zone),
            ("carbon_intensity", carbon_intensity),
            ("pue", pue),
            ("tariff", tariff),
        )
        if value is not None and value != ""
    }
    return Declared(
        resolve_zone(zone).code if "zone" in given else None,
        checked_intensity_g_per_kwh("carbon_intensity", carbon_intensity)
        if "carbon_intensity" in given
        else None,
        checked_pue("pue", pue) if "pue" in given else None,
        parse_money("tariff", tariff, "USD") if "tariff" in given else None,
        tuple((name, origin) for name in given) if origin else (),
    )
