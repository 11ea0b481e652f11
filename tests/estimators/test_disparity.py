"""Disparity: exact cases, and laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.disparity import disparity
from footprint.estimators.errors import EstimatorError

values = st.dictionaries(st.text(min_size=1), st.floats(0.0, 1e9), min_size=2, max_size=6)


def test_difference_ratio_and_the_four_fifths_threshold() -> None:
    found = disparity({"a": 0.5, "b": 0.25, "c": 0.4})
    assert (found.lowest, found.highest) == ("b", "a")
    assert (found.difference, found.ratio, found.below_four_fifths) == (0.25, 0.5, True)
    assert disparity({"a": 1.0, "b": 0.8}).below_four_fifths is False
    assert disparity({"a": 0.5, "b": 0.5}).difference == 0.0


@pytest.mark.parametrize("parts", [{"a": -1.0, "b": 1.0}, {"a": 0.0, "b": 0.0}])
def test_where_a_ratio_says_nothing_there_is_none(parts: dict[str, float]) -> None:
    assert disparity(parts).ratio is None
    assert disparity(parts).below_four_fifths is None


@given(values)
def test_every_value_lies_between_lowest_and_highest(parts: dict[str, float]) -> None:
    found = disparity(parts)
    assert all(parts[found.lowest] <= value <= parts[found.highest] for value in parts.values())
    assert found.difference == max(parts.values()) - min(parts.values())
    assert found.ratio is None or 0 <= found.ratio <= 1


@pytest.mark.parametrize("parts", [{}, {"a": 1.0}, {"a": 1.0, "b": float("nan")}])
def test_what_cannot_be_compared_is_refused(parts: dict[str, float]) -> None:
    with pytest.raises(EstimatorError):
        disparity(parts)
