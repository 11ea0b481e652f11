"""Drift: the two rules, exactly on and around their limits, and what is not known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

import footprint
from footprint.datasheets.drift import drift
from footprint.datasheets.metrics import Metrics
from footprint.emitters.from_report import GROUPED_BY, view
from footprint.emitters.view import Activity, Drift, Figures, Metric, View
from report_ledgers import GPU, Recorder, S


def activity(kind: str = "inference", p95: float | None = None, **units: float) -> Activity:
    return Activity(
        kind=kind,
        calls=100,
        errors=0,
        items=units.pop("items", 0),
        own_time=False,
        complete=True,
        total=Figures(),
        latency_ms={} if p95 is None else {"p50": 1.0, "p95": p95},
        tiers={},
        units=units,
    )


def a_view(*activities: Activity) -> View:
    return View("net", "1", activities, (), "", "", (), (), "", (), (), ())


def states(
    shown: View,
    metrics: Metrics | None = None,
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Drift]:
    return {one.name: one for one in drift(shown, metrics, given)}


def measured(value: float, name: str = "accuracy", higher: bool | None = True) -> Metrics:
    return Metrics((Metric(name, value, higher_is_better=higher),), {})


def test_accuracy_may_lose_two_percent_of_its_baseline() -> None:
    given = {"drift": {"accuracy": 0.92}}
    for value, state in ((0.95, "ok"), (0.9016, "ok"), (0.9015, "drifted")):
        found = states(a_view(), measured(value), given)["accuracy"]
        assert (found.state, found.why) == (state, "")
        assert found.limit == pytest.approx(0.9016, rel=1e-12)
    assert found.rule == "accuracy below baseline - 2 %"


@pytest.mark.parametrize(("baseline", "limit"), [(0.92, 0.90), (92.0, 90.0)])
def test_percentage_points_are_of_the_metrics_scale(baseline: float, limit: float) -> None:
    given = {"drift": {"accuracy": baseline, "accuracy_drop": "2 points"}}
    found = states(a_view(), measured(limit), given)["accuracy"]
    assert found.limit == pytest.approx(limit, rel=1e-12)
    assert (found.state, found.rule) == ("ok", "accuracy below baseline - 2 points")


def test_latency_may_gain_thirty_percent() -> None:
    given = {"drift": {"latency_p95_ms": 100.0}}
    for p95, state in ((129.9, "ok"), (130.0, "ok"), (130.1, "drifted")):
        found = states(a_view(activity(p95=p95)), None, given)["latency p95"]
        assert (found.state, found.limit, found.current, found.unit) == (state, 130.0, p95, "ms")
    assert found.rule == "latency p95 above baseline + 30 %"
    by_ms = {"drift": {"latency_p95_ms": 100.0, "latency_rise": "50 ms"}}
    assert states(a_view(activity(p95=149.0)), None, by_ms)["latency p95"].limit == 150.0


def test_a_metric_of_which_less_is_better_drifts_upwards() -> None:
    given = {"drift": {"metrics": {"loss": 0.5}}}
    found = states(a_view(), measured(0.52, "loss", False), given)["loss"]
    assert (found.state, found.rule) == ("drifted", "loss above baseline + 2 %")
    assert states(a_view(), measured(0.51, "loss", False), given)["loss"].state == "ok"


def test_the_ledgers_own_counts_come_before_the_metrics_file() -> None:
    given = {"drift": {"accuracy": 0.9}}
    shown = a_view(activity("evaluation", correct=95.0), activity(correct=360.0, items=400.0))
    assert states(shown, measured(0.99), given)["accuracy"].current == 0.9
    assert states(a_view(shown.activities[0]), None, given)["accuracy"].current == 0.95
    wrong = a_view(activity(correct=101.0))
    assert states(wrong, measured(0.99), given)["accuracy"].current == 0.99


def test_the_sheet_comes_before_the_metrics_file() -> None:
    metrics = Metrics((Metric("accuracy", 0.9),), {"accuracy": 0.8, "f1": 0.7})
    found = states(a_view(), metrics, {"drift": {"accuracy": 0.85}})
    assert found["accuracy"].baseline == 0.85
    assert found["f1"].baseline == 0.7


@pytest.mark.parametrize(
    ("metrics", "told", "why"),
    [
        (None, {}, "no baseline was given"),
        (measured(0.9), {}, "no baseline was given"),
        (None, {"accuracy": 0.9}, "no metrics file has it, and no call counted its correct items"),
        (measured(91.0), {"accuracy": 0.9}, "one is a fraction, the other in percent"),
        (
            Metrics((Metric("accuracy", 0.9, "a"), Metric("accuracy", 0.8, "b")), {}),
            {"accuracy": 0.9},
            "the metrics file has 2 of it, for different data",
        ),
    ],
)
def test_what_is_not_known_says_why(metrics: Metrics, told: dict[str, float], why: str) -> None:
    found = states(a_view(), metrics, {"drift": told})
    assert (found["accuracy"].state, found["accuracy"].why) == ("unknown", why)
    assert found["latency p95"].state == "unknown"


def test_points_of_what_is_no_share_are_refused_as_unknown() -> None:
    given = {"drift": {"accuracy_drop": "2 points", "metrics": {"bleu": 30.0}}}
    found = states(a_view(), measured(29.0, "bleu"), given)["bleu"]
    assert (found.state, found.why) == (
        "unknown", "bleu is no share: percentage points of it mean nothing"
    )  # fmt: skip


def test_no_call_that_ended() -> None:
    found = states(a_view(), None, {"drift": {"latency_p95_ms": 100.0}})["latency p95"]
    assert (found.state, found.why) == ("unknown", "the ledger has no call in use that ended")


@drawn(st.floats(0.01, 1.0), st.floats(0.01, 1.0), st.floats(0.0, 50.0))
def test_drifted_is_exactly_beyond_the_limit(baseline: float, value: float, drop: float) -> None:
    given = {"drift": {"accuracy": baseline, "accuracy_drop": f"{drop:g} %"}}
    found = states(a_view(), measured(value), given)["accuracy"]
    assert found.limit is not None
    assert found.limit <= baseline
    if found.state == "drifted":
        assert value < found.limit
    else:
        assert value >= found.limit * (1 - 1e-9)


def test_a_real_ledger(tmp_path: Path) -> None:
    """Ten calls of 100 ms with three of four items right, against 0.80 and 70 ms."""
    ledger = tmp_path / "ledger"
    recorder = Recorder(ledger)
    serve = recorder.path("serve", kind="inference", model="net", version="1")
    for number in range(10):
        recorder.span(serve, number * S // 10, (number + 1) * S // 10, items=4.0, correct=3.0)
    recorder.counter(GPU, [200.0] * 10)
    recorder.close(S)
    report = json.loads(footprint.report(ledger, by=GROUPED_BY).to_json())
    found = states(view(report, "net"), None, {"drift": {"accuracy": 0.8, "latency_p95_ms": 70.0}})
    assert (found["accuracy"].current, found["accuracy"].state) == (0.75, "drifted")
    assert found["latency p95"].current == pytest.approx(100.0, rel=0.05)
    assert found["latency p95"].state == "drifted"
