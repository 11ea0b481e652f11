"""Scopes: exact figures of what is owned, rented and bought, each counted once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint import report
from footprint.estimators.quantity import Quantity
from footprint.reports.audit.scopes import Line, Scopes
from footprint.reports.view import Report
from priced_ledgers import H100, Host, factors, ledgers, written
from report_ledgers import UTC, Recorder, S

GRID = """
[[factor]]
name = "grid intensity"
zone = "FRA"
value = 360
unit = "g/kWh"
"""
CERTIFICATE = """
[[instrument]]
name = "wind"
kind = "certificate"
share = 0.75
g_per_kwh = 0
market = "FRA"
retired = true
[instrument.criteria]
emission_rate = true
unique_claim = true
vintage = true
same_market = true
supplier_net = "n/a"
claim_transfer = "n/a"
residual_mix = true
"""


def ledger(tmp_path: Path) -> Path:
    """A host of one's own and a rented one, 400 J each; and a call of an API."""
    for number, declared in enumerate(({}, {"rental_per_device_hour": "2 USD"}), start=1):
        one = Recorder(
            tmp_path / "L",
            number,
            host=f"host-{number}",
            boot=f"boot-{number}",
            declared={"zone": "FRA", "pue": 1.5, **declared},
            utc_ns=UTC,
        )
        one.counter(H100._replace(id=f"GPU-{number}"), [100.0] * 40)
        one.span(one.path("step", kind="training", devices=["gpu"]), 0, 4 * S)
        if number == 1:
            path = one.path(
                "ask", kind="api", devices=[], model="gpt-4o", tags={"provider": "openai"}
            )
            one.span(path, 0, S, tokens_in=1000, tokens_out=100)
        one.close(4 * S)
    return tmp_path / "L"


def made(tmp_path: Path, text: str = GRID + CERTIFICATE, **more: Any) -> Report:
    file = tmp_path / "f.toml"
    file.write_text(text)
    return report(ledger(tmp_path), factors=file, **more)


def inventory(found: Report) -> Scopes:
    assert found.scopes is not None
    return found.scopes


def line(found: Report, source: str) -> Line:
    (one,) = [each for each in inventory(found).lines if each.source == source]
    return one


def mid(quantity: Quantity | None) -> float:
    assert quantity is not None
    return quantity.mid


def test_what_is_rented_and_what_is_bought_is_in_no_scope_2(tmp_path: Path) -> None:
    found = made(tmp_path)
    own, rented = line(found, "electricity"), line(found, "rented_electricity")
    assert (own.scope, own.category) == (2, None)
    assert (rented.scope, rented.category) == (3, 1)
    for each in (own, rented):
        # 400 J at a PUE of 1.5 and 360 g/kWh; a quarter of it is no wind.
        assert mid(each.energy_kwh) == pytest.approx(600 / 3.6e6)
        assert mid(each.carbon_location_g) == pytest.approx(0.06)
        assert mid(each.carbon_market_g) == pytest.approx(0.015)
    assert (line(found, "hardware").scope, line(found, "hardware").category) == (3, 2)
    assert line(found, "rented_hardware").category == line(found, "api_hardware").category == 1
    assert mid(inventory(found).sum_g("location", 2)) == pytest.approx(0.06)
    assert any("run by its provider" in note for note in inventory(found).notes)


def test_without_rental_all_hardware_is_taken_as_ones_own(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"}, utc_ns=UTC)
    one.counter(H100, [100.0] * 10)
    one.close(S)
    found = report(tmp_path / "L")
    assert [each.source for each in inventory(found).lines] == ["electricity", "hardware"]
    assert any("taken to be run by the organisation" in each for each in inventory(found).notes)


def test_the_electricity_says_its_factors_and_what_covers_it(tmp_path: Path) -> None:
    found = inventory(made(tmp_path))
    assert [each.rented for each in found.supplies] == [False, True]
    for each in found.supplies:
        assert each.zone == "FRA"
        assert mid(each.pue) == 1.5
        assert mid(each.location_g_per_kwh) == 360.0
        assert mid(each.market_g_per_kwh) == pytest.approx(90.0)
        assert each.market_basis == "instruments + grid_mean"
    (wind,) = found.instruments
    assert wind.applied
    assert mid(wind.kwh) == pytest.approx(0.75 * 1200 / 3.6e6)
    answers = dict(wind.criteria)
    assert len(answers) == 8
    assert answers["retirement"] == "met"
    assert answers["supplier_net"] == "n/a"


def test_an_instrument_that_lacks_a_criterion_covers_nothing_and_says_which(tmp_path: Path) -> None:
    text = CERTIFICATE.replace("retired = true", "retired = false").replace("vintage = true\n", "")
    found = inventory(made(tmp_path, GRID + text))
    (wind,) = found.instruments
    assert not wind.applied
    assert wind.kwh is None
    answers = dict(wind.criteria)
    assert (answers["retirement"], answers["vintage"]) == ("not_met", "not_answered")
    assert {each.market_basis for each in found.supplies} == {"grid_mean"}
    assert mid(found.sum_g("market", 2)) == pytest.approx(0.06)


def test_nothing_said_of_contracts_is_no_market_based_figure(tmp_path: Path) -> None:
    found = inventory(made(tmp_path, GRID))
    assert found.sum_g("market", 2) is None
    assert found.sum_g("location", 2) is not None
    assert found.instruments == ()
    assert any("not declared which contracts" in note for note in found.notes)


def test_an_empty_ledger_has_no_line(tmp_path: Path) -> None:
    (tmp_path / "E" / "journals").mkdir(parents=True)
    found = inventory(report(tmp_path / "E"))
    assert found.lines == found.supplies == ()
    assert found.sum_g("location") is None


@settings(deadline=None, max_examples=25)
@given(
    ledgers,
    st.sampled_from((None, "2 USD")),
    st.sampled_from(("none", "full")),
    st.booleans(),
)
def test_scopes_add_up_to_the_totals(
    recorded: tuple[Host, ...], rental: str | None, absorption: str, certified: bool
) -> None:
    with written(recorded) as place:
        file = factors(place, [21.5, 380.0], ["0.1"])
        if certified:
            file.write_text(file.read_text() + "\n[[instrument]]\nnone = true\n")
        found = report(place, factors=file, absorption=absorption, rental_per_device_hour=rental)
    whole = inventory(found)
    for method in ("location", "market"):
        lines = [getattr(each, f"carbon_{method}_g") for each in whole.lines]
        used, embodied = getattr(found.totals, f"carbon_{method}_g"), found.totals.embodied_g
        if used is None or embodied is None:
            assert whole.sum_g(method) is None
            continue
        assert None not in lines
        for bound in ("low", "mid", "high"):
            both = getattr(used, bound) + getattr(embodied, bound)
            assert getattr(whole.sum_g(method), bound) == pytest.approx(both, rel=1e-12, abs=1e-15)
    # Every line is in one scope, and every scope's sum is that of its lines.
    assert {each.scope for each in whole.lines} <= {2, 3}
    assert not (rental and any(each.scope == 2 for each in whole.lines))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("| scope 3 | 1 | electricity of rented hardware |", "met: emission rate")),
        ("fr", ("| scope 3 | 1 | électricité du matériel loué |", "seule revendication")),
    ],
)
def test_people_read_the_same_in_tables(tmp_path: Path, lang: str, said: tuple[str, ...]) -> None:
    found = made(tmp_path)
    text = found.render("md", lang)
    for each in said:
        assert each in text
    (wind,) = [row for row in text.splitlines() if row.startswith("| wind ")]
    assert ("yes" if lang == "en" else "oui") in wind
    figures = [row for row in text.splitlines() if row.startswith("| E1-")]
    assert len(figures) == len(found.esrs)
    assert sum("esrs:EnergyConsumption" in row for row in figures) == 4
