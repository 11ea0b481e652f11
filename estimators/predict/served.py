"""Requests to a served model as a `Prediction`, which place and prices are applied to."""

from __future__ import annotations

from footprint.estimators.errors import EstimatorError
from footprint.estimators.predict.estimate import DeviceTime, Prediction
from footprint.estimators.predict.explained import EXCLUDES
from footprint.estimators.predict.inference import Inference
from footprint.estimators.predict.said import number
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.units import J_PER_KWH, checked

J_PER_WH = J_PER_KWH / 1000

_WITHOUT_HOST = EXCLUDES.replace("host, ", "")


def served(
    inference: Inference,
    inputs: dict[str, object],
    *,
    requests: float = 1.0,
    host_w: float | None = None,
) -> Prediction:
    """What so many requests take.

    A request holds 1 / B of the GPUs for as long as it lasts, where B run at once. One lasts as
    `inference` says; each further one adds what it takes at full throughput.

    Args:
        inputs: what was asked for, for the document.
        requests: how many; figures grow with it.
        host_w: mean power of the host that the GPUs are in; None leaves the host out.

    Raises:
        EstimatorError: a number that is not one.
    """
    count = checked("requests", requests, low=1.0)
    share_s = _share_s(inference)
    energy_j = inference.energy_j
    assumptions = inference.assumptions
    if host_w is not None:
        watts = checked("host watts", host_w, "W")
        if watts == 0:
            raise EstimatorError(
                "host watts is 0: a host draws power; give its mean, or leave it out"
            )
        energy_j += exact(watts, "W").times(share_s, "J")
        assumptions = tuple(
            _WITHOUT_HOST if line == EXCLUDES else line for line in inference.assumptions
        )
    hours = share_s.to("h") * (inference.gpus * count)
    return Prediction(
        kind="inference",
        inputs=tuple(inputs.items()),
        it_energy_kwh=energy_j.to("kWh") * count,
        duration_s=inference.duration_s + share_s * (count - 1),
        devices=(DeviceTime(inference.gpu, hours),),
        tokens=inference.tokens_out * count,
        steps=_steps(inference),
        factors=inference.factors,
        assumptions=assumptions,
    )


def _share_s(inference: Inference) -> Quantity:
    """Seconds of the machine that one request takes: output tokens over throughput."""
    speed, tokens = inference.output_tokens_per_s, inference.tokens_out
    return Quantity(tokens / speed.high, tokens / speed.mid, tokens / speed.low, "s")


def _steps(inference: Inference) -> tuple[str, ...]:
    power, speed = inference.power_w.mid, inference.output_tokens_per_s.mid
    prompt, output = (each.mid / J_PER_WH for each in (inference.prefill_j, inference.decode_j))
    return (
        f"prompt: {number(inference.tokens_in)} tokens take {number(prompt, 3)} Wh",
        f"output: {number(inference.tokens_out)} tokens take {number(output, 3)} Wh",
        f"{inference.gpus} x {inference.gpu}: {number(power, 3)} W at {number(speed, 3)} output "
        f"tokens/s with {number(inference.batch.mid, 3)} sequences at once",
    )
