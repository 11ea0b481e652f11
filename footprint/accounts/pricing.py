"""What was declared about a place, from its three sources, and quantities of what was booked.

Who says something wins over who says less near to the work: arguments of the report, then what the
run recorded of itself, then the reader's own settings. A laptop in France thus does not price a
cluster in Iowa.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from footprint.accounts.book import Energy, GroupEnergy
from footprint.errors import UsageError
from footprint.estimators.declared import Declared, declare
from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity
from footprint.model import NJ_PER_J, Device
from footprint.settings import DECLARED, Settings


def declared_from(values: Mapping[str, Any], origin: str) -> Declared:
    """Declared values by their settings' names. Raises UsageError for wrong ones."""
    try:
        given = {argument: values.get(name) for name, argument in DECLARED.items()}
        return declare(**given, origin=origin)
    except EstimatorError as error:
        raise UsageError(str(error)) from error


def declared_of(
    context: Mapping[str, Any], arguments: Mapping[str, Any], settings: Settings
) -> Declared:
    """What holds for a run: report arguments, then its own context, then the reader's settings."""
    own = {name: getattr(settings, name) for name in DECLARED}
    return (
        declared_from(arguments, "report argument")
        .over(declared_from(context.get("declared", {}), "the run's context"))
        .over(declared_from(own, "the reader's settings"))
    )


def with_gain(energy: Energy, device: Device) -> Quantity:
    """Joules with the sensor's gain, which is applied here, after summing over a device."""
    low, high = (device.gain_low, device.gain_high)
    if device.tier in ("utilisation", "nameplate"):
        low = high = 1.0  # a model's error is in the bounds already
    return Quantity(
        energy.low_nj * low / NJ_PER_J,
        energy.mid_nj / NJ_PER_J,
        energy.high_nj * high / NJ_PER_J,
        "J",
    )


def energy_of(parts: Sequence[GroupEnergy]) -> Quantity:
    """Joules of a group over its devices; bounds add, since nothing says that errors cancel."""
    low = mid = high = 0.0
    for part in parts:
        one = with_gain(part.energy, part.device)
        low, mid, high = low + one.low, mid + one.mid, high + one.high
    return Quantity(min(low, mid), mid, max(high, mid), "J")
