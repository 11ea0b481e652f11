"""The doctor, on machines that are not there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from footprint.check import doctor, place
from footprint.check.trial import try_out
from footprint.ledger.journal import prepare
from footprint.model import Device
from footprint.probes.base import LOST, UNSUPPORTED, Machine, ReadError
from simulators.nvml import Gpu, Simulator
from simulators.permissions import unprivileged
from simulators.powercap import Powercap


class Plain:
    """A source as a double: `reads` gives energies in nJ, or errors."""

    def __init__(self, energy: object, power: object = None, steps: bool = False) -> None:
        self.device = Device("x", "gpu", "x", "counter", "gpu")
        self.steps = steps
        self._energy, self._power = energy, power

    def energy_nj(self) -> int:
        if isinstance(self._energy, Exception):
            raise self._energy
        assert isinstance(self._energy, int)
        return self._energy

    def power_mw(self) -> int:
        if isinstance(self._power, int):
            return self._power
        raise ReadError(UNSUPPORTED, "no power")

    def close(self) -> None: ...


def test_a_machine_where_nothing_can_be_measured(tmp_path: Path) -> None:
    found = doctor.look(Machine(replay=str(tmp_path / "none.csv")), seconds=0.05)
    assert not found.measurable
    assert [each.probe for each in found.unavailable] == ["replay"]
    assert all(each.remedy for each in found.unavailable)
    assert json.loads(json.dumps(doctor.to_json(found)))["measurable"] is False


def test_counters_that_only_root_may_read_come_with_the_command(tmp_path: Path) -> None:
    tree = Powercap.intel(tmp_path)
    tree["intel-rapl:0"].fail("denied")
    with unprivileged():
        found = doctor.look(Machine(sys=tree.sys, environ={}), seconds=0.05)
    remedies = [each.remedy for each in found.unavailable if each.probe == "rapl"]
    assert any("chmod a+r" in remedy for remedy in remedies)


@pytest.mark.skipif(shutil.which("cc") is None, reason="the simulator is compiled")
def test_the_period_of_a_counter_is_measured() -> None:
    with Simulator([Gpu(update_ms=50.0)]) as simulator:
        machine = Machine(environ={}, nvml_library=simulator.library)
        found = doctor.look(machine, seconds=0.5)
    source, trial = found.sources[0], found.trials[0]
    assert source.device.kind == "gpu"
    assert trial.period_ms == pytest.approx(50, rel=0.1)
    assert trial.edges >= 6
    assert doctor.probe_of(source) == "nvidia"
    assert trial.read_us is not None


def test_a_device_that_fails_is_told_and_harms_no_other() -> None:
    sources = [
        Plain(ReadError(LOST, "gone")),
        Plain(ReadError(UNSUPPORTED, "no counter"), power=7000),
        Plain(RuntimeError("a plug-in's mistake")),
        Plain(5, power=3000, steps=True),  # a counter that stands still
        Plain(ReadError(UNSUPPORTED, "no counter")),
    ]
    lost, power, broken, stuck, nothing = try_out(sources, 0.1)
    assert (lost.error, lost.power_w) == ("gone", None)
    assert (power.power_w, power.period_ms, power.error) == (7.0, None, "")
    assert "a plug-in's mistake" in broken.error
    assert (stuck.edges, stuck.period_ms, stuck.power_w) == (0, None, 3.0)
    assert nothing.error == "no power"


def test_where_the_ledger_is_to_be(tmp_path: Path) -> None:
    new = place.examine(tmp_path / "a/b")
    assert (new.state, new.writable, new.problem) == ("new", True, "")
    prepare(tmp_path / "ledger")
    assert place.examine(tmp_path / "ledger").state == "ledger"
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file/below", tmp_path):
        found = place.examine(path)
        assert (found.state, found.writable) == ("foreign", False)
        assert found.problem
    nowhere = place.examine(Path("/proc/none"))
    assert not nowhere.writable
    assert "/proc" in nowhere.problem
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "ledger"]


def test_a_disk_that_is_nearly_full_is_told(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(place, "_free", lambda folder: 3 * 2**20)
    found = place.examine(tmp_path / "ledger")
    assert found.writable
    assert "only 3 MiB" in found.problem
