"""The datasheet: what it says, and how it says that something is not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from footprint.emitters.datasheet import MARKDOWN
from footprint.emitters.from_report import view
from footprint.emitters.view import Hardware, View

from .conftest import rendered


def test_figures_have_their_interval_unit_and_method(plain: View) -> None:
    text = rendered(plain)
    assert "# Datasheet: net, version 1\n" in text
    assert "| Period | 2026-11-22 11:00:00 UTC to 2026-11-22 12:00:00 UTC |" in text
    inference = text.split("### Inference")[1]
    method = "partly measured |"
    assert (
        "| Total | 100 calls | 10 J (9 to 11) | 1 g (0.9 to 1.1) | 0.02 (0.018 to 0.022) | "
        + method
        in inference
    )
    assert "| One call | 100 calls | 100 mJ (90 to 110) | 10 mg (9 to 11) |" in inference
    assert "| One item | 400 items | 25 mJ (22.5 to 27.5) |" in inference
    assert "| 1,000 calls | 100 calls | 100 J (90 to 110) |" in inference
    assert "Electricity, EUR" in inference
    assert "measured by a hardware counter (75 % of the energy)" in inference
    assert "not measured (25 % of the energy)" in inference
    assert "- Failed: 2 of 100 calls. They are counted in." in inference
    assert "| grid intensity | 56 | g/kWh | FRA | a table 3.2 | 2023 |" in text
    assert "| GPU NVIDIA H100 of host n1 | measured by a hardware counter |" in text


def test_training_comes_before_inference_and_per_run(plain: View) -> None:
    text = rendered(plain)
    assert text.index("### Training") < text.index("### Inference")
    training = text.split("### Training")[1].split("### Inference")[0]
    assert "| Total | 1 call | 10 J (9 to 11) |" in training
    assert "One call" not in training
    assert "- Duration: 0.0015 s." in training


def test_latency_against_its_target(plain: View) -> None:
    text = rendered(plain)
    assert "| Inference | p95 | 2 | 500 | within the target |" in text
    assert "| Training | p95" not in text  # one run has a duration
    strict = rendered(plain._replace(given={"targets": {"latency_ms": 2}}))
    assert "| Inference | p95 | 2 | 2 | within the target |" in strict
    assert "| Inference | p99 | 20 | 2 | above the target |" in strict


def test_a_latency_just_above_its_target_is_printed_above_it(plain: View) -> None:
    one = plain.activities[-1]._replace(latency_ms={"p50": 10.02})
    text = rendered(plain._replace(activities=(one,), given={"targets": {"latency_ms": 10}}))
    assert "| Inference | p50 | 10.02 | 10 | above the target |" in text


def test_memory_of_a_gpu_is_unknown_only_where_there_is_one(plain: View) -> None:
    one = plain.activities[-1]._replace(peak_host_memory_bytes=2**20, peak_gpu_memory_bytes=None)
    for kind, said in (("gpu", "not known"), ("cpu", "-")):
        device = Hardware("n1", kind, "a device", "counter")
        text = rendered(plain._replace(activities=(one._replace(hardware=(device,)),)))
        assert f"| Inference | 1 MiB | {said} |" in text


def test_everything_that_can_be_filled_in_is_shown(full: View) -> None:
    text = rendered(full)
    assert "Nobody filled" not in text
    assert "| accuracy | 0.91 | - | glue, sst2, validation | text-classification | 872 |" in text
    assert "| 1,000 tokens | 4,000 tokens | 2.5 J (2.25 to 2.75) |" in text
    assert "| Inference | 400 items | 4 | 100 items |" in text
    assert "| Inference | 3 MiB | not known |" in text
    assert "### accuracy by sex, on glue" in text
    assert "- Ratio of the lowest to the highest: 0.753." in text
    assert "The ratio is below 0.8, the four-fifths threshold of 29 CFR 1607.4(D)." in text
    assert "One part alone: nothing to compare." in text
    assert "| latency p95 | 1 ms | 2 ms | 1.3 ms | latency p95 above baseline + 30 % |" in text
    assert "+ 30 % | drifted |" in text
    assert "- f1: no baseline was given." in text
    assert "- Place of the electricity" not in text  # it is that of the whole
    assert "- Place of the electricity: FRA." in rendered(full._replace(zone="DEU, FRA"))
    for title in ("Motivation", "Maintenance", "Intended use", "Ethical considerations"):
        assert f"### {title}\n\nxyzzy\n" in text


def test_the_base_model_is_stated_apart(full: View) -> None:
    text = rendered(full)
    base = text.split("### Base model: ancestor")[1].split("###")[0]
    assert "are in none of the figures above" in base
    assert "| Total | ancestor | 1 MWh | 2 g (1 to 3) | estimated |" in base
    assert "| Source | its paper |" in base
    assert "1 MWh" not in text.split("### Base model")[0]


def test_a_fine_tuned_model_without_its_base_says_so(
    changed: Callable[..., dict[str, Any]],
) -> None:
    report = changed()
    report["groups"][1]["key"]["kind"] = "fine-tuning"
    text = rendered(view(report, "net", "1"))
    assert "What the base model's training took is not stated" in text


def test_sections_that_nobody_filled_say_so(plain: View) -> None:
    text = rendered(plain)
    assert text.count("Nobody filled this section") == 6
    assert "- Not filled in: Motivation; Composition; Collection;" in text
    assert "- Not filled in: Model details; Intended use; Factors;" in text
    some = rendered(plain._replace(given={"data": {"uses": "One.\n\nTwo\nlines."}}))
    assert "### Uses\n\nOne.\n\nTwo lines.\n" in some
    assert "- Not filled in: Motivation; Composition; Collection;" in some


def test_missing_is_not_zero(changed: Callable[..., dict[str, Any]]) -> None:
    other = changed(energy_j=None, carbon_location_g=None, cost={}, per_item=None, tiers_energy={})
    inference = rendered(view(other, "net", "1")).split("### Inference")[1]
    assert "| Total | 100 calls | not known | not known | not known |" in inference
    assert "- How: nothing was measured." in inference
    assert "- Some calls were not metered: nothing is said of one." in inference
    assert "| One call" not in inference


def test_what_is_missing_has_its_reason_and_remedy(plain: View) -> None:
    assert "- cost_usd: the tariff is in EUR. Remedy: read cost." in rendered(plain)
    assert "Nothing that this datasheet knows of." in rendered(plain._replace(missing=()))


def test_a_place_that_nobody_declared_says_so(report: dict[str, Any]) -> None:
    gap = {"what": "carbon_location_g", "why": "no zone was declared", "remedy": "--zone FRA"}
    text = rendered(view({**report, "factors": [], "gaps": [gap]}, "net", "1"))
    assert "| Place of the electricity | not known: no zone was declared |" in text
    assert "### Factors" not in text


def test_below_the_measuring_floor_there_are_bounds_and_no_figure(
    changed: Callable[..., dict[str, Any]],
) -> None:
    energy = {"low": 0.0, "mid": 12.34, "high": 50.0}
    shown = view(changed(energy_j=energy, floor="the calls are too short"), "net", "1")
    inference = rendered(shown).split("### Inference")[1].split("\n## ")[0]
    assert "12.3" not in inference
    assert "|" not in inference
    assert (
        "- Left out, since it is below what the meter can tell: 100 calls. Its energy lies between"
        " 0 J and 50 J: the calls are too short." in inference
    )
    assert [one for one in MARKDOWN.read(rendered(shown).encode()) if one.kind == "inference"] == []  # type: ignore[misc]


def test_an_estimate_says_so_in_its_table(changed: Callable[..., dict[str, Any]]) -> None:
    text = rendered(view(changed(tiers_energy={"predicted": 1.0}), "net", "1"))
    inference = text.split("### Inference")[1].split("\n## ")[0]
    rows = [line for line in inference.splitlines() if line.startswith(("| Total", "| One"))]
    assert len(rows) == 3
    assert all(row.endswith("| estimated |") for row in rows)
    assert "- Estimated, not measured: none of this energy comes from a sensor." in inference


def test_an_interval_wider_than_the_figure_is_an_indication(
    plain: View, changed: Callable[..., dict[str, Any]]
) -> None:
    wide = changed(energy_j={"low": 0.0, "mid": 10.0, "high": 50.0})
    assert "An indication, not a measurement" in rendered(view(wide, "net", "1"))
    assert "An indication, not a measurement" not in rendered(plain)


def test_runs_own_time_and_tracked_calls_add_up_to_a_total(
    changed: Callable[..., dict[str, Any]],
) -> None:
    report = changed()
    report["groups"][1].update(own_time=True, per_item=None, items=None)
    report["groups"][1]["key"]["kind"] = "inference"
    inference = rendered(view(report, "net", "1")).split("### Inference")[1]
    assert "| Total | 100 calls, 1 run | 20 J (18 to 22) |" in inference
    assert "| Of which tracked calls | 100 calls | 10 J (9 to 11) |" in inference
    assert "| Of which runs' own time | 1 run | 10 J (9 to 11) |" in inference


def test_a_version_that_nobody_declared(report: dict[str, Any]) -> None:
    text = rendered(view(report, "other"))
    assert text.startswith("# Datasheet: other\n")
    assert "| Version | not known |" in text


def test_names_cannot_break_the_table_or_bring_markup(
    changed: Callable[..., dict[str, Any]],
) -> None:
    name = "a|b\n<script> ![x](http://y) `c` `` d` *e* &lt;"
    other = changed()
    for each in other["groups"]:
        each["key"]["model"] = name
    other["groups"] = other["groups"][:1]
    text = rendered(view(other, name))
    shown = "a\\|b &lt;script> !\\[x\\](http://y) `c` \\`\\` d\\` \\*e\\* &amp;lt;"
    assert f"| Model | {shown} |" in text
    shown_text = rendered(view(other, name)._replace(given={"data": {"uses": "# no heading"}}))
    assert "\n\\# no heading\n" in shown_text
