"""The chart of an estimate: well-formed, to scale, and silent where there is nothing to draw."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.quantity import Quantity, exact
from footprint.reports.estimate_chart import svg


def spans(text: str) -> list[tuple[float, float]]:
    found = re.findall(r'class="interval" d="M([\d.]+) [\d.]+H([\d.]+)"', text)
    return [(float(low), float(high)) for low, high in found]


def test_half_and_twice_are_equally_far_from_the_best_estimate() -> None:
    text = svg([("energy", Quantity(5.0, 10.0, 20.0, "Wh"))])
    ((low, high),) = spans(text)
    (middle,) = [float(x) for x in re.findall(r'circle cx="([\d.]+)"', text)]
    assert high - middle == pytest.approx(middle - low, abs=0.2)
    assert "energy: 0.5 to 2 times" in text


def test_nothing_is_drawn_where_nothing_is_open() -> None:
    assert svg([("energy", exact(3.0, "Wh")), ("water", exact(0.0, "L"))]) == ""
    assert svg([]) == ""


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "<b> & c", '"d"']),
            st.lists(st.floats(0, 1e12), min_size=3, max_size=3).map(sorted),
        ),
        max_size=6,
    )
)
def test_every_line_lies_on_the_axis_and_the_picture_is_well_formed(
    figures: list[tuple[str, list[float]]],
) -> None:
    text = svg([(name, Quantity(*bounds, "g")) for name, bounds in figures])
    open_ = [bounds for _, bounds in figures if bounds[1] > 0 and bounds[0] < bounds[2]]
    if not open_:
        assert text == ""
        return
    ElementTree.fromstring(text)
    assert len(spans(text)) == len(open_)
    for low, high in spans(text):
        assert 239 <= low <= high <= 731
