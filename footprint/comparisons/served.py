"""One side of a comparison by the token: own hardware, an API, or spans that were measured."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import NamedTuple

from footprint.comparisons.machine import (
    NO_HARDWARE_COST,
    PER_TOKENS,
    Machine,
    Priced,
    cost_at_full,
    divided,
    machine_of,
)
from footprint.comparisons.measured import Measured
from footprint.comparisons.operands import Api, Own
from footprint.comparisons.terms import Terms
from footprint.comparisons.view import Side
from footprint.errors import UsageError
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange, by_currency
from footprint.estimators.predict.inference import Inference, predict
from footprint.estimators.predict.served import served
from footprint.estimators.quantity import Quantity
from footprint.estimators.systems.api import api_footprint
from footprint.estimators.systems.estimate import api_estimate, api_use
from footprint.estimators.systems.providers import OWN
from footprint.estimators.systems.registry import find_system
from footprint.estimators.systems.suggest import nearest_models

FULL_LOAD = (
    "own hardware: figures are for a machine that is always full, as an API's price is for what is "
    "used; at --utilisation 0.5 hardware costs twice as much by the token"
)
BOUNDARY = (
    "an API's energy is that of the facility: host, machines that wait, cooling; own hardware's is "
    "that of the GPUs, times the PUE where one is given (--host-watts adds the host): compare the "
    "energy of the accelerators alone, which both have"
)


class Asked(NamedTuple):
    """What all sides are asked: the tokens of a request, and how own hardware serves them."""

    tokens_in: float
    tokens_out: float
    batch: float | None = None
    precision: str | None = None
    host_w: float | None = None
    utilisation: float = 1.0

    @property
    def tokens(self) -> float:
        """Of a request, in and out."""
        return self.tokens_in + self.tokens_out


class Served(NamedTuple):
    """A side's figures per 1,000 tokens, in and out together."""

    side: Side
    accelerator_j: Quantity | None
    energy_j: Quantity | None
    carbon_location_g: Quantity | None
    embodied_g: Quantity | None
    water_l: Quantity | None
    cost: MoneyRange | None
    machine: Machine | None = None
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


def own(operand: Own, asked: Asked, place: Terms) -> Served:
    """A model on own hardware, predicted.

    Raises UsageError: a model that is not known or cannot be had; EstimatorError: as `predict`.
    """
    params, active, precision, name = _size(operand)
    found = predict(
        params=params,
        active_params=active,
        precision=operand.precision or asked.precision or precision or "bf16",
        gpu=operand.gpu,
        gpus=operand.gpus,
        batch=asked.batch,
        tokens_in=asked.tokens_in,
        tokens_out=asked.tokens_out,
    )
    made = place.priced(served(found, {}, requests=1.0, host_w=asked.host_w))
    scale = asked.tokens / PER_TOKENS
    electricity = [part.amount for part in made.cost_parts if part.name == "electricity"]
    machine, notes, factors, gaps = machine_of(
        place, {found.gpu: found.gpus}, _capacity(found, asked), electricity, asked.tokens
    )
    cost = cost_at_full(machine) if machine else (_per(by_currency(electricity).values(), scale))
    about = (
        f"{name} in {found.precision} on {found.gpus} x {found.gpu}, predicted",
        "1 request at once" if found.batch.mid == 1 else f"{found.batch.mid:g} requests at once",
    )
    return Served(
        side=Side(
            operand.label,
            {
                "said": about,
                "model": name,
                "gpu": found.gpu,
                "gpus": found.gpus,
                "precision": found.precision,
            },
        ),
        accelerator_j=found.energy_j / scale,
        energy_j=_each(made.energy_kwh and made.energy_kwh.to("J"), scale),
        carbon_location_g=_each(made.carbon_location_g, scale),
        embodied_g=_each(made.embodied_g, scale),
        water_l=_each(made.water_l, scale),
        cost=cost,
        machine=machine,
        factors=(*made.factors, *factors),
        assumptions=(*made.assumptions, *notes, *((FULL_LOAD,) if machine else ())),
        gaps=(*(each for each in made.gaps if not machine or each.what != "cost_usd"), *gaps),
    )


def api(operand: Api, asked: Asked, place: Terms, zone: str | None = None) -> Served:
    """A model behind an API, estimated, at today's price.

    Args:
        zone: where it runs; None: as is assumed of the provider.

    Raises EstimatorError: a model or a provider that is not known, with the nearest.
    """
    use = api_use(
        operand.model, tokens_in=asked.tokens_in, tokens_out=asked.tokens_out, at_ns=time.time_ns()
    )
    made = api_estimate(use, place.registry, zone)
    inner = api_footprint([use], place.registry, zone).accelerator_energy_j
    scale = asked.tokens / PER_TOKENS
    inputs = dict(made.inputs)
    return Served(
        side=Side(
            operand.label,
            {
                "said": (f"{inputs['model']} at {inputs['provider']}, estimated",),
                "model": inputs["model"],
                "provider": inputs["provider"],
            },
        ),
        accelerator_j=_each(inner, scale),
        energy_j=_each(made.energy_kwh and made.energy_kwh.to("J"), scale),
        carbon_location_g=_each(made.carbon_location_g, scale),
        embodied_g=_each(made.embodied_g, scale),
        water_l=_each(made.water_l, scale),
        cost=_per(made.cost.values(), scale),
        factors=made.factors,
        assumptions=made.assumptions,
        gaps=tuple(gap for gap in made.gaps if gap.what != "duration_s"),
    )


def measured(side: Measured, asked: Asked, place: Terms) -> Served:
    """Spans with tokens that were measured, as they were: their own mix of input and output."""
    tokens_in, tokens_out = tokens_of(side)
    tokens = tokens_in + tokens_out
    scale = tokens / PER_TOKENS
    gpus: dict[str, int] = {}
    for each in side.devices or ():
        if each.device.kind == "gpu":
            gpus[each.device.name] = gpus.get(each.device.name, 0) + 1
    seconds = side.active_s
    found: Priced = None, (), (), (NO_HARDWARE_COST,)
    if side.estimated:  # an API's calls: they are priced, and no machine of ours serves them
        found = None, (), (), ()
    elif gpus and seconds:
        rate = tokens / seconds * 3600 * asked.utilisation
        currency = next(iter(side.whole.cost), None)
        paid = side.whole.cost_parts.get("electricity", {}).get(currency or "")
        found = machine_of(
            place, gpus, Quantity(rate, rate, rate, "1/h"), [paid] if paid else [], tokens
        )
    machine, notes, factors, gaps = found
    pue = 1.0 if side.estimated or place.declared.pue is None else place.declared.pue
    energy = side.whole.energy_j
    return Served(
        side=Side(
            side.label,
            {
                "where": side.where,
                "spans": side.spans,
                "runs": side.runs,
                "said": ("estimated" if side.estimated else "measured",),
                "tokens_in": tokens_in,
                "tokens_out": tokens_out,
            },
        ),
        accelerator_j=_accelerators(side, scale),
        energy_j=None if energy is None else energy * pue / scale,
        carbon_location_g=_each(side.whole.carbon_location_g, scale),
        embodied_g=_each(side.whole.embodied_g, scale),
        water_l=_each(side.whole.water_l, scale),
        cost=cost_at_full(machine) if machine else _per(side.whole.cost.values(), scale),
        machine=machine,
        factors=(*side.factors_used(), *factors),
        assumptions=(*side.assumptions, *notes),
        gaps=(*side.gaps, *gaps),
    )


def tokens_of(side: Measured) -> tuple[float, float]:
    """Input and output tokens of spans. Raises UsageError where none were added."""
    tokens_in, tokens_out = (side.units.get(name, 0.0) for name in ("tokens_in", "tokens_out"))
    if not tokens_out:
        raise UsageError(
            f"{side.label} has no output tokens to compare an API by: add them to its spans with "
            "add(tokens_in=..., tokens_out=...)"
        )
    return tokens_in, tokens_out


def _accelerators(side: Measured, scale: float) -> Quantity | None:
    """The GPUs' part of what was measured, with their gain."""
    if side.devices is None:
        return None
    parts = [
        Quantity(
            each.low_j * each.device.gain_low,
            each.mid_j,
            each.high_j * each.device.gain_high,
            "J",
        )
        for each in side.devices
        if each.device.kind == "gpu"
    ]
    if not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole += part
    return whole / scale


def _size(operand: Own) -> tuple[Quantity | float, Quantity | float | None, str | None, str]:
    """(parameters, active ones, precision as published, name) of a model or a size like `70B`."""
    system = find_system(operand.model)
    if system is not None:
        if OWN not in system.providers:
            raise UsageError(
                f"{operand.label}: {system.name} cannot be had to run it: write "
                f"api:{system.id}, or give a size, as own:70B@H100x4"
            )
        total, active = (
            Quantity(each.low * 1e9, each.mid * 1e9, each.high * 1e9, "1")
            for each in (system.total_b, system.active_b)
        )
        return total, None if active == total else active, system.precision, system.name
    size = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([bm])", operand.model.strip(), re.IGNORECASE)
    if size is None:
        raise UsageError(
            f"{operand.label}: model {operand.model!r} is not known.{nearest_models(operand.model)}"
            " Give a name such as llama-3.1-70b, or a size such as 70B"
        )
    params = float(size[1]) * (1e9 if size[2] in "bB" else 1e6)
    return params, None, None, f"a model of {operand.model} parameters"


def _capacity(found: Inference, asked: Asked) -> Quantity:
    """Tokens, in and out, that one machine serves in an hour."""
    by = 3600 * asked.tokens / asked.tokens_out * asked.utilisation
    speed = found.output_tokens_per_s
    return Quantity(speed.low * by, speed.mid * by, speed.high * by, "1/h")


def _per(amounts: Iterable[MoneyRange], scale: float) -> MoneyRange | None:
    """Amounts by a count; None where there is none, or several currencies."""
    known = list(amounts)
    return divided(known[0], scale) if len(known) == 1 else None


def _each(quantity: Quantity | None, scale: float) -> Quantity | None:
    return None if quantity is None else quantity / scale
