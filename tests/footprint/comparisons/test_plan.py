"""A plan against its outcome: both known exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from footprint.comparisons.formats import rendered
from footprint.comparisons.measured import Ask
from footprint.comparisons.plan import compared
from footprint.errors import UsageError
from json_schema import valid
from report_ledgers import GPU, Recorder, S

SCHEMA = Path(__file__).parents[3] / "docs/reference/compare.schema.json"


def quantity(low: float, mid: float, high: float) -> dict[str, float]:
    return {"low": low, "mid": mid, "high": high}


@pytest.fixture
def training(tmp_path: Path) -> Path:
    """A run of 10 s at 360 W: 1 Wh."""
    one = Recorder(tmp_path / "L", declared={"carbon_intensity_g_per_kwh": 100.0})
    one.counter(GPU, [360.0] * 100)
    one.span(one.path("train", kind="training", model="net", devices=[0]), 0, 10 * S, items=5.0)
    one.close(10 * S)
    return tmp_path / "L"


def plan(path: Path, **figures: Any) -> Path:
    document = {
        "schema": "footprint.estimate/1",
        "kind": "training",
        "inputs": {"gpus": 1, "hours": 0.003},
        "it_energy_kwh": quantity(0.0008, 0.0012, 0.002),
        "energy_kwh": quantity(0.001, 0.0015, 0.0025),
        "carbon_location_g": quantity(0.11, 0.12, 0.13),
        "cost": {},
        "duration_s": quantity(10.0, 10.0, 10.0),
    }
    path.write_text(json.dumps(document | figures))
    return path


def test_training_is_held_against_the_energy_of_the_devices(training: Path, tmp_path: Path) -> None:
    made = compared(plan(tmp_path / "plan.json"), None, (training,), Ask())
    energy, duration, carbon = made.rows
    assert [row.figure for row in made.rows] == ["it_energy_kwh", "duration_s", "carbon_location_g"]
    assert energy.values[1] is not None
    assert energy.values[1].mid == pytest.approx(0.001)
    assert energy.changes[1] is not None
    assert energy.changes[1].ratio.mid == pytest.approx(0.001 / 0.0012)
    assert energy.changes[1].inside
    assert duration.changes[1] is not None
    assert duration.changes[1].ratio.mid == pytest.approx(1.0)
    assert carbon.changes[1] is not None
    assert not carbon.changes[1].inside  # 0.1 g of 0.11 to 0.13
    assert duration.changes[1].inside is None  # it was given, and has no interval
    assert "inside the predicted interval" in made.findings[0]
    schema = json.loads(SCHEMA.read_text())
    assert valid(json.loads(rendered(made, "json")), schema, schema) == []
    for format_ in ("text", "md", "html"):
        assert "energy of the IT equipment" in rendered(made, format_)


def test_what_the_plan_does_not_say_is_a_gap(training: Path, tmp_path: Path) -> None:
    path = plan(tmp_path / "plan.json", duration_s=None)
    made = compared(path, str(training), (), Ask())
    assert any(gap.what == "duration_s" for gap in made.gaps)
    assert made.row("duration_s").changes[1] is None


def test_inference_is_compared_by_the_token(
    serving: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = plan(
        tmp_path / "plan.json",
        kind="inference",
        inputs={"requests": 2.0, "tokens_in": 100.0, "tokens_out": 100.0},
        it_energy_kwh=quantity(500 / 3.6e6, 1000 / 3.6e6, 2000 / 3.6e6),
        carbon_location_g=None,
    )
    made = compared(path, "llama", (serving(tmp_path / "L"),), Ask())
    (energy,) = made.rows
    # Predicted: 1000 J for 200 output tokens. Measured: 300 J for 50.
    assert [value and value.mid for value in energy.values] == pytest.approx([5.0, 6.0])
    assert energy.changes[1] is not None
    assert energy.changes[1].inside
    assert any("like with like" in line for line in made.assumptions)


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ({"schema": "footprint.report/1"}, "footprint.report/1"),
        ({"kind": "api"}, "api"),
        ({"it_energy_kwh": {"low": 1}}, "damaged"),
    ],
)
def test_what_is_no_plan(
    training: Path, tmp_path: Path, figures: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        compared(plan(tmp_path / "plan.json", **figures), None, (training,), Ask())
    assert "\n" not in str(caught.value)


def test_a_plan_is_compared_with_a_ledger(training: Path, tmp_path: Path) -> None:
    path = plan(tmp_path / "plan.json")
    with pytest.raises(UsageError, match="ledger"):
        compared(path, "api:gpt-4o", (training,), Ask())
    with pytest.raises(UsageError, match="no model"):
        compared(path, "nett", (training,), Ask())
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(UsageError, match="no JSON"):
        compared(tmp_path / "broken.json", None, (training,), Ask())
