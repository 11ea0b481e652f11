"""Published figures that are chips x hours x watts x PUE x intensity, and the laws of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.carbon import (
    checked_intensity_g_per_kwh,
    checked_pue,
    facility_kwh,
    operational_g,
)
from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import convert


def energy(gpu_hours: float, watts: float) -> Quantity:
    return exact(gpu_hours * watts, "Wh")


@pytest.mark.parametrize(
    ("watts", "chips", "days", "pue", "mwh", "kg_per_kwh", "tonnes"),
    [
        (208, 200, 6.8, 1.10, 7.5, 0.431, 3.2),
        (310, 512, 20, 1.12, 85.7, 0.545, 46.7),
        (245, 1024, 27, 1.10, 179, 0.403, 72.2),
        (330, 10_000, 14.8, 1.10, 1_287, 0.429, 552.1),
    ],
    ids=["Evolved NAS", "T5", "Switch", "GPT-3"],
)
def test_patterson_2021_table_4(watts, chips, days, pue, mwh, kg_per_kwh, tonnes):
    used = energy(chips * days * 24, watts)
    shared = exact(pue, "1")
    assert facility_kwh(used, shared).to("MWh").mid == pytest.approx(mwh, rel=0.008)
    grams = operational_g(used, exact(convert(kg_per_kwh, "kg/kWh", "g/kWh"), "g/kWh"), shared)
    # Tonnes are printed to two digits for the smallest model.
    assert grams.to("t").mid == pytest.approx(tonnes, rel=0.02)


@pytest.mark.parametrize(
    ("hours", "mwh", "tonnes"), [(82_432, 36, 14), (530_432, 233, 90), (1_022_362, 449, 173)]
)
def test_llama_1_table_15(hours, mwh, tonnes):
    used = energy(hours, 400)
    assert facility_kwh(used, exact(1.1, "1")).to("MWh").mid == pytest.approx(mwh, abs=1)
    grams = operational_g(used, exact(385, "g/kWh"), exact(1.1, "1"))
    assert grams.to("t").mid == pytest.approx(tonnes, abs=1)


def test_bloom():
    used = energy(1_082_990, 400)
    assert used.to("kWh").mid == pytest.approx(433_196, abs=0.5)
    assert operational_g(used, exact(57, "g/kWh")).to("t").mid == pytest.approx(24.69, abs=0.005)
    with_pue = operational_g(used, exact(57, "g/kWh"), exact(1.2, "1"))
    assert with_pue.to("t").mid == pytest.approx(29.6, abs=0.05)
    idle = operational_g(exact(256_646, "kWh"), exact(57, "g/kWh"))
    assert idle.to("t").mid == pytest.approx(14.6, abs=0.05)


@pytest.mark.parametrize(
    ("hours", "watts", "tonnes"),
    [(184_320, 400, 31.22), (1_720_320, 400, 291.42)],
    ids=["Llama 2 7B", "Llama 2 70B"],
)
def test_llama_2_cards_share_one_factor(hours, watts, tonnes):
    """The card gives no PUE nor intensity; both rows come to the same kg per kWh of GPUs."""
    per_kwh = tonnes * 1e6 / energy(hours, watts).to("kWh").mid
    assert per_kwh == pytest.approx(423.4, abs=0.1)
    assert operational_g(energy(hours, watts), exact(per_kwh, "g/kWh")).to("t").mid == (
        pytest.approx(tonnes)
    )


@given(st.floats(0, 1e15), st.floats(0, 5000), st.floats(1, 5), st.floats(0, 1), st.floats(1, 2))
def test_linear_and_never_below_it_energy(joules, intensity, pue, down, up):
    used = Quantity(joules * down, joules, joules * up, "J")
    grid, overhead = exact(intensity, "g/kWh"), exact(pue, "1")
    it, facility = operational_g(used, grid), operational_g(used, grid, overhead)
    assert facility.mid >= it.mid
    assert facility.mid == pytest.approx(joules / 3.6e6 * pue * intensity, rel=1e-12)
    assert facility.low <= facility.mid <= facility.high
    assert operational_g(used * 2, grid).mid == pytest.approx(2 * it.mid)


@pytest.mark.parametrize("value", [0.99, 0, -1, 5.01, 120, "x", True, float("nan"), None])
def test_pue_is_from_1_to_5(value):
    with pytest.raises(EstimatorError, match=r"--pue is .*facility energy per IT .*from 1 to 5"):
        checked_pue("--pue", value)
    assert checked_pue("--pue", "1") == 1.0


@pytest.mark.parametrize("value", [-1, 5_001, "x", True, float("inf"), None])
def test_intensity_is_from_0_to_5000(value):
    with pytest.raises(EstimatorError, match=r"is .*g CO2e per kWh from 0 to 5000"):
        checked_intensity_g_per_kwh("--carbon-intensity", value)
    assert checked_intensity_g_per_kwh("--carbon-intensity", "57") == 57.0
