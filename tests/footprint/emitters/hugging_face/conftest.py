"""A measured run, recorded: training and inference of `net`, with exact figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import footprint
from footprint.emitters.from_report import GROUPED_BY, view
from footprint.emitters.view import Metric, View
from report_ledgers import GPU, MS, Recorder, S

METRICS = (
    Metric("accuracy", 0.97, data="digits", task="image-classification", split="test"),
    Metric("f1", 0.5, data="digits", task="image-classification", split="test"),
)


def recorded(ledger: Path, kinds: tuple[str, ...] = ("training", "inference")) -> View:
    """10 s at 300 W: 4 s of training and 4 s of 20 calls, of 8 items and 50 tokens each.

    36 g/kWh at a PUE of 2, so that a kJ is 20 mg; 0.36 EUR/kWh.
    """
    declared = {"carbon_intensity_g_per_kwh": 36.0, "pue": 2.0, "zone": "FRA"}
    recorder = Recorder(ledger, declared=declared)
    named = {"model": "net", "version": "1"}
    if "training" in kinds:
        train = recorder.path("train", kind="training", **named)
        recorder.span(train, 1 * S, 5 * S, items=1000)
    if "fine-tuning" in kinds:
        tune = recorder.path("tune", kind="fine-tuning", **named)
        recorder.span(tune, 1 * S, 5 * S, items=1000)
    if "inference" in kinds:
        embed = recorder.path("embed", kind="inference", **named)
        for number in range(20):
            start = 5 * S + number * 200 * MS
            recorder.span(embed, start, start + 200 * MS, items=8, tokens_in=40, tokens_out=10)
    recorder.counter(GPU, [300.0] * 100)
    recorder.close()
    report = footprint.report(ledger, by=GROUPED_BY, tariff_per_kwh="0.36 EUR")
    return view(json.loads(report.to_json()), "net", "1", METRICS)


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Training and inference."""
    return recorded(tmp_path_factory.mktemp("card") / "L")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Inference alone."""
    return recorded(tmp_path_factory.mktemp("card") / "L", ("inference",))
