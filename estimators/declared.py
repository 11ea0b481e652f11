"""What a user declares about the place and the hardware of the work, checked where it enters."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, NamedTuple

from footprint.estimators.carbon import checked_intensity_g_per_kwh, checked_pue
from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import Money, parse_money
from footprint.estimators.units import checked, shown
from footprint.estimators.zones import resolve_zone

#: Longer than any hardware was kept.
LIFETIME_MAX_YEARS = 30.0
WUE_MAX_L_PER_KWH = 50.0


class Declared(NamedTuple):
    """What the user said about a place; None for what was not said. Make it with `declare`.

    Attributes:
        zone: code or name of the place.
        carbon_intensity_g_per_kwh: g CO2e per kWh; wins over the zone's sources.
        pue: facility energy per IT energy.
        tariff_per_kwh: price of one kWh.
        wue_l_per_kwh: water used on site in litres per kWh of IT energy.
        rental_per_device_hour: price of one device for an hour, electricity included.
        instance: the rented machine by its provider's name; its price is looked up.
        lifetime_years: for how long hardware is kept.
        origins: (setting, where it was said) pairs, for the factors' `why`.
    """

    zone: str | None = None
    carbon_intensity_g_per_kwh: float | None = None
    pue: float | None = None
    tariff_per_kwh: Money | None = None
    wue_l_per_kwh: float | None = None
    rental_per_device_hour: Money | None = None
    instance: str | None = None
    lifetime_years: float | None = None
    origins: tuple[tuple[str, str], ...] = ()

    def over(self, fallback: Declared) -> Declared:
        """These settings, and those of `fallback` where nothing was said here.

        What speaks of one thing goes together: who gives one of a pair does not get the other
        from `fallback`, which speaks of another place or another machine.
        """
        taken: dict[str, Any] = {}
        origins: list[tuple[str, str]] = []
        for together in _TOGETHER:
            said = any(getattr(self, _FIELDS[name]) is not None for name in together)
            source = self if said else fallback
            for name in together:
                taken[_FIELDS[name]] = getattr(source, _FIELDS[name])
                if source.origin(name):
                    origins.append((name, source.origin(name)))
        return Declared(**taken, origins=tuple(origins))

    @property
    def is_rented(self) -> bool:
        """Whether the hardware is paid for by the hour."""
        return self.rental_per_device_hour is not None or self.instance is not None

    def without(self, settings: Container[str]) -> Declared:
        """All but some settings (`pue`, `tariff`, ...), as if they had not been said."""
        left = {field: None for name, field in _FIELDS.items() if name in settings}
        origins = tuple(each for each in self.origins if each[0] not in settings)
        return self._replace(**left, origins=origins)

    def origin(self, setting: str) -> str:
        """Where a setting (`zone`, `pue`, `tariff`, ...) was said; may be empty."""
        return dict(self.origins).get(setting, "")


#: Argument of `declare` -> field.
_FIELDS = {
    "zone": "zone",
    "carbon_intensity": "carbon_intensity_g_per_kwh",
    "pue": "pue",
    "tariff": "tariff_per_kwh",
    "wue": "wue_l_per_kwh",
    "rental": "rental_per_device_hour",
    "instance": "instance",
    "lifetime": "lifetime_years",
}
_TOGETHER = (
    ("zone", "carbon_intensity"),
    ("pue",),
    ("tariff",),
    ("wue",),
    ("rental", "instance"),
    ("lifetime",),
)


def declare(
    *,
    zone: object = None,
    carbon_intensity: object = None,
    pue: object = None,
    tariff: object = None,
    wue: object = None,
    rental: object = None,
    instance: object = None,
    lifetime: object = None,
    origin: str = "",
) -> Declared:
    """Settings as the user gave them, checked; None or an empty string for what was not given.

    Args:
        zone: `FRA`, `France`, `USA-CA`, `aws:eu-west-3`, ...; stored as its code.
        carbon_intensity: g CO2e per kWh.
        pue: from 1 to 5.
        tariff: price per kWh: `0.18` (US dollars), `"0.18 EUR"`, Money.
        wue: litres per kWh of IT energy, from 0 to 50.
        rental: price per device-hour: `2.10` (US dollars), `"1.90 EUR"`, Money.
        instance: name of a rented machine.
        lifetime: years, more than 0, to 30.
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
            ("wue", wue),
            ("rental", rental),
            ("instance", instance),
            ("lifetime", lifetime),
        )
        if value is not None and value != ""
    }
    if "rental" in given and "instance" in given:
        raise EstimatorError("rental and instance are two prices of one machine: give one of them")
    values: dict[str, Any] = {
        _FIELDS[name]: _CHECKS[name](name, value) for name, value in given.items()
    }
    origins = tuple((name, origin) for name in given) if origin else ()
    return Declared(**values, origins=origins)


def _instance(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise EstimatorError(f"{name} is {shown(value)}: give its provider's name: p5.48xlarge")
    return value.strip()


def _lifetime(name: str, value: object) -> float:
    years = checked(name, value, "years", high=LIFETIME_MAX_YEARS)
    if not years:
        raise EstimatorError(f"{name} is 0: give for how many years the hardware is kept")
    return years


_CHECKS = {
    "zone": lambda name, value: resolve_zone(value).code,
    "carbon_intensity": checked_intensity_g_per_kwh,
    "pue": checked_pue,
    "tariff": lambda name, value: parse_money(name, value, "USD"),
    "wue": lambda name, value: checked(name, value, "L per kWh", high=WUE_MAX_L_PER_KWH),
    "rental": lambda name, value: parse_money(name, value, "USD"),
    "instance": _instance,
    "lifetime": _lifetime,
}
