"""The view: what it takes over from a report, and what it refuses to say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import footprint
from footprint.emitters.from_report import GROUPED_BY, view, views
from footprint.emitters.view import Metric, Missing, View
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity
from footprint.words.said import said
from report_ledgers import GPU, Recorder, S


def test_one_view_for_each_model_and_version(report: dict[str, Any]) -> None:
    assert [(each.model, each.version) for each in views(report)] == [
        ("net", "1"),
        ("net", "2"),
        ("other", None),
    ]
    assert GROUPED_BY == ("model", "version", "kind")


def test_activities_come_in_the_order_of_a_models_life(report: dict[str, Any]) -> None:
    assert [each.kind for each in view(report, "net", "1").activities] == ["training", "inference"]


def test_figures_are_taken_over_and_divided_by_counts_alone(report: dict[str, Any]) -> None:
    serving = view(report, "net", "1").activities[1]
    assert serving.total.energy_j is not None
    assert serving.total.energy_j == Quantity(9.0, 10.0, 11.0, "J")
    assert serving.total.carbon_market_g is None
    assert serving.per_call is not None
    assert serving.per_call.energy_j is not None
    assert serving.per_call.energy_j == Quantity(0.09, 0.1, 0.11, "J")
    assert serving.per_call.cost["EUR"].mid == pytest.approx(0.0002)
    assert serving.per_item is not None
    assert serving.per_item.energy_j is not None
    assert serving.per_item.energy_j.mid == 0.025
    assert list(serving.tiers) == ["counter", "utilisation"]  # the best first
    assert not serving.measured
    assert not serving.indicative


def test_what_is_known_of_the_place_and_the_hardware(report: dict[str, Any]) -> None:
    found = view(report, "net", "1", [Metric("accuracy", 0.97)])
    assert found.zone == "FRA"
    assert [(each.host, each.name, each.tier) for each in found.hardware] == [
        ("n1", "NVIDIA H100", "counter")
    ]
    assert found.metrics[0].value == 0.97
    assert [gap.what for gap in found.missing] == ["cost_usd", "energy of calls without a model"]


def test_a_dollar_figure_stands_in_where_a_report_has_no_costs_by_currency(changed: Any) -> None:
    other = changed(cost_usd={"low": 1.0, "mid": 2.0, "high": 3.0})
    del other["groups"][0]["cost"]
    assert view(other, "net", "1").activities[1].total.cost["USD"].mid == 2.0


def test_nothing_is_said_of_one_call_where_some_were_not_metered(changed: Any) -> None:
    serving = view(changed(per_item=None), "net", "1").activities[1]
    assert not serving.complete
    assert serving.per_call is None
    assert serving.per_item is None


def test_calls_are_not_items(changed: Any) -> None:
    serving = view(changed(items_declared=False), "net", "1").activities[1]
    assert serving.items == 0
    assert serving.per_item is None


def test_an_energy_below_the_measuring_floor_is_indicative(changed: Any) -> None:
    serving = view(
        changed(energy_j={"low": 0.0, "mid": 10.0, "high": 50.0}), "net", "1"
    ).activities[1]
    assert serving.indicative


def test_energy_from_sensors_alone_is_measured(changed: Any) -> None:
    serving = view(changed(tiers_energy={"counter": 1.0, "api": 0.0}), "net", "1").activities[1]
    assert serving.measured
    assert not view(changed(tiers_energy={}), "net", "1").activities[1].measured


def test_a_runs_own_time_is_an_activity_of_its_own(changed: Any) -> None:
    other = changed(own_time=True, per_item=None, items=None)
    own = view(other, "net", "1").activities[1]
    assert own.own_time
    assert own.complete
    assert own.items == 0


def test_period_and_devices_are_the_models_own(report: dict[str, Any]) -> None:
    """Other models of the ledger ran at other times, on other machines."""
    h200 = {**report["conservation"][0], "device": "GPU-2", "name": "NVIDIA H200"}
    report["conservation"].append(h200)
    for each, hour in zip(report["groups"], (14, 13, 15, 16, 17), strict=True):
        start, end = f"2026-11-22T{hour}:00:00Z", f"2026-11-22T{hour}:30:00Z"
        each.update(period={"start": start, "end": end}, devices=[h200])
    found = view(report, "net", "1")
    assert (found.start, found.end) == ("2026-11-22T13:00:00Z", "2026-11-22T14:30:00Z")
    assert [each.name for each in found.hardware] == ["NVIDIA H200"]
    report["groups"][0].update(period=None, devices=[])  # not known of one: the report's
    found = view(report, "net", "1")
    assert (found.start, found.end) == ("2026-11-22T11:00:00.5Z", "2026-11-22T13:30:00Z")
    assert [each.name for each in found.hardware] == ["NVIDIA H100", "NVIDIA H200"]


def test_memory_that_no_sample_told_is_not_known(changed: Any) -> None:
    told = {"host": 0.0, "gpu": None}
    serving = view(changed(peak_memory_bytes=told), "net", "1").activities[1]
    assert serving.peak_host_memory_bytes is None


def test_calls_that_name_no_model_are_told(report: dict[str, Any]) -> None:
    """Those within `footprint run --model net` too: the run's model is not theirs."""
    remedy = "give model=... to track and measure"
    for calls, why in (
        (100, "100 calls in the ledger name no model: what they used is in no figure here"),
        (1, "1 call in the ledger names no model: what it used is in no figure here"),
    ):
        report["groups"][4]["spans"] = calls
        told = Missing("energy of calls without a model", why, remedy)
        found = view(report, "net", "1")
        assert told in found.missing
        assert said("fr", why) != why
    report["groups"][4]["own_time"] = True  # what a run did besides its calls
    assert len(view(report, "net", "1").missing) == 1


def test_sentences_of_other_models_groups_are_left_out(tmp_path: Path) -> None:
    """Those that reports make themselves: of one model they are true, of the other not."""
    one = Recorder(tmp_path / "ledger")
    one.counter(GPU, [100.0] * 100)
    strong = one.path("fit", model="strong", kind="training")
    weak = one.path("serve", model="weak", kind="inference")
    one.span(strong, 0, 4 * S, items=5)
    one.span(weak, 5 * S + 10, 5 * S + 20)
    one.close()
    kept = json.loads(footprint.report(tmp_path / "ledger", by=GROUPED_BY).to_json())
    of = {name: view(kept, name) for name in ("strong", "weak")}

    def texts(found: View) -> str:
        return "; ".join([*found.assumptions, *(gap.why for gap in found.missing)])

    for part in ("is below what the meters can tell", "there an item is a call"):
        assert part in texts(of["weak"])
        assert part not in texts(of["strong"])


def test_an_unknown_model_is_refused_with_the_nearest_names(report: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"'nat' is not in the ledger\. Did you mean net\?"):
        view(report, "nat")
    with pytest.raises(UsageError, match="It has net, other"):
        view(report, "zzzzzzz")


def test_a_version_is_asked_for_where_there_are_several(report: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="has the versions 1, 2 in the ledger: give one"):
        view(report, "net")
    with pytest.raises(UsageError, match="no version '3' in the ledger: it has 1, 2"):
        view(report, "net", "3")
    assert view(report, "other").version is None


def test_an_empty_report_has_no_views(report: dict[str, Any]) -> None:
    empty = {**report, "groups": [], "period": {"start": None, "end": None}}
    assert views(empty) == []
    with pytest.raises(UsageError, match=r"model 'net' is not in the ledger\.$"):
        view(empty, "net")


def test_a_model_has_the_places_and_the_factors_of_where_it_ran(tmp_path: Path) -> None:
    ran = [("a", "FRA", "fr"), ("b", "USA-CA", "us"), ("c", "DEU", "both"), ("a", "FRA", "both")]
    for number, (host, zone, model) in enumerate(ran, 1):
        one = Recorder(tmp_path / "L", number, host=host, boot=host, declared={"zone": zone})
        one.counter(GPU._replace(id=f"GPU-{host}"), [100.0] * 100)
        one.span(one.path("t", model=model, kind="training", devices=[0]), 0, 9 * S)
        one.close()
    report = json.loads(footprint.report(tmp_path / "L", by=GROUPED_BY).to_json())
    found = {
        each.model: (
            each.zone,
            [factor["zone"] for factor in each.factors if factor["name"] == "grid intensity"],
            {factor["zone"] for factor in each.factors},
        )
        for each in views(report)
    }
    assert found == {
        "fr": ("FRA", ["FRA"], {"FRA"}),
        "us": ("USA-CA", ["USA-CA"], {"USA-CA", "USA"}),  # water is known of the country alone
        "both": ("DEU, FRA", ["FRA", "DEU"], {"FRA", "DEU"}),
    }
    for group in report["groups"]:
        group["zones"] = []  # as an older report, which does not say
    for each in views(report):
        assert {factor["zone"] for factor in each.factors} == {"FRA", "DEU", "USA", "USA-CA"}
