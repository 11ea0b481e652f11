"""The CPU's energy where no counter gives it: a line from idle to full load over utilisation.

    P(t) = idle_w + (full_w - idle_w) * utilisation(t)

Since this is linear in utilisation, its integral needs no sampling: idle_w times the time plus
(full_w - idle_w) times the busy CPU seconds over the number of CPUs. The energy between any two
moments is therefore the same however often it was read in between, and two processes that model
the same machine read the same counter, which began with the machine.

Real CPUs bend above this line at part load (at 50 % utilisation the curve that Teads measured on
bare-metal Xeons is at 0.75 of TDP, the line at 0.56) and below it under a governor that saves
power; the interval has to cover that, and it is wide.
"""

from __future__ import annotations

from collections.abc import Callable

from footprint.model import Device, Unavailable
from footprint.probes import power_table
from footprint.probes.base import COUNTER_LIMIT_NJ, FAILED, Discovery, Early, Machine, ReadError
from footprint.probes.boot import boot_tag
from footprint.probes.cpu_info import CpuInfo, cpu_info
from footprint.probes.cpu_times import parse_stat
from footprint.probes.power_table import Watts
from footprint.probes.share import Share, ShareTimes


class CpuModelProbe:
    """The CPUs that are visible here, or the container's share of them."""

    name = "cpu_model"

    def discover(self, machine: Machine) -> Discovery:
        """One source, for the machine or for the share that the control group allows."""
        try:
            share = Share(machine)
            share.read()
        except Exception as error:  # noqa: BLE001 - psutil's errors are its own
            reason = f"CPU times cannot be read: {error}"
            missing = Unavailable(self.name, "CPU", reason, f"make {machine.proc}/stat readable")
            return Discovery((), (missing,))
        info = cpu_info(machine)
        watts = power_table.cpu_watts(info)
        device = _device(machine, info, share, watts)
        return Discovery((CpuModelSource(device, share.read, watts, info.cpus, share.part),))


class CpuModelSource:
    """The model as a counter.

    Args:
        device: what it stands for.
        times: CPU time of the machine and of the share.
        watts: of all visible CPUs.
        cpus: how many those are.
        part: of idle power that belongs here, 0..1.
    """

    steps = False

    def __init__(
        self, device: Device, times: Callable[[], ShareTimes], watts: Watts, cpus: int, part: float
    ) -> None:
        self.device = device
        self._times, self._cpus = times, cpus
        self._whole = part == 1.0
        # Whole mW and ns: the counter is exact, and never runs backwards for rounding.
        self._idle_mw = round(watts.idle_w * part * 1000)
        self._dynamic_mw = round((watts.full_w - watts.idle_w) * 1000)
        self._last_nj = 0
        self._last = self._before = self._read()

    def energy_nj(self) -> int:
        """Modelled energy since boot in nJ, modulo 2**63. Raises ReadError (FAILED)."""
        times = self._read()
        if times.total_ns - self._last.total_ns > 0:
            self._before, self._last = self._last, times
        # The kernel's idle and iowait may step back by a tick; energy may not.
        self._last_nj = max(self._last_nj, self._energy_nj(times))
        return self._last_nj % COUNTER_LIMIT_NJ

    def early_nj(self, early: Early) -> int | None:
        """The same at an earlier instant; None where a control group's own time would be needed."""
        if not self._whole:
            return None
        try:
            busy, total = parse_stat(early.stat)
        except (ValueError, IndexError):
            return None
        return self._energy_nj(ShareTimes(busy, total, busy)) % COUNTER_LIMIT_NJ

    def power_mw(self) -> int:
        """Mean power in mW between the last two readings of energy."""
        then, now = self._before, self._last
        elapsed_ns = (now.total_ns - then.total_ns) // self._cpus
        if elapsed_ns <= 0:
            return self._idle_mw
        return max(0, (self._energy_nj(now) - self._energy_nj(then)) * 1000 // elapsed_ns)

    def close(self) -> None:
        """Nothing to let go of."""

    def _energy_nj(self, times: ShareTimes) -> int:
        milli = times.total_ns * self._idle_mw + times.ours_ns * self._dynamic_mw
        return milli // (1000 * self._cpus)

    def _read(self) -> ShareTimes:
        try:
            return self._times()
        except Exception as error:
            raise ReadError(FAILED, f"CPU times: {error}") from error


def _device(machine: Machine, info: CpuInfo, share: Share, watts: Watts) -> Device:
    allowed = share.limits
    notes = [
        f"modelled, not measured: {watts.source}",
        f"idle at {watts.idle_w / watts.full_w:.0%} of full power, a line in between",
        *watts.notes,
    ]
    if allowed.cores is not None:
        notes.append(f"the control group has {allowed.cores:g} of {info.cpus} CPUs")
        if allowed.usage is None:
            notes.append("its own CPU time is not readable: the machine's utilisation is used")
    if info.virtual:
        notes.append("a virtual machine: only its own CPUs are covered")
    return Device(
        id=f"cpu:{boot_tag(machine)}:" + (f"share-{allowed.tag}" if allowed.tag else "model"),
        kind="cpu",
        name=info.model or "CPU",
        tier="utilisation",
        scope="share" if allowed.tag or info.virtual else "machine",
        max_w=watts.full_w * share.part,
        gain_low=watts.low,
        gain_high=watts.high,
        gain_source=watts.source,
        notes=tuple(notes),
    )
