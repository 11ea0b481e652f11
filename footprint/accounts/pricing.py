"""What was declared about a place, from its three sources, and quantities of what was booked.

Arguments of the report go first, then a file of factors that was given for it, then what the run
recorded of itself, then the reader's own settings. A laptop in France thus does not price a cluster
in Iowa.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from footprint.accounts.book import Energy, GroupEnergy
from footprint.errors import UsageError
from footprint.estimators.applied import Use
from footprint.estimators.declared import Declared, declare
from footprint.estimators.errors import EstimatorError
from footprint.estimators.holding import Hardware
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import Quantity, total
from footprint.estimators.series import Series
from footprint.factors.opened import Opened
from footprint.ledger.reader import Facts
from footprint.model import NJ_PER_J, NS_PER_S, Device
from footprint.settings import DECLARED, Settings


def declared_from(values: Mapping[str, Any], origin: str) -> Declared:
    """Declared values by their settings' names. Raises UsageError for wrong ones."""
    try:
        given = {argument: values.get(name) for name, argument in DECLARED.items()}
        return declare(**given, origin=origin)
    except EstimatorError as error:
        raise UsageError(str(error)) from error


def declared_of(
    context: Mapping[str, Any],
    arguments: Mapping[str, Any],
    settings: Settings,
    sources: Opened,
    span: tuple[int, int] | None,
) -> Declared:
    """What holds for a run, in the order above.

    Args:
        context: what the run recorded of itself.
        arguments: declared for this report.
        settings: the reader's own.
        sources: what a file that was given for this report says is left out below the arguments,
            so that it is found there.
        span: the period, UTC ns; None: there is none.

    Raises UsageError for what is not right.
    """
    first = declared_from(arguments, "report argument")
    own = {name: getattr(settings, name) for name in DECLARED}
    below = declared_from(context.get("declared") or {}, "the run's context").over(
        declared_from(own, "the reader's settings")
    )
    since, until = span or (None, None)
    return first.over(below.without(sources.said(first.over(below).zone, since, until)))


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


#: Kinds of devices that bear embodied carbon and rental by the time for which they are held.
BEARING = ("gpu", "cpu")


def hardware_of(facts: Iterable[Facts]) -> dict[str, tuple[Hardware, ...]]:
    """The devices of each boot that bear embodied carbon and rental, by name.

    All that any of a boot's writers saw: one that was too short may have seen none.
    """
    seen: dict[str, dict[str, tuple[str, str, str]]] = {}
    for one in facts:
        devices = seen.setdefault(one.boot_id, {})
        for device in one.devices.values():
            if device.kind in BEARING:
                devices[device.id] = device.name, device.kind, device.scope
    found: dict[str, tuple[Hardware, ...]] = {}
    for boot, by_id in seen.items():
        # One entry a name, since factors and time held go by it.
        scopes: dict[tuple[str, str], list[str]] = {}
        for name, kind, scope in by_id.values():
            scopes.setdefault((name, kind), []).append(scope)
        found[boot] = tuple(
            Hardware(name, kind, "share" not in those, len(those))
            for (name, kind), those in sorted(scopes.items())
        )
    return found


def cuts(sets: Iterable[FactorSet], span: tuple[int, int]) -> tuple[int, ...]:
    """The instants within a period (UTC ns) at which any factor changes; none: none changes."""
    steps = [
        factor.value
        for each in sets
        for factor in each.changing()
        if isinstance(factor.value, Series)
    ]
    found = {cut for each in steps for cut in each.cuts(*span)}
    # A series that says the same all along still has to be asked: one cut is enough.
    return tuple(sorted(found)) or ((span[0] + 1,) if steps else ())


def at_instants(by_stretch: Mapping[int, int], cuts: Sequence[int]) -> dict[int, int]:
    """Energy by an instant of each stretch, UTC ns, in place of the stretch's number."""
    return {cuts[stretch - 1] if stretch else cuts[0] - 1: nj for stretch, nj in by_stretch.items()}


def held_s(device: Device, ns: float) -> dict[str, float]:
    """Seconds by name of a device whose manufacture and rental count."""
    return {device.name: ns / NS_PER_S} if device.kind in BEARING else {}


def together(uses: Sequence[Use]) -> Use:
    """Several uses as one, J."""
    weights: dict[int, int] = {}
    held: dict[str, list[float]] = {}
    for use in uses:
        for at, amount in use.weights.items():
            weights[at] = weights.get(at, 0) + amount
        for name, seconds in (use.held_s or {}).items():
            held.setdefault(name, []).append(seconds)
    sums = {name: math.fsum(seconds) for name, seconds in held.items()}
    is_known = all(use.held_s is not None for use in uses)
    return Use(total((use.energy for use in uses), "J"), weights, sums if is_known else None)
