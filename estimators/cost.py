"""Cost of electricity.

    cost = energy_kwh x PUE x tariff_per_kwh

In the tariff's currency; nothing is converted. A tariff that changes with time (`costs.tariffs`) is
weighted with the energy by time: `mean_price`. Staged tariffs, whose price depends on how much was
used before, are not modelled: give the mean price per kWh that the bill comes to. Charges that do
not depend on energy are extras (`costs.extras`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import TARIFF, Factor
from footprint.estimators.money import CONTEXT, Money, MoneyRange, priced
from footprint.estimators.quantity import Quantity
from footprint.estimators.series import Series


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
    energy: Quantity, tariff_per_kwh: Money, pue: Quantity | None = None
) -> MoneyRange:
    """What an energy (any energy unit) costs: energy x PUE x tariff.

    Args:
        energy: of the IT equipment, summed already: both factors are shared by its parts.
        pue: None: IT equipment only, and the report must say so (`carbon.IT_ONLY`).
    """
    return priced(energy.to("kWh"), tariff_per_kwh, pue)


def mean_price(prices: Series, energy: Sequence[tuple[int, int, int]]) -> Decimal | None:
    """The price per kWh that an energy by time comes to.

        sum over stretches of nJ x (mean price over the stretch)  /  sum of nJ

    Args:
        energy: (start, end, nJ) in UTC ns: energy is even within a stretch; one that ends where
            it starts has the price of that instant.

    Returns:
        None where there is no energy, or where some of it has no price.

    Raises:
        EstimatorError: an energy below zero, or a stretch that ends before it starts.
    """
    add, multiply, divide = CONTEXT.add, CONTEXT.multiply, CONTEXT.divide
    whole, area = 0, Decimal(0)
    for start, end, amount_nj in energy:
        if amount_nj < 0 or end < start:
            raise EstimatorError(
                f"energy of {amount_nj} nJ from {start} to {end} ns: "
                "give 0 or more, its start first"
            )
        if not amount_nj:
            continue
        if start == end:
            price = prices.at(start)
        elif prices.holes(start, end):
            price = None
        else:
            part = prices.between(start, end)
            price = Decimal(0)
            for a, b, value in zip(part.starts, part.ends, part.values, strict=True):
                price = add(price, multiply(value, Decimal(min(b, end) - max(a, start))))
            price = divide(price, Decimal(end - start))
        if price is None:
            return None
        whole += amount_nj
        area = add(area, multiply(price, Decimal(amount_nj)))
    return divide(area, Decimal(whole)) if whole else None
