"""Training before it runs: from device-hours, from FLOPs, or from parameters and tokens.

    energy = device-hours x mean power x overhead

What is given exactly is used exactly. What is not given is a factor with an interval: the mean
power of a device that is only named (`training_power`), and the MFU (`training_size`). Their errors
are not known to be independent, so bounds multiply.
"""

from __future__ import annotations

from typing import Any

from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.predict.estimate import UNNAMED, DeviceTime, Prediction
from footprint.estimators.predict.said import ranged
from footprint.estimators.predict.training_power import power
from footprint.estimators.predict.training_size import size
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import checked, checked_count

_WORST = (
    "low and high combine the ends of the MFU and of the mean power, as if they came together; "
    "give --mfu and --watts to narrow them"
)

_ANOTHER = "For another, give its watts (--watts) with --gpu-hours, and leave out --gpu"


def training(
    *,
    gpu_hours: object = None,
    watts: object = None,
    gpu: object = None,
    gpus: object = None,
    hours: object = None,
    flops: object = None,
    params: object = None,
    active_params: object = None,
    tokens: object = None,
    mfu: object = None,
    precision: str | None = None,
    overhead: object = None,
) -> Prediction:
    """Predicts a training run. Its size is given in one of four ways, its power in one of two.

    Args:
        gpu_hours: device-hours in all.
        gpus, hours: devices, and for how long; `gpus` alone tells the duration of the others.
        flops: of the whole run.
        params, tokens: of a model and its data; `active_params` of a mixture of experts.
        gpu: the device's name: tells peak, power and embodied carbon.
        watts: mean power of one device, exact; wins over what `gpu` tells.
        mfu: share of the dense peak that is reached, above 0 to 1, exact.
        precision: of the peak; None: bf16, else fp16, as the device has it.
        overhead: energy of the whole server over that of its devices, from 1 to 5: CPUs, memory,
            network, fans. None: none, and an assumption says so.

    Raises:
        EstimatorError: no size or two, no power, unknown device, numbers outside their range.
    """
    given = {
        name: value
        for name, value in (
            ("gpu-hours", gpu_hours),
            ("gpus", gpus),
            ("hours", hours),
            ("flops", flops),
            ("params", params),
            ("active-params", active_params),
            ("tokens", tokens),
            ("gpu", gpu),
            ("mfu", mfu),
            ("precision", precision),
            ("watts", watts),
            ("overhead", overhead),
        )
        if value is not None
    }
    device = accelerator(gpu, _ANOTHER) if gpu is not None else None
    run = size(given, device)
    draw = power(watts, device)
    factor = 1.0 if overhead is None else checked("overhead", overhead, low=1.0, high=5.0)
    energy = run.hours.times(draw.watts, "Wh").to("kWh") * factor
    count = checked_count("gpus", gpus, low=1) if gpus is not None else _alone(given)
    duration = run.hours.to("s") / count if count else None
    noted = [device.assumption] if device and device.assumption else []
    open_mfu = run.hours.low != run.hours.high
    return Prediction(
        kind="training",
        inputs=tuple((name.replace("-", "_"), _echo(value)) for name, value in given.items()),
        it_energy_kwh=energy,
        duration_s=duration,
        devices=(DeviceTime(device.name if device else UNNAMED, run.hours),),
        steps=(*run.steps, _energy_step(run.hours, draw.watts, factor, energy)),
        factors=(*run.factors, *draw.factors, *_overhead(overhead, factor)),
        assumptions=(
            *noted,
            *run.assumptions,
            *draw.assumptions,
            *((_WORST,) if open_mfu and draw.factors else ()),
            _covered(watts is not None, overhead is not None),
        ),
        gaps=() if duration else (_no_duration(),),
    )


def _alone(given: dict[str, Any]) -> int | None:
    """One device, where hours are given without a number."""
    return 1 if "hours" in given else None


def _overhead(given: object, factor: float) -> tuple[Factor, ...]:
    if given is None:
        return ()
    name = "server's energy over its devices'"
    return (Factor(name, exact(factor, "1"), "1", used_for="energy_kwh", why="given"),)


def _covered(watts: bool, overhead: bool) -> str:
    if overhead:
        return "energy covers the servers; switches, storage and other runs are not in it"
    if watts:
        return (
            "energy covers what the given watts cover: where they are the device's alone, CPUs, "
            "memory, network and fans of its server are not in it (--overhead)"
        )
    return (
        "energy covers the accelerators: CPUs, memory, network and fans of their servers are not "
        "in it; give --overhead, the server's energy over theirs"
    )


def _no_duration() -> Gap:
    return Gap("duration_s", "how many devices run at a time is not given", "give --gpus N")


def _energy_step(hours: Quantity, watts: Quantity, factor: float, energy: Quantity) -> str:
    times = f" x {factor:g}" if factor != 1 else ""
    return f"{ranged(hours)} device-hours x {ranged(watts)} W{times} = {ranged(energy)} kWh"


def _echo(value: Any) -> Any:
    """An input as JSON shows it: a whole float as a whole number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
