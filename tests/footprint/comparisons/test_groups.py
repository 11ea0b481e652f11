"""Two groups of a ledger whose difference is known: what is said of it, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from footprint.comparisons import verdicts
from footprint.comparisons.make import compare
from footprint.comparisons.measured import Ask
from footprint.comparisons.view import Change, Comparison
from footprint.errors import LedgerError, UsageError
from report_ledgers import GPU

Ledgers = Callable[..., Path]
PAIR = ("minilm@fp32", "minilm@int8")


def energy(made: Comparison) -> Change:
    found = made.rows[0].changes[1]
    assert found is not None
    return found


def test_forty_percent_less_is_found_with_the_truth_inside(
    alternating: Ledgers, tmp_path: Path
) -> None:
    made = compare(PAIR, [alternating(tmp_path / "L")])
    change = energy(made)
    assert change.verdict == verdicts.DIFFERENT
    assert change.ratio.mid == pytest.approx(0.6, rel=0.03)
    assert change.ratio.low < 0.6 < change.ratio.high  # type: ignore[operator]
    assert change.systematic is not None
    assert change.systematic.low == pytest.approx(change.ratio.mid, rel=1e-9)
    assert any("same sensors" in line for line in made.assumptions)
    assert "-40 %" in made.findings[0]
    # 400 W for 0.2 s, 4 items.
    assert made.rows[0].values[0].mid == pytest.approx(20.0, rel=0.03)  # type: ignore[union-attr]


def test_equal_groups_are_not_told_apart(alternating: Ledgers, tmp_path: Path) -> None:
    trials = 40
    same = 0
    for seed in range(trials):
        ledger = alternating(tmp_path / f"{seed}", ratio=1.0, calls=12, spread=0.4, seed=seed)
        same += energy(compare(PAIR, [ledger])).verdict == verdicts.NOISE
    assert same >= 0.95 * trials


def test_carbon_and_cost_follow_energy_where_their_factors_are_the_same(
    alternating: Ledgers, tmp_path: Path
) -> None:
    place = {"carbon_intensity_g_per_kwh": 360.0, "tariff_per_kwh": "0.36 EUR", "pue": 1.5}
    made = compare(PAIR, [alternating(tmp_path / "L")], Ask(place=place))
    change = energy(made)
    for figure in ("carbon_location_g_per_item", "cost_eur_per_item"):
        follows = made.row(figure).changes[1]
        assert follows is not None
        assert follows.ratio == pytest.approx(change.ratio)
        assert follows.verdict == change.verdict
    # 20 J are 1/180 Wh: times 1.5 and 360 g/kWh.
    value = made.row("carbon_location_g_per_item").values[0]
    joules = made.rows[0].values[0]
    assert value is not None
    assert joules is not None
    assert value.mid == pytest.approx(joules.mid / 3.6e6 * 1.5 * 360)


def test_different_sensors_leave_their_gains(alternating: Ledgers, tmp_path: Path) -> None:
    ledgers = [tmp_path / version for version in ("fp32", "int8")]
    for number, ledger in enumerate(ledgers, 1):
        card = GPU._replace(id=f"GPU-{number}", gain_low=0.95, gain_high=1.05)
        alternating(
            ledger,
            ratio=0.95,
            spread=0.01,
            number=number,
            device=card,
            host=f"host-{number}",
            boot=f"boot-{number}",
            only=(ledger.name,),
        )
    change = energy(compare([f"{ledger}:minilm" for ledger in ledgers]))
    assert change.systematic is not None
    middle = change.ratio.mid
    assert change.systematic == pytest.approx((middle * 0.95 / 1.05, middle, middle * 1.05 / 0.95))
    assert change.verdict == verdicts.SYSTEMATIC
    one = energy(compare(PAIR, [alternating(tmp_path / "L", ratio=0.95, spread=0.01, number=3)]))
    assert one.verdict == verdicts.DIFFERENT


@pytest.mark.parametrize("per", ["call", "run"])
def test_other_things_to_count(alternating: Ledgers, tmp_path: Path, per: str) -> None:
    made = compare(PAIR, [alternating(tmp_path / "L")], Ask(per=per))
    value = made.rows[0].values[0]
    assert value is not None
    assert value.mid == pytest.approx(80.0 if per == "call" else 80.0 * 60, rel=0.03)


def test_few_calls_are_not_judged(alternating: Ledgers, tmp_path: Path) -> None:
    made = compare(PAIR, [alternating(tmp_path / "L", calls=4)])
    assert energy(made).verdict == verdicts.TOO_FEW
    assert any("measure more" in line for line in made.assumptions)


def test_calls_are_not_held_against_items(alternating: Ledgers, tmp_path: Path) -> None:
    ledger = alternating(tmp_path / "L", other_items=None)
    with pytest.raises(UsageError, match="--per call"):
        compare(PAIR, [ledger])
    assert energy(compare(PAIR, [ledger], Ask(per="call"))).verdict == verdicts.DIFFERENT


WRONG = [
    (("minilm@fp32", "minilm@in8"), "int8"),
    (("minilm@fp32", "minilmm"), "minilm"),
    (("version=fp32", "version=int9"), "int8"),
    (("version=fp32", "verion=int8"), "version"),
    (("version=fp32", "version=int8,name=none"), "embed"),
    (("minilm@fp32", "minilm@fp32"), "itself"),
    (("minilm@fp32", "model=minilm,version=fp32"), "the same spans"),
    (("minilm@fp32",), "two or more"),
    (("minilm@fp32", ""), "empty"),
    (("minilm@fp32", "none.json:int8"), "none.json"),
]


@pytest.mark.parametrize(("operands", "told"), WRONG)
def test_what_makes_no_sense_is_one_line(
    alternating: Ledgers, tmp_path: Path, operands: tuple[str, ...], told: str
) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        compare(operands, [alternating(tmp_path / "L")])
    assert "\n" not in str(caught.value)


def test_a_unit_that_was_not_added(alternating: Ledgers, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Did you mean items\?|Did you mean item"):
        compare(PAIR, [alternating(tmp_path / "L")], Ask(per="itens"))


def test_no_ledger_and_a_period_without_spans(alternating: Ledgers, tmp_path: Path) -> None:
    with pytest.raises(LedgerError):
        compare(PAIR, [tmp_path / "none"])
    with pytest.raises(UsageError, match="period"):
        compare(PAIR, [alternating(tmp_path / "L")], Ask(until="2020-01-01"))
