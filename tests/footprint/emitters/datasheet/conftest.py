"""Views of a datasheet: with everything filled in, and one of a real ledger."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import footprint
from footprint.emitters.datasheet import MARKDOWN
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.from_report import GROUPED_BY, view
from footprint.emitters.given import TABLES
from footprint.emitters.view import Base, Drift, Figures, Metric, View
from footprint.estimators.quantity import Quantity, exact
from report_ledgers import GPU, Recorder, S

#: Stands for every text that is not the catalogue's.
MARKER = "xyzzy"

METRICS = (
    Metric("accuracy", 0.91, "glue", "text-classification", "sst2", "validation", samples=872),
    Metric("accuracy", 0.93, "glue", subgroup=("sex", "female"), low=0.9, high=0.95),
    Metric("accuracy", 0.70, "glue", subgroup=("sex", "male")),
    Metric("loss", 0.25, higher_is_better=False, subgroup=("age", "young")),
)
DRIFT = (
    Drift("accuracy", "", 0.92, 0.91, 0.9016, "accuracy below baseline - 2 %", "ok"),
    Drift("latency p95", "ms", 1.0, 2.0, 1.3, "latency p95 above baseline + 30 %", "drifted"),
    Drift("f1", "", None, 0.9, None, "f1 below baseline - 2 %", "unknown", "no baseline was given"),
)


def given(text: str) -> dict[str, dict[str, Any]]:
    """Every text of the sheet file, and one number."""
    return {
        table: {key: text for key, field in keys.items() if field.kind in ("text", "texts")}
        for table, keys in TABLES.items()
        if table not in ("targets", "drift")
    } | {"targets": {"latency_ms": 15.0}}


def rendered(shown: View, emitter: Emitter = MARKDOWN, lang: str = "en") -> str:
    out = io.StringIO()
    emitter.render(shown, out, Options(lang))
    return out.getvalue()


@pytest.fixture
def plain(report: dict[str, Any]) -> View:
    """A view with nothing but a report's figures."""
    return view(report, "net", "1")


@pytest.fixture
def full(changed: Callable[..., dict[str, Any]]) -> View:
    """A view in which everything is filled in."""
    report = changed(
        tokens_in=3000,
        tokens_out=1000,
        active_s=4.0,
        peak_memory_bytes={"host": 3 * 2**20, "gpu": None},
        water_l={"low": 0.1, "mid": 0.2, "high": 0.3},
        zones=["FRA"],
        period={"start": "2026-11-22T11:00:00Z", "end": "2026-11-22T11:30:00Z"},
    )
    figures = Figures(energy_j=exact(3.6e9, "J"), carbon_location_g=Quantity(1.0, 2.0, 3.0, "g"))
    return view(report, "net", "1", METRICS)._replace(
        given=given(MARKER),
        drift=DRIFT,
        base=Base("ancestor", figures, "its paper", "estimated", "2025"),
    )


@pytest.fixture
def real(tmp_path: Path) -> View:
    """A view of a real ledger: 1 s of training at 400 W, and ten calls of 100 ms at 200 W."""
    ledger = tmp_path / "ledger"
    recorder = Recorder(ledger, declared={"zone": "FRA"})
    train = recorder.path("train", kind="training", model="net", version="1")
    serve = recorder.path("serve", kind="inference", model="net", version="1")
    recorder.span(train, 0, S)
    for number in range(10):
        start = S + number * S // 10
        recorder.span(serve, start, start + S // 10, items=4.0, correct=3.0, tokens_in=100.0)
    recorder.counter(GPU, [400.0] * 10 + [200.0] * 10)
    recorder.close(2 * S)
    content = footprint.report(ledger, by=GROUPED_BY, zone="FRA", tariff_per_kwh=0.2).to_json()
    return view(json.loads(content), "net", "1")
