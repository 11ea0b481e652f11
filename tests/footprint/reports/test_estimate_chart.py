"""The chart of an estimate: to scale, in words too, and silent where there is nothing to draw."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_charts import boxes
from footprint.estimators.quantity import Quantity, exact
from footprint.reports.estimate_chart import chart


def svg(html: str) -> str:
    found = re.search(r"<svg.*</svg>", html, re.DOTALL)
    assert found is not None
    return found[0]


def test_half_and_twice_are_equally_far_from_the_best_estimate() -> None:
    text = chart([("energy", Quantity(5.0, 10.0, 20.0, "Wh"))])
    line, dot = boxes(svg(text), "ink")[0], boxes(svg(text), "c0")[0]
    middle = (dot.left + dot.right) / 2
    assert line.right - middle == pytest.approx(middle - line.left, abs=0.3)
    assert "energy: 0.5 to 2 times" in text


def test_nothing_is_drawn_where_nothing_is_open() -> None:
    assert chart([("energy", exact(3.0, "Wh")), ("water", exact(0.0, "L"))]) == ""
    assert chart([]) == ""


def test_without_matplotlib_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("footprint.reports.html.figure.available", lambda: False)
    assert chart([("energy", Quantity(5.0, 10.0, 20.0, "Wh"))]) == ""
    assert capsys.readouterr().err == (
        "footprint: the page has tables and no charts: run pip install 'footprint-ledger[html]'\n"
    )


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "<b> & c", '"d"']),
            st.lists(st.floats(0, 1e12), min_size=3, max_size=3).map(sorted),
        ),
        max_size=6,
    )
)
def test_every_line_lies_on_the_axis(figures: list[tuple[str, list[float]]]) -> None:
    text = chart([(name, Quantity(*bounds, "g")) for name, bounds in figures])
    open_ = [bounds for _, bounds in figures if bounds[1] > 0 and bounds[0] < bounds[2]]
    if not open_:
        assert text == ""
        return
    lines = boxes(svg(text), "ink")
    assert len(lines) == len(open_)
    for line in lines:
        assert 219 <= line.left <= line.right <= 601
