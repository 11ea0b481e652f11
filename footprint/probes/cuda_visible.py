"""Which GPUs `CUDA_VISIBLE_DEVICES` leaves visible, worked out without CUDA.

The rules are those of the CUDA programming guide's appendix on environment variables, and where
it is silent (repeated entries, numbers with a tail) those that PyTorch found by trying
(`torch/cuda/__init__.py`, `_parse_visible_devices`):

- not set: all; an empty string: none;
- the form of the first entry, index or UUID, holds for all;
- entries are in CUDA's order; the first invalid one ends the list;
- a UUID may be shortened as long as it names one GPU; a repeated entry makes the list empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Gpu(NamedTuple):
    """A GPU as NVML lists it: in PCI bus order.

    `mig` holds the UUIDs of its MIG devices, `mig_mode` whether it is split at all.
    """

    number: int
    uuid: str
    name: str
    mig: tuple[str, ...] = ()
    mig_mode: bool = False


class Visible(NamedTuple):
    """A GPU that CUDA shows, and the MIG devices of it that were asked for by name."""

    gpu: Gpu
    mig: tuple[str, ...] = ()


def visible(environ: Mapping[str, str], gpus: Sequence[Gpu]) -> list[Visible]:
    """The visible GPUs in CUDA's order; a GPU that is split appears once."""
    value = environ.get("CUDA_VISIBLE_DEVICES")
    if value is None:
        return [Visible(gpu) for gpu in gpus]
    by_name = value.startswith(("GPU-", "MIG-"))
    chosen: list[tuple[Gpu, str]] = []
    for entry in value.split(","):
        found = _by_uuid(entry.strip(), gpus) if by_name else _by_index(entry.strip(), gpus)
        if found is None:
            break
        if found in chosen:
            return []
        chosen.append(found)
    return _merged(chosen)


def order_unknown(environ: Mapping[str, str], gpus: Sequence[Gpu]) -> bool:
    """Whether an index in `CUDA_VISIBLE_DEVICES` may mean another GPU than NVML's index.

    CUDA's default order is fastest first, by a rule it does not publish; with GPUs of one model
    that is PCI bus order, which is NVML's.
    """
    value = environ.get("CUDA_VISIBLE_DEVICES", "").strip()
    by_index = bool(value) and not value.startswith(("GPU-", "MIG-"))
    pci = environ.get("CUDA_DEVICE_ORDER", "").strip() == "PCI_BUS_ID"
    return by_index and not pci and len({gpu.name for gpu in gpus}) > 1


def _by_index(entry: str, gpus: Sequence[Gpu]) -> tuple[Gpu, str] | None:
    number = re.match(r"[+-]?[0-9]+", entry)  # as strtol reads it: "1gpu" is 1
    if number is None:
        return None
    index = int(number.group())
    return next(((gpu, "") for gpu in gpus if gpu.number == index), None)


def _by_uuid(entry: str, gpus: Sequence[Gpu]) -> tuple[Gpu, str] | None:
    if entry.startswith("MIG-GPU-"):  # drivers before R470: MIG-GPU-<uuid>/<instance>/<compute>
        uuid = entry.removeprefix("MIG-").split("/")[0]
        return next(((gpu, entry) for gpu in gpus if gpu.uuid == uuid), None)
    if entry.startswith("MIG-"):
        matches = [(gpu, mig) for gpu in gpus for mig in gpu.mig if mig.startswith(entry)]
    elif entry.startswith("GPU-"):
        matches = [(gpu, "") for gpu in gpus if gpu.uuid.startswith(entry)]
    else:
        return None
    return matches[0] if len(matches) == 1 else None


def _merged(chosen: Sequence[tuple[Gpu, str]]) -> list[Visible]:
    names: dict[int, tuple[Gpu, list[str]]] = {}
    for gpu, mig in chosen:
        names.setdefault(gpu.number, (gpu, []))[1].extend([mig] if mig else [])
    return [Visible(gpu, tuple(mig)) for gpu, mig in names.values()]
