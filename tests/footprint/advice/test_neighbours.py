"""The zones that are tried where none is named."""

from __future__ import annotations

import pytest

from footprint.advice.neighbours import _LINES, neighbours
from footprint.estimators.zones import resolve_zone


def test_lines_are_between_known_countries_each_once() -> None:
    pairs = [tuple(line.split("-")) for line in _LINES.split()]
    assert len(set(pairs)) == len(pairs)
    for one, other in pairs:
        assert one < other
        assert (resolve_zone(one).code, resolve_zone(other).code) == (one, other)


@pytest.mark.parametrize(
    ("zone", "near", "far"),
    [
        ("FRA", "CHE", "SWE"),
        ("USA-CA", "USA-WA", "CAN-QC"),
        ("SWE-SE3", "NOR", "SWE"),
        ("GBR-13", "FRA", "GBR"),
        ("aws:eu-west-3", "aws:eu-north-1", "gcp:europe-west9"),
    ],
)
def test_those_of_the_same_kind_are_near(zone: str, near: str, far: str) -> None:
    found = neighbours(resolve_zone(zone))
    assert near in found
    assert far not in found
    assert zone not in found
    assert all(resolve_zone(code).code == code for code in found)


def test_an_island_has_none() -> None:
    assert neighbours(resolve_zone("ISL")) == ()
