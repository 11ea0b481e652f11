import math
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, RESIDUAL_MIX, Factor
from footprint.estimators.instruments import CRITERIA, Instrument
from footprint.estimators.market import Market, instruments, market_based
from footprint.estimators.quantity import Quantity, exact, total

ALL = {criterion.key: True for criterion in CRITERIA}
YES = (True,) * len(CRITERIA)


def factor(value: Quantity | float, name: str = RESIDUAL_MIX, zone: str = "FRA") -> Factor:
    quantity = value if isinstance(value, Quantity) else exact(value, "g/kWh")
    return Factor(name, quantity, "g/kWh", zone=zone, source="table")


RESIDUAL, GRID = factor(40.0), factor(56.0, GRID_INTENSITY)


def certificate(name="GO", kwh=None, share=None, rate=0.0, kind="certificate", answers=YES):
    return Instrument(name, kind, exact(rate, "g/kWh"), kwh, share, answers=answers)


def three(low: float, high: float, unit: str) -> st.SearchStrategy[Quantity]:
    return st.lists(st.floats(low, high), min_size=3, max_size=3).map(
        lambda bounds: Quantity(*sorted(bounds), unit)
    )


uses = three(1.0, 1e6, "kWh")
rates = three(0.0, 1e3, "g/kWh")


@st.composite
def bought(draw: st.DrawFn, use: Quantity) -> list[Instrument]:
    """Up to five instruments that cover at most the middle of a use, in kWh or as shares."""
    count = draw(st.integers(0, 5))
    weights = [draw(st.floats(0, 1)) for _ in range(count)]
    free = draw(st.floats(0, 1))
    whole = sum(weights) + free or 1.0
    found = []
    for index, weight in enumerate(weights):
        share = weight / whole
        by_share = draw(st.booleans())
        found.append(
            Instrument(
                f"i{index}",
                draw(st.sampled_from(["certificate", "contract", "supplier"])),
                draw(rates),
                None if by_share else share * use.mid,
                share if by_share else None,
                answers=YES,
            )
        )
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[Quantity, list[Instrument], Factor]:
    use = draw(uses)
    return use, draw(bought(use)), factor(draw(rates))


def close(one: Quantity, other: Quantity) -> bool:
    scale = 1e-9 * max(one.high, other.high, 1e-9)
    return all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=scale)
        for a, b in zip(
            (one.low, one.mid, one.high), (other.low, other.mid, other.high), strict=True
        )
    )


def grams(market: Market) -> Quantity:
    assert market.carbon_g is not None
    return market.carbon_g


@given(cases())
def test_covered_and_uncovered_are_the_whole(case):
    use, held, rest = case
    market = market_based(use, held, rest)
    whole = total([*(part.kwh for part in market.parts), market.uncovered_kwh], "kWh")
    assert close(whole, use)
    rest_g = market.uncovered_kwh.times(rest.quantity, "g")
    assert close(total([*(part.carbon_g for part in market.parts), rest_g], "g"), grams(market))


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(case, rng):
    use, held, rest = case
    shuffled = held[:]
    rng.shuffle(shuffled)
    one, other = market_based(use, held, rest), market_based(use, shuffled, rest)
    assert (one.carbon_g, one.parts, one.g_per_kwh) == (
        other.carbon_g,
        other.parts,
        other.g_per_kwh,
    )


@given(cases(), st.floats(0, 1), st.booleans())
def test_an_instrument_without_carbon_never_raises_the_total(case, part, by_share):
    use, held, rest = case
    before = market_based(use, held, rest)
    share = part * before.uncovered_kwh.mid / use.mid
    clean = certificate("clean", None if by_share else share * use.mid, share if by_share else None)
    after = market_based(use, [*held, clean], rest)
    slack = 1e-9 * grams(before).high
    assert grams(after).low <= grams(before).low + slack
    assert grams(after).mid <= grams(before).mid + slack
    assert grams(after).high <= grams(before).high + slack


@given(uses, rates)
def test_without_instruments_and_with_one_mix_it_is_the_location_based_figure(use, rate):
    market = market_based(use, (), factor(rate), factor(rate, GRID_INTENSITY))
    assert close(grams(market), use.times(rate, "g"))
    assert market.uncovered_kwh == use
    assert market.gaps == ()
    assert "declared that no contractual instruments" in market.assumptions[0]


@given(cases(), st.floats(0, 1))
def test_the_effective_factor_holds_every_use_in_the_interval(case, where):
    """What any use inside the interval comes to lies between the use times the factor's bounds."""
    use, held, rest = case
    market = market_based(use, held, rest)
    assert market.g_per_kwh is not None
    assert math.isclose(
        market.g_per_kwh.mid * use.mid, grams(market).mid, rel_tol=1e-9, abs_tol=1e-9
    )
    amount = use.low + where * (use.high - use.low)
    assume(amount >= use.mid)  # a smaller use would be refused: it has its instruments cut
    single = grams(market_based(exact(amount, "kWh"), held, rest))
    applied = exact(amount, "kWh").times(market.g_per_kwh, "g")
    slack = 1e-9 * max(applied.high, 1.0)
    assert applied.low - slack <= single.low <= single.high <= applied.high + slack


@given(cases(), st.sampled_from(range(len(CRITERIA))), st.sampled_from([None, False]))
def test_an_instrument_that_lacks_a_criterion_changes_nothing(case, index, answer):
    use, held, rest = case
    answers = tuple(answer if at == index else True for at in range(len(CRITERIA)))
    poor = certificate("poor", use.mid * 9, answers=answers)
    with_it, without = market_based(use, [*held, poor], rest), market_based(use, held, rest)
    assert (with_it.carbon_g, with_it.parts) == (without.carbon_g, without.parts)
    ((name, lacks),) = with_it.not_applied
    reason = "not answered" if answer is None else "answered no"
    assert (name, lacks) == ("poor", (f"{index + 1} {CRITERIA[index].key} ({reason})",))
    assert any("'poor' is not applied" in line for line in with_it.assumptions)


def test_by_hand():
    """1000 kWh: 400 of certificates at 0, 30 % of a contract at 12, the rest at 40 g/kWh."""
    held = [certificate("PPA", share=0.3, rate=12, kind="contract"), certificate(kwh=400)]
    market = market_based(exact(3.6e9, "J"), held, RESIDUAL, GRID)
    assert [(p.name, p.kind, p.kwh.mid) for p in market.parts] == [
        ("GO", "certificate", 400),
        ("PPA", "contract", 300),
    ]
    assert market.uncovered_kwh == exact(300, "kWh")
    assert market.carbon_g == exact(300 * 12 + 300 * 40, "g")
    assert market.g_per_kwh == exact(15.6, "g/kWh")
    assert [each.subject for each in market.factors] == ["GO", "PPA", ""]
    assert all(each.used_for == "carbon_market_g" for each in market.factors)
    assert market.factors[-1].name == RESIDUAL_MIX
    assert market.gaps == ()


def test_an_interval_of_the_use_with_an_amount_in_kwh():
    market = market_based(Quantity(300, 1000, 1200, "kWh"), [certificate(kwh=400)], RESIDUAL)
    assert market.carbon_g == Quantity(0, 600 * 40, 800 * 40, "g")
    assert market.parts[0].kwh == Quantity(300, 400, 400, "kWh")
    assert market.uncovered_kwh == Quantity(0, 600, 800, "kWh")
    assert market.g_per_kwh == Quantity(0, 24, 800 * 40 / 1200, "g/kWh")


def test_what_a_supplier_delivers_is_the_rest():
    held = [certificate("supply", rate=90, kind="supplier"), certificate(kwh=400)]
    market = market_based(exact(1000, "kWh"), held)
    assert market.carbon_g == exact(600 * 90, "g")
    assert market.uncovered_kwh == exact(0, "kWh")
    again = [*held, certificate("other", rate=9, kind="supplier")]
    with pytest.raises(EstimatorError, match="'other' and 'supply' both cover the rest"):
        market_based(exact(1000, "kWh"), again)


def test_shares_that_add_up_to_all_leave_nothing_to_the_grid():
    held = [certificate(name, share=share) for name, share in (("a", 0.7), ("b", 0.2), ("c", 0.1))]
    market = market_based(exact(1000, "kWh"), held)
    assert market.carbon_g == exact(0, "g")
    assert market.uncovered_kwh == exact(0, "kWh")
    assert market.gaps == ()


def test_without_a_residual_mix_the_grid_stands_in_and_it_is_said():
    market = market_based(exact(10, "kWh"), [certificate(kwh=4)], None, GRID)
    assert market.carbon_g == exact(6 * 56, "g")
    (gap,) = market.gaps
    assert gap.what == RESIDUAL_MIX
    assert "no residual mix is known for FRA: 6 kWh" in gap.why
    assert market.factors[-1].name == GRID_INTENSITY
    assert market.factors[-1].used_for == "carbon_market_g"


def test_undeclared_is_not_none():
    market = market_based(exact(10, "kWh"), instruments([]), RESIDUAL, GRID)
    assert market.carbon_g is None
    assert market.g_per_kwh is None
    assert "none = true" in market.gaps[0].remedy
    declared = market_based(exact(10, "kWh"), instruments([{"none": True}]), RESIDUAL, GRID)
    assert declared.carbon_g == exact(400, "g")


def test_an_unknown_rest_is_a_gap():
    market = market_based(exact(10, "kWh"), [certificate(kwh=4)])
    assert market.carbon_g is None
    assert market.parts[0].kwh == exact(4, "kWh")
    assert "neither a residual mix nor a grid intensity" in market.gaps[0].why


def test_nothing_used_is_no_carbon_and_no_rate():
    market = market_based(exact(0, "kWh"), [certificate(kwh=4)], RESIDUAL)
    assert market.carbon_g == exact(0, "g")
    assert market.g_per_kwh is None
    unsure = market_based(Quantity(0, 0, 10, "kWh"), [certificate(kwh=4)], RESIDUAL)
    assert unsure.carbon_g == Quantity(0, 0, 6 * 40, "g")
    assert unsure.g_per_kwh is not None
    assert unsure.g_per_kwh.high == 24


def test_more_than_was_used_is_refused():
    held = [certificate("GO 2026", kwh=800), certificate("PPA", share=0.5, kind="contract")]
    with pytest.raises(EstimatorError) as error:
        market_based(exact(1000, "kWh"), held, RESIDUAL)
    assert str(error.value) == (
        "instruments cover 1300 kWh, 130 % of the 1000 kWh used: 'GO 2026' 800 kWh, "
        "'PPA' 500 kWh: give the part of each that belongs to this use"
    )


@pytest.mark.parametrize("use", [exact(-1, "kWh"), exact(1, "g")])
def test_no_use_of_energy(use):
    with pytest.raises(EstimatorError, match=r"give 0 or more|cannot convert g"):
        market_based(use, (), RESIDUAL)


def test_another_market_and_another_year_are_named():
    entry = {"name": "GO", "kind": "GO", "kwh": 1, "g_per_kwh": 0, "market": "NOR", "vintage": 2023}
    held = instruments([{**entry, "criteria": ALL}])
    market = market_based(
        exact(10, "kWh"),
        held,
        RESIDUAL,
        zone="FRA",
        since=date(2026, 1, 1),
        until=date(2026, 12, 31),
    )
    said = "\n".join(market.assumptions)
    assert "'GO' is of market NOR, the use is in FRA" in said
    assert "generated from 2023-01-01 to 2023-12-31, before the use" in said
    assert market.factors[0].vintage == 2023
    same = market_based(exact(10, "kWh"), held, RESIDUAL, zone="NOR", since=date(2023, 6, 1))
    assert len(same.assumptions) == 1
    region = market_based(exact(10, "kWh"), held, RESIDUAL, zone="NOR-NO2")
    assert len(region.assumptions) == 1
