"""Amounts: what adds up, and what makes a sum unknown."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.money import Money, MoneyRange, exact_money
from footprint.estimators.quantity import Quantity, exact
from footprint.reports.view import QUANTITIES, Amounts, added


def money(amount: str, currency: str = "USD") -> MoneyRange:
    return exact_money(Money(amount, currency))


def paid(part: str, amount: str, currency: str = "USD") -> Amounts:
    own = money(amount, currency)
    return Amounts(
        cost={currency: own},
        cost_usd=own.to_quantity() if currency == "USD" else None,
        cost_parts={part: {currency: own}},
    )


def test_nothing_adds_up_to_nothing_known() -> None:
    assert added([]) == Amounts()


def test_a_figure_that_one_part_lacks_is_not_known() -> None:
    known = Amounts(energy_j=exact(1, "J"), water_l=exact(2, "L"))
    found = added([known, Amounts(energy_j=exact(2, "J"))])
    assert found.energy_j == exact(3.0, "J")
    assert found.water_l is None


def test_parts_of_a_cost_add_up_by_name_and_currency() -> None:
    found = added([paid("rental", "0.1"), paid("rental", "0.2"), paid("electricity", "1", "EUR")])
    assert found.cost == {"EUR": money("1", "EUR"), "USD": money("0.3")}
    assert found.cost_parts == {
        "rental": {"USD": money("0.3")},
        "electricity": {"EUR": money("1", "EUR")},
    }
    assert found.cost_usd is None


def test_a_cost_that_one_part_lacks_is_not_known() -> None:
    found = added([paid("rental", "1"), Amounts()])
    assert (found.cost, found.cost_parts, found.cost_usd) == ({}, {}, None)


def test_for_one_of_many_money_is_divided_in_each_currency() -> None:
    whole = added([paid("rental", "3"), paid("electricity", "6", "EUR")])
    one = whole._replace(energy_j=Quantity(3, 6, 9, "J")).per(3)
    assert one.energy_j == Quantity(1, 2, 3, "J")
    assert one.cost == {"EUR": money("2", "EUR"), "USD": money("1")}
    assert paid("rental", "3").per(3).cost_usd == exact(1.0, "USD")
    assert one.cost_parts == {}


amounts = st.builds(
    lambda figures, cents: Amounts(
        **{
            name: None if figures[name] is None else exact(float(figures[name]), unit)
            for name, unit in QUANTITIES.items()
        },
        cost={} if cents is None else {"USD": money(str(Decimal(cents) / 100))},
    ),
    st.fixed_dictionaries({name: st.none() | st.integers(0, 10**6) for name in QUANTITIES}),
    st.none() | st.integers(0, 10**6),
)


@given(st.lists(amounts, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_does_not_matter_and_what_is_missing_stays_missing(
    parts: list[Amounts],
    rng,  # type: ignore[no-untyped-def]
) -> None:
    found = added(parts)
    shuffled = list(parts)
    rng.shuffle(shuffled)
    assert added(shuffled) == found
    for name in QUANTITIES:
        values = [getattr(each, name) for each in parts]
        if None in values:
            assert getattr(found, name) is None
        else:
            assert getattr(found, name).mid == sum(value.mid for value in values)
    assert bool(found.cost) == all(each.cost for each in parts)
    if found.cost:
        assert found.cost["USD"].mid == sum(each.cost["USD"].mid for each in parts)
