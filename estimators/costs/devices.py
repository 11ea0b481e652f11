"""Whether two names are of one device."""

from __future__ import annotations

from footprint.estimators.errors import EstimatorError
from footprint.estimators.zones import folded


def device_named(name: object) -> tuple[str, str]:
    """(name in the accelerator table, what was assumed); another device's name is folded.

    `NVIDIA H100 80GB HBM3` and `H100 SXM` are one device; `H100` is taken for it, with a line that
    says so.
    """
    from footprint.estimators.hardware.accelerators import accelerator

    try:
        found = accelerator(name)
    except EstimatorError:
        return folded(str(name)), ""
    return found.name, found.assumption
