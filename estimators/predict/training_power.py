"""What one device draws on the mean in training: given, measured of its kind, or a share of TDP."""

from __future__ import annotations

from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.hardware.accelerators import Accelerator
from footprint.estimators.predict.said import number, ranged
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import checked

#: Mean power of a GPU in training over its design power. Published energy of a training is often
#: device-hours x TDP: that is the high end here. Give watts where they were measured.
POWER_SHARE = Factor(
    name="mean power in training over design power (TDP)",
    value=Quantity(0.54, 0.89, 1.0, "1"),
    unit="1",
    source=(
        "mid: Olmo 3 7B, 234,000 H100-hours and 146 MWh, as quoted from Ai2 at muxup.com, "
        "2025q4/minipost-olmo3-training-cost (of 32B: 0.93; an H100 node at full load draws 0.76 "
        "of its rating, Newkirk et al. 2025, arXiv:2506.14551); low: "
        "Switch Transformer, 245 of 450 W, the least mean of Patterson et al. 2021, "
        "arXiv:2104.10350, Table 4; high: device-hours x TDP, as model cards publish"
    ),
    vintage=2025,
    used_for="energy_kwh",
    why="no watts were given",
)


class Power(NamedTuple):
    """What one device draws."""

    watts: Quantity
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()


def power(watts: object, device: Accelerator | None) -> Power:
    """Mean power of one device: what was given, exactly, else what its name tells.

    Raises:
        EstimatorError: neither was given, not above zero, or nothing is published of the device.
    """
    if watts is not None:
        drawn = checked("watts", watts, "W")
        if drawn == 0:
            raise EstimatorError(
                "watts is 0: a device that computes draws power; give its mean, or leave it out "
                "and name the device (--gpu H100)"
            )
        return Power(exact(drawn, "W"), assumptions=_above(drawn, device))
    if device is None:
        raise EstimatorError(
            "the power of a device is not given: give --watts W, or name the device (--gpu H100)"
        )
    return named_power(device)


def _above(watts: float, device: Accelerator | None) -> tuple[str, ...]:
    """What is said of watts above the design power: they may be those of a server."""
    if device is None or device.tdp_w is None or watts <= device.tdp_w:
        return ()
    return (
        f"--watts {watts:g} is {number(watts / device.tdp_w)} times the TDP of one {device.name} "
        f"({device.tdp_w:g} W): it is taken as given, for each device; were they those of a "
        "server, give those of one device and --overhead",
    )


def named_power(device: Accelerator) -> Power:
    """Mean power of a device that is only named: as measured of its kind, else TDP x share.

    Raises:
        EstimatorError: neither is published.
    """
    if device.measured_w is not None:
        factor = Factor(
            name="mean power in training, as measured",
            value=device.measured_w,
            unit="W",
            source=device.measured_source,
            used_for="energy_kwh",
            why="no watts were given",
            subject=device.name,
        )
        note = f"no watts were given: {device.name} is taken to draw what was measured of its kind"
        return Power(device.measured_w, (factor,), (note,))
    if device.tdp_w is None:
        raise EstimatorError(
            f"{device.name} has no published design power: give --watts W, as measured"
        )
    tdp = Factor(
        name="design power (TDP)",
        value=exact(device.tdp_w, "W"),
        unit="W",
        source=device.source,
        used_for="energy_kwh",
        why="no watts were given",
        subject=device.name,
    )
    watts = POWER_SHARE.quantity.times(tdp.quantity, "W")
    note = (
        f"no watts were given: {device.name} is taken to draw {ranged(watts)} W, "
        f"{ranged(POWER_SHARE.quantity)} of its TDP; model cards often take the whole TDP: "
        f"--watts {device.tdp_w:g} does"
    )
    return Power(watts, (tdp, POWER_SHARE), (note,))
