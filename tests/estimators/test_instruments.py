import tomllib
from datetime import date

import pytest

from footprint.estimators.errors import EstimatorError
from footprint.estimators.instruments import CRITERIA, instruments
from footprint.estimators.quantity import Quantity, exact

TOML = """
[[instrument]]
name = "GO 2026"
kind = "GO"
mwh = 2
g_per_kwh = 0
market = "FRA"
vintage = 2026
retired = true
source = "EECS 1234-5678"
[instrument.criteria]
emission_rate = true
unique_claim = true
vintage = true
same_market = true
supplier_net = "n/a"
claim_transfer = "n/a"
residual_mix = true

[[instrument]]
kind = "PPA"
share = 0.25
g_per_kwh = [8, 11, 15]
since = 2026-01-01
until = "2026-06-30"
"""
ONE = {"kind": "certificate", "kwh": 1, "g_per_kwh": 0}


def test_a_file():
    found = instruments(tomllib.loads(TOML)["instrument"])
    assert found is not None
    go, ppa = found
    assert (go.name, go.kind, go.kwh, go.g_per_kwh) == (
        "GO 2026",
        "certificate",
        2000.0,
        exact(0, "g/kWh"),
    )
    assert (go.since, go.until, go.market, go.source) == (
        date(2026, 1, 1),
        date(2026, 12, 31),
        "FRA",
        "EECS 1234-5678",
    )
    assert go.lacks == ()
    assert (ppa.name, ppa.kind, ppa.kwh, ppa.share) == ("instrument 2", "contract", None, 0.25)
    assert ppa.g_per_kwh == Quantity(8, 11, 15, "g/kWh")
    assert (ppa.since, ppa.until) == (date(2026, 1, 1), date(2026, 6, 30))


def test_what_is_not_answered_is_not_met():
    (found,) = instruments([ONE]) or ()
    assert len(found.lacks) == len(CRITERIA) == 8
    assert found.lacks[2] == "3 retirement (not answered)"


def test_not_retired():
    (found,) = instruments([{**ONE, "retired": False}]) or ()
    assert "3 retirement (answered no)" in found.lacks


def test_nothing_declared_and_none_declared():
    assert instruments([]) is None
    assert instruments([{"none": True}]) == ()


@pytest.mark.parametrize(
    ("given", "market"), [("fr", "FRA"), ("US-CA", "USA-CA"), ("AIB", "AIB"), ("", "")]
)
def test_a_market_is_a_zone_where_it_names_one(given, market):
    (found,) = instruments([{**ONE, "market": given}]) or ()
    assert found.market == market


def test_where_it_stands_opens_the_message():
    with pytest.raises(EstimatorError, match=r"^own.toml: instrument 2 \(GO\): kwh is missing"):
        instruments([ONE, {"name": "GO", "kind": "GO"}], "own.toml: instrument")


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([{"none": True}, ONE], "`none = true` stands alone"),
        ([{"none": False}], "`none = true` stands alone"),
        ([{**ONE, "name": "a"}, {**ONE, "name": "a"}], "instrument 'a' is there twice"),
        ([ONE, {**ONE, "kind": "offset"}], "instrument 2: kind is 'offset': give certificate"),
        ([{"kwh": 1, "g_per_kwh": 0}], "instrument 1: kind is missing"),
        ([{**ONE, "gperkwh": 0}], "key 'gperkwh' is not known: Did you mean g_per_kwh or kwh?"),
        ([{**ONE, "share": 0.5}], "kwh and share are both given: give one of"),
        ([{"kind": "PPA", "g_per_kwh": 0}], "kwh is missing: give one of kwh, mwh or share"),
        ([{"kind": "PPA", "share": 1.2, "g_per_kwh": 0}], "share is 1.2: give a number"),
        ([{**ONE, "kwh": -1}], "instrument 1: kwh is -1: give a number of facility energy"),
        ([{**ONE, "kwh": float("nan")}], "kwh is nan"),
        ([{**ONE, "kwh": True}], "kwh is True"),
        ([{"kind": "GO", "kwh": 1}], "g_per_kwh is missing"),
        ([{**ONE, "g_per_kwh": -3}], "g_per_kwh is -3"),
        ([{**ONE, "g_per_kwh": [3, 2, 1]}], "give finite numbers with low <= mid <= high"),
        ([{**ONE, "vintage": "2026"}], "vintage is '2026': give a year"),
        ([{**ONE, "vintage": 2026, "since": "2026-01-01"}], "give a year or a period"),
        ([{**ONE, "since": "2026-01-01"}], "give both since and until"),
        ([{**ONE, "since": "2026-02-01", "until": "2026-01-01"}], "is before since"),
        ([{**ONE, "since": "soon", "until": "2026-01-01"}], "since is 'soon': give a day"),
        ([{**ONE, "market": 3}], "instrument 1: market is 3: give a text such as FRA"),
        ([{**ONE, "name": 3}], "instrument 1: name is 3: give a text"),
        ([{**ONE, "criteria": "all"}], "criteria is 'all': give a table of answers"),
        ([{**ONE, "criteria": {"vintag": True}}], "Did you mean vintage?"),
        ([{**ONE, "criteria": {"vintage": "yes"}}], "vintage is 'yes': answer true or false"),
        ([{**ONE, "criteria": {"vintage": "n/a"}}], "vintage is 'n/a': answer true or false"),
        ([{**ONE, "retired": "yes"}], "retirement is 'yes': answer true or false"),
        ([{**ONE, "retired": True, "criteria": {"retirement": False}}], "differ: give one answer"),
    ],
)
def test_what_is_refused(tables, message):
    with pytest.raises(EstimatorError) as error:
        instruments(tables)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
