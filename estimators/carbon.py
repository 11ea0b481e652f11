"""Operational carbon of electricity, location-based.

    carbon_g = energy_kwh x PUE x intensity_g_per_kwh

GHG Protocol Scope 2 Guidance (2015), location-based method: consumption times the grid's mean
emission factor; the O = E x I of the Software Carbon Intensity specification (ISO/IEC
21031:2024). PUE (ISO/IEC 30134-2) takes the energy of IT equipment to that of the facility.
"""

from __future__ import annotations

from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import checked

PUE_MIN = 1.0
PUE_MAX = 5.0
INTENSITY_MAX_G_PER_KWH = 5_000.0

IT_ONLY = (
    "PUE not given: energy, carbon and cost cover IT equipment only, without cooling and power "
    "distribution; give --pue to cover the facility"
)


def checked_pue(name: str, value: object) -> float:
    """A PUE: facility energy per IT energy, from 1 (no overhead) to 5.

    Raises:
        EstimatorError: below 1 (impossible by its definition), above 5, or not a number.
    """
    return checked(name, value, "facility energy per IT energy", low=PUE_MIN, high=PUE_MAX)


def checked_intensity_g_per_kwh(name: str, value: object) -> float:
    """A carbon intensity in g CO2e per kWh, from 0 to 5000.

    Raises:
        EstimatorError: outside (0.385 kg/kWh is 385 here), or not a number.
    """
    return checked(name, value, "g CO2e per kWh", low=0.0, high=INTENSITY_MAX_G_PER_KWH)


def pue_factor(value: float, why: str) -> Factor:
    """The PUE that the user gave."""
    return Factor(
        name="PUE",
        value=exact(value, "1"),
        unit="1",
        used_for="carbon_location_g, cost",
        why=why,
    )


def intensity_factor(value_g_per_kwh: float, zone: str, why: str) -> Factor:
    """The carbon intensity that the user gave; `zone` only names the place."""
    return Factor(
        name="grid intensity",
        value=exact(value_g_per_kwh, "g/kWh"),
        unit="g/kWh",
        zone=zone,
        used_for="carbon_location_g",
        why=why,
    )


def facility_kwh(energy: Quantity, pue: Quantity | None) -> Quantity:
    """Energy drawn by the facility in kWh; without a PUE, that of the IT equipment alone."""
    kwh = energy.to("kWh")
    return kwh if pue is None else kwh.times(pue, "kWh")


def operational_g(
    energy: Quantity, intensity_g_per_kwh: Quantity, pue: Quantity | None = None
) -> Quantity:
    """Carbon in g CO2e of an energy (any energy unit): energy x PUE x intensity.

    Args:
        energy: of the IT equipment, summed already: both factors are shared by its parts.
        pue: None: the figure covers IT equipment only, and the report must say so (`IT_ONLY`).
    """
    return facility_kwh(energy, pue).times(intensity_g_per_kwh, "g")
