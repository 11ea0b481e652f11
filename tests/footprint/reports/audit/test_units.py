"""Figures for one unit, SCI, the mix of tiers, ESRS datapoints and prices: exact numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from footprint import report
from footprint.estimators.quantity import Quantity, exact
from footprint.reports.audit.esrs import datapoints
from footprint.reports.audit.scopes import Line, Scopes
from footprint.reports.audit.units import RUN, sci
from footprint.reports.view import Group, Report
from priced_ledgers import H100, Host, factors, ledgers, written
from report_ledgers import UTC, Recorder, S


def ledger(tmp_path: Path, **declared: Any) -> Path:
    """4 s at 100 W, 2 s of them a call with 500 tokens in and 1,500 out, 4 items."""
    one = Recorder(tmp_path / "L", declared={"zone": "FRA", **declared}, utc_ns=UTC)
    one.counter(H100, [100.0] * 40)
    path = one.path("ask", kind="inference", model="net", devices=["gpu"])
    one.span(path, 0, 2 * S, items=4, tokens_in=500, tokens_out=1500)
    one.close(4 * S)
    return tmp_path / "L"


def only(made: Report) -> Group:
    (group,) = made.groups
    return group


def mid(quantity: Quantity | None) -> float:
    assert quantity is not None
    return quantity.mid


def test_a_thousand_tokens_and_a_thousand_calls(tmp_path: Path) -> None:
    group = only(
        report(ledger(tmp_path), carbon_intensity_g_per_kwh=360, tariff_per_kwh="0.36 EUR")
    )
    assert group.per_1000_tokens is not None
    assert group.per_1000_tokens_out is not None
    assert group.per_1000_calls is not None
    assert mid(group.per_1000_tokens.energy_j) == pytest.approx(100.0)
    assert mid(group.per_1000_tokens.carbon_location_g) == pytest.approx(0.01)
    assert float(group.per_1000_tokens.cost["EUR"].mid) == pytest.approx(0.00001)
    assert mid(group.per_1000_tokens_out.energy_j) == pytest.approx(200 / 1.5)
    assert mid(group.per_1000_calls.energy_j) == pytest.approx(200_000.0)
    assert group.per_item is not None
    assert float(group.per_item.cost["EUR"].mid) == pytest.approx(0.00002 / 4)


def test_sci_holds_idle_hardware_whatever_absorption_says(tmp_path: Path) -> None:
    where = ledger(tmp_path, pue=1.5)
    bare = report(where, carbon_intensity_g_per_kwh=360, lifetime_years=4)
    full = report(where, carbon_intensity_g_per_kwh=360, lifetime_years=4, absorption="full")
    for made in (bare, full):
        score = only(made).sci
        assert score is not None
        assert (score.functional_unit, score.units) == ("item", 4.0)
        # All 400 J at a PUE of 1.5 and 360 g/kWh, over 4 items.
        assert score.operational_g.mid == pytest.approx(0.06 / 4)
        assert score.embodied_g.mid == pytest.approx(mid(made.totals.embodied_g) / 4)
        assert score.g.mid == pytest.approx(score.operational_g.mid + score.embodied_g.mid)
    assert mid(only(bare).amounts.carbon_location_g) == pytest.approx(0.03)
    assert only(bare).sci == only(full).sci


def test_sci_takes_no_certificate(tmp_path: Path) -> None:
    where = ledger(tmp_path)
    file = tmp_path / "f.toml"
    file.write_text("[[instrument]]\nnone = true\n")
    bare = report(where, carbon_intensity_g_per_kwh=360, lifetime_years=4)
    with_market = report(where, carbon_intensity_g_per_kwh=360, lifetime_years=4, factors=file)
    assert only(bare).sci == only(with_market).sci


def test_sci_without_a_part_is_none_and_says_so(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "N", utc_ns=UTC)
    one.counter(H100, [100.0] * 10)
    one.span(one.path("ask", devices=["gpu"]), 0, S)
    one.close(S)
    made = report(tmp_path / "N")
    assert only(made).sci is None
    assert any(gap.what == "groups.sci" for gap in made.gaps)
    assert sci(exact(1.0, "g"), None, RUN, 1) is None
    assert sci(exact(1.0, "g"), exact(1.0, "g"), RUN, 0) is None


@settings(deadline=None, max_examples=20)
@given(ledgers)
def test_the_mix_is_of_the_whole_and_adds_up_to_one(recorded: tuple[Host, ...]) -> None:
    with written(recorded) as place:
        made = report(place, factors=factors(place, [21.5], ["0.1"]))
    assert made.tier_mix is not None
    if mid(made.totals.energy_j):
        assert sum(made.tier_mix.energy.values()) == pytest.approx(1, rel=1e-12)
        assert made.tier_mix.energy == pytest.approx({"counter": 1.0})
    if made.tier_mix.carbon:
        assert sum(made.tier_mix.carbon.values()) == pytest.approx(1, rel=1e-12)


def test_the_mix_counts_idle_energy_and_providers(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"}, utc_ns=UTC)
    one.counter(H100, [100.0] * 10)
    modelled = H100._replace(id="GPU-m", tier="utilisation")
    one.counter(modelled, [300.0] * 10)
    ask = one.path("ask", kind="api", devices=[], model="gpt-4o", tags={"provider": "openai"})
    one.span(ask, 0, S, tokens_in=1000, tokens_out=100)
    one.close(S)
    made = report(tmp_path / "L", carbon_intensity_g_per_kwh=360)
    mix = made.tier_mix
    assert mix is not None
    assert mix.carbon is not None
    (api,) = [line.amounts for line in made.lines if line.part == "api"]
    whole = mid(made.totals.energy_j)
    assert mix.energy == pytest.approx(
        {"counter": 100 / whole, "utilisation": 300 / whole, "api": mid(api.energy_j) / whole}
    )
    carbon = mid(made.totals.carbon_location_g)
    assert mix.carbon["api"] == pytest.approx(mid(api.carbon_location_g) / carbon)
    assert list(mix.energy) == ["counter", "utilisation", "api"]


def test_esrs_is_in_its_units_and_of_ones_own_operations_alone() -> None:
    def grams(value: float) -> Quantity:
        return exact(value, "g")

    scopes = Scopes(
        (
            Line("electricity", exact(2_500.0, "kWh"), grams(1e6), grams(4e5)),
            Line("rented_electricity", exact(1_000.0, "kWh"), grams(3e5), grams(3e5)),
            Line("hardware", None, grams(2e5), grams(2e5)),
        )
    )
    found = {each.name: each for each in datapoints(scopes)}
    assert (found["energy"].value, found["energy"].unit) == (exact(2.5, "MWh"), "MWh")
    assert found["scope_2_location"].value == exact(1.0, "t")
    assert found["scope_2_market"].value == exact(0.4, "t")
    assert found["scope_3"].value == exact(0.5, "t")
    assert mid(found["total_location"].value) == pytest.approx(1.5)
    assert mid(found["total_market"].value) == pytest.approx(0.9)
    assert "scope_3_api" not in found
    for name in ("energy_fossil", "energy_nuclear", "energy_renewable", "scope_1"):
        assert found[name].value is None
        assert found[name].why


def test_esrs_of_nothing_says_why() -> None:
    assert all(each.value is None and each.why for each in datapoints(Scopes(())))


def test_prices_say_from_where_and_on_what_terms(tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_text(
        '[[purchase]]\ndevice = "H100 SXM"\nprice = "17520 EUR"\nlifetime_years = 2\n'
        'utilisation = 0.5\nsource = "invoice 12"\ndate = "2026-01-31"\n'
        '[[extra]]\nname = "licence"\nprice = "36 EUR"\nper = "hour"\n'
        '[[exchange]]\npair = "EUR/USD"\nrate = "1.1"\ndate = "2026-11-20"\n'
    )
    made = report(ledger(tmp_path), factors=file, tariff_per_kwh="0.36 EUR")
    found = {each.name: each for each in made.prices}
    bought = found["purchase price"]
    assert (bought.basis, bought.source, bought.date) == ("own_file", "invoice 12", "2026-01-31")
    assert (str(bought.amount), bought.currency) == ("17520", "EUR")
    assert found["licence"].basis == "own_file"
    tariff = found["electricity tariff"]
    assert (tariff.basis, tariff.per, tariff.currency) == ("declared", "kWh", "EUR")
    assert made.totals.cost_usd is not None
    listed = report(ledger(tmp_path / "2"), instance="p5.48xlarge").prices
    assert [(each.name, each.basis) for each in listed] == [("rental price", "list")]
    assert listed[0].date
