"""Electricity tariffs: one price, by time of use, or by the hour. `timeline` lays them over UTC.

The `[tariff]` table of an own factors file takes one of three forms:

    price = "0.18 EUR"                         one price per kWh

    timezone = "Europe/Paris"                 by time of use, on a local clock
    currency = "EUR"
    holidays = [2026-12-25]                    days that bands call "holiday"
    [[tariff.band]]
    name = "peak"
    price = 0.27
    hours = "06:00-22:00"                      one or several; all day where left out
    days = ["mon-fri"]                         every day where left out, holidays too
    months = ["nov-mar"]                       all year where left out

    currency = "EUR"                           by the hour, or whatever step the rows have
    per = "MWh"                                of every price; kWh where left out
    [[tariff.step]]
    start = 2026-01-01T00:00:00+01:00          a local time of `timezone` where it has no offset
    price = 84.10                              `end` where it is not the next row's start

and in all forms `source` (who published it), `valid_from` and `valid_until` (the first local day
that it holds, and the first that it no longer holds; of UTC where no time zone is named).

A time that no price holds for is refused, named by the first one; so are two prices at one time.
Local times are read with the rules of the time zone: where the clock is put forward, the hour it
skips does not exist (a day of 23 hours), and where it is put back, the hour it repeats has the
band's price twice (25 hours). Charges that do not depend on energy (a standing charge, a demand
charge) are extras, not part of a price per kWh. Prices below zero are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from footprint.estimators.costs.tables import (
    Table,
    checked_table,
    day_of,
    price_of,
    rows_of,
    text_of,
)
from footprint.estimators.costs.week import (
    DAYS,
    HOLIDAY,
    MONTHS,
    Band,
    Day,
    day_prices,
    days_of,
    hours_of,
    names_of,
)
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GIVEN
from footprint.estimators.money import CONTEXT, checked_currency
from footprint.estimators.series import Row, Series, parse_utc_ns, series
from footprint.estimators.units import ratio, shown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

KEYS = (
    "price",
    "currency",
    "per",
    "timezone",
    "holidays",
    "band",
    "step",
    "valid_from",
    "valid_until",
    "source",
)
_CHARGES = ("standing_charge", "demand_charge", "fixed", "subscription")
_BAND_KEYS = ("name", "price", "hours", "days", "months")
_STEP_KEYS = ("start", "end", "price")


class Tariff(NamedTuple):
    """A tariff that was checked; made by `checked_tariff`.

    Attributes:
        currency: of all its prices.
        flat: the price per kWh where there is one for all times.
        days: for each month (1 to 12) and kind of day, its prices; empty without bands.
        holidays: local days that are a `holiday`.
        steps: prices by instant, of the third form.
        zone: the IANA time zone of its local times; `UTC` where none is named.
        valid_from, valid_until: local days; None where it is not said.
        source: who published it.
    """

    currency: str
    flat: Decimal | None
    days: dict[tuple[int, str], Day]
    holidays: frozenset[date]
    steps: Series | None
    zone: str
    valid_from: date | None
    valid_until: date | None
    source: str

    @property
    def unit(self) -> str:
        """`EUR/kWh`."""
        return f"{self.currency}/kWh"


def checked_tariff(table: object, where: str = "tariff") -> Tariff:
    """A tariff from its table.

    Raises:
        EstimatorError: keys or values that are wrong, more or less than one of the three forms,
            a hole or an overlap in the week or the year (names the first local time).
    """
    if isinstance(table, Mapping) and (charge := next((k for k in _CHARGES if k in table), None)):
        raise EstimatorError(
            f"{where} has {charge}, which is not paid by the kWh: give it as [[extra]] with "
            f'name = "{charge.replace("_", " ")}" and per = "month"'
        )
    given = checked_table(where, table, KEYS)
    forms = [key for key in ("price", "band", "step") if key in given]
    if len(forms) != 1:
        raise EstimatorError(
            f"{where} has {' and '.join(forms) or 'no price'}: give one of price (for all times), "
            "band (by time of use) and step (by the hour)"
        )
    zone = text_of(f"{where}: timezone", given["timezone"]) if "timezone" in given else None
    zone_of(f"{where}: timezone", zone or "UTC")
    n, d = ratio(_per(where, given), "kWh")
    currency, prices = _prices(where, given, forms[0])
    # A price per a larger unit is less per kWh: the ratio turns round.
    prices = [CONTEXT.divide(CONTEXT.multiply(p, Decimal(d)), Decimal(n)) for p in prices]
    bounds = [
        day_of(f"{where}: {key}", given[key]) if key in given else None
        for key in ("valid_from", "valid_until")
    ]
    if bounds[0] and bounds[1] and bounds[0] >= bounds[1]:
        raise EstimatorError(f"{where} is valid until {bounds[1]}, not after {bounds[0]}")
    if "band" in given and zone is None:
        raise EstimatorError(f"{where} has bands but no timezone: give one such as Europe/Paris")
    holidays = frozenset(
        day_of(f"{where}: holidays", day) for day in _list(f"{where}: holidays", given)
    )
    if holidays and "band" not in given:
        raise EstimatorError(f"{where} has holidays but no band: leave them out")
    source = text_of(f"{where}: source", given.get("source", GIVEN))
    days = _days(where, given, prices, bool(holidays)) if "band" in given else {}
    steps = _steps(where, given, prices, currency, zone) if "step" in given else None
    flat = prices[0] if "price" in given else None
    return Tariff(
        currency, flat, days, holidays, steps, zone or "UTC", bounds[0], bounds[1], source
    )


def _per(where: str, given: Table) -> str:
    per = text_of(f"{where}: per", given.get("per", "kWh"))
    if per not in ("kWh", "MWh"):
        raise EstimatorError(f"{where}: per is {shown(per)}: give kWh or MWh")
    return per


def _list(where: str, given: Table) -> Sequence[object]:
    value = given.get("holidays", [])
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise EstimatorError(f"{where} is {shown(value)}: give an array of dates")
    return value


def _prices(where: str, given: Table, form: str) -> tuple[str, list[Decimal]]:
    """(currency, the prices of all rows as they are written)."""
    currency = given.get("currency")
    if form == "price":
        money = price_of(f"{where}: price", given["price"], currency)
        return money.currency, [money.amount]
    keys = _BAND_KEYS if form == "band" else _STEP_KEYS
    amounts: list[Decimal] = []
    for at, row in rows_of(f"{where}.{form}", given[form], least=1):
        checked_table(at, row, keys, ("price",))
        money = price_of(f"{at}: price", row["price"], currency)
        amounts.append(money.amount)
        currency = money.currency if currency is None else currency
    return checked_currency(f"{where}: currency", currency), amounts


def _days(
    where: str, given: Table, prices: Sequence[Decimal], has_holidays: bool
) -> dict[tuple[int, str], Day]:
    bands: list[Band] = []
    for (at, row), price in zip(rows_of(f"{where}.band", given["band"]), prices, strict=True):
        months = names_of(f"{at}: months", row.get("months", "jan-dec"), MONTHS)
        bands.append(
            Band(
                text_of(f"{at}: name", row.get("name", at)),
                price,
                frozenset(MONTHS.index(month) + 1 for month in months),
                days_of(f"{at}: days", row.get("days", ["mon-sun", HOLIDAY])),
                hours_of(f"{at}: hours", row.get("hours", "00:00-24:00")),
            )
        )
        if "days" in row and HOLIDAY in bands[-1].days and not has_holidays:
            raise EstimatorError(
                f"{at} is for holidays, and {where} lists none: give holidays = [2026-12-25, ...]"
            )
    kinds = (*DAYS, HOLIDAY) if has_holidays else DAYS
    return {
        (month, day): day_prices(where, bands, month, day)
        for month in range(1, 13)
        for day in kinds
    }


def _steps(
    where: str, given: Table, prices: Sequence[Decimal], currency: str, zone: str | None
) -> Series:
    rows: list[Row] = []
    for (at, row), price in zip(rows_of(f"{where}.step", given["step"]), prices, strict=True):
        checked_table(at, row, _STEP_KEYS, ("start",))
        start = parse_utc_ns(f"{at}: start", row["start"], zone)
        end = parse_utc_ns(f"{at}: end", row["end"], zone) if "end" in row else None
        rows.append((start, end, price))
    return series(where, rows, f"{currency}/kWh")


def zone_of(where: str, name: str) -> ZoneInfo:
    """An IANA time zone by its name; EstimatorError with the nearest names for any other."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        import difflib

        close = difflib.get_close_matches(name, available_timezones(), n=2, cutoff=0.6)
        near = f" Did you mean {' or '.join(close)}?" if close else ""
        raise EstimatorError(
            f"{where} is {shown(name)}, which is not known:{near} "
            "Give an IANA name such as Europe/Paris"
        ) from None
