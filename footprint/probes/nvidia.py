"""NVIDIA GPUs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from footprint.model import Device, Unavailable
from footprint.probes import cuda_visible, nvml
from footprint.probes.base import Discovery, GpuSource, Machine, Source
from footprint.probes.cuda_visible import Gpu, Visible

#: A board can pass its limit for milliseconds before the limiter acts: the bound on what it draws
#: is the limit with this margin. A bound, so too high is safe and too low is not.
TRANSIENT_MARGIN = 1.2

#: The sensor's gain per board, from external measurement of 70 GPUs.
GAIN_LOW, GAIN_HIGH = 0.95, 1.05
GAIN_SOURCE = "±5 % per board: Yang, Adámek, Armour, SC24, arXiv 2312.02741"

_ORDER_NOTE = (
    "CUDA_VISIBLE_DEVICES gives indices and the GPUs here differ: CUDA's default order (fastest "
    "first) may name another GPU; taken in PCI bus order. Set CUDA_DEVICE_ORDER=PCI_BUS_ID"
)


class NvidiaProbe:
    """The GPUs that CUDA would show to this process."""

    name = "nvidia"

    def discover(self, machine: Machine) -> Discovery:
        """A source for each visible GPU; what is missing, with its reason."""
        try:
            pynvml = nvml.acquire(machine.nvml_library)
        except nvml.NvmlAbsentError as absent:
            missing = Unavailable(self.name, "NVIDIA GPUs", absent.reason, absent.remedy)
            return Discovery((), (missing,))
        try:
            return self._found(pynvml, machine)
        except pynvml.NVMLError as error:
            missing = Unavailable(self.name, "NVIDIA GPUs", str(error), "run nvidia-smi")
            return Discovery((), (missing,))
        finally:
            nvml.release()

    def _found(self, pynvml: Any, machine: Machine) -> Discovery:
        handles: dict[int, Any] = {}
        gpus: list[Gpu] = []
        missing: list[Unavailable] = []
        for index in range(pynvml.nvmlDeviceGetCount()):
            try:
                handles[index] = pynvml.nvmlDeviceGetHandleByIndex(index)
                gpus.append(_gpu(pynvml, index, handles[index]))
            except pynvml.NVMLError as error:
                missing.append(self._missing(f"GPU {index}", str(error)))
        seen = cuda_visible.visible(machine.environ, gpus)
        if gpus and not seen:
            value = machine.environ.get("CUDA_VISIBLE_DEVICES")
            reason = f"CUDA_VISIBLE_DEVICES={value!r} leaves none of {len(gpus)} GPUs visible"
            missing.append(self._missing("NVIDIA GPUs", reason, "unset it, or name a GPU in it"))
        elif not gpus and not missing:
            missing.append(self._missing("NVIDIA GPUs", "the driver lists none"))
        notes = (_ORDER_NOTE,) if cuda_visible.order_unknown(machine.environ, gpus) else ()
        sources: list[Source] = []
        for each in seen:
            source = _source(pynvml, machine, each, handles[each.gpu.number], notes)
            if source is None:
                what = f"GPU {each.gpu.number} ({each.gpu.name})"
                missing.append(self._missing(what, "the driver gives neither energy nor power"))
            else:
                sources.append(source)
        return Discovery(tuple(sources), tuple(missing))

    def _missing(self, what: str, reason: str, remedy: str = "run nvidia-smi") -> Unavailable:
        return Unavailable(self.name, what, reason, remedy)


def _gpu(pynvml: Any, index: int, handle: Any) -> Gpu:
    try:
        mig_mode = pynvml.nvmlDeviceGetMigMode(handle)[0] == 1
    except pynvml.NVMLError:
        mig_mode = False
    mig = tuple(_mig_uuids(pynvml, handle)) if mig_mode else ()
    uuid, name = pynvml.nvmlDeviceGetUUID(handle), pynvml.nvmlDeviceGetName(handle)
    return Gpu(index, uuid, name, mig, mig_mode)


def _mig_uuids(pynvml: Any, handle: Any) -> Iterable[str]:
    try:
        count = pynvml.nvmlDeviceGetMaxMigDeviceCount(handle)
    except pynvml.NVMLError:
        return
    for index in range(count):
        try:
            instance = pynvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, index)
            yield pynvml.nvmlDeviceGetUUID(instance)
        except pynvml.NVMLError:
            continue  # the slots of a GPU need not all be taken


def _source(
    pynvml: Any, machine: Machine, seen: Visible, handle: Any, notes: tuple[str, ...]
) -> GpuSource | None:
    from footprint.probes.nvidia_methods import choose  # ctypes: 10 ms
    from footprint.probes.nvidia_source import NvidiaSource

    gpu = seen.gpu
    methods = choose(pynvml, handle)
    if methods.energy is None and methods.power is None:
        return None
    if gpu.mig_mode:
        whose = ", ".join(seen.mig) or "its MIG devices"
        notes += (f"split by MIG: the whole GPU is metered, the part of {whose} is not measurable",)
    if methods.scope == "module":
        notes += ("the counter covers the module: CPU, GPU and their memory in one figure",)
    device = Device(
        id=gpu.uuid,
        kind="gpu",
        name=gpu.name,
        tier="counter" if methods.energy else "power",
        scope=methods.scope,
        max_w=_max_w(pynvml, handle),
        gain_low=GAIN_LOW,
        gain_high=GAIN_HIGH,
        gain_source=GAIN_SOURCE,
        number=gpu.number,
        notes=notes,
    )
    return NvidiaSource(nvml.acquire(machine.nvml_library), device, handle, methods)


def _max_w(pynvml: Any, handle: Any) -> float | None:
    """The highest of the limits, in W, with the margin: a limit can be raised while we measure."""
    limit_mw = 0
    for name in (
        "nvmlDeviceGetEnforcedPowerLimit",
        "nvmlDeviceGetPowerManagementLimit",
        "nvmlDeviceGetPowerManagementLimitConstraints",  # [least, most]
    ):
        try:
            found = getattr(pynvml, name)(handle)
        except pynvml.NVMLError:
            continue
        limit_mw = max(limit_mw, found[1] if isinstance(found, list) else found)
    return limit_mw / 1000 * TRANSIENT_MARGIN if limit_mw else None
