"""The page: its charts say what its tables say, its JSON is the report's, and names are text."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_charts import boxes, texts
from footprint import UsageError, report
from footprint.reports.blocks import RIGHT, Cell, Facts, Listed, Table
from footprint.reports.html import embedded
from footprint.reports.html.blocks import block
from footprint.reports.html.page import fragment
from footprint.reports.view import Amounts, Report
from report_ledgers import CPU, GPU, Recorder, S

DAY = 86_400 * S
UTC = 1_795_345_200 * S  # a Sunday, 11:00


@pytest.fixture
def made(tmp_path: Path) -> Report:
    """Three days, each of one second at 300 W in calls, one at 100 W, and 20 W of a CPU."""
    for day in range(3):
        one = Recorder(
            tmp_path / "L",
            day + 1,
            boot=f"boot-{day}",
            declared={"zone": "FRA"},
            utc_ns=UTC + day * DAY,
        )
        one.counter(GPU, [300.0] * 10 + [100.0] * 10)
        one.counter(CPU._replace(id=f"cpu:{day}"), [20.0] * 20)
        run = one.span(one.path("run", background=True), 0, 2 * S)
        for name in ("embed", "train")[: day + 1]:
            path = one.path(name, model=name, kind="inference", devices=[0])
            one.span(path, 0, S // (day + 1), parent=run)
        one.close()
    return report(tmp_path / "L")


def charts(page: str) -> dict[str, str]:
    """Section -> its charts."""
    found = re.findall(r'<section id="(\w+)".*?</section>', page, re.DOTALL)
    parts = re.split(r'<section id="\w+"', page)[1:]
    svgs = ["".join(re.findall(r"<svg .*?</svg>", part, re.DOTALL)) for part in parts]
    return {name: svg for name, svg in zip(found, svgs, strict=True) if svg}


def test_each_chart_stands_with_its_table(made: Report) -> None:
    page = made.to_html()
    found = charts(page)
    assert list(found) == ["totals", "groups", "cuts", "over_time", "by_hour"]
    for name in found:
        section = page.split(f'<section id="{name}"')[1].split("</section>")[0]
        assert "<table" in section
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_split_is_to_scale(made: Report) -> None:
    svg = charts(made.to_html())["totals"]
    ratios = []
    for part, colour in (("calls", "c0"), ("own time", "c2"), ("idle", "idle")):
        energy = next(line.amounts.energy_j for line in made.lines if line.part == part)
        posts = [box for box in boxes(svg, colour) if "opacity" not in box.style]
        assert energy is not None
        assert len(posts) == (energy.mid > 0)
        ratios += [posts[0].height / energy.mid] if posts else []
    assert len(ratios) >= 2
    assert max(ratios) == pytest.approx(min(ratios), rel=0.02)
    assert sum(row.metered_j for row in made.conservation) == pytest.approx(3 * (400 + 40))
    assert "1.32 kJ" in texts(svg)


def test_columns_over_time_add_up_to_the_totals(made: Report) -> None:
    energy = charts(made.to_html())["over_time"].split("</svg>")[0] + "</svg>"
    heights = sum(
        sum(box.height for box in boxes(energy, colour)) - 14  # of the key
        for colour in ("c0", "c1", "c2", "c3", "c4", "c5", "idle", "other")
        if boxes(energy, colour)
    )
    top = next(text for text in reversed(texts(energy)) if text.endswith(" J") and text != "0 J")
    ticks = [float(text.split()[0]) for text in texts(energy) if re.fullmatch(r"\d+ J", text)]
    assert top
    total = made.totals.energy_j
    assert total is not None
    assert heights == pytest.approx(190 * total.mid / max(ticks), rel=0.02)


def test_the_hours_of_the_week(made: Report) -> None:
    svg = charts(made.to_html("fr"))["by_hour"]
    assert {"lundi", "dimanche", "vide : non mesuré".replace(" :", "\u00a0:")} <= set(texts(svg))
    cells = [box for name in ("h6", "h7") for box in boxes(svg, name) if box.height > 15]
    assert len(cells) >= 1  # all three hours have as much, in one path


def test_without_matplotlib_the_tables_come_alone(
    made: Report, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = made.to_html()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("footprint.charts.find_spec", lambda _: None)
    page = made.to_html()
    assert capsys.readouterr().err == (
        "footprint: the page has tables and no charts: run pip install 'footprint-ledger[html]'\n"
    )
    assert "<svg" not in page
    assert page.count("<table") == whole.count("<table")


def test_the_json_in_the_page_is_the_reports(made: Report) -> None:
    page = made.to_html("fr")
    assert json.loads(embedded.read(page)) == json.loads(made.to_json())
    with pytest.raises(UsageError, match="holds no report"):
        embedded.read("<html></html>")


@settings(max_examples=50)
@given(st.text() | st.sampled_from(["</script>", "<!--", "]]>", "\u2028", "&lt;", "\\u003c"]))
def test_no_name_ends_the_json_or_the_page(text: str) -> None:
    empty = Report((), (), "none", (None, None), (text,), (), Amounts(), (), (), (), (), ())
    element = embedded.element(empty)
    assert element.count("<") == 2
    assert json.loads(embedded.read(element))["boundary"] == [text]
    shown = block(Listed(text, (text,))) + block(Facts(text, ((text, text),)))
    assert not re.search(r"<(?!/?(h3|ul|li|dl|dt|dd|code|a)\b)", shown)


def test_numbers_sort_as_numbers_and_sums_stay_below() -> None:
    rows = (("a", Cell("9 J", 9.0)), ("b", Cell("1 kJ", 1000.0)), ("c", "-"), ("total", Cell("x")))
    text = block(Table("T", (("name", "left"), ("energy", RIGHT)), rows, foot=1))
    assert re.findall(r'data-v="([^"]+)"', text) == ["9", "1000"]
    body, foot = text.split("</tbody>")
    assert body.count("<tr>") == 4  # with the headings
    assert "total" in foot
    assert "data-sort" in text
    assert "data-sort" not in block(Table("T", (("n", "left"),), (("a",), ("b",))))


def test_addresses_can_be_followed_and_nothing_else() -> None:
    text = block(Listed("T", ("see https://example.org/a?b=1&c=<2>, javascript:alert(1) `x<y`",)))
    assert '<a href="https://example.org/a?b=1&amp;c=" rel="noreferrer">' in text
    assert text.count("href") == 1
    assert "<code>x&lt;y</code>" in text


def test_a_notebook_has_the_style_in_its_own_class(made: Report) -> None:
    text = fragment(made)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    assert "<script" not in text
    rules = re.sub(r"@media[^{]*{|/\*.*?\*/", "", style[1], flags=re.DOTALL)
    for selectors in re.findall(r"([^{}]+)\{[^}]*\}", rules):
        for selector in selectors.split(","):
            assert selector.strip().startswith(".footprint"), selector
