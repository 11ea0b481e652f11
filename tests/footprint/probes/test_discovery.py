"""All probes together: who is asked, in which order, and that none can do harm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from footprint import entry_points, probes
from footprint.model import DEVICE_KINDS, TIERS, Device
from footprint.probes import Discovery, Machine, discover
from simulators.powercap import Powercap
from simulators.procfs import Proc


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    proc = Proc(tmp_path / "proc")
    proc.add(100)
    library = str(tmp_path / "no-nvml.so")
    return Machine(proc.root, tmp_path / "sys", {}, nvml_library=library, pid=100)


def third_party(monkeypatch: pytest.MonkeyPatch, *loaded: Any) -> None:
    def load(value: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    entries = [
        SimpleNamespace(name=f"plugin-{i}", load=lambda value=value: load(value))
        for i, value in enumerate(loaded)
    ]
    monkeypatch.setattr(
        entry_points, "of_group", lambda group: entries if group == probes.ENTRY_POINTS else []
    )


class Wattmeter:
    """A probe of somebody else's."""

    name = "wattmeter"

    def __init__(self, kind: str = "host", ident: str = "wall") -> None:
        self.kind, self.ident, self.closed = kind, ident, 0

    def discover(self, machine: Machine) -> Discovery:
        device = Device(self.ident, self.kind, "wall plug", "meter", "machine")
        return Discovery((SimpleNamespace(device=device, close=self.close),))  # type: ignore[arg-type]

    def close(self) -> None:
        self.closed += 1


def kinds(found: Discovery) -> list[tuple[str, str]]:
    return [(source.device.kind, source.device.tier) for source in found.sources]


def test_models_stand_in_where_nothing_is_measured(machine: Machine) -> None:
    found = discover(machine)
    assert kinds(found) == [("cpu", "utilisation"), ("dram", "utilisation")]
    assert [missing.probe for missing in found.unavailable] == ["nvidia", "rapl"]


def test_a_modelled_cpu_is_never_added_to_a_measured_one(machine: Machine) -> None:
    Powercap.intel(machine.sys.parent)
    assert kinds(discover(machine)) == [("cpu", "counter"), ("dram", "counter")]


def test_memory_is_modelled_beside_a_measured_cpu(machine: Machine) -> None:
    Powercap.amd(machine.sys.parent)
    assert kinds(discover(machine)) == [("cpu", "counter"), ("dram", "utilisation")]


def test_a_trace_stands_in_for_all(machine: Machine, tmp_path: Path) -> None:
    Powercap.intel(machine.sys.parent)
    trace = tmp_path / "trace.csv"
    trace.write_text("t,device,watts\n0,g,100\n1,g,100\n")
    found = discover(machine._replace(replay=str(trace)))
    assert kinds(found) == [("gpu", "power")]
    assert found.unavailable == ()
    broken = discover(machine._replace(replay=str(tmp_path / "none.csv")))
    assert broken.sources == ()
    assert broken.unavailable[0].reason == "cannot be read: No such file or directory"


def test_third_parties_by_object_class_and_factory(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    third_party(monkeypatch, Wattmeter(), Wattmeter, lambda: Wattmeter("cpu", "apple"))
    found = discover(machine)
    assert kinds(found) == [("host", "meter"), ("cpu", "meter"), ("dram", "utilisation")]


def test_a_second_source_of_one_id_is_closed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Wattmeter(), Wattmeter()
    third_party(monkeypatch, first, second)
    discover(machine)
    assert (first.closed, second.closed) == (0, 1)


def test_a_third_party_that_fails_is_unavailable(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        name = "broken"

        def discover(self, machine: Machine) -> Discovery:
            raise RuntimeError("no such port")

    third_party(monkeypatch, ImportError("no module"), Broken, 5, SimpleNamespace(), Wattmeter)
    found = discover(machine)
    assert ("host", "meter") in kinds(found)
    reasons = {missing.probe: missing.reason for missing in found.unavailable}
    assert reasons["plugin-0"] == "the probe failed: ImportError: no module"
    assert reasons["plugin-1"] == "the probe failed: RuntimeError: no such port"
    assert {"plugin-2", "plugin-3"} <= reasons.keys()


def test_broken_metadata_is_unavailable(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(group: str) -> None:
        raise OSError("unreadable")

    monkeypatch.setattr(entry_points, "of_group", fail)
    assert "entry points" in [missing.probe for missing in discover(machine).unavailable]


def test_every_probe_that_is_named_exists() -> None:
    for name in (*probes.PROBES, *probes.MODELS.values(), probes.REPLAY):
        probe = probes._named(name)()
        assert probe.name == name.split(".")[-1].split(":")[0]
        assert callable(probe.discover)


def test_this_machine_can_be_discovered() -> None:
    found = discover()
    for source in found.sources:
        assert source.device.kind in DEVICE_KINDS
        assert source.device.tier in TIERS
        assert source.energy_nj() >= 0
        source.close()
    for missing in found.unavailable:
        assert missing.reason
        assert missing.remedy


def test_importing_the_package_loads_nothing_slow() -> None:
    slow = (
        "pynvml psutil pandas duckdb codecarbon ctypes importlib.metadata footprint.probes.nvidia"
    )
    code = f"import sys, footprint.probes\nprint([m for m in {slow.split()!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_importing_the_probes_loads_nothing_slow() -> None:
    slow = "pynvml psutil pandas duckdb codecarbon ctypes importlib.metadata"
    names = [name.split(":")[0] for name in (*probes.PROBES, *probes.MODELS.values())]
    code = f"import sys, {', '.join(names)}, footprint.probes.tree\n"
    code += f"print([m for m in {slow.split()!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("blocked", ["pynvml", "psutil"])
def test_without_a_library_the_rest_goes_on(machine: Machine, blocked: str) -> None:
    code = f"""
import sys
sys.modules[{blocked!r}] = None
from pathlib import Path
from footprint.probes import Machine, discover
from footprint.probes.tree import TreeCpu
machine = Machine(Path({str(machine.proc)!r}), Path({str(machine.sys)!r}), {{}}, pid=100)
print([s.device.kind for s in discover(machine).sources], TreeCpu(machine).sample().processes)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['cpu', 'dram'] 1\n"


def test_after_fork_without_nvml_does_nothing() -> None:
    code = "from footprint import probes; probes.after_fork(); print('ok')"
    environ = {**os.environ}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == "ok\n"
