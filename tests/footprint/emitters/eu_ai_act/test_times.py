"""Training time: wall clock, hardware days, ranges."""

from __future__ import annotations

import pytest

from eu_views import GPU, activity, fields, joules, model
from footprint.emitters.view import Hardware

DAY = 86_400.0


def test_the_ledgers_time_and_its_upper_bound_of_hardware_days() -> None:
    devices = (GPU, GPU._replace(device="GPU-2"), Hardware("n1", "cpu", "CPU", "counter", "c"))
    runs = activity(energy_j=joules(1e9), own_time=True, active_s=3 * DAY, hardware=devices)
    calls = activity(energy_j=joules(1e9), active_s=2 * DAY, hardware=devices)
    found = fields(model(calls, runs))
    clock, hardware = found["training_wall_clock"], found["training_hardware_days"]
    assert (clock["value"], clock["unit"], clock["source"]) == (3.0, "d", "ledger")
    assert (hardware["value"], hardware["low"], hardware["high"]) == (6.0, None, 6.0)
    assert hardware["text"] == "at most 6.00 days"
    assert "2 x NVIDIA H100" in hardware["methodology"]
    assert hardware["period"] == {"start": runs.start, "end": runs.end}


def test_cpus_count_where_there_are_no_gpus() -> None:
    cpu = Hardware("n1", "cpu", "CPU", "counter", "c")
    dram = Hardware("n1", "dram", "DRAM", "counter", "d")
    found = fields(model(activity(active_s=DAY, hardware=(cpu, dram))))
    assert found["training_hardware_days"]["value"] == 1.0


def test_the_owner_knows_the_whole_training() -> None:
    given = {"training": {"hours": 72.0, "number_of_devices": 8}}
    found = fields(model(activity(active_s=60.0), given=given))
    assert found["training_wall_clock"]["value"] == 3.0
    assert found["training_wall_clock"]["source"] == "sheet file"
    assert found["training_hardware_days"]["value"] == 24.0
    given["eu"] = {"hardware_days": 20.0}
    assert fields(model(given=given))["training_hardware_days"]["value"] == 20.0


@pytest.mark.parametrize(
    ("days", "range_"),
    [
        (30, "less than 1 month"),
        (31, "1 to 3 months"),
        (92, "3 to 6 months"),
        (183, "more than 6 months"),
    ],
)
def test_authorities_get_a_range(days: float, range_: str) -> None:
    found = fields(model(activity(active_s=days * DAY)))["training_time_range"]
    assert found["value"] == range_


def test_time_that_is_not_known_has_a_reason() -> None:
    found = fields(model(activity(active_s=None, hardware=())))
    for name in ("training_time_range", "training_wall_clock", "training_hardware_days"):
        assert found[name]["status"] == "not known"
        assert found[name]["reason"].endswith(": training")
