import json
from decimal import Decimal

from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity, exact


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
