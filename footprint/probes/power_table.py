"""Watts for the models: what the factors of `footprint.estimators.cpu_power` come to here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from footprint.probes.cpu_info import CpuInfo

if TYPE_CHECKING:
    from footprint.estimators.factors import Factor

#: A module's "8 GB" are 8 of these; the factor for memory is per GB of that kind.
GB = 2**30


class Watts(NamedTuple):
    """Power at full load and at none, in W, and how far off both may be.

    Attributes:
        full_w, idle_w: best estimates.
        low, high: bounds as factors on any energy between the two, fully correlated.
        source: what it rests on, in words.
        whole_server: the figures are of a server at the wall: memory and fans are in them.
        notes: for the reader of the figures.
    """

    full_w: float
    idle_w: float
    low: float
    high: float
    source: str
    whole_server: bool = False
    notes: tuple[str, ...] = ()


def cpu_watts(info: CpuInfo) -> Watts:
    """All visible CPUs of a machine.

    By design power where the model is known and the chips are wholly ours; by hardware thread
    otherwise. In a VM a known model does not help: its threads are some of the chip's, and the
    table does not say of how many; its design power is then no more than a ceiling.
    """
    from footprint.estimators import cpu_power

    tdp = cpu_power.cpu_tdp(info.model)
    if tdp is None or info.virtual:
        return _by_thread(info, tdp)
    idle = cpu_power.IDLE_SHARE.quantity
    full_w = tdp.quantity.mid * info.sockets
    # The idle share is the widest of what is not known, and bounds the rest: the table's rows of
    # one model, 1.02 of design power at full load on Teads' Xeons (more while boost lasts, less
    # for a load that waits for memory), 0.75 at half load where this line has 0.6.
    low, high = idle.low / idle.mid, idle.high / idle.mid
    low = min(low, tdp.quantity.low / tdp.quantity.mid)
    high = max(high, tdp.quantity.high / tdp.quantity.mid)
    source = f"{info.sockets} x {tdp.quantity.mid:g} W design power, {_cite(tdp)}"
    notes = (f"{tdp.why}; idle share {idle.mid:g} ({cpu_power.IDLE_SHARE.source})",)
    return Watts(full_w, full_w * idle.mid, low, high, source, notes=notes)


def ram_watts(size_bytes: int, cpu: Watts) -> Watts:
    """Memory of a size, beside a CPU that was modelled as `cpu`."""
    from footprint.estimators import cpu_power

    factor = cpu_power.RAM_W_PER_GB
    per_gb = factor.quantity
    power_w = per_gb.mid * size_bytes / GB
    source = f"{per_gb.mid:g} W/GB, {factor.source}"
    low, high = per_gb.low / per_gb.mid, per_gb.high / per_gb.mid
    if not cpu.whole_server:
        return Watts(power_w, power_w, low, high, source)
    note = "the CPU's figure holds memory of an average server already: the low bound is nothing"
    return Watts(power_w, power_w, 0.0, high, source, notes=(note,))


def _by_thread(info: CpuInfo, tdp: Factor | None) -> Watts:
    from footprint.estimators import cpu_power

    full, idle = cpu_power.VCPU_FULL_W.quantity, cpu_power.VCPU_IDLE_W.quantity
    full_w = full.mid * info.cpus
    if tdp is not None:
        full_w = min(full_w, tdp.quantity.mid * info.sockets)
        why = "a virtual machine has some threads of its chip, of how many is not known"
    else:
        why = f"no design power is known for the model {info.model!r}"
    scale = full_w / full.mid
    return Watts(
        full_w,
        idle.mid * scale,
        min(full.low / full.mid, idle.low / idle.mid),
        max(full.high / full.mid, idle.high / idle.mid),
        f"{full.mid:g} W a hardware thread, {_cite(cpu_power.VCPU_FULL_W)}",
        whole_server=True,
        notes=(f"{why}: servers' mean power per thread, with memory and fans in it",),
    )


def _cite(factor: Factor) -> str:
    return f"{factor.source} {factor.version}".rstrip()
