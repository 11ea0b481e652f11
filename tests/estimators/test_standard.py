"""The sources that need nothing but what is installed."""

from __future__ import annotations

import pytest

from footprint.estimators import factors as names
from footprint.estimators.sources import Query
from footprint.estimators.standard import ShippedRentals, standard
from footprint.estimators.zones import resolve_zone


@pytest.mark.parametrize(
    ("name", "zone", "subject"),
    [
        (names.GRID_INTENSITY, "FRA", ""),
        (names.WATER_INTENSITY, "FRA", ""),
        (names.EMBODIED, None, "NVIDIA H100 80GB HBM3"),
        (names.LIFETIME, None, "NVIDIA H100 80GB HBM3"),
        (names.RENTAL, None, "p5.48xlarge"),
    ],
)
def test_what_is_shipped_is_found(name: str, zone: str | None, subject: str) -> None:
    place = None if zone is None else resolve_zone(zone)
    found = standard().find(Query(name, place, subject))
    assert found.chosen is not None
    assert found.notes == ()


@pytest.mark.parametrize("name", names.NAMES)
def test_no_table_answers_for_nowhere_and_nothing(name: str) -> None:
    """Missing is not a default country."""
    assert standard().find(Query(name)).candidates == ()


def test_names_are_those_of_the_order_of_sources() -> None:
    order = [source.name for source in standard().sources]
    assert order[-2:] == ["hardware", "rental prices"]
    assert len(set(order)) == len(order)


def test_rental_prices_can_be_listed() -> None:
    rows = ShippedRentals().rows
    assert rows
    assert all(row.source and row.date for row in rows)
