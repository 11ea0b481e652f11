"""A fake powercap tree (RAPL): what the kernel shows below /sys/class/powercap.

    tree = Powercap.intel(tmp_path, packages=2, psys=True)
    probe.discover(Machine(sys=tree.sys))
    tree["intel-rapl:0"].advance_uj(1_500_000)
    tree["intel-rapl:0"].fail("eio")

Zones lie in /sys/devices/virtual/powercap, nested as the kernel nests them, with links to each
in /sys/class/powercap. Energies are µJ, as in the files.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from simulators.waves import Wave, boottime_ns

#: How a read can go wrong. `eio`: open succeeds, read gives EIO; `denied`: mode 000, which holds
#: for root inside `permissions.unprivileged()`; `directory`: EISDIR; the others: what is in it.
Failure = Literal["eio", "denied", "directory", "garbage", "empty", "negative", "missing"]

PJ_PER_UJ = 1_000_000
PACKAGE_RANGE_UJ = 262_143_328_850
DRAM_RANGE_UJ = 65_712_999_613


@dataclass
class Domain:
    """A RAPL domain to be built, with the domains nested in it. `limit_uw` None: no constraint."""

    name: str
    energy_uj: int = 1_000_000
    range_uj: int = PACKAGE_RANGE_UJ
    limit_uw: int | None = None
    max_uw: int | None = None
    parts: Sequence[Domain] = field(default_factory=list)


class Zone:
    """One domain's directory. `mirrors`: zones that show the same counter."""

    def __init__(self, path: Path, domain: Domain) -> None:
        self.path, self.range_uj, self.mirrors = path, domain.range_uj, list[Zone]()
        self._uj = domain.energy_uj
        path.mkdir(parents=True)
        self._put("name", domain.name)
        self._put("enabled", "1")
        self._put("max_energy_range_uj", str(domain.range_uj))
        if domain.limit_uw is not None:
            self._put("constraint_0_name", "long_term")
            self._put("constraint_0_power_limit_uw", str(domain.limit_uw))
            self._put("constraint_0_time_window_us", "27983872")
            self._put("constraint_0_max_power_uw", str(domain.max_uw or domain.limit_uw))
        self.restore()

    @property
    def energy_file(self) -> Path:
        return self.path / "energy_uj"

    @property
    def energy_uj(self) -> int:
        """What the counter shows (when it can be read)."""
        return self._uj

    def set_uj(self, energy_uj: int) -> None:
        """Sets the counter; from `range_uj` on it starts again at 0."""
        for zone in (self, *self.mirrors):
            zone._uj = energy_uj % zone.range_uj
            zone._write()

    def advance_uj(self, energy_uj: int) -> None:
        """Draws so much, exactly, with a wrap where it falls."""
        self.set_uj(self._uj + energy_uj)

    def near_wrap(self, left_uj: int = 1) -> None:
        """Puts the counter `left_uj` before its wrap."""
        self.set_uj(self.range_uj - left_uj)

    def fail(self, how: Failure) -> None:
        """Reads of energy_uj fail until `restore`. A file held open goes on as it was."""
        self._remove()
        target = self.energy_file
        if how == "eio":
            target.symlink_to("/proc/self/mem")  # nothing is mapped at 0: read gives EIO
        elif how == "directory":
            target.mkdir()
        elif how != "missing":
            texts = {"garbage": "ff ff\n", "empty": "", "negative": "-5\n", "denied": "0\n"}
            target.write_text(texts[how])
        if how == "denied":
            target.chmod(0)

    def restore(self) -> None:
        """The counter can be read again, and shows what was drawn meanwhile."""
        self._remove()
        self._put("energy_uj", "")
        self._write()

    def _remove(self) -> None:
        if self.energy_file.is_dir() and not self.energy_file.is_symlink():
            self.energy_file.rmdir()
        else:
            self.energy_file.unlink(missing_ok=True)

    def _put(self, name: str, text: str) -> None:
        (self.path / name).write_text(f"{text}\n")

    def _write(self) -> None:
        if self.energy_file.is_symlink() or not self.energy_file.is_file():
            return  # failing
        if self.energy_file.stat().st_mode & 0o777 == 0:
            return
        # In place and always of one length: a reader that keeps the file open sees either value,
        # never a part. int() takes the blanks, as it takes the kernel's newline.
        descriptor = os.open(self.energy_file, os.O_WRONLY)
        try:
            os.pwrite(descriptor, f"{self._uj:<20d}\n".encode(), 0)
        finally:
            os.close(descriptor)


class Powercap:
    """A tree below `root`; `sys` is the fake /sys, zones are found by their kernel names.

    Args:
        zones: per control type (`intel-rapl`, `intel-rapl-mmio`) its top domains, in order.
    """

    def __init__(self, root: Path, zones: Mapping[str, Sequence[Domain]]) -> None:
        self.sys = root / "sys"
        self.powercap = self.sys / "class/powercap"
        self.powercap.mkdir(parents=True)
        self.zones: dict[str, Zone] = {}
        for control, domains in zones.items():
            folder = self.sys / "devices/virtual/powercap" / control
            for number, domain in enumerate(domains):
                self._add(folder, f"{control}:{number}", domain)
            (folder / "enabled").write_text("1\n")
            self._link(control, folder)

    def __getitem__(self, name: str) -> Zone:
        return self.zones[name]

    def _add(self, parent: Path, name: str, domain: Domain) -> None:
        self.zones[name] = Zone(parent / name, domain)
        self._link(name, parent / name)
        for number, part in enumerate(domain.parts):
            self._add(parent / name, f"{name}:{number}", part)

    def _link(self, name: str, target: Path) -> None:
        (self.powercap / name).symlink_to(os.path.relpath(target, self.powercap))

    @classmethod
    def intel(
        cls, root: Path, *, packages: int = 1, dram: bool = True, psys: bool = False,
        mmio: bool = False,
    ) -> Powercap:  # fmt: skip
        """Packages with core, uncore and dram; psys over all; package 0 mirrored through MMIO."""
        tops = []
        for number in range(packages):
            parts = [Domain("core"), Domain("uncore")]
            parts += [Domain("dram", range_uj=DRAM_RANGE_UJ)] * dram
            limits = {"limit_uw": 125_000_000, "max_uw": 253_000_000}
            tops.append(Domain(f"package-{number}", 5_000_000, parts=parts, **limits))
        tops += [Domain("psys", 9_000_000)] * psys
        mirror = [Domain("package-0", 5_000_000, limit_uw=125_000_000)] * mmio
        tree = cls(root, {"intel-rapl": tops} | ({"intel-rapl-mmio": mirror} if mmio else {}))
        if mmio:
            tree["intel-rapl:0"].mirrors.append(tree["intel-rapl-mmio:0"])
        return tree

    @classmethod
    def amd(cls, root: Path, *, packages: int = 1) -> Powercap:
        """As on AMD: under Intel's name, packages with core only, no limits and no dram."""
        size = 65_532_610_987
        tops = [
            Domain(f"package-{number}", 5_000_000, size, parts=[Domain("core", range_uj=size)])
            for number in range(packages)
        ]
        return cls(root, {"intel-rapl": tops})

    @contextmanager
    def live(self, waves: Mapping[str, Wave], every_s: float = 0.005) -> Iterator[int]:
        """A thread lets zones draw by waves; yields their epoch (CLOCK_BOOTTIME ns).

        A file is at most about `every_s` behind; at the end it is exact for the instant of the
        last write. The truth between instants is the wave's `energy_pj`.
        """
        epoch, stop = boottime_ns(), threading.Event()
        starts = {name: self[name].energy_uj for name in waves}

        def write() -> None:
            elapsed = boottime_ns() - epoch
            for name, wave in waves.items():
                self[name].set_uj(starts[name] + wave.energy_pj(elapsed) // PJ_PER_UJ)

        def run() -> None:
            while not stop.wait(every_s):
                write()

        thread = threading.Thread(target=run, name="powercap-simulator", daemon=True)
        thread.start()
        try:
            yield epoch
        finally:
            stop.set()
            thread.join()
            write()
