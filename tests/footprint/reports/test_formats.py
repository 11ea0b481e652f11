"""Each format of a report: it says the same figures, and nothing in a name breaks it."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from footprint import UsageError, report
from footprint.ledger import format as fmt
from footprint.reports.blocks import LEFT, RIGHT, Table
from footprint.reports.columns import lines, width
from footprint.reports.view import Report
from json_schema import valid
from report_ledgers import CPU, GPU, MS, Recorder, S

SCHEMA = Path(__file__).parents[3] / "docs/reference/report.schema.json"
NASTY = '<script>alert("x")</script> & |pipe| `code` \x1b[31mred\n=1+1,"é' + "漢字 " * 3


@pytest.fixture
def made(tmp_path: Path) -> Report:
    """Two devices, a nasty name, a fold, a run's own time, an error, and no zone for one run."""
    one = Recorder(tmp_path / "L", declared={"zone": "FRA", "tariff_per_kwh": "0.18 USD"})
    one.counter(GPU._replace(gain_low=0.95, gain_high=1.05), [100.0] * 10 + [300.0] * 20)
    one.counter(CPU._replace(name="<CPU>"), [20.0] * 30)
    run = one.path("run", background=True)
    nasty = one.path(NASTY, model="m", kind="inference", devices=[0], tags={"team": "a"})
    parent = one.span(run, 0, 3 * S)
    one.span(nasty, 1 * S, 2 * S, parent=parent, items=3, tokens_in=10)
    one.span(nasty, 2 * S, 2 * S + 500 * MS, parent=parent, status=1)
    one.fold(one.path("short", devices=["cpu"]), 2 * S, [MS // 4] * 1000)
    one.close(ended=False)
    return report(tmp_path / "L")


def test_json_keeps_its_schema(made: Report, tmp_path: Path) -> None:
    schema = json.loads(SCHEMA.read_text())
    (tmp_path / "E" / fmt.JOURNALS).mkdir(parents=True)
    for each in (made, report(tmp_path / "E"), report(tmp_path / "L", absorption="full", by="")):
        found = json.loads(each.to_json())
        assert valid(found, schema, schema) == []
    broken = json.loads(made.to_json())
    broken["groups"][0]["energy_j"] = {"low": -1, "mid": "x"}
    assert valid(broken, schema, schema) != []


def test_every_null_of_the_json_has_a_gap(made: Report) -> None:
    found = json.loads(made.to_json())
    whats = " ".join(gap["what"] for gap in found["gaps"])
    for name, value in found["totals"].items():
        assert value is not None or name in whats
    for group in found["groups"]:
        for name, value in group.items():
            # No floor is good news: its gap is there where there is one.
            assert name == "floor" or value is not None or name in whats, name
        assert (group["floor"] is None) or "groups.energy_j" in whats


def test_json_holds_the_figures_of_the_report(made: Report) -> None:
    found = json.loads(made.to_json())
    for group, each in zip(made.groups, found["groups"], strict=True):
        energy = group.amounts.energy_j
        assert energy is not None
        assert each["energy_j"] == {"low": energy.low, "mid": energy.mid, "high": energy.high}
        assert each["key"] == dict(group.key)
    total = found["totals"]["energy_kwh"]
    assert total["mid"] * 3.6e6 == pytest.approx(700 + 60)
    assert total["low"] * 3.6e6 == pytest.approx(700 * 0.95 + 60)
    lines = sum(line["energy_j"]["mid"] for line in found["lines"])
    assert lines == pytest.approx(total["mid"] * 3.6e6, rel=1e-9)


def test_the_same_ledger_gives_the_same_bytes(made: Report, tmp_path: Path) -> None:
    again = report(tmp_path / "L")
    for name in ("text", "json", "csv", "md", "html"):
        assert made.render(name) == again.render(name)


class Page(HTMLParser):
    """Checks that elements are closed in order; keeps text, tags and attributes."""

    VOID = ("meta", "br", "hr", "img", "link", "input")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_html_is_one_well_formed_page_that_asks_for_nothing(made: Report) -> None:
    page = Page()
    text = made.to_html()
    page.feed(text)
    page.close()
    assert page.open == []
    assert text.startswith("<!DOCTYPE html>")
    assert not {"link", "img", "iframe", "object"} & set(page.tags)
    assert not {"src", "onclick", "srcset"} & {name for name, _ in page.attributes}
    assert page.tags.count("script") == 2  # data, and what sorts tables
    links = {value for name, value in page.attributes if name == "href"}
    assert {link for link in links if link is None or not link.startswith("#")} == set()
    policy = next(value for _, value in page.attributes if value and "default-src" in value)
    assert "default-src 'none'" in policy
    assert "url(" not in text
    assert "@import" not in text
    assert page.tags.count("caption") == page.tags.count("table") >= 3
    assert "prefers-color-scheme: dark" in text
    assert ("name", "viewport") in page.attributes
    assert "\x1b" not in text
    assert any('<script>alert("x")</script>' in each for each in page.text)
    assert re.search(r"<t[dh][^>]*>&lt;script&gt;", text)


def test_a_notebook_shows_the_page_without_its_frame(made: Report) -> None:
    text = made._repr_html_()
    assert "<html" not in text
    assert "<body" not in text
    page = Page()
    page.feed(text)
    assert page.open == []


def test_text_fits_100_columns_and_hides_control_characters(made: Report) -> None:
    text = made.render("text")
    assert max(map(width, text.splitlines())) <= 100
    assert "\x1b" not in text
    for heading in ("Totals", "Groups", "Conservation", "Factors", "Boundary", "Assumptions"):
        assert heading in text
    assert "own time" in text
    assert str(made) == text


def test_markdown_tables_keep_their_cells(made: Report) -> None:
    lines = made.render("md").splitlines()
    tables = [line for line in lines if line.startswith("|")]
    assert tables
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    heads = [at for at, line in enumerate(tables) if set(line) <= set("|-: ")]
    for at in heads:
        assert widths[at] == widths[at - 1]
    nasty = next(line for line in tables if "script" in line)
    assert "<script>" not in nasty.replace("\\<", "")
    head = max(at for at in heads if at < tables.index(nasty))
    assert len(re.findall(r"(?<!\\)\|", nasty)) == widths[head]


def test_csv_is_a_row_a_group_with_units_in_its_columns(made: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(made.render("csv"))))
    assert len(rows) == len(made.groups)
    nasty = next(row for row in rows if row["name"] == NASTY)
    group = next(group for group in made.groups if dict(group.key)["name"] == NASTY)
    assert group.amounts.energy_j is not None
    assert float(nasty["energy_j"]) == group.amounts.energy_j.mid
    assert nasty["items"] == "3.0"
    assert (nasty["part"], nasty["errors"], nasty["tokens_out"]) == ("calls", "1", "")
    assert group.per_1000_calls is not None
    assert group.per_1000_calls.energy_j is not None
    assert float(nasty["per_1000_calls_energy_j"]) == group.per_1000_calls.energy_j.mid
    assert (nasty["method"], nasty["uncertain"]) == ("counter", "0.0")
    assert (nasty["sci_g"], nasty["sci_unit"], nasty["per_1000_tokens_out_energy_j"]) == (
        "",
        "",
        "",
    )


def test_pandas_has_the_columns_of_the_csv(made: Report) -> None:
    frame = made.to_pandas()
    assert list(frame.columns) == made.render("csv").splitlines()[0].split(",")
    assert frame["spans"].sum() == 1003
    assert frame["tokens_out"].dtype == float
    assert frame["tokens_out"].isna().all()
    assert made._replace(groups=()).to_pandas().empty
    assert frame["energy_j"].sum() == pytest.approx(sum(r.attributed_j for r in made.conservation))


def test_an_unknown_format_is_refused(made: Report) -> None:
    with pytest.raises(UsageError, match="Did you mean html"):
        made.render("htm")


def test_a_suffix_of_no_format_is_refused() -> None:
    from footprint.reports.formats import of_file

    assert of_file("r.HTML") == "html"
    assert of_file("r") == of_file(None) == "text"
    with pytest.raises(UsageError, match=r"\.docx"):
        of_file("r.docx")


def test_a_cell_breaks_between_words_where_it_can() -> None:
    headings = (("budget", LEFT), ("figure", LEFT), *(("n", RIGHT),) * 3)
    row = ("model=n*, project=search", "energy per 1,000 tokens", *("0" * 18,) * 3)
    text = [line[:38].rstrip() for line in lines(Table("t", headings, (row,)))]
    assert text[1:] == ["  model=n*,           energy per 1,000", "  project=search      tokens"]
