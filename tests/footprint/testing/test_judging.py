"""Figures against limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.context import NO_ZONE
from footprint.estimators.errors import Gap
from footprint.estimators.quantity import Quantity
from footprint.reports.view import Amounts
from footprint.testing.figures import UNKNOWN, Figure
from footprint.testing.judging import MAY_BE, OVER, UNJUDGED, WITHIN, judge


def used(low: float, mid: float, high: float, **more: Any) -> Figure:
    each = Amounts(energy_j=Quantity(low, mid, high, "J"))
    return UNKNOWN._replace(calls=1, each=each, whole=each, gaps=(), **more)


def verdict(figure: Figure, limits: dict[str, float], end: str = "low") -> str:
    (found,) = judge(figure, limits, end)
    return str(found["verdict"])


BOUNDS = st.tuples(*[st.floats(0.0, 1e6)] * 3).map(sorted)


@given(BOUNDS, st.floats(1e-6, 1e6), st.sampled_from(["low", "mid", "high"]))
def test_a_limit_is_broken_where_the_end_that_judges_is_over_it(
    bounds: list[float], limit: float, end: str
) -> None:
    figure = used(*bounds)
    found = verdict(figure, {"max_j": limit}, end)
    assert (found == OVER) == (bounds[("low", "mid", "high").index(end)] > limit)
    if found == WITHIN:
        assert bounds[1] <= limit
    if found == MAY_BE:
        assert end == "low"
        assert bounds[0] <= limit < bounds[1]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("low", ""),
        ("mid", ", judged by its best estimate"),
        ("high", ", judged by its high end"),
    ],
)
def test_what_a_limit_was_judged_by_is_said(end: str, said: str) -> None:
    (found,) = judge(used(2.0, 3.0, 4.0), {"max_j": 1.0}, end)
    assert found["text"] == f"max_j=1 J is exceeded: one call used 3 J (2 to 4){said}"


def test_what_is_not_known_is_not_judged_and_says_why() -> None:
    figure = used(1, 2, 3)._replace(gaps=(NO_ZONE,))
    (found,) = judge(figure, {"max_g": 1.0}, "low")
    assert found["verdict"] == UNJUDGED
    assert "neither a zone nor a carbon intensity was declared: declare the zone" in found["text"]
    (found,) = judge(UNKNOWN, {"max_usd": 1.0}, "low")
    assert "its span is not in the ledger" in found["text"]


@pytest.mark.parametrize(("limit", "expected"), [(3.0, WITHIN), (2.9, UNJUDGED)])
def test_below_the_floor_its_bound_holds_still(limit: float, expected: str) -> None:
    below = Gap("energy_j", "too short", "repeat it")
    figure = used(0, 2, 6)._replace(calls=2, each=Amounts(), below="too short", gaps=(below,))
    (found,) = judge(figure, {"max_j": limit}, "low")
    assert found["verdict"] == expected
    if expected == UNJUDGED:
        assert found["text"] == "max_j=2.9 was not judged: too short: repeat it"
