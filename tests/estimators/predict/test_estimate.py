"""A prediction priced: place, prices, hardware; what is missing has its gap."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from footprint.estimators.carbon import IT_ONLY
from footprint.estimators.contracts import contracts
from footprint.estimators.declared import declare
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import EMBODIED, GRID_INTENSITY, LIFETIME, Factor
from footprint.estimators.hardware.embodied import HOURS_PER_YEAR
from footprint.estimators.money import MoneyRange
from footprint.estimators.predict.estimate import (
    NO_DEVICE,
    SCHEMA,
    UNNAMED,
    DeviceTime,
    Prediction,
    estimate,
)
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import series
from footprint.estimators.sources import Query, Registry

ROOT = Path(__file__).resolve().parents[3]

PREDICTION = Prediction(
    kind="inference",
    inputs=(("gpu", "H100 SXM"),),
    it_energy_kwh=Quantity(8, 10, 20, "kWh"),
    duration_s=exact(3600, "s"),
    devices=(DeviceTime("H100 SXM", Quantity(1, 2, 4, "h")),),
    tokens=1e6,
    steps=("a step",),
)


def whats(gaps: tuple[Gap, ...]) -> list[str]:
    return [gap.what for gap in gaps]


def test_place_and_tariff_are_applied_to_the_facilitys_energy() -> None:
    declared = declare(pue=1.5, carbon_intensity=100, tariff="0.2")
    found = estimate(PREDICTION, declared)
    assert found.it_energy_kwh == Quantity(8, 10, 20, "kWh")
    assert found.energy_kwh == Quantity(12, 15, 30, "kWh")
    assert found.carbon_location_g == Quantity(1200, 1500, 3000, "g")
    assert found.energy_j_per_token == Quantity(43.2, 54, 108, "J")
    assert found.cost_usd is not None
    assert found.cost_usd.mid == pytest.approx(3.0)
    assert found.cost["USD"].mid == Decimal("3.00")
    assert [part.name for part in found.cost_parts] == ["electricity"]


def test_nothing_is_assumed_of_a_place_that_was_not_declared() -> None:
    found = estimate(PREDICTION)
    assert found.energy_kwh == PREDICTION.it_energy_kwh
    assert found.carbon_location_g is None
    assert found.water_l is None
    assert found.cost_usd is None
    assert found.cost == {}
    assert {"carbon_location_g", "water_l", "cost_usd"} <= set(whats(found.gaps))
    assert found.embodied_g is not None  # the device is named


def test_a_zone_brings_its_grid_and_its_water() -> None:
    found = estimate(PREDICTION, declare(zone="FRA", pue=1.2, wue=0.2))
    assert found.carbon_location_g is not None
    assert 12 * 20 < found.carbon_location_g.mid < 12 * 100
    assert found.water_l is not None
    assert found.water_l.mid > 10 * 0.2
    assert "water_l" not in whats(found.gaps)


def test_rental_is_paid_by_device_hour_and_no_tariff_beside_it() -> None:
    found = estimate(PREDICTION, declare(rental="2.50 EUR", tariff="0.2", carbon_intensity=1))
    assert found.cost == {"EUR": MoneyRange(*map(Decimal, ("2.50", "5.00", "10.00")), "EUR")}
    assert found.cost_usd is None
    assert [part.name for part in found.cost_parts] == ["rental"]
    assert "cost_usd" in whats(found.gaps)
    assert any("include electricity" in line for line in found.assumptions)


def test_a_dated_rate_of_the_users_brings_dollars() -> None:
    rates = [{"pair": "EUR/USD", "rate": "1.10", "date": "2026-09-01", "source": "ECB"}]
    own = contracts({"exchange": rates}, "factors.toml")
    found = estimate(PREDICTION, declare(rental="2.50 EUR"), contracts=own)
    assert list(found.cost) == ["EUR"]
    assert found.cost_usd == Quantity(2.75, 5.5, 11, "USD")
    assert "cost_usd" not in whats(found.gaps)


def test_embodied_carbon_goes_by_the_hours_that_devices_are_held() -> None:
    found = estimate(PREDICTION, declare(lifetime=5))
    hour_g = 1000 / (5 * HOURS_PER_YEAR)
    assert found.embodied_g is not None
    assert found.embodied_g.low == pytest.approx(1 * 164 * hour_g)
    assert found.embodied_g.high == pytest.approx(4 * 575 * hour_g)
    assert {EMBODIED, LIFETIME} <= {factor.name for factor in found.factors}


def test_devices_without_a_row_or_a_name_leave_a_gap() -> None:
    for subject in ("TPU v4", UNNAMED):
        held = PREDICTION._replace(devices=(DeviceTime(subject, exact(1, "h")),))
        found = estimate(held, declare(rental="2"))
        assert found.embodied_g is None
        assert "embodied_g" in whats(found.gaps)
        assert found.cost["USD"].mid == 2
    assert NO_DEVICE in found.gaps


def test_a_figure_is_null_if_and_only_if_a_gap_says_why() -> None:
    for prediction in (PREDICTION, PREDICTION._replace(devices=())):
        for declared in (
            declare(),
            declare(zone="FRA"),
            declare(tariff="0.2 EUR", carbon_intensity=5),
            declare(rental="2", pue=1.1, wue=1, zone="DEU"),
        ):
            document = estimate(prediction, declared).to_json()
            told = {gap["what"] for gap in document["gaps"]}
            null = {key for key, value in document.items() if value is None}
            assert null <= told
            assert told - null <= {"water_l"}  # it may lack a part


def test_the_document_is_json_of_the_schema() -> None:
    document = estimate(PREDICTION, declare(zone="FRA", tariff="0.2")).to_json()
    assert document == json.loads(json.dumps(document, allow_nan=False))
    assert document["schema"] == SCHEMA == "footprint.estimate/1"
    assert document["energy_kwh"] == {"low": 8, "mid": 10, "high": 20}
    assert set(document) >= {
        "energy_kwh",
        "energy_j_per_token",
        "carbon_location_g",
        "embodied_g",
        "water_l",
        "cost_usd",
        "duration_s",
        "factors",
        "assumptions",
        "gaps",
    }
    training = estimate(PREDICTION._replace(kind="training", tokens=None)).to_json()
    assert "energy_j_per_token" not in training


def test_inputs_say_what_was_declared_of_the_place() -> None:
    declared = declare(
        zone="FRA", carbon_intensity=50, pue=1.2, tariff="0.18 EUR", wue=0.2, lifetime=5
    )
    inputs = estimate(PREDICTION, declared).to_json()["inputs"]
    assert inputs == {
        "gpu": "H100 SXM",
        "zone": "FRA",
        "carbon_intensity_g_per_kwh": 50,
        "pue": 1.2,
        "tariff_per_kwh": "0.18 EUR",
        "wue_l_per_kwh": 0.2,
        "lifetime_years": 5,
    }
    assert json.loads(json.dumps(inputs)) == inputs
    for key, value in (("rental", "2.10"), ("instance", "p5.48xlarge")):
        (added,) = estimate(PREDICTION, declare(**{key: value})).inputs[1:]
        assert added in (("rental_per_device_hour", "2.10 USD"), ("instance", "p5.48xlarge"))


def test_without_a_pue_it_says_that_energy_is_of_it_equipment() -> None:
    assert IT_ONLY in estimate(PREDICTION).assumptions
    assert IT_ONLY not in estimate(PREDICTION, declare(pue=1.1)).assumptions
    assert "energy" in IT_ONLY


BANDS = [
    {"name": "peak", "price": 0.27, "hours": "06:00-22:00"},
    {"name": "off", "price": 0.17, "hours": "22:00-06:00"},
]
STEPS = [{"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T01:00:00Z", "price": 84.1}]


@pytest.mark.parametrize(
    "tariff",
    [
        {"timezone": "Europe/Paris", "currency": "EUR", "band": BANDS},
        {"currency": "EUR", "per": "MWh", "step": STEPS},
    ],
)
def test_a_tariff_that_changes_with_time_leaves_the_cost_alone_as_a_gap(tariff) -> None:
    own = contracts({"tariff": [tariff]}, "own.toml")
    found = estimate(PREDICTION, declare(pue=1.5, carbon_intensity=100), contracts=own)
    assert found.energy_kwh == Quantity(12, 15, 30, "kWh")
    assert found.carbon_location_g == Quantity(1200, 1500, 3000, "g")
    assert found.cost == {}
    (gap,) = (each for each in found.gaps if each.what == "cost_usd")
    assert "the tariff changes with time" in gap.why
    priced = estimate(PREDICTION, declare(tariff="0.2", pue=1.5), contracts=own)
    assert priced.cost["USD"].mid == 3  # the option's goes first


def test_a_series_is_its_mean_between_its_ends_and_says_over_which_time() -> None:
    day = 1_767_225_600 * 10**9  # 2026-01-01
    hour = 3600 * 10**9
    values = (20.0, 40.0, 90.0)
    rows = [(day + n * hour, day + (n + 1) * hour, each) for n, each in enumerate(values)]

    class Own:
        name = "own"

        def candidates(self, query: Query) -> list[Factor]:
            if query.name != GRID_INTENSITY:
                return []
            steps = series("own", rows, "g/kWh")
            return [Factor(GRID_INTENSITY, steps, "g/kWh", zone="FRA", source="RTE")]

    done = PREDICTION._replace(it_energy_kwh=exact(10, "kWh"))
    found = estimate(done, declare(zone="FRA", pue=1), Registry((Own(),)))
    assert found.carbon_location_g == Quantity(200, 500, 900, "g")
    (said,) = (line for line in found.assumptions if "changes with time" in line)
    assert "grid intensity of FRA" in said
    assert "3 values from 2026-01-01T00:00:00" in said
    assert "to 2026-01-01T03:00:00" in said


def test_contracts_are_no_matter_of_an_estimate() -> None:
    assert "carbon_market_g" not in whats(estimate(PREDICTION).gaps)


def test_negative_energy_is_refused() -> None:
    wrong = PREDICTION._replace(it_energy_kwh=Quantity(-1, 0, 1, "kWh"))
    with pytest.raises(EstimatorError, match="give 0 or more"):
        estimate(wrong)


def test_every_key_of_the_document_is_in_the_reference() -> None:
    page = (ROOT / "docs/reference/estimate.md").read_text(encoding="utf-8")
    document = estimate(PREDICTION, declare(tariff="0.2")).to_json()
    keys = [*document, *document["cost_parts"][0], *document["gaps"][0]]
    assert [key for key in keys if f"`{key}`" not in page] == []
