"""CPU packages and DRAM through RAPL, as Linux's powercap tree shows them.

Domains nest and repeat, so not everything that counts energy may be added up:

- `package-N`: a whole socket. Counted.
- `core`, `uncore` (PP0, PP1): parts of their package. Not counted.
- `dram`: the memory of a socket. Counted: though powercap shows it under the package, Intel's
  Software Developer's Manual (vol. 3B, "Package RAPL Domain", "DRAM RAPL Domain") has it as a
  domain beside the package, which is the socket alone; on servers the memory's power does not
  flow through the socket.
- `psys`: the whole board with the packages in it. Never added to them.
- `intel-rapl-mmio:N`: the package again, through another register. The MSR's is kept.

AMD's (Linux 5.8 and later) come under the same names, packages and cores only.
"""

from __future__ import annotations

import re
from pathlib import Path

from footprint.model import Device, Unavailable
from footprint.probes.base import Discovery, Machine
from footprint.probes.boot import boot_tag
from footprint.probes.rapl_source import NJ_PER_UJ, RaplSource, counter

#: The sensor's gain. No bound is published: RAPL follows a plug meter closely on servers since
#: Haswell, where it measures (Khan et al., RAPL in Action, ACM TOMPECS 3(2), 2018); DRAM is off by
#: an offset that differs between systems, most when idle (Desrochers, Paradis, Weaver, A Validation
#: of DRAM RAPL Power Measurements, MEMSYS 2016); AMD's is a model inside the CPU that does not see
#: the data (Schöne et al., Energy Efficiency Aspects of the AMD Zen 2 Architecture, CLUSTER 2021).
#: The figures are assumed in that order of trust.
GAINS = {
    "package": (0.95, 1.05, "±5 %, assumed after Khan et al., ACM TOMPECS 3(2), 2018"),
    "dram": (0.80, 1.20, "±20 %, assumed after Desrochers, Paradis, Weaver, MEMSYS 2016"),
    "amd": (0.85, 1.15, "±15 %, assumed after Schöne et al., CLUSTER 2021"),
}

#: What a constraint allows can be passed for a short while before the limiter acts.
TRANSIENT_MARGIN = 1.2

_PERMISSION = (
    "until the next boot: sudo chmod a+r {root}/intel-rapl*/energy_uj; for good, in "
    "/etc/udev/rules.d/70-rapl.rules: "
    'SUBSYSTEM=="powercap", ACTION=="add", RUN+="/bin/chmod a+r /sys%p/energy_uj". '
    "Root alone reads them since they can leak secrets to other users (CVE-2020-8694): "
    "leave it so on a shared host"
)


class RaplProbe:
    """Packages as devices of kind `cpu`, their memory as `dram`."""

    name = "rapl"

    def discover(self, machine: Machine) -> Discovery:
        """A source for each package and DRAM domain; what is missing, with its reason."""
        root = machine.sys / "class/powercap"
        zones = _zones(root)
        missing: list[Unavailable] = []
        if not zones:
            missing.append(self._missing("CPU and DRAM counters", *_no_zones(machine, root)))
        boot, amd = boot_tag(machine), _is_amd(machine)
        sources: list[RaplSource] = []
        for zone, name in _counted(zones):
            device = _device(zone, name, boot, amd, zones)
            try:
                counter(zone / "energy_uj")
            except PermissionError:
                remedy = _PERMISSION.format(root=root)
                missing.append(self._missing(name, f"{zone}/energy_uj is for root only", remedy))
            except (OSError, ValueError) as error:
                missing.append(self._missing(name, f"cannot be read: {error}", "see dmesg"))
            else:
                sources.append(RaplSource(device, zone / "energy_uj"))
        return Discovery(tuple(sources), tuple(missing))

    def _missing(self, what: str, reason: str, remedy: str) -> Unavailable:
        return Unavailable(self.name, what, reason, remedy)


def _zones(root: Path) -> dict[Path, str]:
    """Zone folders with their names, MSR before MMIO, by number."""
    found: dict[Path, str] = {}
    try:
        folders = [path for path in root.iterdir() if re.match(r"intel-rapl.*:\d+$", path.name)]
    except OSError:
        return found
    for zone in sorted(folders, key=lambda path: (_mmio(path), _numbers(path))):
        try:
            found[zone] = (zone / "name").read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            continue
    return found


def _mmio(zone: Path) -> bool:
    return not zone.name.startswith("intel-rapl:")


def _numbers(zone: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", zone.name)]


def _counted(zones: dict[Path, str]) -> list[tuple[Path, str]]:
    """Each package and each package's DRAM once: (zone, `package-0` or `package-0 dram`)."""
    seen: dict[str, Path] = {}
    for zone, name in zones.items():
        parent = zones.get(zone.with_name(zone.name.rpartition(":")[0]))
        if name.startswith("package"):
            seen.setdefault(name, zone)
        elif name == "dram":
            seen.setdefault(f"{parent} dram" if parent else "dram", zone)
    return [(zone, name) for name, zone in seen.items()]


def _passed_over(name: str, zones: dict[Path, str]) -> tuple[str, ...]:
    """What was left out beside a package, in words."""
    notes = []
    if "psys" in zones.values():
        notes.append("psys is there too: it holds the packages and is not added to them")
    if list(zones.values()).count(name) > 1:
        notes.append("one of two mirrored domains (MSR and MMIO), counted once")
    return tuple(notes)


def _device(zone: Path, name: str, boot: str, amd: bool, zones: dict[Path, str]) -> Device:
    dram = name.endswith("dram")
    low, high, source = GAINS["dram" if dram else "amd" if amd else "package"]
    label = name.removesuffix(" dram") if dram else name
    return Device(
        id=f"{'dram' if dram else 'cpu'}:{boot}:{label}",
        kind="dram" if dram else "cpu",
        name=f"RAPL {name}",
        tier="counter",
        scope="dram" if dram else "package",
        max_w=_max_w(zone),
        gain_low=low,
        gain_high=high,
        gain_source=source,
        wrap_nj=_wrap_nj(zone),
        number=_numbers(zone)[0],
        notes=() if dram else _passed_over(name, zones),
    )


def _wrap_nj(zone: Path) -> int | None:
    """The counter's range. The register has one unit (15 to 61 uJ) more, which is not told."""
    try:
        return counter(zone / "max_energy_range_uj") * NJ_PER_UJ
    except (OSError, ValueError):
        return None


def _max_w(zone: Path) -> float | None:
    """The highest of the constraints and of what they may be set to, in W, with the margin."""
    found = [0]
    for limit in (*zone.glob("constraint_*_max_power_uw"), *zone.glob("constraint_*_limit_uw")):
        try:
            found.append(counter(limit))
        except (OSError, ValueError):
            continue
    return max(found) / 1e6 * TRANSIENT_MARGIN or None


def _is_amd(machine: Machine) -> bool:
    try:
        return "AuthenticAMD" in (machine.proc / "cpuinfo").read_text(errors="replace")
    except OSError:
        return False


def _no_zones(machine: Machine, root: Path) -> tuple[str, str]:
    from footprint.probes.cpu_info import cpu_info

    if cpu_info(machine).virtual:
        reason = "a virtual machine: the hypervisor shows no RAPL"
        return reason, "meter on the host; until then the CPU is modelled from its utilisation"
    reason = f"{root} has no RAPL domains"
    return reason, "modprobe intel_rapl_msr (Linux 5.8 and later on AMD); in a container mount /sys"
