"""Metrics from a file, and groups of reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import footprint
from footprint.comparisons import verdicts
from footprint.comparisons.make import compare
from footprint.comparisons.measured import Ask
from footprint.errors import UsageError

PAIR = ("minilm@fp32", "minilm@int8")


@pytest.mark.parametrize(
    "text",
    [
        '{"minilm@fp32": {"accuracy": 0.8}, "minilm@int8": {"accuracy": 0.76, "loss": null}}',
        "group,accuracy,loss\nminilm@fp32,0.8,\nminilm@int8,0.76,\n",
    ],
)
def test_metrics_stand_beside_the_figures(
    alternating: Callable[..., Path], tmp_path: Path, text: str
) -> None:
    (tmp_path / "metrics").write_text(text)
    made = compare(PAIR, [alternating(tmp_path / "L")], metrics=tmp_path / "metrics")
    row = made.row("metric.accuracy")
    assert [value and value.mid for value in row.values] == [0.8, 0.76]
    assert row.changes[1] is not None
    assert row.changes[1].ratio.mid == pytest.approx(0.95)
    assert "metric.loss" not in {row.figure for row in made.rows}
    assert any(gap.what == "metric.loss" for gap in made.gaps)


WRONG = [
    ("{", "no JSON"),
    ('{"minilm@fp32": 3}', "METRIC"),
    ('{"minilm@fp32": {"accuracy": true}}', "finite number"),
    ('{"minilm@fp32": {"accuracy": NaN}}', "finite number"),
    ('{"minilm@fp23": {"accuracy": 1}}', "minilm@fp32"),
    ("group,accuracy\nminilm@fp32,high\n", "finite number"),
    ("group,accuracy\nminilm@fp32\n", "line 2"),
    ("accuracy\n", "group,METRIC"),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_what_is_no_metric(
    alternating: Callable[..., Path], tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "metrics").write_text(text)
    with pytest.raises(UsageError, match=told) as caught:
        compare(PAIR, [alternating(tmp_path / "L")], metrics=tmp_path / "metrics")
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="none"):
        compare(PAIR, [tmp_path / "L"], metrics=tmp_path / "none")


@pytest.fixture
def reported(alternating: Callable[..., Path], tmp_path: Path) -> Path:
    made = footprint.report(
        alternating(tmp_path / "L"), by="model,version", tariff_per_kwh="0.36 EUR"
    )
    (tmp_path / "report.json").write_text(made.to_json())
    return tmp_path / "report.json"


def test_a_reports_groups_say_what_the_ledgers_do(reported: Path) -> None:
    place = {"tariff_per_kwh": "0.36 EUR"}
    from_report = compare([f"{reported}:minilm@fp32", f"{reported}:version=int8"])
    ledger = reported.parent / "L"
    from_ledger = compare(PAIR, [ledger], Ask(place=place))
    for figure in ("energy_j_per_item", "cost_eur_per_item", "latency_p95_ms"):
        found, known = (each.row(figure) for each in (from_report, from_ledger))
        assert [value and value.mid for value in found.values] == pytest.approx(
            [value and value.mid for value in known.values]
        )
    change = from_report.rows[0].changes[1]
    assert change is not None
    assert change.verdict == verdicts.UNTESTED
    assert any(gap.what == "noise" for gap in from_report.gaps)


@pytest.mark.parametrize(
    ("selector", "told"), [("", "2 groups"), (":minilm@fp23", "fp32"), (":version=fp33", "fp32")]
)
def test_a_group_that_a_report_does_not_have(reported: Path, selector: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        compare([f"{reported}{selector}", f"{reported}:version=int8"])


@pytest.mark.parametrize(
    "change", [{"schema": "footprint.estimate/1"}, {"groups": [{}]}, {"groups": None}]
)
def test_what_is_no_report(reported: Path, change: dict[str, Any]) -> None:
    reported.write_text(json.dumps(json.loads(reported.read_text()) | change))
    with pytest.raises(UsageError, match=r"schema|damaged"):
        compare([f"{reported}:version=fp32", f"{reported}:version=int8"])
