"""Many spans priced at once: carbon and cost by the hour, in numpy.

    carbon_location_g = energy_kwh x PUE x mean intensity over the span
    cost              = energy_kwh x PUE x mean tariff over the span

A span's power is taken as even from its start to its end, so a factor that changes meanwhile is
weighted by time. NaN means not known: an energy that is, or a span that meets a hole of a series.

Rows are floats, for tables and charts. Money that must add up to the last digit is `total_cost`:
energy in whole nJ by step of the tariff, times exact prices. Bounds of rows are of each row alone;
the bounds of a sum come from a group's bounds and the factors applied once (`applied.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.estimators.carbon import checked_pue
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.money import Money, checked_currency
from footprint.estimators.quantity import Quantity
from footprint.estimators.series import Series
from footprint.estimators.units import J_PER_KWH, ratio, shown

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Instants = npt.NDArray[np.int64]

#: A factor per kWh of the facility's energy, constant or by time.
PerKwh = Factor | Series | Quantity
Tariff = Factor | Series | Money
Pue = Factor | Quantity | float

LOCATION = "carbon_location_g"
_WATER = "L/kWh"
_INTENSITY = "g/kWh"


class Range(NamedTuple):
    """Low, mid, high: numbers, or arrays with one for each span."""

    low: Any
    mid: Any
    high: Any


def price_spans(
    start_ns: Instants,
    end_ns: Instants,
    energy_j: Floats,
    *,
    intensity: PerKwh | None = None,
    pue: Pue | None = None,
    tariff: Tariff | None = None,
    per_kwh: Mapping[str, PerKwh] | None = None,
) -> dict[str, Floats]:
    """Carbon and cost of each span, at the middle of every factor.

    Args:
        start_ns, end_ns: UTC ns.
        energy_j: of IT equipment; NaN where it is not known.
        intensity: g/kWh, location-based; `carbon_location_g` is left out without it.
        pue: None: IT equipment alone, and the report must say so (`carbon.IT_ONLY`).
        tariff: per kWh; gives `cost_usd`, `cost_eur`, ... by its own currency.
        per_kwh: further factors by the key of their figure, its unit last: `carbon_market_g` in
            g/kWh, `water_l` in L/kWh.

    Returns:
        Arrays by key, and `facility_kwh`.

    Raises:
        EstimatorError: unequal lengths, a span that ends before it starts, energy that is negative
            or infinite, a unit that does not fit, a PUE by time (it is an annual mean).
    """
    start, end, energy = _checked(start_ns, end_ns, energy_j)
    rates = _rates(start, end, intensity, tariff, per_kwh)
    kwh = energy * (_pue(pue).mid / J_PER_KWH)
    return {"facility_kwh": kwh} | {key: kwh * rate.mid for key, rate in rates.items()}


def price_frame(
    frame: Any,
    *,
    intensity: PerKwh | None = None,
    pue: Pue | None = None,
    tariff: Tariff | None = None,
    per_kwh: Mapping[str, PerKwh] | None = None,
) -> Any:
    """The frame of `open_ledger(...).spans()` with columns of carbon and cost added.

    Args:
        frame: pandas, with `start` and `end` (with a time zone), `energy_j`, `energy_low_j` and
            `energy_high_j`; energy is the span's own, so rows add up.
        others: as `price_spans`.

    Returns:
        A new frame with `carbon_location_g`, `carbon_location_low_g`, `carbon_location_high_g`,
        `cost_usd`, `cost_low_usd`, ...

    Raises:
        EstimatorError: as `price_spans`; times without a zone; a column that is missing.
    """
    import numpy as np

    start, known_start = _instants(frame, "start")
    end, known_end = _instants(frame, "end")
    known = known_start & known_end
    start, end = np.where(known, start, 0), np.where(known, end, 0)
    energy = Range(*(_column(frame, f"energy{bound}_j") for bound in ("_low", "", "_high")))
    energy = Range(*(_checked(start, end, np.where(known, each, np.nan))[2] for each in energy))
    rates, overhead = _rates(start, end, intensity, tariff, per_kwh), _pue(pue)
    columns: dict[str, Floats] = {}
    for key, rate in rates.items():
        what, _, unit = key.rpartition("_")
        for name, bound in (
            (key, "mid"),
            (f"{what}_low_{unit}", "low"),
            (f"{what}_high_{unit}", "high"),
        ):
            joules, by, at = (getattr(each, bound) for each in (energy, overhead, rate))
            columns[name] = joules * (by / J_PER_KWH) * at
    return frame.assign(**columns)


class CostTotal(NamedTuple):
    """What many spans cost together.

    Attributes:
        amount: of `priced_nj`, in `currency`: whole nJ times exact prices, rounded once to 34
            digits.
        currency: the tariff's.
        priced_nj: energy of IT equipment that has a price.
        unpriced_nj: energy in holes of the tariff; `amount` leaves it out.
        unknown: the number of spans whose energy is not known.
    """

    amount: Decimal
    currency: str
    priced_nj: int
    unpriced_nj: int
    unknown: int


def total_cost(
    start_ns: Instants,
    end_ns: Instants,
    energy_j: Floats,
    tariff: Tariff,
    pue: Pue | None = None,
) -> CostTotal:
    """The exact sum of what spans cost, at the middle of the PUE.

    Each span's energy is rounded to nJ, split over the tariff's steps by time so that the parts
    add up to it, summed by step as integers, and multiplied by the step's price as a fraction. So
    the sum depends neither on the order of the spans nor on how many there are.

    Raises:
        EstimatorError: as `price_spans`.
    """
    from decimal import Context
    from fractions import Fraction

    import numpy as np

    from footprint.estimators._pieces import energy_by_cell

    start, end, energy = _checked(start_ns, end_ns, energy_j)
    known = ~np.isnan(energy)
    unknown = int(np.count_nonzero(~known))
    start, end, energy = start[known], end[known], energy[known]
    value, currency = _price(tariff)
    overhead = Fraction(repr(float(_pue(pue).mid)))
    if isinstance(value, Series):
        edges = sorted({*value.starts, *value.ends})
        sums = energy_by_cell(start, end, energy, np.array(edges, np.int64))
        prices = [None, *(value.at(edge) for edge in edges)]  # before the first edge there is none
    else:
        sums = energy_by_cell(start, end, energy, np.array([], np.int64))
        prices = [value]
    whole, unpriced, area = sum(sums), 0, Fraction(0)
    for nj, price in zip(sums, prices, strict=True):
        if price is None:
            unpriced += nj
        elif nj:
            exactly = price if isinstance(price, Decimal) else repr(price)
            area += nj * Fraction(exactly)
    cost = area * overhead / (J_PER_KWH * 1_000_000_000)
    amount = Context(prec=34).divide(Decimal(cost.numerator), Decimal(cost.denominator))
    return CostTotal(amount, currency, whole - unpriced, unpriced, unknown)


def _checked(
    start_ns: Instants, end_ns: Instants, energy_j: Floats
) -> tuple[Instants, Instants, Floats]:
    import numpy as np

    start, end = np.asarray(start_ns, np.int64), np.asarray(end_ns, np.int64)
    energy = np.asarray(energy_j, np.float64)
    if not start.shape == end.shape == energy.shape or start.ndim != 1:
        raise EstimatorError(
            f"spans: {start.shape} starts, {end.shape} ends, {energy.shape} energies: give three "
            "arrays of one length"
        )
    for wrong, what in (
        (end < start, "ends before it starts: give its start first"),
        ((energy < 0) | np.isinf(energy), "has an energy that is no amount: give 0 J or more"),
    ):
        first = np.flatnonzero(wrong)
        if first.size:
            at = int(first[0])
            raise EstimatorError(f"span {at} ({start[at]} to {end[at]} ns, {energy[at]} J) {what}")
    return start, end, energy


def _rates(
    start: Instants,
    end: Instants,
    intensity: PerKwh | None,
    tariff: Tariff | None,
    per_kwh: Mapping[str, PerKwh] | None,
) -> dict[str, Range]:
    """Per facility kWh, by the key of the figure."""
    rates: dict[str, Range] = {}
    for key, factor in ({LOCATION: intensity} | dict(per_kwh or {})).items():
        if factor is not None:
            unit = {"g": _INTENSITY, "l": _WATER}.get(key.rpartition("_")[2])
            if unit is None:
                raise EstimatorError(f"figure {shown(key)}: end its name with its unit, _g or _l")
            rates[key] = _rate(key, factor, unit, start, end)
    if tariff is not None:
        price, currency = _price(tariff)
        mean = price.means(start, end) if isinstance(price, Series) else float(price)
        rates[f"cost_{currency.lower()}"] = Range(mean, mean, mean)
    return rates


def _rate(key: str, factor: PerKwh, unit: str, start: Instants, end: Instants) -> Range:
    value = factor.value if isinstance(factor, Factor) else factor
    if isinstance(value, Quantity):
        quantity = value if value.unit == unit else value.to(unit)
        return Range(quantity.low, quantity.mid, quantity.high)
    if not isinstance(value, Series):
        raise EstimatorError(f"{key}: {shown(value)} is a price: give a factor in {unit}")
    n, d = (1, 1) if value.unit == unit else ratio(value.unit, unit)
    means = value.means(start, end) * n / d
    return Range(means, means, means)


def _price(tariff: Tariff) -> tuple[Decimal | Series, str]:
    """Price per kWh and its currency."""
    if isinstance(tariff, Money):
        return tariff.amount, tariff.currency
    value = tariff.value if isinstance(tariff, Factor) else tariff
    if isinstance(value, Quantity):
        raise EstimatorError(f"tariff is {shown(value)}: give a Decimal, or Money per kWh")
    unit = tariff.unit
    currency, _, per = unit.partition("/")
    if per != "kWh":
        raise EstimatorError(f"tariff is in {shown(unit)}: give it per kWh, as EUR/kWh")
    return value, checked_currency("currency of the tariff", currency)


def _pue(pue: Pue | None) -> Range:
    if pue is None:
        return Range(1.0, 1.0, 1.0)
    value = pue.value if isinstance(pue, Factor) else pue
    if isinstance(value, Series):
        raise EstimatorError("PUE is a series: give its annual mean (ISO/IEC 30134-2)")
    if not isinstance(value, Quantity):
        number = checked_pue("PUE", value)
        return Range(number, number, number)
    for each in (value.low, value.high):
        checked_pue("PUE", each)
    return Range(value.low, value.mid, value.high)


def _column(frame: Any, name: str) -> Any:
    if name not in frame.columns:
        raise EstimatorError(
            f"frame has no column {name!r}: give the frame of open_ledger(...).spans()"
        )
    return frame[name].to_numpy("float64") if name.startswith("energy") else frame[name]


def _instants(frame: Any, name: str) -> tuple[Instants, Any]:
    """UTC ns, and which of them are known."""
    column = _column(frame, name)
    if getattr(column.dtype, "tz", None) is None:
        raise EstimatorError(
            f"column {name!r} is of {column.dtype}: give times with a time zone, as UTC"
        )
    return column.dt.as_unit("ns").astype("int64").to_numpy(), column.notna().to_numpy()
