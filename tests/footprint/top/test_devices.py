"""A device read for the live view: exact numbers from a scripted counter and clock."""

from __future__ import annotations

import pytest

from footprint.probes.base import FAILED, LOST, UNSUPPORTED
from footprint.top.devices import STALE_NS, Watched
from metered import Clock, S, Scripted


def watched(**more: object) -> tuple[Watched, Scripted, Clock]:
    clock = Clock()
    source = Scripted(clock, **more)  # type: ignore[arg-type]
    return Watched(source, "host-a", "boot-a", clock.now), source, clock


def run(device: Watched, clock: Clock, until: int) -> None:
    while clock.t < until:
        clock.t = max(clock.t, device.read())


def test_a_counter_that_moves_in_steps_is_read_at_its_edges() -> None:
    device, source, clock = watched()
    run(device, clock, 6 * S)
    now = device.now()
    assert (now.host, now.boot_id, now.problem) == ("host-a", "boot-a", "")
    assert now.power_w == pytest.approx(300, rel=0.01)
    assert now.energy_j == pytest.approx(1500, abs=300 * 0.21)  # two edges are open
    assert source.reads["energy"] < 5 * 10 * 6  # not a loop that reads as fast as it can


def test_without_a_counter_power_is_added_up() -> None:
    device, source, clock = watched(watts=lambda t: 100.0 if t < 3 * S else 200.0)
    source.fail(UNSUPPORTED, 0, 100 * S, "energy")
    run(device, clock, 5 * S)
    now = device.now()
    assert now.power_w == pytest.approx(200)
    assert now.energy_j == pytest.approx(2 * 100 + 2 * 200, abs=200 * 0.6)


def test_a_read_that_fails_is_said_and_tried_again() -> None:
    device, source, clock = watched()
    source.fail(FAILED, 2 * S, 3 * S)
    run(device, clock, int(2.5 * S))
    assert device.now().problem == "energy failed"
    assert device.now().power_w is None
    run(device, clock, 6 * S)
    now = device.now()
    assert now.problem == ""
    assert now.power_w == pytest.approx(300, rel=0.01)
    assert now.energy_j < 4 * 300  # what was not seen is not made up


def test_a_lost_device_and_one_that_hangs_are_said() -> None:
    device, source, clock = watched()
    source.fail(LOST, 2 * S, 9 * S)
    run(device, clock, 4 * S)
    assert device.now().problem.startswith("it is gone")
    hung, _, clock = watched()
    run(hung, clock, 3 * S)
    clock.t += STALE_NS + S
    assert (hung.now().problem, hung.now().power_w) == ("it does not answer", None)


def test_a_counter_that_starts_again_gives_no_energy() -> None:
    device, source, clock = watched(steps=False, period_ms=1)
    run(device, clock, 3 * S)
    before = device.now().energy_j
    source.start_nj = 0
    device.read()
    assert device.now().energy_j == before
