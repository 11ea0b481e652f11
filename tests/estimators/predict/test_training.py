"""Training before a run, against what was published of runs."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.declared import declare
from footprint.estimators.errors import EstimatorError
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.predict.estimate import Estimate, estimate
from footprint.estimators.predict.training import training
from footprint.estimators.predict.training_power import POWER_SHARE, named_power
from footprint.estimators.predict.training_size import MFU, training_flops
from footprint.estimators.quantity import Quantity


class Row(NamedTuple):
    """A published training: device-hours, watts, PUE, MWh, kg CO2e/kWh, t CO2e."""

    name: str
    hours: float
    watts: float
    pue: float | None
    mwh: float | None
    kg_per_kwh: float | None = None
    tonnes: float | None = None


#: Patterson et al. 2021, arXiv:2104.10350, Table 4: chips x days x 24, measured watts.
PATTERSON = [
    Row("Evolved Transformer NAS", 200 * 6.8 * 24, 208, 1.10, 7.5, 0.431, 3.2),
    Row("T5", 512 * 20 * 24, 310, 1.12, 85.7, 0.545, 46.7),
    Row("Switch, gross", 1024 * 27 * 24, 245, 1.10, 179, 0.403, 72.2),
    Row("Switch, net", 1024 * 27 * 24, 245, 1.10, 179, 0.330, 59.1),
    Row("GPT-3", 10_000 * 14.8 * 24, 330, 1.10, 1287, 0.429, 552.1),
]

#: Touvron et al. 2023, arXiv:2302.13971, Table 15: TDP of 400 W.
LLAMA_1 = [
    Row("LLaMA 7B", 82_432, 400, 1.1, 36, 0.385, 14),
    Row("LLaMA 33B", 530_432, 400, 1.1, 233, 0.385, 90),
    Row("LLaMA 65B", 1_022_362, 400, 1.1, 449, 0.385, 173),
]

#: Luccioni et al. 2022, arXiv:2211.02001: A100 at 400 W.
BLOOM = [
    Row("BLOOM", 1_082_990, 400, None, 433.196, 0.057, 24.69),
    Row("BLOOM, PUE 1.2", 1_082_990, 400, 1.2, 433.196 * 1.2, 0.057, 29.6),
]

#: Meta's model cards: TDP, no intensity stated, location-based tonnes.
META = [
    Row("Llama 2 7B", 184_320, 400, None, None, None, 31.22),
    Row("Llama 2 70B", 1_720_320, 400, None, None, None, 291.42),
    Row("Llama 3 8B", 1.3e6, 700, None, None, None, 390),
    Row("Llama 3 70B", 6.4e6, 700, None, None, None, 1_900),
    Row("Llama 3.1 8B", 1.46e6, 700, None, None, None, 420),
    Row("Llama 3.1 70B", 7.0e6, 700, None, None, None, 2_040),
    Row("Llama 3.1 405B", 30.84e6, 700, None, None, None, 8_930),
]


def of(row: Row, **more: Any) -> Estimate:
    intensity = None if row.kg_per_kwh is None else row.kg_per_kwh * 1000
    declared = declare(pue=row.pue, carbon_intensity=intensity, **more)
    return estimate(training(gpu_hours=row.hours, watts=row.watts), declared)


@pytest.mark.parametrize("row", [*PATTERSON, *LLAMA_1, *BLOOM], ids=lambda row: row.name)
def test_published_energy_and_carbon_within_1_percent(row: Row) -> None:
    found = of(row)
    assert found.energy_kwh is not None
    assert found.carbon_location_g is not None
    assert found.energy_kwh.mid == pytest.approx(row.mwh * 1000, rel=0.01)  # type: ignore[operator]
    assert found.carbon_location_g.mid == pytest.approx(row.tonnes * 1e6, rel=0.01)  # type: ignore[operator]
    assert found.energy_kwh.low == found.energy_kwh.high, "all of it was given"


@pytest.mark.parametrize("row", META, ids=lambda row: row.name)
def test_metas_cards_imply_one_intensity(row: Row) -> None:
    energy = of(row).energy_kwh
    assert energy is not None
    assert energy.mid == pytest.approx(row.hours * row.watts / 1000, rel=1e-12)
    assert 0.411 <= round(row.tonnes * 1000 / energy.mid, 3) <= 0.429  # type: ignore[operator]


def test_blooms_sum_of_dynamic_idle_and_embodied() -> None:
    """24.69 t of training, 14.6 t of 256,646 kWh idle, 11.2 t embodied: 50.5 t."""
    idle = estimate(training(gpu_hours=256_646, watts=1000), declare(carbon_intensity=57))
    assert idle.carbon_location_g is not None
    training_g = of(BLOOM[0]).carbon_location_g
    assert training_g is not None
    assert idle.carbon_location_g.mid / 1e6 == pytest.approx(14.6, rel=0.01)
    total = training_g.mid + idle.carbon_location_g.mid + 11.2e6
    assert total / 1e6 == pytest.approx(50.5, rel=0.01)


def test_deepseeks_rental_is_exact() -> None:
    found = estimate(training(gpu_hours=2.788e6, gpu="H800"), declare(rental="2"))
    assert found.cost_usd is not None
    assert (found.cost_usd.low, found.cost_usd.mid, found.cost_usd.high) == (5_576_000,) * 3
    assert [part.name for part in found.cost_parts] == ["rental"]


# --- from FLOPs, and from parameters and tokens


def test_flops_of_parameters_and_tokens() -> None:
    assert training_flops(175e9, 300e9) == 3.15e23  # GPT-3: 3.14e23, Brown et al. 2020, Table D.1
    assert training_flops(671e9, 14.8e12, 37e9) == 6 * 37e9 * 14.8e12


def test_flops_become_device_hours() -> None:
    found = training(flops=989e12 * 0.5 * 3600 * 8, gpu="H100 SXM", mfu=0.5, watts=500, gpus=4)
    assert found.devices[0].hours.mid == pytest.approx(8)
    assert found.it_energy_kwh is not None
    assert found.it_energy_kwh.mid == pytest.approx(4)
    assert found.duration_s is not None
    assert found.duration_s.mid == pytest.approx(2 * 3600)


def test_llama_3_1_405b_from_its_size() -> None:
    """15.6 T tokens on H100 at 38 to 43 % MFU: 30.84 M GPU-hours at 700 W, as published.

    Grattafiori et al. 2024: what the MFU leaves out (restarts, long contexts) is in the hours.
    """
    found = estimate(training(params=405e9, tokens=15.6e12, gpu="H100"))
    assert found.energy_kwh is not None
    published = 30.84e6 * 0.7
    assert found.energy_kwh.low < published < found.energy_kwh.high
    assert published / 1.5 < found.energy_kwh.mid < published * 1.5


def test_olmo_3_is_inside_the_interval() -> None:
    """146 MWh of 234,000 H100-hours, and 681 of 1.05 M, as Ai2 reported."""
    for hours, mwh in ((234_000, 146), (1.05e6, 681)):
        energy = training(gpu_hours=hours, gpu="H100").it_energy_kwh
        assert energy is not None
        assert energy.low < mwh * 1000 < energy.high
        assert energy.mid == pytest.approx(mwh * 1000, rel=0.05)


# --- what is assumed, and said


def test_a_named_device_draws_a_published_share_of_its_design_power() -> None:
    found = estimate(training(gpu="A100-SXM4-80GB", gpus=8, hours=100))
    assert found.it_energy_kwh is not None
    share = POWER_SHARE.quantity
    at_tdp = 8 * 100 * 0.4
    assert found.it_energy_kwh.high == pytest.approx(at_tdp)
    assert found.it_energy_kwh.mid == pytest.approx(at_tdp * share.mid)
    assert found.it_energy_kwh.low == pytest.approx(at_tdp * share.low)
    assert any("--watts 400" in line for line in found.assumptions)
    assert POWER_SHARE in found.factors
    assert found.duration_s is not None
    assert found.duration_s.mid == 360_000
    assert found.embodied_g is not None


def test_a_measured_power_wins_over_a_share_of_tdp() -> None:
    watts = named_power(accelerator("TPU v3")).watts
    assert watts == Quantity(245, 288.5, 310, "W")
    found = training(gpu="TPU v3", gpus=1024, hours=24)
    assert any("what was measured of its kind" in line for line in found.assumptions)


def test_given_watts_win_over_the_device() -> None:
    found = training(gpu="H100", gpu_hours=1000, watts=650)
    assert found.it_energy_kwh == Quantity(650, 650, 650, "kWh")
    assert POWER_SHARE not in found.factors


def test_an_mfu_that_is_not_given_is_a_published_range() -> None:
    ranged = training(flops=1e24, gpu="H100", watts=700)
    assert ranged.it_energy_kwh is not None
    low, mid, high = (
        training(flops=1e24, gpu="H100", watts=700, mfu=mfu).it_energy_kwh
        for mfu in (MFU.quantity.high, MFU.quantity.mid, MFU.quantity.low)
    )
    assert low is not None
    assert mid is not None
    assert high is not None
    assert (ranged.it_energy_kwh.low, ranged.it_energy_kwh.mid, ranged.it_energy_kwh.high) == (
        low.mid,
        mid.mid,
        high.mid,
    )
    assert any("no MFU was given" in line for line in ranged.assumptions)
    both = training(flops=1e24, gpu="H100")
    assert any("as if they came together" in line for line in both.assumptions)


def test_the_servers_share_is_a_stated_exclusion_or_a_factor() -> None:
    without = training(gpu_hours=1000, watts=500)
    with_it = training(gpu_hours=1000, watts=500, overhead=1.4)
    assert any("--overhead" in line for line in without.assumptions)
    assert with_it.it_energy_kwh is not None
    assert with_it.it_energy_kwh.mid == pytest.approx(700)
    assert any("energy covers the servers" in line for line in with_it.assumptions)


def test_a_short_name_says_which_board_was_taken() -> None:
    found = training(gpu="A100", gpu_hours=1)
    assert any("A100 is taken to be A100 SXM 80GB" in line for line in found.assumptions)


def test_what_6nd_leaves_out_is_said() -> None:
    found = training(params=7e9, tokens=2e12, gpu="A100", mfu=0.4)
    assert any("attention over long contexts" in line for line in found.assumptions)


def test_duration_is_missing_where_the_number_of_devices_is() -> None:
    found = training(gpu_hours=100, watts=400)
    assert found.duration_s is None
    assert [gap.what for gap in found.gaps] == ["duration_s"]
    spread = training(gpu_hours=100, watts=400, gpus=50).duration_s
    assert spread is not None
    assert spread.mid == 7200


def test_inputs_are_echoed_as_given() -> None:
    found = training(gpu="H100", gpus=8.0, hours=2.5)
    assert found.inputs == (("gpus", 8), ("hours", 2.5), ("gpu", "H100"))


# --- laws


@given(
    hours=st.floats(0, 1e8),
    watts=st.floats(0.001, 2000),
    factor=st.floats(1, 5),
)
def test_energy_is_hours_times_watts(hours: float, watts: float, factor: float) -> None:
    found = training(gpu_hours=hours, watts=watts, overhead=factor).it_energy_kwh
    assert found is not None
    assert found.mid == pytest.approx(hours * watts * factor / 1000, rel=1e-9, abs=1e-290)


@given(
    params=st.floats(1e6, 1e13),
    tokens=st.floats(1e6, 1e14),
    mfu=st.floats(0.01, 1),
    name=st.sampled_from(["H100", "A100", "V100", "MI300X", "TPU v3", "RTX 4090"]),
)
def test_the_interval_holds_any_mfu_and_power_inside_their_ranges(
    params: float, tokens: float, mfu: float, name: str
) -> None:
    one = training(params=params, tokens=tokens, gpu=name, mfu=mfu).it_energy_kwh
    assert one is not None
    assert one.low <= one.mid <= one.high
    if MFU.quantity.low <= mfu <= MFU.quantity.high:
        ranged = training(params=params, tokens=tokens, gpu=name).it_energy_kwh
        assert ranged is not None
        assert ranged.low * (1 - 1e-9) <= one.mid <= ranged.high * (1 + 1e-9)


# --- wrong input


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "the size of the run is not given"),
        ({"gpu": "H100"}, "the size of the run is not given"),
        ({"gpus": 8, "gpu": "H100"}, "the size of the run is not given"),
        ({"gpu_hours": 1}, "the power of a device is not given"),
        ({"hours": 1, "gpus": 2}, "the power of a device is not given"),
        ({"gpu_hours": 1, "flops": 1, "watts": 1}, "--gpu-hours and --flops are two sizes"),
        ({"gpu_hours": 1, "hours": 1, "watts": 1}, "--gpu-hours and --hours are two sizes"),
        ({"flops": 1, "params": 1, "gpu": "H100"}, "--flops and --params are two sizes"),
        ({"flops": 1e20, "watts": 400}, "--gpu is missing"),
        ({"params": 7e9, "gpu": "H100"}, "--params without --tokens"),
        ({"tokens": 7e9, "gpu": "H100"}, "--tokens without --params"),
        ({"gpu_hours": 1, "watts": 1, "mfu": 0.4}, "--mfu says nothing of device-hours"),
        ({"gpu_hours": 1, "watts": 1, "precision": "bf16"}, "--precision says nothing"),
        ({"gpu_hours": 1, "watts": 1, "active_params": 1}, "--active-params goes with"),
        (
            {"params": 7e9, "tokens": 1, "active_params": 8e9, "gpu": "H100"},
            "active-params of 8e\\+09 are more",
        ),
        ({"flops": 1, "gpu": "H100", "mfu": 40}, "mfu is 40: give a number of shares"),
        ({"flops": 1, "gpu": "H100", "mfu": 0}, "mfu is 0"),
        ({"flops": 1, "gpu": "V100", "precision": "bf16"}, "no published peak for bf16"),
        ({"flops": 1, "gpu": "H100", "precision": "fp61"}, "precision 'fp61' is not known"),
        ({"params": 1e200, "tokens": 1e200, "gpu": "H100"}, "flops .* is inf"),
        ({"gpu_hours": -1, "watts": 1}, "gpu-hours is -1"),
        ({"gpu_hours": math.nan, "watts": 1}, "gpu-hours is nan"),
        ({"gpu_hours": True, "watts": 1}, "gpu-hours is True"),
        ({"gpu_hours": 1, "watts": math.inf}, "watts is inf"),
        ({"gpu_hours": 1, "watts": 1, "gpus": 1.5}, "gpus is 1.5: give a whole number"),
        ({"gpu_hours": 1, "watts": 1, "gpus": 0}, "gpus is 0"),
        ({"gpu_hours": 1, "watts": 1, "overhead": 0.9}, "overhead is 0.9"),
        ({"gpu_hours": 1, "gpu": "H1000"}, "Did you mean H100"),
        ({"gpu_hours": 1, "gpu": "Trainium2"}, "no published design power: give --watts"),
    ],
)
def test_wrong_input_is_refused_in_one_line(given: dict[str, Any], said: str) -> None:
    with pytest.raises(EstimatorError, match=said) as caught:
        training(**given)
    assert "\n" not in str(caught.value)


def test_watts_above_the_design_power_are_said_and_taken() -> None:
    asked = training(gpu_hours=10, gpu="H100", watts=7000)
    assert asked.it_energy_kwh.mid == 70
    assert any("7000 is 10 times the TDP of one H100 SXM (700 W)" in a for a in asked.assumptions)
    for watts in (700, 350):
        within = training(gpu_hours=10, gpu="H100", watts=watts)
        assert not any("times the TDP" in line for line in within.assumptions)


def test_a_device_that_draws_nothing_is_refused() -> None:
    with pytest.raises(EstimatorError, match="watts is 0: a device that computes draws power"):
        training(gpu_hours=10, gpu="H100", watts=0)
