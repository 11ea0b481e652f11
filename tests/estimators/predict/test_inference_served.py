"""Requests as a prediction that place and prices are applied to."""

from __future__ import annotations

import pytest

from footprint.estimators.declared import Declared
from footprint.estimators.errors import EstimatorError
from footprint.estimators.predict.estimate import estimate
from footprint.estimators.predict.inference import predict
from footprint.estimators.predict.served import served

CHAT = predict(params=70e9, gpus=4, batch=64, tokens_in=500, tokens_out=400)


def test_energy_and_hours_are_those_of_the_gpus() -> None:
    got = served(CHAT, {}, requests=1000)
    assert got.it_energy_kwh is not None
    assert got.it_energy_kwh.mid == pytest.approx(1000 * CHAT.energy_j.mid / 3.6e6)
    (devices,) = got.devices
    assert devices.subject == "H100 SXM"
    # Energy over mean power of one GPU is the time that GPUs were held.
    assert devices.hours.mid * 3600 * CHAT.power_w.mid / 4 == pytest.approx(
        got.it_energy_kwh.mid * 3.6e6
    )
    assert got.tokens == 400_000


def test_a_host_is_left_out_and_said_so_unless_given() -> None:
    without, with_host = served(CHAT, {}), served(CHAT, {}, host_w=1000)
    assert any(line.startswith("host, network") for line in without.assumptions)
    assert not any(line.startswith("host, network") for line in with_host.assumptions)
    assert without.it_energy_kwh is not None
    assert with_host.it_energy_kwh is not None
    more_j = (with_host.it_energy_kwh.mid - without.it_energy_kwh.mid) * 3.6e6
    assert more_j == pytest.approx(1000 * CHAT.duration_s.mid / 64)


def test_one_request_lasts_as_predicted_and_many_as_the_throughput_allows() -> None:
    one, many = served(CHAT, {}).duration_s, served(CHAT, {}, requests=641).duration_s
    assert one == CHAT.duration_s
    assert many is not None
    assert many.mid == pytest.approx(CHAT.duration_s.mid * 11)


def test_place_and_prices_apply() -> None:
    said = Declared(carbon_intensity_g_per_kwh=500, pue=1.2)
    got = estimate(served(CHAT, {"params": 70e9}), said)
    assert got.energy_j_per_token is not None
    assert got.energy_j_per_token.mid == pytest.approx(1.2 * CHAT.energy_per_output_token_j.mid)
    assert got.carbon_location_g is not None
    assert got.carbon_location_g.mid == pytest.approx(1.2 * 500 * CHAT.energy_j.mid / 3.6e6)
    assert got.embodied_g is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"requests": 0}, "requests is 0"),
        ({"host_w": -1}, "host watts is -1"),
        ({"host_w": 0}, "host watts is 0: a host draws"),
    ],
)
def test_bad_input_is_named(changes: dict[str, float], message: str) -> None:
    with pytest.raises(EstimatorError, match=message):
        served(CHAT, {}, **changes)
