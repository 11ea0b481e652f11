"""The datasheet: what it says, and how it says that something is not known."""

from __future__ import annotations

import io
from typing import Any

import pytest

from footprint.emitters import EMITTERS
from footprint.emitters.datasheet import as_markdown as datasheet
from footprint.emitters.from_report import view
from footprint.emitters.view import Metric
from footprint.estimators.quantity import Quantity


def rendered(report: dict[str, Any], *metrics: Metric, model: str = "net") -> str:
    out = io.StringIO()
    datasheet.render(view(report, model, None if model == "other" else "1", metrics), out)
    return out.getvalue()


def test_the_list_of_emitters_renders(report: dict[str, Any]) -> None:
    assert [each.name for each in EMITTERS] == ["md"]
    for emitter in EMITTERS:
        out = io.StringIO()
        emitter.render(view(report, "net", "1"), out)
        assert out.getvalue()


def test_figures_have_their_interval_and_their_method(report: dict[str, Any]) -> None:
    text = rendered(report)
    assert "# Datasheet: net, version 1" in text
    assert "| Period | 2026-11-22 11:00:00 to 2026-11-22 12:00:00 UTC |" in text
    assert (
        "| Total of 100 inferences | 10 (9 to 11) | 1 (0.9 to 1.1) | 0.02 (0.018 to 0.022) |"
        in text
    )
    assert "| One inference | 0.1 (0.09 to 0.11) |" in text
    assert "| 1,000 inferences | 100 (90 to 110) |" in text
    assert "| One item (of 400) | 0.025 (0.0225 to 0.0275) |" in text
    assert "Electricity, EUR" in text
    assert "measured by a hardware counter (tier `counter`, 75 % of the energy)" in text
    assert (
        "modelled from utilisation and design power, not measured (tier `utilisation`, 25 %" in text
    )
    assert "p50 1.5, p95 2, p99 20" in text
    assert "2 calls of 100 failed; they are counted in." in text
    assert "| grid intensity | 56 | g/kWh | FRA | a table 3.2 | 2023 |" in text
    assert "gpu NVIDIA H100 of host n1 (tier `counter`)" in text


def test_training_comes_per_run(report: dict[str, Any]) -> None:
    text = rendered(report)
    assert text.index("## Training") < text.index("## Inference")
    assert "| Total of 1 training run | 10 (9 to 11) |" in text
    assert "Duration: 0.0015 s." in text


def test_metrics_or_the_lack_of_them(report: dict[str, Any]) -> None:
    assert "| accuracy | 0.9711 | digits |" in rendered(
        report, Metric("accuracy", 0.97111, "digits")
    )
    assert "Nobody filled this section" in rendered(report)


def test_what_is_missing_has_its_reason_and_remedy(report: dict[str, Any]) -> None:
    text = rendered(report)
    assert "- `cost_usd`: the tariff is in EUR. Remedy: read cost." in text
    assert "tokens_in" not in text


def test_missing_is_not_zero(changed: Any) -> None:
    other = changed(energy_j=None, carbon_location_g=None, cost={}, per_item=None, tiers_energy={})
    inference = rendered(other).split("## Inference")[1]
    assert "| Total of 100 inferences | not known | not known | not known |" in inference
    assert "How: nothing was measured." in inference
    assert "Some calls were not metered: nothing is said of one." in inference
    assert "| One inference" not in inference


def test_a_place_that_nobody_declared_says_so(report: dict[str, Any]) -> None:
    gap = {"what": "carbon_location_g", "why": "no zone was declared", "remedy": "--zone FRA"}
    text = rendered({**report, "factors": [], "gaps": [gap]})
    assert "| Place of the electricity | not known: no zone was declared |" in text
    assert "| Factor |" not in text


def test_a_figure_below_the_measuring_floor_is_not_printed_as_if_measured(
    report: dict[str, Any], changed: Any
) -> None:
    text = rendered(changed(energy_j={"low": 0.0, "mid": 10.0, "high": 50.0}))
    assert "An indication, not a measurement" in text.split("## Inference")[1]
    assert "An indication, not a measurement" not in rendered(report)


def test_a_runs_own_time_says_so(changed: Any) -> None:
    other = changed(own_time=True, per_item=None, items=None)
    assert "Total of 100 inferences without their tracked calls" in rendered(other)


def test_a_version_that_nobody_declared(report: dict[str, Any]) -> None:
    text = rendered(report, model="other")
    assert text.startswith("# Datasheet: other\n")
    assert "| Version | not known |" in text


def test_names_cannot_break_the_table_or_bring_markup(changed: Any) -> None:
    other = changed()
    for each in other["groups"]:
        each["key"]["model"] = "a|b\n<script>"
    other["groups"] = other["groups"][:1]
    out = io.StringIO()
    datasheet.render(view(other, "a|b\n<script>"), out)
    assert "| Model | a\\|b &lt;script> |" in out.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (12.345, "12.3"),
        (99.96, "100"),
        (1234.5, "1,234"),
        (0.000012345, "1.23e-05"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert datasheet.digits(value) == text


def test_a_figure_without_an_interval_shows_none() -> None:
    assert datasheet.figure(Quantity(2.0, 2.0, 2.0, "J")) == "2"
    assert datasheet.figure(Quantity(1.0, 2.0, 2.0, "J")) == "2 (1 to 2)"
