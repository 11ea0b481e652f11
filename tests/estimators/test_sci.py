"""Software Carbon Intensity: a rate, location-based, with its functional unit and exclusions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.carbon import intensity_factor, pue_factor
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import RESIDUAL_MIX, Factor
from footprint.estimators.hardware.embodied import HOURS_PER_YEAR, embodied_g
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.sci import NO_FACILITY, sci, scored

GRID = intensity_factor(500, "", "given")
AMOUNT = st.floats(0, 1e9)


def score(**change: Any) -> Any:
    arguments: dict[str, Any] = {
        "energy": exact(2, "kWh"),
        "intensity": GRID,
        "embodied_g": exact(200, "g"),
        "functional_unit": "prompt",
        "units": 100,
        "exclusions": ("network",),
    }
    return sci(**arguments | change)


def test_operational_and_embodied_per_functional_unit() -> None:
    found = score()
    assert found.operational_g == exact(1000, "g")
    assert found.g_per_unit.mid == 12.0
    assert found.functional_unit == "prompt"
    assert found.exclusions == ("network", NO_FACILITY)
    assert found.to_json()["sci_g"] == {"low": 12.0, "mid": 12.0, "high": 12.0}
    assert found.to_json()["exclusions"] == ["network", NO_FACILITY]


def test_with_a_pue_the_facility_is_in_it() -> None:
    found = score(pue=pue_factor(1.5, "given"), exclusions=())
    assert found.operational_g.mid == 1500
    assert found.exclusions == ()
    assert [factor.name for factor in found.factors] == ["grid intensity", "PUE"]


def test_m_of_a_server_hour() -> None:
    made = embodied_g(exact(1000, "kg"), 3600, exact(4 * HOURS_PER_YEAR, "h"))
    found = score(energy=exact(0, "kWh"), embodied_g=made, units=1, functional_unit="hour")
    assert found.g_per_unit.mid == pytest.approx(28.5, abs=0.03)


@given(kwh=AMOUNT, made=AMOUNT, units=st.floats(1e-3, 1e9))
def test_the_score_times_its_units_is_the_total(kwh: float, made: float, units: float) -> None:
    found = score(energy=exact(kwh, "kWh"), embodied_g=exact(made, "g"), units=units)
    assert found.g_per_unit.mid * units == pytest.approx(kwh * 500 + made, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"intensity": Factor(RESIDUAL_MIX, exact(0, "g/kWh"), "g/kWh")},
            "location-based grid intensity, not a residual mix",
        ),
        (
            {"intensity": Factor("market-based intensity", exact(0, "g/kWh"), "g/kWh")},
            "certificates and contracts do not count",
        ),
        ({"embodied_g": Quantity(-100, -100, -100, "g")}, "offsets and removals do not count"),
        ({"energy": Quantity(-1, 0, 1, "kWh")}, "offsets and removals do not count"),
        ({"functional_unit": " "}, "functional unit is ' ': name it"),
        ({"functional_unit": None}, "functional unit is None"),
        ({"units": 0}, "units is 0"),
        ({"units": -3}, "units is -3"),
        ({"units": True}, "units is True"),
        ({"exclusions": "network"}, "exclusions is one text"),
        ({"energy": exact(1, "g")}, "cannot convert g"),
        ({"embodied_g": exact(1, "kWh")}, "cannot convert kWh"),
        ({"pue": GRID}, "pue is a factor 'grid intensity'"),
    ],
)
def test_what_is_no_sci_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(EstimatorError, match=said):
        score(**change)


def test_an_operational_figure_that_is_known_already():
    found = scored(exact(3.0, "g"), exact(1.0, "g"), "prompt", 4)
    assert found.g_per_unit == exact(1.0, "g")
    assert (found.operational_g, found.embodied_g) == (exact(3.0, "g"), exact(1.0, "g"))
    with pytest.raises(EstimatorError, match="offsets"):
        scored(exact(-1.0, "g"), exact(1.0, "g"), "prompt", 4)
    with pytest.raises(EstimatorError, match="one text"):
        scored(exact(1.0, "g"), exact(1.0, "g"), "prompt", 4, "cooling")
