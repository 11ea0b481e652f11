"""The fake powercap tree: layout, exact energy, wraps, failures that are real, live waves."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from simulators.permissions import unprivileged
from simulators.powercap import PACKAGE_RANGE_UJ, Failure, Powercap, Zone
from simulators.waves import Square


def read(zone: Zone) -> int:
    return int(zone.energy_file.read_text())


def test_layout_is_the_kernels(tmp_path: Path) -> None:
    tree = Powercap.intel(tmp_path, packages=2, psys=True, mmio=True)
    names = {path.name: (path / "name") for path in tree.powercap.iterdir() if ":" in path.name}
    assert {name: path.read_text().strip() for name, path in names.items()} == {
        "intel-rapl:0": "package-0",
        "intel-rapl:0:0": "core",
        "intel-rapl:0:1": "uncore",
        "intel-rapl:0:2": "dram",
        "intel-rapl:1": "package-1",
        "intel-rapl:1:0": "core",
        "intel-rapl:1:1": "uncore",
        "intel-rapl:1:2": "dram",
        "intel-rapl:2": "psys",
        "intel-rapl-mmio:0": "package-0",
    }
    assert (tree.powercap / "intel-rapl:0/intel-rapl:0:2/name").read_text() == "dram\n"
    assert (tree.powercap / "intel-rapl:1/constraint_0_max_power_uw").read_text() == "253000000\n"
    assert int((tree.powercap / "intel-rapl:1/max_energy_range_uj").read_text()) == PACKAGE_RANGE_UJ


def test_amd_has_packages_without_limits(tmp_path: Path) -> None:
    tree = Powercap.amd(tmp_path, packages=2)
    assert set(tree.zones) == {"intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1", "intel-rapl:1:0"}
    assert not (tree["intel-rapl:0"].path / "constraint_0_name").exists()


def test_energy_is_exact_and_wraps_and_mirrors_follow(tmp_path: Path) -> None:
    tree = Powercap.intel(tmp_path, mmio=True)
    package, mirror = tree["intel-rapl:0"], tree["intel-rapl-mmio:0"]
    package.advance_uj(1_234_567)
    assert read(package) == read(mirror) == 5_000_000 + 1_234_567
    package.near_wrap(1000)
    package.advance_uj(1500)
    assert read(package) == read(mirror) == 500
    with package.energy_file.open() as held:  # as probes do: open once, seek, read again
        package.advance_uj(7)
        assert int(held.read()) == 507
        package.set_uj(9)
        held.seek(0)
        assert int(held.read()) == 9


@pytest.mark.parametrize(
    ("how", "number"),
    [
        ("eio", errno.EIO),
        ("denied", errno.EACCES),
        ("directory", errno.EISDIR),
        ("missing", errno.ENOENT),
    ],
)
def test_failures_that_the_system_reports(tmp_path: Path, how: Failure, number: int) -> None:
    zone = Powercap.intel(tmp_path)["intel-rapl:0"]
    zone.fail(how)
    with unprivileged(), pytest.raises(OSError) as caught:
        read(zone)
    assert caught.value.errno == number
    zone.advance_uj(10)
    zone.restore()
    assert read(zone) == 5_000_010


@pytest.mark.parametrize(
    ("how", "text"), [("garbage", "ff ff\n"), ("empty", ""), ("negative", "-5\n")]
)
def test_failures_that_lie_in_the_text(tmp_path: Path, how: Failure, text: str) -> None:
    zone = Powercap.intel(tmp_path)["intel-rapl:0"]
    zone.fail(how)
    assert zone.energy_file.read_text() == text
    zone.restore()
    assert read(zone) == 5_000_000


def test_privilege_comes_back(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    secret.chmod(0)
    with unprivileged(), pytest.raises(PermissionError):
        secret.read_text()
    if os.getuid() == 0:
        assert secret.read_text() == "x"


def test_live_waves(tmp_path: Path) -> None:
    tree = Powercap.intel(tmp_path)
    wave, zone = Square(10, 100, period_s=0.02), tree["intel-rapl:0"]
    with tree.live({"intel-rapl:0": wave}) as epoch:
        time.sleep(0.1)
        before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        seen = read(zone) - 5_000_000
        later = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        assert 0 < seen <= wave.energy_pj(later - epoch) // 10**6
    after = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    assert wave.energy_pj(before - epoch) // 10**6 <= read(zone) - 5_000_000
    assert read(zone) - 5_000_000 <= wave.energy_pj(after - epoch) // 10**6
