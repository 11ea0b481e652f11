import json
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import NAMES, Factor, restored, stored
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import Series, series

UNIT = "g/kWh"
PINNED = "7872b7491633056e8d0e4dcb0a8bd798ddc2f874b771b3400b497b5c3c59f4c4"
numbers = st.floats(-1e12, 1e12)
prices = st.decimals(allow_nan=False, allow_infinity=False)


@st.composite
def some_steps(draw: st.DrawFn) -> Series:
    values = draw(
        st.lists(numbers, min_size=1, max_size=5) | st.lists(prices, min_size=1, max_size=5)
    )
    at, rows = draw(st.integers(0, 2**60)), []
    for value in values:
        width = draw(st.integers(1, 10**15))
        rows.append((at, at + width, value))
        at += width + draw(st.sampled_from([0, 7]))
    return series("test", rows, UNIT, low=-1e400)


values = (
    st.lists(numbers, min_size=3, max_size=3).map(lambda three: Quantity(*sorted(three), UNIT))
    | prices
    | some_steps()
)
words = st.text(max_size=12)
factors = st.builds(
    Factor,
    name=st.sampled_from(NAMES),
    value=values,
    unit=st.just(UNIT),
    zone=words,
    source=words,
    version=words,
    vintage=st.none() | st.integers(1990, 2100),
    license=words,
    used_for=words,
    why=words,
    subject=words,
    retrieved=words,
)


@given(factors)
def test_what_is_stored_comes_back(factor):
    kept = json.loads(json.dumps(stored(factor)))
    back = restored(kept)
    assert back == factor
    assert back.digest == factor.digest
    assert stored(back) == stored(factor)  # digits of a Decimal too: 0.10 stays 0.10


@given(factors, words, words)
def test_a_digest_is_of_what_is_stated_not_of_its_use(factor, used_for, why):
    assert factor._replace(used_for=used_for, why=why).digest == factor.digest


@given(factors, factors)
def test_other_factors_have_other_digests(one, other):
    stated = [{**stored(each), "used_for": "", "why": ""} for each in (one, other)]
    assert (one.digest == other.digest) == (stated[0] == stated[1])


def test_digests_are_the_same_in_every_process_and_version():
    """Pinned: a ledger names factors by these."""
    code = (
        "from decimal import Decimal; from footprint.estimators.factors import Factor\n"
        "print(Factor('electricity tariff', Decimal('0.18'), 'EUR/kWh', zone='FRA').digest)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    factor = Factor("electricity tariff", Decimal("0.18"), "EUR/kWh", zone="FRA")
    assert out.stdout.strip() == factor.digest == PINNED


@given(some_steps())
def test_a_series_is_shown_by_its_range_and_its_mean_by_time(steps):
    whole = Factor("grid intensity", steps, UNIT).quantity
    assert whole.low == min(map(float, steps.values))
    assert whole.high == max(map(float, steps.values))
    entry = Factor("grid intensity", steps, UNIT).to_json()
    assert entry["series"]["steps"] == len(steps)


def test_the_mean_of_a_series_is_by_time():
    steps = series("grid", [(0, 10, 100.0), (10, 40, 20.0)], UNIT)
    assert Factor("grid intensity", steps, UNIT).quantity == Quantity(20, 40, 100, UNIT)


def test_an_empty_series_has_no_value():
    with pytest.raises(EstimatorError, match="holds no values"):
        _ = Factor("grid intensity", Series((), (), (), UNIT), UNIT).quantity


@pytest.mark.parametrize(
    "change",
    [
        {"value": {"quantity": [3, 2, 1]}},
        {"value": {"quantity": [1, 2]}},
        {"value": {"decimal": "NaN"}},
        {"value": {"decimal": "cheap"}},
        {"value": {"series": [[0, 10]]}},
        {"value": {"series": [[0, 10, 1.0], [5, 15, 2.0]]}},
        {"value": {"series": [[0.5, 10, 1.0]]}},
        {"value": {"decimals": [[0, 10, "x"]]}},
        {"value": {"guess": 3}},
        {"value": {}},
        {"value": 3},
        {"colour": "green"},
    ],
)
def test_a_stored_factor_that_was_changed_is_refused(change):
    with pytest.raises(EstimatorError) as error:
        restored({**stored(Factor("PUE", exact(1.2, "1"), "1")), **change})
    assert "\n" not in str(error.value)


def test_an_entry_of_the_report():
    factor = Factor(
        name="grid intensity",
        value=exact(56.039, "g/kWh"),
        unit="g/kWh",
        zone="FRA",
        source="table",
        version="3.3.2",
        vintage=2023,
        license="MIT",
        used_for="carbon_location_g",
        why="declared",
    )
    assert factor.to_json() == {
        "name": "grid intensity",
        "value": 56.039,
        "unit": "g/kWh",
        "zone": "FRA",
        "source": "table",
        "version": "3.3.2",
        "vintage": 2023,
        "license": "MIT",
        "retrieved": None,
        "digest": factor.digest,
        "used_for": "carbon_location_g",
        "why": "declared",
    }


def test_a_range_shows_its_bounds():
    entry = Factor("idle share", Quantity(0.1, 0.2, 0.4, "1"), "1").to_json()
    assert (entry["low"], entry["value"], entry["high"]) == (0.1, 0.2, 0.4)


def test_a_price_is_a_json_number_and_given_has_no_version():
    entry = json.loads(json.dumps(Factor("tariff", Decimal("0.18"), "EUR/kWh").to_json()))
    assert entry["value"] == 0.18
    assert entry["source"] == "given"
    assert entry["version"] is entry["vintage"] is entry["license"] is entry["zone"] is None


def test_a_gap():
    gap = Gap("cost_usd", "no tariff", "give one")
    assert gap.to_json() == {"what": "cost_usd", "why": "no tariff", "remedy": "give one"}
