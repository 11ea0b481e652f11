"""The sheet file: what it takes, what it refuses in one line, and its template."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest

from footprint.datasheets.sheet import base, read_sheet, template
from footprint.emitters.datasheet import JSON
from footprint.emitters.given import TABLES
from footprint.emitters.view import Activity, Figures, Metric, View
from footprint.errors import UsageError
from footprint.estimators.quantity import exact
from footprint.words import LANGUAGES, words
from footprint.words.forms import amount


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def reading(text: str) -> dict[str, dict[str, Any]]:
        path = tmp_path / "sheet.toml"
        path.write_text(text)
        return read_sheet(path)

    return reading


def served(*metrics: Metric) -> View:
    """A model in use, with a latency p95 of 2 ms."""
    calls = Activity(
        "inference", 10, 0, 0, False, True, Figures(), {"p50": 1.0, "p95": 2.0}, {}
    )  # fmt: skip
    return View("net", "1", (calls,), metrics, "", "", (), (), "", (), (), ())


def test_every_table_and_kind_of_value(read: Any) -> None:
    found = read(
        """
        [model]
        organisation = " ACME "
        release_date = 2026-11-22
        parameters = 22_700_000
        modality_in = "text"
        languages = ["en", "fr", ""]
        contact = ""
        [training]
        compute_flop = 1.2e21
        start = "2026-01-02"
        [targets]
        latency_ms = 250
        [drift]
        accuracy_drop = "2 points"
        latency_rise = "30%"
        metrics = { f1 = 0.9, log_likelihood = -3 }
        [data]
        motivation = '''One.

        Two.'''
        """
    )
    assert found == {
        "model": {
            "organisation": "ACME",
            "release_date": "2026-11-22",
            "parameters": 22_700_000,
            "modality_in": ["text"],
            "languages": ["en", "fr"],
        },
        "training": {"compute_flop": 1.2e21, "start": "2026-01-02"},
        "targets": {"latency_ms": 250.0},
        "drift": {
            "accuracy_drop": "2 points",
            "latency_rise": "30 %",
            "metrics": {"f1": 0.9, "log_likelihood": -3.0},
        },
        "data": {"motivation": "One.\n\n        Two."},
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_template_is_empty_and_each_of_its_examples_can_be_written(
    read: Any, lang: str, tmp_path: Path
) -> None:
    text = template(lang)
    assert read(text) == {}
    out = io.StringIO()
    JSON.render(served(Metric("accuracy", 0.5)), out)
    (tmp_path / "datasheet.json").write_text(out.getvalue())
    filled = re.sub(r"^#(\w+ = )", r"\1", text, flags=re.MULTILINE)
    filled = filled.replace('""', '"x"')
    found = read(filled.replace('method = "x"', 'method = "estimated"'))
    assert {table: set(keys) for table, keys in found.items()} == {
        table: set(keys) for table, keys in TABLES.items() if keys
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_says_what_belongs_there(lang: str) -> None:
    w = words(lang, "sheet")
    for table, keys in TABLES.items():
        assert f"table.{table}" in w
        assert all(f"{table}.{key}" in w for key in keys)


def test_every_key_is_in_the_reference() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "datasheet.md"
    text = page.read_text()
    for table, keys in TABLES.items():
        for key in keys:
            assert f"| `{table}` | `{key}` |" in text, f"{table}.{key}"


def test_an_earlier_datasheet_gives_the_baseline(read: Any, tmp_path: Path) -> None:
    metrics = [
        Metric("accuracy", 0.9),
        Metric("accuracy", 0.8, subgroup=("sex", "male")),
        Metric("f1", 0.7, "a"),
        Metric("f1", 0.6, "b"),
        Metric("bleu", 31.0),
    ]
    out = io.StringIO()
    JSON.render(served(*metrics), out)
    (tmp_path / "earlier.json").write_text(out.getvalue())
    found = read('[drift]\nbaseline = "earlier.json"\nmetrics = { bleu = 30 }\n')
    assert found["drift"]["metrics"] == {"accuracy": 0.9, "bleu": 30.0, "latency_p95_ms": 2.0}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[model]\nlicense = 'MIT'", "model.license is not known: use .* Did you mean licence"),
        ("[modl]\nlicence = 'MIT'", r"table \[modl\] is not known: .* Did you mean model"),
        ("model = 1", r"model is 1: write a table, \[model\]"),
        ("[model]\nlicence = 1", "model.licence is 1: write a text"),
        ("[model]\nurl = 'our wiki'", "model.url is 'our wiki': write an address in quotes"),
        (
            "[model]\nurl = 'javascript:alert(1)'",
            "model.url is 'javascript:alert.*': write an addr",
        ),
        ("[model]\nparameters = '22 M'", "model.parameters is '22 M': write a number, without"),
        ("[model]\nparameters = 1.5", "model.parameters is 1.5: give a whole number"),
        ("[model]\nparameters = true", "model.parameters is True"),
        ("[model]\nlanguages = [1]", r"model.languages is \[1\]: write a list of texts"),
        ("[model]\nrelease_date = 'soon'", "model.release_date is 'soon': write a date"),
        ("[targets]\nlatency_ms = -1", "targets.latency_ms is -1: give a number of ms 0 or more"),
        ("[targets]\nlatency_ms = nan", "targets.latency_ms is nan"),
        ("[drift]\naccuracy_drop = 2", 'accuracy_drop is 2: write "2 %" or "2 points"'),
        ("[drift]\naccuracy_drop = '2 ms'", 'accuracy_drop is .2 ms.: write "2 %" or "2 points"'),
        ("[drift]\nlatency_rise = 'much'", 'latency_rise is .much.: write "2 %" or "2 ms"'),
        ("[drift]\nlatency_rise = '-5 %'", "latency_rise is '-5 %'"),
        ("[drift]\nmetrics = { f1 = 'a' }", "drift.metrics.f1 is 'a'"),
        ("[drift]\nbaseline = 'none.json'", "none.json: No such file"),
        ("[base]\nsource = 'a paper'", r"\[base\] has no model: add it"),
        ("[base]\nmodel = 'm'\nenergy_kwh = 1", r"\[base\] has no source: add it"),
        ("[base]\nmodel='m'\nsource='s'\nmethod='guessed'", "base.method is 'guessed': write meas"),
        ("[model]\na = ", r"is no TOML: .*line 2"),
        ("a = " + "[" * 100_000, "nested too deeply"),
    ],
)
def test_what_has_no_place_is_refused_in_one_line(read: Any, text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        read(text)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(UsageError, match="footprint datasheet --init"):
            read_sheet(path)
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="is no TOML"):
        read_sheet(tmp_path / "b.toml")


def test_the_base_model_in_the_units_of_a_view(read: Any) -> None:
    text = (
        "[base]\nmodel = 'big'\nenergy_kwh = 2\ncarbon_kg = 0.5\nwater_l = 3\ncost_usd = 7\n"
        "source = 'its card'\nmethod = 'estimated'\nperiod = '2025'\n"
    )
    found = base(read(text))
    assert found is not None
    assert found.figures.energy_j == exact(7.2e6, "J")
    assert found.figures.carbon_location_g == exact(500.0, "g")
    assert found.figures.water_l == exact(3.0, "L")
    assert found.figures.cost == {"USD": exact(7.0, "USD")}
    assert found.figures.carbon_market_g is None
    assert (found.model, found.source, found.method) == ("big", "its card", "estimated")
    assert found.period == "2025"
    assert base({}) is None
    named = base(read("[base]\nmodel = 'big'"))
    assert named is not None
    assert named.figures.energy_j is None


@pytest.mark.parametrize(
    ("text", "found"), [("2 %", (2.0, "%")), ("0.5points", (0.5, "points")), ("30", (30.0, ""))]
)
def test_amounts(text: str, found: tuple[float, str]) -> None:
    assert amount(text) == found
