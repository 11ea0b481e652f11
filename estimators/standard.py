"""The sources that need nothing but what is installed: the default of every look-up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from footprint.estimators.factors import RENTAL, Factor
from footprint.estimators.hardware.embodied import Hardware
from footprint.estimators.packaged import packaged
from footprint.estimators.sources import Query, Registry, Source

if TYPE_CHECKING:
    from footprint.estimators.costs.rental import RentalPrice


class ShippedRentals:
    """The dated table of rental prices, read when one is asked for."""

    name = "rental prices"

    @property
    def rows(self) -> tuple[RentalPrice, ...]:
        """All prices."""
        from footprint.estimators.costs.rental import shipped_rentals

        return shipped_rentals()

    def candidates(self, query: Query) -> Iterable[Factor]:
        """The prices of the query's subject; none for other factors."""
        if query.name != RENTAL or not query.subject:
            return ()
        from footprint.estimators.costs.rental import RentalPrices

        return RentalPrices(self.rows).candidates(query)


def sources() -> tuple[Source, ...]:
    """All shipped sources, in the order they are asked."""
    return (*packaged(), Hardware(), ShippedRentals())


def standard() -> Registry:
    """A registry of the shipped sources."""
    return Registry(sources())
