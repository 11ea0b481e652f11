"""Factor: a number that turns one figure into another, with where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.estimators.quantity import Quantity

if TYPE_CHECKING:
    from decimal import Decimal

GIVEN = "given"


class Factor(NamedTuple):
    """One factor as it was applied; an entry of a report's `factors`.

    Attributes:
        name: `grid intensity`, `PUE`, `electricity tariff`, ...
        value: a Quantity for physical factors, a Decimal for a price.
        unit: `g/kWh`, `1`, `EUR/kWh`, ...
        zone: where it holds (`FRA`, `USA-CA`); empty where it holds everywhere.
        source: who published it; `given` where the user did.
        version: of the package or file it was read from; empty for a given one.
        vintage: the year that the value is of; None where no year was stated.
        license: of the source; empty for a given one.
        used_for: the keys of the report that rest on it, separated by commas.
        why: why this one was taken and not another.
    """

    name: str
    value: Quantity | Decimal
    unit: str
    zone: str = ""
    source: str = GIVEN
    version: str = ""
    vintage: int | None = None
    license: str = ""
    used_for: str = ""
    why: str = ""

    @property
    def quantity(self) -> Quantity:
        """The value as a Quantity in `unit`."""
        if isinstance(self.value, Quantity):
            return self.value
        number = float(self.value)
        return Quantity(number, number, number, self.unit)

    def to_json(self) -> dict[str, Any]:
        """The report's entry: `value` is the middle; `low` and `high` follow where they differ."""
        quantity = self.quantity
        entry: dict[str, Any] = {"name": self.name, "value": quantity.mid}
        if quantity.low != quantity.high:
            entry |= {"low": quantity.low, "high": quantity.high}
        return entry | {
            "unit": self.unit,
            "zone": self.zone or None,
            "source": self.source,
            "version": self.version or None,
            "vintage": self.vintage,
            "license": self.license or None,
            "used_for": self.used_for,
            "why": self.why,
        }
