"""RAPL on fake powercap trees: what is counted, what is not, and every way a read can fail."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from footprint.probes.base import FAILED, LOST, UNSUPPORTED, Discovery, Machine, ReadError
from footprint.probes.rapl import RaplProbe
from simulators.permissions import unprivileged
from simulators.powercap import DRAM_RANGE_UJ, PACKAGE_RANGE_UJ, Domain, Failure, Powercap
from simulators.procfs import Proc

UJ = 1000  # nJ


def discover(tree: Powercap, vendor: str = "GenuineIntel") -> Discovery:
    root = tree.sys.parent / "proc"
    if not root.exists():
        Proc(root, vendor=vendor)
    return RaplProbe().discover(Machine(proc=root, sys=tree.sys))


def ids(found: Discovery) -> list[str]:
    return [source.device.id for source in found.sources]


def test_packages_and_dram_are_counted_once_each(tmp_path: Path) -> None:
    tree = Powercap.intel(tmp_path, packages=2, psys=True, mmio=True)
    found = discover(tree)
    assert sorted(ids(found)) == [
        "cpu:5f1d2c3b:package-0",
        "cpu:5f1d2c3b:package-1",
        "dram:5f1d2c3b:package-0",
        "dram:5f1d2c3b:package-1",
    ]
    assert found.unavailable == ()
    for name, zone in tree.zones.items():
        zone.advance_uj(1_000_000 * (1 + list(tree.zones).index(name)))
    total = sum(source.energy_nj() for source in found.sources)
    counted = ("intel-rapl:0", "intel-rapl:0:2", "intel-rapl:1", "intel-rapl:1:2")
    assert total == sum(tree[name].energy_uj for name in counted) * UJ


def test_a_device_says_its_range_limit_gain_and_what_was_left_out(tmp_path: Path) -> None:
    found = discover(Powercap.intel(tmp_path, packages=1, psys=True, mmio=True))
    devices = {source.device.kind: source.device for source in found.sources}
    cpu, dram = devices["cpu"], devices["dram"]
    assert (cpu.tier, cpu.scope, cpu.name) == ("counter", "package", "RAPL package-0")
    assert (cpu.wrap_nj, dram.wrap_nj) == (PACKAGE_RANGE_UJ * UJ, DRAM_RANGE_UJ * UJ)
    assert cpu.max_w == pytest.approx(253 * 1.2)
    assert dram.max_w is None
    assert (cpu.gain_low, cpu.gain_high, dram.gain_low) == (0.95, 1.05, 0.80)
    assert "Khan" in cpu.gain_source
    assert ["psys" in note for note in cpu.notes] == [True, False]
    assert "mirrored" in cpu.notes[1]
    assert dram.notes == ()


def test_a_counter_moves_and_wraps(tmp_path: Path) -> None:
    tree = Powercap.intel(tmp_path, dram=False)
    (source,) = discover(tree).sources
    assert source.energy_nj() == 5_000_000 * UJ
    tree["intel-rapl:0"].advance_uj(1_500_000)
    assert source.energy_nj() == 6_500_000 * UJ
    tree["intel-rapl:0"].near_wrap(10)
    before = source.energy_nj()
    tree["intel-rapl:0"].advance_uj(30)
    after = source.energy_nj()
    assert after == 20 * UJ
    assert (after - before) % (source.device.wrap_nj or 1) == 30 * UJ
    assert not source.steps


@pytest.mark.parametrize("how", [how for how in get_args(Failure) if how != "denied"])
def test_a_failed_read_is_an_error_and_never_a_value(tmp_path: Path, how: Failure) -> None:
    tree = Powercap.intel(tmp_path, dram=False)
    (source,) = discover(tree).sources
    tree["intel-rapl:0"].fail(how)
    with pytest.raises(ReadError) as caught:
        source.energy_nj()
    assert caught.value.why == (LOST if how == "missing" else FAILED)
    tree["intel-rapl:0"].advance_uj(7)
    tree["intel-rapl:0"].restore()
    assert source.energy_nj() == 5_000_007 * UJ


@pytest.mark.parametrize("how", [how for how in get_args(Failure) if how != "denied"])
def test_what_fails_at_discovery_is_unavailable_alone(tmp_path: Path, how: Failure) -> None:
    tree = Powercap.intel(tmp_path)
    tree["intel-rapl:0:2"].fail(how)
    found = discover(tree)
    assert ids(found) == ["cpu:5f1d2c3b:package-0"]
    assert found.unavailable[0].what == "package-0 dram"


def test_permission_denied_names_the_command(tmp_path: Path) -> None:
    tree = Powercap.intel(tmp_path, dram=False)
    tree["intel-rapl:0"].fail("denied")
    with unprivileged():
        found = discover(tree)
    assert found.sources == ()
    (missing,) = found.unavailable
    assert "root" in missing.reason
    command = f"sudo chmod a+r {tree.powercap}/intel-rapl*/energy_uj"
    assert command in missing.remedy
    assert list(tree.powercap.glob("intel-rapl*/energy_uj"))  # the pattern hits something
    assert 'SUBSYSTEM=="powercap"' in missing.remedy
    assert "CVE-2020-8694" in missing.remedy


def test_a_right_taken_away_later_is_a_failed_read(tmp_path: Path) -> None:
    tree = Powercap.intel(tmp_path, dram=False)
    (source,) = discover(tree).sources
    tree["intel-rapl:0"].fail("denied")
    with unprivileged(), pytest.raises(ReadError) as caught:
        source.energy_nj()
    assert caught.value.why == FAILED


def test_amd_has_packages_only(tmp_path: Path) -> None:
    found = discover(Powercap.amd(tmp_path, packages=2), vendor="AuthenticAMD")
    assert ids(found) == ["cpu:5f1d2c3b:package-0", "cpu:5f1d2c3b:package-1"]
    device = found.sources[0].device
    assert (device.max_w, device.gain_high) == (None, 1.15)


def test_the_mirror_serves_where_it_is_alone(tmp_path: Path) -> None:
    tree = Powercap(tmp_path, {"intel-rapl-mmio": [Domain("package-0")]})
    assert ids(discover(tree)) == ["cpu:5f1d2c3b:package-0"]


def test_dies_of_one_package_are_devices_of_their_own(tmp_path: Path) -> None:
    dies = [Domain("package-0-die-0"), Domain("package-0-die-1")]
    found = discover(Powercap(tmp_path, {"intel-rapl": dies}))
    assert ids(found) == ["cpu:5f1d2c3b:package-0-die-0", "cpu:5f1d2c3b:package-0-die-1"]


def test_other_control_types_are_not_rapl(tmp_path: Path) -> None:
    found = discover(Powercap(tmp_path, {"dtpm": [Domain("package-0")]}))
    assert found.sources == ()


def test_a_machine_without_rapl_says_what_to_do(tmp_path: Path) -> None:
    Proc(tmp_path / "proc")
    machine = Machine(proc=tmp_path / "proc", sys=tmp_path)
    (missing,) = RaplProbe().discover(machine).unavailable
    assert "modprobe" in missing.remedy
    with (tmp_path / "proc/cpuinfo").open("a") as out:
        out.write("flags\t: hypervisor\n")
    (missing,) = RaplProbe().discover(machine).unavailable
    assert "virtual machine" in missing.reason


def test_rapl_tells_no_power(tmp_path: Path) -> None:
    source = discover(Powercap.intel(tmp_path)).sources[0]
    with pytest.raises(ReadError) as caught:
        source.power_mw()
    assert caught.value.why == UNSUPPORTED
    source.close()
