"""The one home of unit conversion, and of checks on numbers that come from outside.

Formats disagree on units (model cards: grams; CycloneDX: tCO2eq and kWh; SPDX: MJ; the EU form:
MWh; OpenTelemetry: J), so a figure is converted here and nowhere else. Every unit is a whole
ratio to the base of its dimension, so that a conversion rounds at most twice and never drifts.
"""

from __future__ import annotations

import math
import sys
from numbers import Real

from footprint.estimators.errors import EstimatorError

J_PER_KWH = 3_600_000
G_PER_T = 1_000_000
S_PER_H = 3_600

# unit: (dimension, numerator, denominator) in terms of the dimension's base unit.
# A pound is 0.45359237 kg by definition (international avoirdupois pound, 1959).
_UNITS: dict[str, tuple[str, int, int]] = {
    "nJ": ("energy", 1, 1_000_000_000),
    "µJ": ("energy", 1, 1_000_000),
    "mJ": ("energy", 1, 1_000),
    "J": ("energy", 1, 1),
    "kJ": ("energy", 1_000, 1),
    "MJ": ("energy", 1_000_000, 1),
    "Wh": ("energy", S_PER_H, 1),
    "kWh": ("energy", J_PER_KWH, 1),
    "MWh": ("energy", 1_000 * J_PER_KWH, 1),
    "µg": ("mass", 1, 1_000_000),
    "mg": ("mass", 1, 1_000),
    "g": ("mass", 1, 1),
    "kg": ("mass", 1_000, 1),
    "t": ("mass", G_PER_T, 1),
    "µL": ("volume", 1, 1_000_000),
    "mL": ("volume", 1, 1_000),
    "L": ("volume", 1, 1),
    "m3": ("volume", 1_000, 1),
    "ns": ("time", 1, 1_000_000_000),
    "ms": ("time", 1, 1_000),
    "s": ("time", 1, 1),
    "h": ("time", S_PER_H, 1),
    "d": ("time", 24 * S_PER_H, 1),
    "mW": ("power", 1, 1_000),
    "W": ("power", 1, 1),
    "kW": ("power", 1_000, 1),
    "B": ("information", 1, 1),
    "MiB": ("information", 2**20, 1),
    "g/kWh": ("carbon intensity", 1, 1),
    "kg/MWh": ("carbon intensity", 1, 1),
    "kg/kWh": ("carbon intensity", 1_000, 1),
    "lb/MWh": ("carbon intensity", 45_359_237, 100_000_000),
}


def dimension(unit: str) -> str:
    """`energy`, `mass`, ... of a unit known here; EstimatorError for any other."""
    try:
        return _UNITS[unit][0]
    except KeyError:
        raise EstimatorError(
            f"unit {unit!r} cannot be converted: use one of {', '.join(_UNITS)}"
        ) from None


def ratio(unit: str, to: str) -> tuple[int, int]:
    """(n, d) in lowest terms such that x in `unit` is x * n / d in `to`.

    Raises:
        EstimatorError: a unit that is not known, or two of different dimensions.
    """
    if dimension(unit) != dimension(to):
        raise EstimatorError(
            f"cannot convert {unit} ({dimension(unit)}) to {to} ({dimension(to)}): "
            f"give a quantity of {dimension(to)}"
        )
    (_, a, b), (_, c, d) = _UNITS[unit], _UNITS[to]
    top, bottom = a * d, b * c
    common = math.gcd(top, bottom)
    return top // common, bottom // common


def convert(value: float, unit: str, to: str) -> float:
    """`value` in `unit`, expressed in `to`: `convert(3.6e6, "J", "kWh") == 1.0`.

    Raises:
        EstimatorError: as `ratio`.
    """
    n, d = ratio(unit, to)
    return value * n / d if d != 1 else value * n


def shown(value: object) -> str:
    """A value in a message: its repr, on one line, cut at 40 characters."""
    text = repr(value).replace("\n", " ")
    return text if len(text) <= 40 else text[:37] + "..."


def _as_float(value: object) -> float | None:
    """The number that `value` states, None where it states none; a bool states none."""
    decimal = sys.modules.get("decimal")  # not imported: then it cannot be a Decimal
    number = isinstance(value, (Real, str)) or (
        decimal is not None and isinstance(value, decimal.Decimal)
    )
    if isinstance(value, bool) or not number:
        return None
    try:
        return float(value)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    except (ValueError, OverflowError):
        return None


def checked(
    name: str, value: object, unit: str = "", *, low: float = 0.0, high: float | None = None
) -> float:
    """`value` as a finite float from `low` to `high` (both allowed; no upper end for None).

    Takes int, float, Decimal, numpy's real scalars and strings that are numbers (settings from
    the environment). Refuses bool, NaN, infinities and what lies outside.

    Args:
        name: the setting, as the user wrote it; opens the message.
        unit: what the number counts ("g/kWh"), for the message.

    Raises:
        EstimatorError: names the setting, the value and what is allowed.
    """
    number = _as_float(value)
    top = math.inf if high is None else high
    if number is not None and math.isfinite(number) and low <= number <= top:
        return number + 0.0  # -0.0 becomes 0.0
    if high is not None:
        span = f"from {low:g} to {high:g}"
    else:
        span = f"{low:g} or more" if low > -math.inf else "that is finite"
    of = f" of {unit}" if unit else ""
    raise EstimatorError(f"{name} is {shown(value)}: give a number{of} {span}")


def checked_count(name: str, value: object, unit: str = "", *, low: int = 0) -> int:
    """`value` as a whole number, `low` or more; as `checked` otherwise."""
    number = checked(name, value, unit, low=low)
    if number != math.floor(number):
        raise EstimatorError(f"{name} is {shown(value)}: give a whole number, {low} or more")
    return int(number)
