"""What an organisation agreed and bought, beyond single factors: the tables of an own file.

A tariff with its hours, hardware that was rented or bought, contracts and certificates for
electricity, what else is paid, and the rates at which currencies are exchanged.
Made by `contracts` from the raw tables, checked there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

# What checks tables is imported where there are some: most work has no such file.
if TYPE_CHECKING:
    from footprint.estimators.costs.exchange import Rate
    from footprint.estimators.costs.extras import Extra
    from footprint.estimators.costs.purchase import Purchase
    from footprint.estimators.costs.rental import RentalPrice
    from footprint.estimators.costs.tariffs import Tariff
    from footprint.estimators.instruments import Instrument


class Contracts(NamedTuple):
    """An organisation's agreements.

    Attributes:
        tariff: of electricity; None where none was given.
        purchases: hardware that was bought.
        rentals: prices of rented hardware, which go before the shipped ones.
        instruments: contracts and certificates for electricity; empty where it was said that
            there are none, None where nothing was said.
        extras: what is paid beside electricity and hardware.
        rates: of exchange between currencies, each with its date.
    """

    tariff: Tariff | None = None
    purchases: tuple[Purchase, ...] = ()
    rentals: tuple[RentalPrice, ...] = ()
    instruments: tuple[Instrument, ...] | None = None
    extras: tuple[Extra, ...] = ()
    rates: tuple[Rate, ...] = ()


#: Nothing was given.
NONE = Contracts()


def contracts(tables: Mapping[str, Sequence[Mapping[str, Any]]], where: str) -> Contracts:
    """The agreements of an own file.

    Args:
        tables: raw entries by table: tariff, purchase, rental, instrument, extra, exchange.
        where: the file; opens messages.

    Raises:
        EstimatorError: a wrong entry; names it and what is allowed.
    """
    from footprint.estimators.costs.exchange import checked_rates
    from footprint.estimators.costs.extras import checked_extras
    from footprint.estimators.costs.purchase import checked_purchases
    from footprint.estimators.costs.rental import checked_rentals
    from footprint.estimators.costs.tariffs import checked_tariff
    from footprint.estimators.instruments import instruments

    tariffs = list(tables.get("tariff", ()))
    return Contracts(
        checked_tariff(tariffs[0], f"{where}: tariff") if tariffs else None,
        checked_purchases(list(tables.get("purchase", ())), f"{where}: purchase"),
        checked_rentals(list(tables.get("rental", ())), f"{where}: rental"),
        instruments(tables.get("instrument", ()), f"{where}: instrument"),
        checked_extras(list(tables.get("extra", ())), f"{where}: extra"),
        checked_rates(list(tables.get("exchange", ())), f"{where}: exchange"),
    )
