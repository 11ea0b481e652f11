"""A comparison in each format: the schema, one well-formed page, cells that stay cells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from drawn_charts import boxes
from footprint.comparisons.formats import of_file, rendered
from footprint.comparisons.make import ByToken, compare
from footprint.comparisons.measured import Ask
from footprint.comparisons.view import Comparison
from footprint.errors import UsageError
from json_schema import valid
from report_ledgers import Recorder, S

REFERENCE = Path(__file__).parents[3] / "docs/reference"
SCHEMA = json.loads((REFERENCE / "compare.schema.json").read_text())
NASTY = '<script>alert("x")</script> |pipe| \x1b[31m'


@pytest.fixture
def groups(alternating: Callable[..., Path], tmp_path: Path) -> Comparison:
    place = {"carbon_intensity_g_per_kwh": 360.0, "tariff_per_kwh": "0.36 EUR"}
    pair = ("minilm@fp32", "minilm@int8")
    return compare(pair, [alternating(tmp_path / "L")], Ask(place=place))


@pytest.fixture
def tokens() -> Comparison:
    asked = ByToken(1000.0, 500.0)
    return compare(["own:70B@H100x4", "api:gpt-4o", "api:o3"], by_token=asked)


@pytest.fixture
def nasty(tmp_path: Path) -> Comparison:
    one = Recorder(tmp_path / "N")
    for model in (NASTY, "plain"):
        one.span(one.path("call", model=model), 0, S)
    one.close()
    return compare([f"model={NASTY}", "plain"], [tmp_path / "N"])


@pytest.mark.parametrize("kind", ["groups", "tokens", "nasty"])
def test_json_keeps_its_schema(kind: str, request: pytest.FixtureRequest) -> None:
    found = json.loads(rendered(request.getfixturevalue(kind), "json"))
    assert valid(found, SCHEMA, SCHEMA) == []
    sides = len(found["sides"])
    for row in found["figures"]:
        assert len(row["values"]) == len(row["changes"]) == sides
        assert row["changes"][0] is None


def test_the_schema_refuses_what_is_none_of_it(groups: Comparison) -> None:
    found = json.loads(rendered(groups, "json"))
    found["figures"][0]["changes"][1]["verdict"] = "surely different"
    assert valid(found, SCHEMA, SCHEMA)


def test_the_parts_that_reports_share_are_theirs() -> None:
    report = json.loads((REFERENCE / "report.schema.json").read_text())
    for name in SCHEMA["$defs"].keys() & report["$defs"].keys():
        assert SCHEMA["$defs"][name] == report["$defs"][name]


def test_json_holds_the_comparison(groups: Comparison) -> None:
    found = json.loads(rendered(groups, "json"))
    change = groups.rows[0].changes[1]
    assert change is not None
    assert found["figures"][0]["changes"][1]["ratio"] == change.ratio.to_json()
    assert found["figures"][0]["changes"][1]["percent"] == pytest.approx(
        100 * (change.ratio.mid - 1)
    )


class Page(HTMLParser):
    """What a page consists of; fails where tags do not match."""

    VOID = ("meta", "rect", "path")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("kind", ["groups", "tokens", "nasty"])
def test_html_is_one_page_that_asks_for_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    text = rendered(request.getfixturevalue(kind), "html")
    page = Page()
    page.feed(text)
    assert page.open == []
    tags = [tag for tag, _ in page.seen]
    assert not {"script", "link", "img", "iframe", "object"} & set(tags)
    for tag, attributes in page.seen:
        assert not {"src", "onload", "onclick"} & attributes.keys()
        assert "href" not in attributes or tag == "a"  # to follow, not to load
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text
    assert "\x1b" not in text


def test_the_chart_says_what_it_is_and_has_its_table(groups: Comparison) -> None:
    page = Page()
    page.feed(rendered(groups, "html"))
    tags = dict(page.seen)
    assert tags["svg"]["role"] == "img"
    named = (tags["svg"]["aria-labelledby"] or "").split()
    assert [tags["title"]["id"], tags["desc"]["id"]] == named
    svg = re.search(r"<svg.*</svg>", rendered(groups, "html"), re.DOTALL)
    assert svg is not None
    drawn = [boxes(svg[0], name)[0].width for name in ("c0", "c1")]
    change = groups.rows[0].changes[1]
    assert change is not None
    assert drawn[1] / drawn[0] == pytest.approx(change.ratio.mid, abs=0.01)
    assert "table" in tags


@pytest.mark.parametrize("kind", ["groups", "tokens", "nasty"])
def test_text_fits_100_columns(kind: str, request: pytest.FixtureRequest) -> None:
    text = rendered(request.getfixturevalue(kind), "text")
    assert not [line for line in text.splitlines() if len(line) > 100 and " " in line.strip()]
    assert "\x1b" not in text


def test_markdown_tables_keep_their_cells(nasty: Comparison) -> None:
    lines = rendered(nasty, "md").splitlines()
    tables = [line for line in lines if line.startswith("|")]
    assert tables
    for line in tables:
        assert line.replace("\\|", "").count("|") in (4, 5)
    assert not any("<script>" in line.replace("\\<", "") for line in lines)


def test_the_same_comparison_gives_the_same_bytes(
    alternating: Callable[..., Path], tmp_path: Path
) -> None:
    ledger = alternating(tmp_path / "L")
    made: list[Any] = [compare(("minilm@fp32", "minilm@int8"), [ledger]) for _ in range(2)]
    for format_ in ("text", "json", "md", "html"):
        assert rendered(made[0], format_) == rendered(made[1], format_)


def test_formats_that_there_are_none_of(groups: Comparison) -> None:
    assert of_file("c.html") == "html"
    with pytest.raises(UsageError, match="suffix"):
        of_file("c.pdf")
    with pytest.raises(UsageError, match="html"):
        rendered(groups, "htm")
