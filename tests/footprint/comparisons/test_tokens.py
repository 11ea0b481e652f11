"""Own hardware against APIs by the token: figures that can be worked out by hand, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from footprint.comparisons.make import ByToken, compare
from footprint.comparisons.measured import Ask
from footprint.comparisons.view import Comparison, Row
from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.predict.inference import predict

MIX = ByToken(1000.0, 500.0, batch=64.0)
OWN, API = "own:llama-3.1-70b@H100x4", "api:gpt-4o"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def both(by_token: ByToken = MIX, **place: Any) -> Comparison:
    return compare([OWN, API], ask=Ask(place=place), by_token=by_token)


def mids(row: Row) -> list[float]:
    return [value.mid for value in row.values if value is not None]


def test_figures_are_those_of_a_request_by_its_tokens() -> None:
    made = both(rental_per_device_hour="2.5 USD", pue=1.2)
    alone = predict(
        params=70.55e9, precision="bf16", gpu="H100", gpus=4, batch=64.0, tokens_in=1000.0,
        tokens_out=500.0,
    )  # fmt: skip
    own, api = mids(made.row("accelerator_j_per_1000_tokens"))
    assert own == pytest.approx(alone.energy_j.mid / 1.5)
    assert api > 0
    assert mids(made.row("energy_j_per_1000_tokens"))[0] == pytest.approx(1.2 * own)
    # GPT-4o: 2.5 USD for a million tokens in, 10 USD out: 0.0075 USD a request of 1,500 tokens.
    cost = mids(made.row("cost_usd_per_1000_tokens"))
    assert cost[1] == pytest.approx(0.005)
    hours = 1000 / (alone.output_tokens_per_s.mid * 3 * 3600)
    assert cost[0] == pytest.approx(4 * 2.5 * hours)


def test_break_even_is_fixed_cost_by_price() -> None:
    made = both(rental_per_device_hour="2.5 USD")
    (crossing,) = made.crossings
    assert crossing.found.tokens_per_month is not None
    # 4 x 2.5 USD x 730 h by 5 USD a million tokens; the price has no interval.
    assert crossing.found.tokens_per_month == pytest.approx((1.46e9, 1.46e9, 1.46e9))
    assert "1,460 million tokens a month" in made.findings[0]
    dear = {volume.tokens_per_month: volume.costs for volume in made.volumes}
    own, api = dear[1e9]
    assert own is not None
    assert api is not None
    assert (float(own.mid), float(api.mid)) == pytest.approx((7300.0, 5000.0))


def test_own_hardware_may_never_pay() -> None:
    made = compare(
        ["own:llama-3.1-405b@H100x16", "api:gpt-4o"],
        ask=Ask(place={"rental_per_device_hour": "90 USD"}),
        by_token=MIX,
    )
    assert made.crossings[0].found.tokens_per_month is None
    assert "never cheaper" in made.findings[0]


def test_a_tariff_says_that_the_hardware_is_ones_own() -> None:
    made = both(tariff_per_kwh="0.2 USD")
    assert made.crossings == ()
    assert any(gap.what == "break_even" for gap in made.gaps)
    joules = mids(made.row("energy_j_per_1000_tokens"))[0]
    assert mids(made.row("cost_usd_per_1000_tokens"))[0] == pytest.approx(joules / 3.6e6 * 0.2)


def test_without_any_price_a_list_price_is_taken_and_said() -> None:
    made = both()
    assert any("list price" in line for line in made.assumptions)
    assert made.crossings


def test_bought_hardware_is_paid_once(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        '[[purchase]]\ndevice = "H100 SXM"\nprice = "35040 USD"\nlifetime_years = 4\n'
        "utilisation = 0.5\n"
    )
    made = both(factors=tmp_path / "own.toml")
    (crossing,) = made.crossings
    assert crossing.found.tokens_per_month is not None
    # 1 USD an hour and GPU, used or not: 4 USD x 730 h by 5 USD a million tokens.
    assert crossing.found.tokens_per_month.mid == pytest.approx(584e6)
    assert any("paid day and night" in line for line in made.assumptions)


def test_two_currencies_have_no_break_even() -> None:
    made = both(rental_per_device_hour="2.5 EUR")
    assert made.crossings == ()
    assert any(gap.what == "break_even" and "EUR" in gap.why for gap in made.gaps)
    assert {row.figure for row in made.rows} >= {
        "cost_eur_per_1000_tokens",
        "cost_usd_per_1000_tokens",
    }


def test_half_used_hardware_costs_twice() -> None:
    full, half = (
        both(MIX._replace(utilisation=part), rental_per_device_hour="2.5 USD") for part in (1, 0.5)
    )
    name = "cost_usd_per_1000_tokens"
    assert mids(half.row(name))[0] == pytest.approx(2 * mids(full.row(name))[0])


def test_the_users_zone_is_not_the_apis() -> None:
    figure = "carbon_location_g_per_1000_tokens"
    here, there = (mids(both(zone=zone).row(figure)) for zone in ("FRA", "POL"))
    assert here[0] < there[0]
    assert here[1] == there[1]
    moved = both(MIX._replace(api_zone="FRA"), zone="FRA")
    assert mids(moved.row(figure))[1] < here[1]


def test_measured_spans_stand_for_own_hardware(
    serving: Callable[[Path], Path], tmp_path: Path
) -> None:
    ledger = serving(tmp_path / "L")
    made = compare(
        ["llama", "api:gpt-4o"], [ledger], Ask(place={"rental_per_device_hour": "2.5 USD"})
    )
    # 300 W for 1 s a call of 100 tokens in and 50 out.
    assert mids(made.row("energy_j_per_1000_tokens"))[0] == pytest.approx(300 / 0.15)
    assert "667 are input" in made.assumptions[0]
    (crossing,) = made.crossings
    # 2.5 USD x 730 h by 5 USD a million tokens; at 150 tokens/s a machine serves 394 million.
    assert crossing.found.tokens_per_month is not None
    assert crossing.found.tokens_per_month.mid == pytest.approx(365e6)
    assert crossing.own == "llama"


WRONG = [
    ((OWN, "api:gtp-4o"), EstimatorError, "gpt-4o"),
    (("own:lama-3.1-70b", API), UsageError, "llama-3.1-70b"),
    (("own:gpt-4o", API), UsageError, "api:gpt-4o"),
    (("own:70B@H1000", API), EstimatorError, "H100"),
    (("own:70B@L4x1", API), EstimatorError, "--gpus"),
    (("own:70B:int7@H100x4", API), EstimatorError, "int8"),
    (("own:@H100", API), UsageError, "names no model"),
    ((OWN, "api:"), UsageError, "names no model"),
    ((OWN,), UsageError, "two or more"),
]


@pytest.mark.parametrize(("operands", "error", "told"), WRONG)
def test_what_makes_no_sense_is_one_line(
    operands: tuple[str, ...], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told) as caught:
        compare(operands, by_token=MIX)
    assert "\n" not in str(caught.value)


def test_tokens_are_needed_and_checked() -> None:
    with pytest.raises(UsageError, match="--tokens-in"):
        compare([OWN, API])
    for wrong in (-1.0, float("nan")):
        with pytest.raises(EstimatorError, match="tokens-in"):
            both(MIX._replace(tokens_in=wrong))
    with pytest.raises(EstimatorError, match="utilisation"):
        both(MIX._replace(utilisation=1.5))
