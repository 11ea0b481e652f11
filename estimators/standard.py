"""The sources that need nothing but what is installed: the default of every look-up."""

from __future__ import annotations

from collections.abc import Sequence

from footprint.estimators.costs.rental import RentalPrice, RentalPrices, shipped_rentals
from footprint.estimators.hardware.embodied import Hardware
from footprint.estimators.packaged import packaged
from footprint.estimators.sources import Registry, Source


def sources(rentals: Sequence[RentalPrice] = ()) -> tuple[Source, ...]:
    """All shipped sources, in the order they are asked.

    Args:
        rentals: own rental prices, which go before the shipped ones.
    """
    return (*packaged(), Hardware(), RentalPrices((*rentals, *shipped_rentals())))


def standard() -> Registry:
    """A registry of the shipped sources."""
    return Registry(sources())
