"""The sources that need nothing but what is installed: the default of every look-up."""

from __future__ import annotations

from footprint.estimators.costs.rental import RentalPrices, shipped_rentals
from footprint.estimators.hardware.embodied import Hardware
from footprint.estimators.packaged import packaged
from footprint.estimators.sources import Registry, Source


def sources() -> tuple[Source, ...]:
    """All shipped sources, in the order they are asked."""
    return (*packaged(), Hardware(), RentalPrices(shipped_rentals()))


def standard() -> Registry:
    """A registry of the shipped sources."""
    return Registry(sources())
