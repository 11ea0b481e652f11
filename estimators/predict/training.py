"""Training before it runs: from device-hours, from FLOPs, or from parameters and tokens.

    energy       = device-hours x mean power x overhead
    device-hours = FLOPs / (peak FLOP/s x MFU) / 3600
    FLOPs        = 6 x active parameters x tokens                          ("6ND")

6ND: Kaplan et al. 2020, arXiv:2001.08361, section 2.1: 2 FLOPs a parameter and token forward, 4
backward. It leaves out attention over long contexts, recomputed activations, and all work beside
the run itself. MFU, the share of the peak that the model's own FLOPs reach: Chowdhery et al. 2022
(PaLM), arXiv:2204.02311, appendix B.

What is given exactly is used exactly. What is not given is a factor with an interval: the mean
power of a device that is only named (`POWER_SHARE` of its design power, or what was measured of
it), and the MFU (`MFU`). Their errors are not known to be independent, so bounds multiply.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.hardware.accelerators import Accelerator, accelerator
from footprint.estimators.predict.estimate import UNNAMED, DeviceTime, Prediction
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import checked, checked_count

#: Mean power of a GPU in training over its design power. Published energy of a training is often
#: device-hours x TDP: that is the high end here. Give watts where they were measured.
POWER_SHARE = Factor(
    name="mean power in training over design power (TDP)",
    value=Quantity(0.54, 0.89, 1.0, "1"),
    unit="1",
    source=(
        "mid: Olmo 3 7B, 234,000 H100-hours and 146 MWh as Ai2 reported (of 32B: 0.93; an H100 "
        "node at full load draws 0.76 of its rating, Newkirk et al. 2025, arXiv:2506.14551); low: "
        "Switch Transformer, 245 of 450 W, the least mean of Patterson et al. 2021, "
        "arXiv:2104.10350, Table 4; high: device-hours x TDP, as model cards publish"
    ),
    vintage=2025,
    used_for="energy_kwh",
    why="no watts were given",
)

#: Share of the dense peak that trainings of large language models reached.
MFU = Factor(
    name="model FLOPs utilisation (MFU)",
    value=Quantity(0.213, 0.41, 0.462, "1"),
    unit="1",
    source=(
        "low and high: GPT-3 and PaLM, Chowdhery et al. 2022, arXiv:2204.02311, Table 3; mid: "
        "Llama 3 405B on 16,384 H100, Grattafiori et al. 2024, arXiv:2407.21783, Table 4 "
        "[unverified]"
    ),
    vintage=2024,
    used_for="energy_kwh, duration_s",
    why="no MFU was given",
)

FLOPS_PER_PARAMETER_AND_TOKEN = 6

SIZES = (
    "--gpu-hours N, --gpus N with --hours H, --flops F with --gpu NAME, "
    "or --params P with --tokens T and --gpu NAME"
)
_SIX_ND = (
    "FLOPs are 6 x parameters x tokens: attention over long contexts, recomputed activations, "
    "restarts, evaluations, and trials before the run are not in it"
)
_WORST = (
    "low and high combine the ends of the MFU and of the mean power, as if they came together; "
    "give --mfu and --watts to narrow them"
)


class _Size(NamedTuple):
    """How large a run is."""

    hours: Quantity
    steps: tuple[str, ...] = ()
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()


class _Power(NamedTuple):
    """What one device draws."""

    watts: Quantity
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()


def training_flops(params: object, tokens: object, active_params: object = None) -> float:
    """6 x parameters x tokens; of a mixture of experts, the parameters that are active a token.

    Raises:
        EstimatorError: negative or not a number, or more active parameters than there are.
    """
    size = checked("params", params)
    if active_params is not None:
        active = checked("active-params", active_params)
        if active > size:
            raise EstimatorError(
                f"active-params of {active:g} are more than the model's {size:g}: "
                "give those that a token passes through"
            )
        size = active
    return FLOPS_PER_PARAMETER_AND_TOKEN * size * checked("tokens", tokens)


def mean_power_w(device: Accelerator) -> Quantity:
    """What a device draws on the mean in training: as measured of its kind, else TDP x share.

    Raises:
        EstimatorError: neither is published.
    """
    return _named_power(device).watts


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
    device = accelerator(gpu) if gpu is not None else None
    size = _size(given, device)
    power = _power(watts, device)
    factor = 1.0 if overhead is None else checked("overhead", overhead, low=1.0, high=5.0)
    energy = size.hours.times(power.watts, "Wh").to("kWh") * factor
    count = checked_count("gpus", gpus, low=1) if gpus is not None else _alone(given)
    duration = size.hours.to("s") / count if count else None
    noted = [device.assumption] if device and device.assumption else []
    ranged = size.factors and size.hours.low != size.hours.high
    return Prediction(
        kind="training",
        inputs=tuple((name, _echo(value)) for name, value in given.items()),
        it_energy_kwh=energy,
        duration_s=duration,
        devices=(DeviceTime(device.name if device else UNNAMED, size.hours),),
        steps=(*size.steps, _energy_step(size.hours, power.watts, factor, energy)),
        factors=(*size.factors, *power.factors, *_overhead(overhead, factor)),
        assumptions=(
            *noted,
            *size.assumptions,
            *power.assumptions,
            *((_WORST,) if ranged and power.factors else ()),
            _covered(watts is not None, overhead is not None),
        ),
        gaps=() if duration else (_no_duration(),),
    )


def _alone(given: dict[str, Any]) -> int | None:
    """One device, where hours are given without a number."""
    return 1 if "hours" in given else None


def _size(given: dict[str, Any], device: Accelerator | None) -> _Size:
    """Device-hours, from the one way in which the size was given."""
    ways: list[str] = [name for name in ("gpu-hours", "hours", "flops") if name in given]
    if "params" in given or "tokens" in given:
        ways.append("params")
    if not ways:
        raise EstimatorError(f"the size of the run is not given: give {SIZES}")
    if len(ways) > 1:
        raise EstimatorError(
            f"--{ways[0]} and --{ways[1]} are two sizes of one run: give one of them"
        )
    (way,) = ways
    for name in ("mfu", "precision"):
        if name in given and way in ("gpu-hours", "hours"):
            raise EstimatorError(
                f"--{name} says nothing of device-hours: leave it out, or give --flops"
            )
    if "active-params" in given and way != "params":
        raise EstimatorError("--active-params goes with --params and --tokens: give them")
    if way == "gpu-hours":
        return _Size(exact(checked("gpu-hours", given["gpu-hours"], "h"), "h"))
    if way == "hours":
        return _counted(given)
    if way == "flops":
        return _computed(checked("flops", given["flops"]), given, device)
    for name, other in (("params", "tokens"), ("tokens", "params")):
        if name not in given:
            raise EstimatorError(f"--{other} without --{name} is no size: give both")
    flops = training_flops(given["params"], given["tokens"], given.get("active-params"))
    size = _computed(flops, given, device)
    step = f"{FLOPS_PER_PARAMETER_AND_TOKEN} x parameters x tokens = {flops:.4g} FLOPs"
    return size._replace(steps=(step, *size.steps), assumptions=(_SIX_ND, *size.assumptions))


def _counted(given: dict[str, Any]) -> _Size:
    hours = checked("hours", given["hours"], "h")
    if "gpus" not in given:
        return _Size(exact(hours, "h"), assumptions=("--gpus not given: one device",))
    count = checked_count("gpus", given["gpus"], low=1)
    step = f"{count:,} devices x {_number(hours)} h = {_number(count * hours)} device-hours"
    return _Size(exact(count * hours, "h"), (step,))


def _computed(flops: float, given: dict[str, Any], device: Accelerator | None) -> _Size:
    """Device-hours of FLOPs: flops / (peak x MFU)."""
    if device is None:
        raise EstimatorError(
            "--gpu is missing: name the device that computes the FLOPs (--gpu H100)"
        )
    precision = given.get("precision") or device.training_precision()
    peak = device.peak_flop_per_s(precision)
    why = "" if "precision" in given else "the precision that training is taken to run in"
    factors = [
        Factor(
            name=f"dense peak at {precision}",
            value=exact(peak / 1e12, "TFLOP/s"),
            unit="TFLOP/s",
            source=device.source,
            vintage=device.year,
            used_for="energy_kwh, duration_s",
            why=why or "as asked for",
            subject=device.name,
        )
    ]
    if "mfu" in given:
        share = exact(checked("mfu", given["mfu"], "shares of the peak", low=1e-4, high=1), "1")
    else:
        share = MFU.quantity
        factors.append(MFU)
    low, mid, high = (flops / (peak * mfu) for mfu in (share.high, share.mid, share.low))
    hours = Quantity(low, mid, high, "s").to("h")
    step = (
        f"{flops:.4g} FLOPs / ({_number(peak / 1e12)} TFLOP/s x MFU {_range(share)}) = "
        f"{_range(hours)} device-hours"
    )
    assumed = f"no MFU was given: {_range(share)}, as trainings of large language models reached"
    return _Size(hours, (step,), tuple(factors), () if "mfu" in given else (assumed,))


def _power(watts: object, device: Accelerator | None) -> _Power:
    if watts is not None:
        return _Power(exact(checked("watts", watts, "W"), "W"))
    if device is None:
        raise EstimatorError(
            "the power of a device is not given: give --watts W, or name the device (--gpu H100)"
        )
    return _named_power(device)


def _named_power(device: Accelerator) -> _Power:
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
        return _Power(device.measured_w, (factor,), (note,))
    if device.tdp_w is None:
        raise EstimatorError(
            f"{device.name} has no published design power: give --watts W, as measured"
        )
    tdp = Factor(
        name="design power (TDP)",
        value=exact(device.tdp_w, "W"),
        unit="W",
        source=device.source,
        vintage=device.year,
        used_for="energy_kwh",
        why="no watts were given",
        subject=device.name,
    )
    watts = POWER_SHARE.quantity.times(tdp.quantity, "W")
    note = (
        f"no watts were given: {device.name} is taken to draw {_range(watts)} W, "
        f"{_range(POWER_SHARE.quantity)} of its TDP; model cards often take the whole TDP: "
        f"--watts {device.tdp_w:g} does"
    )
    return _Power(watts, (tdp, POWER_SHARE), (note,))


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
    return f"{_range(hours)} device-hours x {_range(watts)} W{times} = {_range(energy)} kWh"


def _range(quantity: Quantity) -> str:
    """`400`, or `0.89 (0.54 to 1)`."""
    middle = _number(quantity.mid)
    if quantity.low == quantity.high:
        return middle
    return f"{middle} ({_number(quantity.low)} to {_number(quantity.high)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if 1e4 <= value < 1e15 else f"{value:,.5g}"


def _echo(value: Any) -> Any:
    """An input as JSON shows it: a whole float as a whole number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
