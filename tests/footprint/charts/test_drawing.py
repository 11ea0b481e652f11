"""Any chart: well-formed, the same each time, themed by names, and of nobody else's settings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drawn_charts import SVG, boxes, texts
from footprint.charts import ink
from footprint.charts.bars import Bar, bars
from footprint.charts.flows import Flow, flows
from footprint.charts.heat import heat
from footprint.charts.ranges import ranges
from footprint.charts.shares import shares
from footprint.charts.sides import Figure, sides
from footprint.charts.stacked import Part, stacked

NASTY = '<script>alert("$x_1$")</script>\x1b[31m & \\alpha é漢字'
SAID = {"title": "A title & more", "description": "what <it> shows"}


def every(name: str = NASTY) -> dict[str, str]:
    """One chart of each kind, with a name in it."""
    return {
        "bars": bars([Bar(name, "1 J", 0.5, 1.0, 2.0)], name="a", **SAID),
        "flows": flows([name, "3"], [Flow(name, 2, "c0"), Flow("", 1, "idle")], name="b", **SAID),
        "shares": shares([(name, {"x": 0.5, "y": 0.5})], {"x": name, "y": "y"}, name="c", **SAID),
        "stacked": stacked([name], [Part(name, [1.0], "c0")], "{:g} J".format, name="d", **SAID),
        "heat": heat([(name, [1.0, None])], [name, ""], "{:g} J".format, name, name="e", **SAID),
        "sides": sides([Figure(name, [(1, 2, 3), None], ["2", "-"])], [name, ""], name="f", **SAID),
        "ranges": ranges([(name, 0.5, 2.0)], "best", name="g", **SAID),
    }


@pytest.mark.parametrize("kind", list(every()))
def test_a_chart_is_an_image_with_words_beside_it(kind: str) -> None:
    text = every()[kind]
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    ids = (root.get("aria-labelledby") or "").split()
    assert [root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")] == list(SAID.values())
    assert [each.get("id") for each in root if each.get("id")] == ids
    assert any(each.startswith("<script>") for each in texts(text))  # shown, cut where too long
    assert "<script" not in text
    # No element but these, nothing that asks for anything, and no colour but the page's.
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "path",
        "text",
    }
    assert "url(" not in text
    assert "href" not in text
    assert set(re.findall(r"#[0-9a-f]{6}", text)) == set()
    names = set(re.findall(r"var\(--(\w+)\)", text))
    assert names
    assert names <= set(ink.COLOURS)


@pytest.mark.parametrize("kind", list(every()))
def test_on_paper_a_chart_has_its_colours_in_it(kind: str) -> None:
    text = ink.on_paper(every()[kind])
    assert "var(" not in text
    assert set(re.findall(r"#[0-9a-f]{6}", text)) <= {light for light, _ in ink.COLOURS.values()}


def test_the_same_bytes_whatever_the_user_set() -> None:
    tests = Path(__file__).parents[2]
    code = (
        f"import sys; sys.path += {[str(tests), str(Path(__file__).parent)]}\n"
        "import hashlib, matplotlib\n"
        "{}\n"
        "from test_drawing import every\n"
        "print(hashlib.sha256(repr(every()).encode()).hexdigest())\n"
        "print(matplotlib.rcParams['font.size'])"
    )
    odd = (
        "matplotlib.rcParams.update({'font.size': 30, 'axes.facecolor': 'red',"
        " 'font.family': 'serif', 'lines.linewidth': 9, 'svg.fonttype': 'path',"
        " 'patch.edgecolor': 'red', 'savefig.dpi': 200,"
        " 'path.sketch': (1, 100, 2), 'axes.prop_cycle': matplotlib.cycler(color='r'),"
        " 'patch.force_edgecolor': True, 'figure.facecolor': 'red', 'text.usetex': True})"
    )
    found = [
        subprocess.run(
            [sys.executable, "-c", code.format(settings)],
            capture_output=True,
            text=True,
            check=True,
            cwd=tests.parent,  # `footprint` is the package there, not the folder of its tests
        ).stdout.split()
        for settings in ("", odd)
    ]
    assert found[0][0] == found[1][0]
    assert found[1][1] == "30.0"  # given back


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_marks_stand_out_and_text_can_be_read(theme: int) -> None:
    of = {name: each[theme] for name, each in ink.COLOURS.items()}
    for name in (*ink.CATEGORIES, "idle", "other"):
        assert contrast(of[name], of["paper"]) >= 3, name
    for name in ("ink", "soft"):
        assert contrast(of[name], of["paper"]) >= 4.5, name
    steps = [luminance(of[name]) for name in ink.STEPS]
    assert steps == sorted(steps, reverse=theme == 0)  # from the ground to the ink


def test_no_sentinel_is_a_part_of_another() -> None:
    assert len(set(ink.SENTINELS.values())) == len(ink.COLOURS)


amounts = st.floats(0, 1e15, allow_subnormal=False)


@settings(max_examples=25)
@example([[0.0, 0.0, 0.0], [0.0, 1.0, 1.0]])  # nothing is no bar
@given(st.lists(st.lists(amounts, min_size=3, max_size=3).map(sorted), min_size=1, max_size=8))
def test_bars_are_as_long_as_their_amounts(found: list[list[float]]) -> None:
    rows = [Bar(f"b{at}", "x", *bounds) for at, bounds in enumerate(found)]
    text = bars(rows, name="n", **SAID)
    most = max(bounds[1] for bounds in found)
    if not most:
        assert text == ""
        return
    drawn = boxes(text, "c0")
    longest = max(box.width for box in drawn)
    known = [bounds for bounds in found if bounds[1]]
    assert len(drawn) == len(known)
    for box, (_, mid, _) in zip(drawn, known, strict=True):
        # In one scale; what is too short to be seen is a pixel and a half.
        assert box.width == pytest.approx(max(longest * mid / most, 1.5), abs=0.3)


@settings(max_examples=25)
@given(st.lists(amounts, min_size=1, max_size=5))
def test_flows_leave_the_post_as_high_as_their_amounts(found: list[float]) -> None:
    parts = [Flow(f"p{at}", each, "c0") for at, each in enumerate(found)]
    text = flows(["whole"], parts, name="n", **SAID)
    if not sum(found):
        assert text == ""
        return
    posts = [box for box in boxes(text, "c0") if "opacity" not in box.style]
    (whole,) = boxes(text, "ink")[:1]
    shown = [each for each in found if each]
    assert len(posts) == len(shown)
    for post, each in zip(posts, shown, strict=True):
        assert post.height == pytest.approx(max(230 * each / sum(found), 1.5), abs=0.3)
    assert whole.height == pytest.approx(sum(post.height for post in posts), abs=0.5)


def test_columns_stand_one_on_another() -> None:
    parts = [
        Part("calls", [1.0, 3.0], "c0"),
        Part("none", [0.0, 0.0], "c1"),
        Part("idle", [1.0, 1.0], "idle"),
    ]
    text = stacked(["mon", "tue"], parts, "{:g} J".format, name="n", **SAID)
    calls, idle = boxes(text, "c0")[:2], boxes(text, "idle")[:2]
    assert not boxes(text, "c1")  # nothing of it
    assert [box.height for box in calls] == pytest.approx([190 / 4, 190 * 3 / 4], abs=0.2)
    assert [box.bottom for box in idle] == pytest.approx([box.top for box in calls])
    assert {"mon", "tue", "0 J", "4 J", "calls", "idle"} <= set(texts(text))
    assert stacked(["mon"], [Part("calls", [0.0], "c0")], str, name="n", **SAID) == ""


def test_a_year_of_columns_is_one_path_a_part() -> None:
    days = [f"{day}" for day in range(365)]
    parts = [Part("calls", [1.0 + day % 7 for day in range(365)], "c0")]
    text = stacked(days, parts, "{:g} J".format, name="n", **SAID)
    assert len(boxes(text, "c0")) == 2  # the columns and the key
    assert len(text) < 30_000


def test_cells_have_the_colour_of_their_amount_and_blank_ones_none() -> None:
    rows = [("a", [0.0, 8.0]), ("b", [None, 4.0])]
    text = heat(rows, ["0", "1"], "{:g} J".format, "blank: no", name="n", **SAID)
    (least, _), (most, _), (middle, _) = (boxes(text, name) for name in ("h0", "h7", "h4"))
    assert (least.left, least.top) == (most.left - 252, most.top)
    assert (middle.left, middle.top) == (most.left, most.top + 22)
    assert "blank: no" in texts(text)
    assert heat([("a", [0.0, None])], ["0", "1"], str, "", name="n", **SAID) == ""


def test_half_and_twice_are_equally_far() -> None:
    text = ranges([("energy", 0.5, 2.0)], "best", name="n", **SAID)
    (line,) = boxes(text, "ink")[:1]
    (dot,) = boxes(text, "c0")
    middle = (dot.left + dot.right) / 2
    assert middle - line.left == pytest.approx(line.right - middle, abs=0.3)


def test_each_figure_of_sides_has_its_own_scale() -> None:
    figures = [
        Figure("e", [(1, 2, 4), (1, 4, 4)], ["2", "4"]),
        Figure("c", [(9, 9, 9), None], ["9", "?"]),
    ]
    text = sides(figures, ["a", "b"], name="n", **SAID)
    (first, other), (second,) = boxes(text, "c0"), boxes(text, "c1")
    assert first.width * 2 == pytest.approx(second.width, abs=0.3)
    assert other.width == pytest.approx(second.width, abs=0.3)
    assert "?" in texts(text)
