from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators import grid, standard
from footprint.estimators.carbon import IT_ONLY
from footprint.estimators.context import (
    NO_WHEN,
    NO_ZONE,
    Declared,
    Use,
    apply,
    declare,
    price,
    resolve,
)
from footprint.estimators.contracts import contracts
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import PUE, TARIFF, Factor
from footprint.estimators.money import Money
from footprint.estimators.quantity import Quantity, exact, total
from footprint.estimators.series import Series
from footprint.estimators.sources import Query, Registry


def test_nothing_declared_is_two_gaps_and_no_figure():
    priced = price(3.6e6, declare())
    assert priced.carbon_location_g is None
    assert priced.cost == {}
    assert priced.cost_usd is None
    assert priced.factors == ()
    assert priced.assumptions == ()
    remedies = {gap.what: gap.remedy for gap in priced.gaps}
    assert sorted(remedies) == [
        "carbon_location_g",
        "carbon_market_g",
        "cost_usd",
        "embodied_g",
        "water_l",
    ]
    assert "--zone" in remedies["carbon_location_g"]
    assert "--tariff" in remedies["cost_usd"]
    assert "--rental" in remedies["cost_usd"]


def test_everything_declared():
    priced = price(3.6e6, declare(zone="France", pue=1.2, tariff="0.18"))
    assert priced.carbon_location_g == exact(1, "kWh").times(exact(1.2, "1"), "kWh").times(
        exact(56.039, "g/kWh"), "g"
    )
    assert priced.cost["USD"].mid == Decimal("0.216")
    assert priced.cost_usd == exact(0.216, "USD")
    assert not {gap.what for gap in priced.gaps} & {"carbon_location_g", "cost_usd"}
    assert priced.assumptions == (grid.ANNUAL_MEAN,)
    assert [f.name for f in priced.factors] == [
        "grid intensity",
        "PUE",
        "electricity tariff",
        "water intensity",
    ]


def test_without_a_pue_the_figure_says_it_is_it_energy_only():
    priced = price(exact(433_196, "kWh"), declare(carbon_intensity=57))
    assert priced.carbon_location_g.to("t").mid == pytest.approx(24.69, abs=0.005)
    assert IT_ONLY in priced.assumptions
    assert "--pue" in IT_ONLY


def test_a_given_intensity_wins_over_the_zone_which_only_names_the_place():
    declared = declare(zone="DEU", carbon_intensity="57", origin="the command line")
    factor = resolve(declared).factors[0]
    assert (factor.value.mid, factor.zone, factor.source) == (57.0, "DEU", "given")
    assert factor.why == "given: the command line"
    assert factor.vintage is None


def test_an_intensity_that_looks_like_kg_is_taken_and_questioned():
    (note, _) = resolve(declare(carbon_intensity=0.385)).assumptions
    assert note.startswith("carbon intensity of 0.385 g/kWh")
    assert "kg/kWh" in note


def test_a_zone_without_a_figure_is_a_gap():
    gap = resolve(declare(zone="Monaco")).gaps[0]
    assert gap.what == "carbon_location_g"
    assert "Monaco (MCO)" in gap.why
    assert "--carbon-intensity" in gap.remedy


def test_another_currency_is_not_converted():
    priced = price(3.6e6, declare(tariff="0.25 EUR"))
    assert priced.cost["EUR"].mid == Decimal("0.25")
    assert priced.cost_usd is None
    assert "EUR" in {gap.what: gap.why for gap in priced.gaps}["cost_usd"]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"zone": "Frnace"}, "Did you mean France"),
        ({"pue": 0.9}, r"^pue is 0\.9: .*from 1 to 5"),
        ({"carbon_intensity": "lots"}, r"^carbon_intensity is 'lots'"),
        ({"tariff": True}, "^tariff is True: give an amount of USD"),
        ({"tariff": "cheap"}, "^tariff is 'cheap': give an amount"),
    ],
)
def test_settings_are_checked_where_they_enter(settings, text):
    with pytest.raises(EstimatorError, match=text):
        declare(**settings)


def test_empty_settings_are_not_given():
    assert declare(zone="", pue="", tariff="", carbon_intensity="", origin="x") == Declared()


def test_an_unknown_region_is_refused_when_it_is_looked_up():
    with pytest.raises(EstimatorError, match="has no grid intensity of its own"):
        resolve(declare(zone="FRA-75"))


@pytest.mark.parametrize("energy", [-1.0, exact(-1, "kWh"), Quantity(-1, 0, 1, "J")])
def test_negative_energy_is_refused(energy):
    with pytest.raises(EstimatorError, match=r"energy is -1\.0 to .*: give 0 or more"):
        price(energy, declare())


@pytest.mark.parametrize("energy", [exact(1, "g"), float("nan"), True, "x"])
def test_what_is_not_an_energy_is_refused(energy):
    with pytest.raises(EstimatorError):
        price(energy, declare())


def test_the_reader_on_a_laptop_does_not_price_the_cluster():
    run = declare(zone="USA-IA", pue=1.1, origin="the run's context")
    laptop = declare(zone="FRA", pue=1.0, tariff="0.18 EUR", origin="pyproject.toml")
    declared = run.over(laptop)
    assert (declared.zone, declared.pue) == ("USA-IA", 1.1)
    assert declared.tariff_per_kwh == Money("0.18", "EUR")
    whys = [factor.why for factor in resolve(declared).factors[:3]]
    assert [why.rsplit(": ", 1)[-1] for why in whys] == [
        "the run's context",
        "the run's context",
        "pyproject.toml",
    ]


def test_zone_and_intensity_come_from_one_place():
    run = declare(carbon_intensity=57, zone="FRA")
    assert declare(zone="POL").over(run).carbon_intensity_g_per_kwh is None
    assert declare(carbon_intensity=20).over(run).zone is None
    assert declare().over(run) == run


settings = st.builds(
    declare,
    zone=st.sampled_from([None, "FRA", "USA-CA", "MCO"]),
    carbon_intensity=st.sampled_from([None, 57, 400]),
    pue=st.sampled_from([None, 1.0, 1.2]),
    tariff=st.sampled_from([None, "0.18", "0.2 EUR"]),
    origin=st.sampled_from(["", "here"]),
)


@given(settings, settings, settings)
def test_precedence_is_associative(a, b, c):
    assert a.over(b).over(c) == a.over(b.over(c))


@given(settings, st.lists(st.floats(0, 1e12), min_size=1, max_size=6))
def test_pricing_the_sum_is_summing_the_prices(declared, joules):
    factors = resolve(declared)
    whole = apply(factors, total([exact(j, "J") for j in joules], "J"))
    parts = [apply(factors, j) for j in joules]
    if whole.carbon_location_g is not None:
        grams = total([p.carbon_location_g for p in parts], "g")
        assert grams.mid == pytest.approx(whole.carbon_location_g.mid, rel=1e-12, abs=1e-300)
    for currency, amount in whole.cost.items():
        cost = sum(float(p.cost[currency].mid) for p in parts)
        assert cost == pytest.approx(float(amount.mid), rel=1e-9, abs=1e-300)


@given(settings)
def test_every_missing_figure_has_its_gap(declared):
    priced = price(1.0, declared)
    missing = {gap.what for gap in priced.gaps}
    assert ("carbon_location_g" in missing) == (priced.carbon_location_g is None)
    assert ("cost_usd" in missing) == (priced.cost_usd is None)


def own(*factors: Factor) -> Registry:
    """A registry of factors that hold everywhere, and of what is shipped."""

    class Own:
        name = "own"

        def candidates(self, query: Query) -> list[Factor]:
            return [each for each in factors if each.name == query.name and not query.subject]

    return Registry([Own(), *standard.sources()])


def test_what_holds_everywhere_needs_no_zone():
    registry = own(Factor(PUE, exact(1.3, "1"), "1"), Factor(TARIFF, Decimal("0.2"), "EUR/kWh"))
    found = resolve(declare(), registry)
    assert found.pue.value == exact(1.3, "1")
    assert [each.value for each in found.tariff] == [Decimal("0.2")]
    assert NO_ZONE in found.gaps


def test_a_tariff_of_another_currency_does_not_fill_holes():
    hour = 3600 * 10**9
    euros = Series([0], [hour], [Decimal("0.2")], "EUR/kWh")
    dollars = Factor(TARIFF, Decimal("0.3"), "USD/kWh", source="other")
    registry = own(Factor(TARIFF, euros, "EUR/kWh", source="own"), dollars)
    found = resolve(declare(), registry, since_ns=0, until_ns=2 * hour)
    assert [each.unit for each in found.tariff] == ["EUR/kWh"]
    assert any("of another currency" in note for note in found.assumptions)
    assert apply(found, Use(exact(1, "kWh"), {0: 1})).cost["EUR"].mid == Decimal("0.2")
    assert apply(found, Use(exact(1, "kWh"), {0: 1, hour: 1})).cost == {}


BANDS = {
    "currency": "EUR",
    "timezone": "UTC",
    "band": [{"hours": "00:00-12:00", "price": "0.1"}, {"hours": "12:00-24:00", "price": "0.3"}],
}


def test_a_tariff_by_the_hour_needs_to_know_when():
    agreed = contracts({"tariff": [BANDS]}, "f")
    assert NO_WHEN in resolve(declare(), contracts=agreed).gaps
    found = resolve(declare(), since_ns=0, until_ns=86_400 * 10**9, contracts=agreed)
    assert NO_WHEN not in found.gaps
    noon = 12 * 3600 * 10**9
    use = Use(exact(1, "kWh"), {0: 1, noon: 3})
    assert apply(found, use).cost["EUR"].mid == Decimal("0.25")


def test_a_declared_tariff_goes_before_the_files():
    agreed = contracts({"tariff": [{"price": "0.5 EUR"}]}, "f")
    assert price_of(resolve(declare(tariff="0.1 EUR"), contracts=agreed)) == Decimal("0.1")
    assert price_of(resolve(declare(), contracts=agreed)) == Decimal("0.5")


def price_of(found):
    return apply(found, exact(1, "kWh")).cost["EUR"].mid


@given(settings, settings)
def test_what_is_taken_out_is_found_below(a, b):
    left = a.without({"pue", "tariff"})
    assert (left.pue, left.tariff_per_kwh) == (None, None)
    assert (left.zone, left.carbon_intensity_g_per_kwh) == (a.zone, a.carbon_intensity_g_per_kwh)
    assert left.over(b).pue == b.pue
    assert left.origin("pue") == ""
    assert a.without(set()) == a
