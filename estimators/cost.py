"""Cost of electricity.

    cost = energy_kwh x PUE x tariff_per_kwh

In the tariff's currency; nothing is converted. A tariff that changes with time (`costs.tariffs`)
is weighted with the energy by time (`applied.mean`). Staged tariffs, whose price depends on how
much was used before, are not modelled: give the mean price per kWh that the bill comes to. Charges
that do not depend on energy are extras (`costs.extras`).
"""

from __future__ import annotations

from footprint.estimators.factors import TARIFF, Factor
from footprint.estimators.money import Money, MoneyRange, priced
from footprint.estimators.quantity import Quantity


def tariff_factor(tariff_per_kwh: Money, why: str) -> Factor:
    """The electricity tariff that the user gave."""
    return Factor(
        name=TARIFF,
        value=tariff_per_kwh.amount,
        unit=f"{tariff_per_kwh.currency}/kWh",
        used_for="cost",
        why=why,
    )


def electricity_cost(
    energy: Quantity, tariff_per_kwh: Money | MoneyRange, pue: Quantity | None = None
) -> MoneyRange:
    """What an energy (any energy unit) costs: energy x PUE x tariff.

    Args:
        energy: of the IT equipment, summed already: both factors are shared by its parts.
        pue: None: IT equipment only, and the report must say so (`carbon.IT_ONLY`).
    """
    return priced(energy.to("kWh"), tariff_per_kwh, pue)
