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
from report_ledgers import GPU, Recorder, S

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


def test_what_differs_from_run_to_run_is_noise_where_runs_were_repeated(
    alternating: Ledgers, tmp_path: Path
) -> None:
    ledger = tmp_path / "L"
    watts = {"fp32": (300, 500, 350, 480, 420, 310), "int8": (480, 330, 500, 310, 450, 400)}
    number = 0
    for version, levels in watts.items():
        for level in levels:
            number += 1
            alternating(
                ledger,
                ratio=1.0,
                level_w=level,
                spread=0.01,
                calls=10,
                number=number,
                host=f"host-{number}",
                boot=f"boot-{number}",
                only=(version,),
            )
    made = compare(PAIR, [ledger])
    change = energy(made)
    assert change.verdict == verdicts.NOISE
    assert change.noise is not None
    # Run to run: a fifth of the mean each, so that six of each leave about 30 % at 99 %.
    assert change.noise.low < 0.8
    assert any("between runs" in line for line in made.assumptions)


def test_groups_with_spans_in_common_are_said(alternating: Ledgers, tmp_path: Path) -> None:
    made = compare(("minilm", "minilm@int8"), [alternating(tmp_path / "L")])
    assert any("in common" in line for line in made.assumptions)
    apart = compare(PAIR, [tmp_path / "L"])
    assert not any("in common" in line for line in apart.assumptions)


def test_an_apis_energy_is_not_tested(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, [300.0] * 100)
    local = one.path("generate", kind="inference", model="llama", devices=[0])
    remote = one.path("call", kind="api", model="gpt-4o", tags={"provider": "openai"}, devices=[])
    for call in range(8):
        one.span(local, call * S, call * S + S // 2, tokens_in=90.0, tokens_out=60.0)
        one.span(remote, call * S + S // 2, (call + 1) * S, tokens_in=90.0, tokens_out=60.0)
    one.close(10 * S)
    change = energy(compare(("llama", "gpt-4o"), [tmp_path / "L"]))
    assert change.verdict == verdicts.ESTIMATED


def test_the_first_is_what_all_others_are_held_against(
    alternating: Ledgers, tmp_path: Path
) -> None:
    ledger = alternating(tmp_path / "L")
    made = compare((*PAIR, f"{ledger}"), [ledger])
    changes = made.rows[0].changes
    assert changes[0] is None
    assert [round(each.ratio.mid, 1) for each in changes[1:] if each] == [0.6, 0.8]
    alone = energy(compare(PAIR, [ledger]))
    assert changes[1] is not None
    assert changes[1].noise is not None
    assert alone.noise is not None
    assert changes[1].noise.low < alone.noise.low  # two comparisons share the error of one


def test_a_call_is_its_whole_tree(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, [300.0] * 200)
    for name, inner in (("a", 3), ("b", 6)):
        outside = one.path(name, model=name, devices=[0])
        inside = one.path("inner", model=name, devices=[0])
        for call in range(6):
            start = (0 if name == "a" else 8 * S) + call * S
            top = one.span(outside, start, start + inner * S // 10, items=2.0)
            one.span(inside, start, start + S // 10, parent=top)
    one.close(20 * S)
    made = compare(("model=a", "model=b"), [tmp_path / "L"])
    # 300 W for 0.3 s, and for 0.6 s, by two items each.
    values = [value and value.mid for value in made.rows[0].values]
    assert values == pytest.approx([45.0, 90.0])
    times = [value and value.mid for value in made.row("time_s_per_item").values]
    assert times == pytest.approx([0.15, 0.3])
    assert energy(made).ratio.mid == pytest.approx(2.0)


def test_memory_latency_and_throughput_stand_beside_energy(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    for number, (model, held) in enumerate((("a", 4_000_000), ("b", 1_000_000))):
        path = one.path("embed", model=model)
        for call in range(10):
            start = (number * 10 + call) * S
            one.span(path, start, start + (S if model == "a" else S // 4), items=5.0)
            one.writer.usage(one.t0 + start, 0, 0, 0, held)
    one.close(30 * S)
    made = compare(("a", "b"), [tmp_path / "L"])

    def ratio(figure: str) -> float | None:
        change = made.row(figure).changes[1]
        return None if change is None else change.ratio.mid

    assert ratio("peak_host_memory_bytes") == 0.25
    assert ratio("latency_p50_ms") == ratio("latency_p95_ms") == 0.25
    assert ratio("throughput_items_per_s") == 4.0
    time = made.row("time_s_per_item").changes[1]
    assert time is not None
    assert (time.ratio.mid, time.verdict) == (0.25, verdicts.DIFFERENT)
    # Nothing was metered: that is no figure, and says why.
    assert "energy_j_per_item" not in {row.figure for row in made.rows}
    assert any(gap.what.startswith("energy") for gap in made.gaps)


def test_a_period_cuts_off_what_lies_outside(alternating: Ledgers, tmp_path: Path) -> None:
    ledger = alternating(tmp_path / "L")
    made = compare(PAIR, [ledger], Ask(until="2026-11-22T11:00:10Z"))
    assert made.sides[0].about["spans"] < 60
    assert energy(made).verdict == verdicts.DIFFERENT
