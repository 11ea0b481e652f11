"""What each factor's name asks of its value: the unit, what it is of, and the range.

One table, `KINDS`, in the order of `estimators.factors.NAMES`. A value in another unit of the same
dimension is converted (`kg/kWh` to `g/kWh`, `m3/MWh` to `L/kWh`, `EUR/MWh` to `EUR/kWh`).
"""

from __future__ import annotations

import math
import re
from decimal import Context, Decimal
from typing import NamedTuple

from footprint.errors import UsageError, nearest
from footprint.estimators import factors as names
from footprint.estimators.carbon import INTENSITY_MAX_G_PER_KWH, PUE_MAX, PUE_MIN
from footprint.estimators.errors import EstimatorError
from footprint.estimators.money import checked_amount, checked_currency
from footprint.estimators.units import checked, ratio, shown
from footprint.estimators.zones import folded

_EXACT = Context(prec=34)


class Kind(NamedTuple):
    """What a factor of one name is.

    Attributes:
        unit: the unit that it is kept in; `CUR` stands for a currency.
        of: `zone` (or everywhere), `thing` (a device or instance, its `subject`), `currencies`.
        low, high: what its value may be, in `unit`.
        small, large: a value above zero and below `small`, or above `large`, is taken but noted
            with `meant`: it looks like one of another unit.
        table: the own file's table that reports take it from instead; empty: they ask for it.
    """

    unit: str
    of: str
    low: float = 0.0
    high: float | None = None
    small: float = 0.0
    large: float = float("inf")
    meant: tuple[str, str] = ("", "")
    table: str = ""

    @property
    def is_money(self) -> bool:
        """Whether the value is an amount of money (a Decimal), or a rate between two currencies."""
        return self.unit.startswith("CUR")


# No grid is below 1 g/kWh or so over its life cycle, and nobody prices a device by the gram: the
# limits of `small` and `large` tell units apart, they do not judge the figure.
KINDS: dict[str, Kind] = {
    names.GRID_INTENSITY: Kind(
        "g/kWh", "zone", high=INTENSITY_MAX_G_PER_KWH, small=1, meant=("kg/kWh", "")
    ),
    names.RESIDUAL_MIX: Kind(
        "g/kWh", "zone", high=INTENSITY_MAX_G_PER_KWH, small=1, meant=("kg/kWh", "")
    ),
    names.WATER_INTENSITY: Kind("L/kWh", "zone", large=1_000, meant=("", "mL/kWh")),
    names.PUE: Kind("1", "zone", low=PUE_MIN, high=PUE_MAX),
    names.WUE: Kind("L/kWh", "zone", large=1_000, meant=("", "mL/kWh")),
    names.EMBODIED: Kind("kg", "thing", small=0.1, large=100_000, meant=("t", "g")),
    names.LIFETIME: Kind("h", "thing", small=100, large=1_000_000, meant=("years", "s")),
    names.TARIFF: Kind("CUR/kWh", "zone"),
    names.RENTAL: Kind("CUR/h", "thing"),
    names.PURCHASE: Kind("CUR", "thing", table="purchase"),
    names.EXCHANGE: Kind("CUR/CUR", "currencies", table="exchange"),
}


def kind_of(where: str, name: object) -> tuple[str, Kind]:
    """(name, kind) of a factor's name, case and `_` aside. Raises UsageError with the nearest."""
    known = {folded(each): each for each in KINDS}
    spelled = known.get(folded(name)) if isinstance(name, str) else None
    if spelled is None:
        hint = nearest(name, KINDS) if isinstance(name, str) else ""
        raise UsageError(
            f"{where}: {shown(name)} is no factor's name.{hint} Use one of {', '.join(KINDS)}"
        )
    return spelled, KINDS[spelled]


class Unit(NamedTuple):
    """A unit as it was written, and the way into the kept one: times `top`, divided by `bottom`."""

    written: str
    kept: str
    top: int
    bottom: int

    def number(self, where: str, value: object, kind: Kind) -> float:
        """A checked number, converted, within the kind's range. Raises EstimatorError."""
        plain = _with_point(where, value)
        if (self.top, self.bottom) == (1, 1):
            of = "" if self.kept == "1" else self.kept
            return checked(where, plain, of, low=kind.low, high=kind.high)
        given = checked(where, plain, self.written, low=-math.inf)
        scaled = given * self.top / self.bottom if self.bottom != 1 else given * self.top
        name = f"{where} ({shown(value)} {self.written}, in {self.kept})"
        return checked(name, scaled, self.kept, low=kind.low, high=kind.high)

    def amount(self, where: str, value: object) -> Decimal:
        """A checked amount of money, converted exactly. Raises EstimatorError."""
        amount = checked_amount(where, _with_point(where, value), self.written)
        if (self.top, self.bottom) == (1, 1):
            return amount
        return _EXACT.divide(_EXACT.multiply(amount, Decimal(self.top)), Decimal(self.bottom))


def unit_of(where: str, written: object, kind: Kind) -> Unit:
    """The unit that was written, checked against the name's. Raises UsageError."""
    if written is None and kind.unit == "1":
        return Unit("1", "1", 1, 1)
    if not isinstance(written, str) or not written.strip():
        example = kind.unit.replace("CUR/CUR", "EUR/USD").replace("CUR", "EUR")
        raise UsageError(f"{where}: unit is {shown(written)}: give one such as {example}")
    text = written.strip()
    try:
        if kind.of == "currencies":
            return _exchange(text)
        if kind.is_money:
            return _money(text, kind)
        # CO2, CO2e and CO2eq say of what, not how much.
        plain = re.sub(r"\s*CO2(eq|e)?\s*", "", text, flags=re.IGNORECASE)
        return Unit(plain, kind.unit, *_ratio(plain, kind.unit))
    except EstimatorError as error:
        hint = " (a year of 365 days is 8760 h)" if kind.unit == "h" else ""
        wanted = kind.unit.replace("CUR/CUR", "EUR/USD").replace("CUR", "EUR")
        raise UsageError(
            f"{where}: unit {shown(text)} does not fit: give it in {wanted}{hint}"
        ) from error


def noted(where: str, value: float, kind: Kind) -> str | None:
    """A line where a value looks like one of another unit; it is taken all the same."""
    small, large = kind.meant
    meant = small if 0 < value < kind.small else large if value > kind.large else ""
    if not meant:
        return None
    return f"{where}: {value:g} {kind.unit}: was {meant} meant? It is taken as given"


def _ratio(written: str, kept: str) -> tuple[int, int]:
    """As `units.ratio`, and for quotients of two known units."""
    if written == kept:
        return 1, 1
    above, slash, below = written.partition("/")
    wanted_above, also, wanted_below = kept.partition("/")
    if not (slash and also):
        return ratio(written, kept)
    (a, b), (c, d) = ratio(above.strip(), wanted_above), ratio(below.strip(), wanted_below)
    common = math.gcd(a * d, b * c)
    return a * d // common, b * c // common


def _money(text: str, kind: Kind) -> Unit:
    currency, slash, per = text.partition("/")
    code = checked_currency("currency", currency)
    _, wanted, kept = kind.unit.partition("/")
    if slash != wanted:
        raise EstimatorError("a price without its unit, or with one too many")
    unit = f"{code}/{kept}" if kept else code
    # A price per a larger unit is less per the kept one: the ratio turns round.
    n, d = ratio(per.strip(), kept) if kept else (1, 1)
    return Unit(f"{code}/{per.strip()}" if kept else code, unit, d, n)


def _exchange(text: str) -> Unit:
    base, slash, quoted = text.partition("/")
    if not slash:
        raise EstimatorError("an exchange rate is between two currencies")
    unit = "/".join(checked_currency("currency", each) for each in (base, quoted))
    return Unit(unit, unit, 1, 1)


def _with_point(where: str, value: object) -> object:
    if isinstance(value, str) and "," in value:
        raise EstimatorError(
            f"{where} is {shown(value)}: write it with a decimal point, without other commas"
        )
    return value
