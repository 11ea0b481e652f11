"""How large a training run is: device-hours, from the one way in which it was given.

    device-hours = FLOPs / (peak FLOP/s x MFU) / 3600
    FLOPs        = 6 x active parameters x tokens                          ("6ND")

6ND: Kaplan et al. 2020, arXiv:2001.08361, section 2.1: 2 FLOPs a parameter and token forward, 4
backward. It leaves out attention over long contexts, recomputed activations, and all work beside
the run itself. MFU, the share of the peak that the model's own FLOPs reach: Chowdhery et al. 2022
(PaLM), arXiv:2204.02311, appendix B.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.hardware.accelerators import Accelerator
from footprint.estimators.hardware.precisions import spelled
from footprint.estimators.predict.said import number, ranged
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import checked, checked_count

#: Share of the dense peak that trainings of large language models reached.
MFU = Factor(
    name="model FLOPs utilisation (MFU)",
    value=Quantity(0.213, 0.41, 0.563, "1"),
    unit="1",
    source=(
        "low: GPT-3, Chowdhery et al. 2022 (PaLM), arXiv:2204.02311, Table 3 [unverified]; mid: "
        "Llama 3 405B on 16,384 H100, Grattafiori et al. 2024, arXiv:2407.21783, Table 4 "
        "[unverified]; high: 1T parameters on A100, a benchmark, Korthikanti et al. 2022, "
        "arXiv:2205.05198, as in the README of Megatron-LM"
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


class Size(NamedTuple):
    """How large a run is."""

    hours: Quantity
    steps: tuple[str, ...] = ()
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()


def training_flops(params: object, tokens: object, active_params: object = None) -> float:
    """6 x parameters x tokens; of a mixture of experts, the parameters that are active a token.

    Raises:
        EstimatorError: negative or not a number, or more active parameters than there are.
    """
    counted = checked("params", params)
    if active_params is not None:
        active = checked("active-params", active_params)
        if active > counted:
            raise EstimatorError(
                f"active-params of {active:g} are more than the model's {counted:g}: "
                "give those that a token passes through"
            )
        counted = active
    flops = FLOPS_PER_PARAMETER_AND_TOKEN * counted * checked("tokens", tokens)
    return checked("flops (6 x parameters x tokens)", flops)


def size(given: dict[str, Any], device: Accelerator | None) -> Size:
    """Device-hours, from the one way in which the size was given.

    Args:
        given: the arguments of `training` that are not None, by the names of their options.
        device: needed where FLOPs are turned into time.

    Raises:
        EstimatorError: no size, two, or half of one; numbers outside their range.
    """
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
        return Size(exact(checked("gpu-hours", given["gpu-hours"], "h"), "h"))
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


def _counted(given: dict[str, Any]) -> Size:
    hours = checked("hours", given["hours"], "h")
    if "gpus" not in given:
        return Size(exact(hours, "h"), assumptions=("--gpus not given: one device",))
    count = checked_count("gpus", given["gpus"], low=1)
    step = f"{count:,} devices x {number(hours)} h = {number(count * hours)} device-hours"
    return Size(exact(count * hours, "h"), (step,))


def _computed(flops: float, given: dict[str, Any], device: Accelerator | None) -> Size:
    """Device-hours of FLOPs: flops / (peak x MFU)."""
    if device is None:
        raise EstimatorError(
            "--gpu is missing: name the device that computes the FLOPs (--gpu H100)"
        )
    precision = spelled(given.get("precision") or device.training_precision())
    peak = device.peak_flop_per_s(precision)
    why = "" if "precision" in given else "the precision that training is taken to run in"
    factors = [
        Factor(
            name=f"dense peak at {precision}",
            value=exact(peak / 1e12, "TFLOP/s"),
            unit="TFLOP/s",
            source=device.source,
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
        f"{flops:.4g} FLOPs / ({number(peak / 1e12)} TFLOP/s x MFU {ranged(share)}) = "
        f"{ranged(hours)} device-hours"
    )
    assumed = f"no MFU was given: {ranged(share)}, as trainings of large language models reached"
    return Size(hours, (step,), tuple(factors), () if "mfu" in given else (assumed,))
