"""What counts beside the meters: API calls and named extras."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from footprint import report
from footprint.estimators.money import Money, exact_money
from footprint.estimators.quantity import exact
from footprint.reports.beside import with_api
from footprint.reports.view import Amounts, Report
from report_ledgers import GPU, MS, UTC, Recorder, S

KNOWN = {"model": "gpt-4o", "tags": {"provider": "openai"}}
UNKNOWN = {"model": "no-such-model", "tags": {"provider": "nobody"}}


def calls(tmp_path: Path, *models: dict[str, Any], metered: bool = False, **more: Any) -> Report:
    """One call of each model, 1000 tokens in and 100 out; all of one kind."""
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"}, utc_ns=UTC)
    if metered:
        one.counter(GPU, [100.0] * 10)
    for model in models:
        path = one.path("ask", kind="api", devices=[], **model)
        one.span(path, 0, S, tokens_in=1000, tokens_out=100)
    one.close()
    return report(tmp_path / "L", **more)


def line(made: Report, part: str) -> Amounts:
    (found,) = [each.amounts for each in made.lines if each.part == part]
    return found


def test_a_ledger_of_api_calls_alone_has_their_totals(tmp_path: Path) -> None:
    made = calls(tmp_path, KNOWN)
    assert [each.part for each in made.lines] == ["api"]
    assert made.totals == line(made, "api")
    assert made.totals.energy_j is not None
    assert made.totals.cost["USD"].mid == Decimal("0.0035")
    assert made.totals.carbon_market_g == made.totals.carbon_location_g
    assert made.conservation == ()


def test_a_model_nobody_knows_beside_a_known_one_leaves_the_sum_unknown(tmp_path: Path) -> None:
    made = calls(tmp_path, KNOWN, UNKNOWN, by="kind")
    (group,) = made.groups
    for amounts in (group.amounts, line(made, "api"), made.totals):
        assert amounts.energy_j is None
        assert amounts.carbon_location_g is None
        assert amounts.cost == {}
        assert amounts.cost_usd is None
    assert any("no-such-model" in gap.why for gap in made.gaps)


def test_by_model_the_known_one_keeps_its_figures(tmp_path: Path) -> None:
    made = calls(tmp_path, KNOWN, UNKNOWN, by="model")
    figures = {dict(each.key)["model"]: each.amounts for each in made.groups}
    assert figures["gpt-4o"].cost["USD"].mid == Decimal("0.0035")
    assert figures["no-such-model"].energy_j is None
    assert made.totals.energy_j is None


def test_models_in_one_group_add_up(tmp_path: Path) -> None:
    mini = {"model": "gpt-4o-mini", "tags": {"provider": "openai"}}
    (one,) = calls(tmp_path, KNOWN, mini, by="kind").groups
    parts = [each.amounts for each in report(tmp_path / "L", by="model").groups]
    for name in ("energy_j", "carbon_location_g", "embodied_g", "water_l"):
        whole = getattr(one.amounts, name)
        assert whole.mid == pytest.approx(sum(getattr(each, name).mid for each in parts)), name
        assert whole.high == pytest.approx(sum(getattr(each, name).high for each in parts)), name
    assert one.amounts.cost["USD"].mid == sum(each.cost["USD"].mid for each in parts)


def test_counts_that_make_no_sense_are_not_left_out_of_the_sum(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", utc_ns=UTC)
    path = one.path("ask", kind="api", devices=[], **KNOWN)
    one.span(path, 0, S, tokens_in=1000, tokens_out=100)
    one.span(path, 0, S, tokens_in=10, cached_tokens_in=20)
    one.close()
    made = report(tmp_path / "L")
    assert made.totals.energy_j is None
    assert made.totals.cost == {}
    assert any("cached tokens" in gap.why for gap in made.gaps)


def test_folded_calls_cost_what_single_ones_do(tmp_path: Path) -> None:
    def recorded(folder: str, *, folded: bool) -> Report:
        one = Recorder(tmp_path / folder, utc_ns=UTC)
        path = one.path("ask", kind="api", devices=[], **KNOWN)
        if folded:
            one.fold(path, 0, [10 * MS] * 5, tokens_in=5000, tokens_out=500)
        else:
            for number in range(5):
                start = number * 10 * MS
                one.span(path, start, start + 10 * MS, tokens_in=1000, tokens_out=100)
        one.close()
        return report(tmp_path / folder)

    single, folded = recorded("a", folded=False), recorded("b", folded=True)
    assert folded.totals.cost == single.totals.cost
    assert folded.totals.energy_j == single.totals.energy_j
    assert folded.groups[0].spans == single.groups[0].spans == 5


def test_a_call_that_ended_outside_of_the_period_is_not_paid_in_it(tmp_path: Path) -> None:
    made = calls(tmp_path, KNOWN, metered=True, until="2026-11-22T11:00:00.5Z")
    assert made.totals.cost == {}
    assert all(each.part != "api" for each in made.lines)


def test_a_host_without_a_tariff_leaves_the_providers_cost(tmp_path: Path) -> None:
    api = Amounts(energy_j=exact(5, "J"), cost={"USD": exact_money(Money("1", "USD"))})
    both = with_api(Amounts(energy_j=exact(1, "J")), api)
    assert both.energy_j == exact(6.0, "J")
    assert both.cost == api.cost
    assert with_api(Amounts(), Amounts()).energy_j is None


@pytest.mark.parametrize("devices", [[0], []])
def test_what_is_the_providers_alone_is_told(tmp_path: Path, devices: list[int]) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    one.counter(GPU, [100.0] * 10)
    path = one.path("ask", kind="api", devices=devices, **KNOWN)
    one.span(path, 0, S, tokens_in=1000, tokens_out=100)
    one.close()
    (group,) = (made := report(tmp_path / "L")).groups
    assert group.amounts.carbon_market_g is not None
    alone = {gap.what for gap in made.gaps if "that of the providers" in gap.why}
    some = {f"groups.{name}" for name in ("carbon_market_g", "embodied_g", "cost")}
    assert alone == (some if devices else set())


EXTRAS = """
[[extra]]
name = "licence"
price = "36 EUR"
per = "hour"
[[extra]]
name = "egress"
price = "1 EUR"
per = "GB"
[[exchange]]
pair = "EUR/USD"
rate = "2"
date = 2026-11-01
source = "a bank"
[[exchange]]
pair = "EUR/USD"
rate = "3"
date = 2027-11-01
source = "a bank"
"""


def extras(tmp_path: Path, **units: float) -> Report:
    one = Recorder(tmp_path / "L", utc_ns=UTC)
    one.span(one.path("f"), 0, S, **units)
    one.close()
    file = tmp_path / "own.toml"
    file.write_text(EXTRAS)
    return report(tmp_path / "L", factors=file)


def test_one_extra_that_is_not_known_leaves_the_extras_unknown(tmp_path: Path) -> None:
    made = extras(tmp_path)
    assert line(made, "extras").cost == {}
    assert any("egress" in gap.what for gap in made.gaps)


def test_extras_are_exchanged_at_the_rate_of_the_period(tmp_path: Path) -> None:
    made = extras(tmp_path, GB=2)
    # A second of the licence and 2 GB: 2.01 EUR, at 2 USD each and not at next year's 3.
    amounts = line(made, "extras")
    assert amounts.cost["EUR"].mid == Decimal("2.01")
    assert amounts.cost_usd is not None
    assert amounts.cost_usd.mid == pytest.approx(4.02)
