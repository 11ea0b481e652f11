"""Factor: a number that turns one figure into another, with where it comes from.

The names are the registry's keys: a source is asked for `GRID_INTENSITY` of a zone, for
`EMBODIED` of a device. Own files use the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.estimators.quantity import Quantity
from footprint.estimators.series import Series

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

GIVEN = "given"

# name                     of what          unit
GRID_INTENSITY = "grid intensity"  #            zone   g/kWh, location-based
RESIDUAL_MIX = "residual mix intensity"  #      zone   g/kWh, market-based
WATER_INTENSITY = "water intensity"  #          zone   L/kWh, of generation
PUE = "PUE"  #                                  zone   1, facility energy per IT energy
WUE = "WUE"  #                                  zone   L/kWh of IT energy, on site
EMBODIED = "embodied carbon"  #                 device kg, cradle to gate, one device
LIFETIME = "lifetime"  #                        device h
TARIFF = "electricity tariff"  #                zone   CUR/kWh
RENTAL = "rental price"  #                      device or instance CUR/h
PURCHASE = "purchase price"  #                  device CUR
EXCHANGE = "exchange rate"  #                   EUR/USD: dollars for one euro

NAMES = (
    GRID_INTENSITY,
    RESIDUAL_MIX,
    WATER_INTENSITY,
    PUE,
    WUE,
    EMBODIED,
    LIFETIME,
    TARIFF,
    RENTAL,
    PURCHASE,
    EXCHANGE,
)


#: How `why` begins where a factor is of the user's own file.
OWN = "the user's own"


class Factor(NamedTuple):
    """One factor as it was applied; an entry of a report's `factors`.

    Attributes:
        name: one of `NAMES`, or a name of its own for what a model of hardware rests on.
        value: a Quantity for physical factors, a Decimal for a price, a Series of either.
        unit: `g/kWh`, `1`, `EUR/kWh`, ...
        zone: where it holds (`FRA`, `USA-CA`); empty where it holds everywhere.
        source: who published it; `given` where the user did.
        version: of the package or file it was read from; empty for a given one.
        vintage: the year that the value is of; None where no year was stated.
        license: of the source; empty for a given one.
        used_for: the keys of the report that rest on it, separated by commas.
        why: why this one was taken and not another.
        subject: the device, instance or system that it is of; empty where it is of a zone.
        retrieved: the day on which it was read from its publisher (ISO 8601); may be empty.
    """

    name: str
    value: Quantity | Decimal | Series
    unit: str
    zone: str = ""
    source: str = GIVEN
    version: str = ""
    vintage: int | None = None
    license: str = ""
    used_for: str = ""
    why: str = ""
    subject: str = ""
    retrieved: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it is of the user's own file, also where it was pinned since."""
        return self.why.startswith(OWN)

    @property
    def quantity(self) -> Quantity:
        """The value as a Quantity in `unit`; of a Series, its least, mean by time, and greatest."""
        if isinstance(self.value, Quantity):
            return self.value
        if isinstance(self.value, Series):
            return _summary(self.value, self.unit)
        number = float(self.value)
        return Quantity(number, number, number, self.unit)

    @property
    def digest(self) -> str:
        """SHA-256 over what the factor states (not over why it was taken), in hexadecimal."""
        from hashlib import sha256
        from json import dumps

        stated = {key: value for key, value in stored(self).items() if key not in _OWN}
        text = dumps(stated, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The report's entry: `value` is the middle; `low` and `high` follow where they differ."""
        quantity = self.quantity
        entry: dict[str, Any] = {"name": self.name, "value": quantity.mid}
        if quantity.low != quantity.high:
            entry |= {"low": quantity.low, "high": quantity.high}
        if isinstance(self.value, Series):
            from footprint.estimators.series import iso

            steps = self.value
            entry["series"] = {
                "steps": len(steps),
                "start": iso(steps.starts[0]),
                "end": iso(steps.ends[-1]),
            }
        if self.subject:
            entry["subject"] = self.subject
        return entry | {
            "unit": self.unit,
            "zone": self.zone or None,
            "source": self.source,
            "version": self.version or None,
            "vintage": self.vintage,
            "license": self.license or None,
            "retrieved": self.retrieved or None,
            "digest": self.digest,
            "used_for": self.used_for,
            "why": self.why,
        }


#: Fields that say what this reader did with a factor, not what the factor states.
_OWN = frozenset({"used_for", "why"})


def _summary(steps: Series, unit: str) -> Quantity:
    import math

    from footprint.estimators.errors import EstimatorError

    if not len(steps):
        raise EstimatorError("a factor's series holds no values: give at least one step")
    values = [float(value) for value in steps.values]
    lengths = [end - start for start, end in zip(steps.starts, steps.ends, strict=True)]
    area = math.fsum(value * length for value, length in zip(values, lengths, strict=True))
    low, high = min(values), max(values)
    return Quantity(low, min(max(area / sum(lengths), low), high), high, unit)


def stored(factor: Factor) -> dict[str, Any]:
    """The whole factor as JSON that `restored` reads back to an equal one."""
    value = factor.value
    kept: Any
    if isinstance(value, Quantity):
        kept = {"quantity": [value.low, value.mid, value.high]}
    elif isinstance(value, Series):
        decimal = bool(value.values) and not isinstance(value.values[0], float)
        kept = {"decimals" if decimal else "series": value.to_json()}
    else:
        kept = {"decimal": str(value)}
    return {**factor._asdict(), "value": kept}


def restored(entry: Mapping[str, Any]) -> Factor:
    """What `stored` gave.

    Raises:
        EstimatorError: not such an entry.
    """
    from decimal import Decimal, InvalidOperation

    from footprint.estimators.errors import EstimatorError
    from footprint.estimators.series import from_json

    try:
        ((form, kept),) = entry["value"].items()
        unit = entry["unit"]
        value: Quantity | Decimal | Series
        if form == "quantity":
            low, mid, high = kept
            value = Quantity(low, mid, high, unit)
        elif form == "decimal":
            value = Decimal(kept)
            if not value.is_finite():
                raise EstimatorError(f"a stored factor is {kept}: give a finite number")
        else:
            value = from_json(kept, unit, decimals={"decimals": True, "series": False}[form])
        return Factor(**{**entry, "value": value})
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        if isinstance(error, EstimatorError):
            raise
        raise EstimatorError(f"a stored factor cannot be read ({error!r}): pin it again") from error
