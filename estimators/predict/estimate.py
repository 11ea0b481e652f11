"""An estimate before a run: from what a model predicts to grams, litres and money.

A model (training, inference) returns a `Prediction`: energy of the IT equipment, time on devices,
duration. `estimate` applies place and prices to it, with the same factors as a report:

    energy_kwh        = IT energy x PUE                  (IT energy alone where no PUE is given)
    carbon_location_g = energy_kwh x grid intensity
    embodied_g        = sum over devices of TE x device-hours / lifetime
    cost              = energy_kwh x tariff, or device-hours x rental (electricity is in it)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from footprint.estimators import carbon, context
from footprint.estimators.contracts import NONE, Contracts
from footprint.estimators.declared import Declared
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange
from footprint.estimators.predict.instance import Instance, instance_of, without_rent
from footprint.estimators.predict.place import declared_inputs, notes
from footprint.estimators.pricing import FactorSet, Priced, apply
from footprint.estimators.quantity import Quantity
from footprint.estimators.sources import Registry

SCHEMA = "footprint.estimate/1"

#: What stands for devices that are not named.
UNNAMED = "unnamed device"

NO_DEVICE = Gap("embodied_g", "the devices are not named", "name them (--gpu H100)")


class DeviceTime(NamedTuple):
    """Devices of one kind, held.

    Attributes:
        subject: the device by its table's name; `UNNAMED` where it is not known.
        hours: device-hours, unit `h`: four devices for an hour are four.
    """

    subject: str
    hours: Quantity


class CostPart(NamedTuple):
    """A part of the cost: `electricity`, `rental`, `input tokens`, ..."""

    name: str
    amount: MoneyRange


class Prediction(NamedTuple):
    """What a model of a run says, before place and prices.

    Attributes:
        kind: `training` or `inference`.
        inputs: what was estimated, as (name, value) pairs; values are JSON's.
        it_energy_kwh: energy of the IT equipment, unit `kWh`.
        duration_s: from start to end, unit `s`; None with a gap.
        devices: time on devices: embodied carbon and rental rest on it.
        tokens: output tokens, for energy per token; None for training.
        steps: how the figures came about, one line each.
        factors, assumptions, gaps: of the model.
    """

    kind: str
    inputs: tuple[tuple[str, Any], ...]
    it_energy_kwh: Quantity
    duration_s: Quantity | None
    devices: tuple[DeviceTime, ...] = ()
    tokens: float | None = None
    steps: tuple[str, ...] = ()
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Estimate(NamedTuple):
    """What a run will come to; the content of the schema `footprint.estimate/1`.

    Attributes:
        kind, steps: of the prediction.
        inputs: of the prediction, then what was declared of the place, by the settings' names.
        it_energy_kwh: of the IT equipment: what a meter on the devices would read.
        energy_kwh: of the facility where a PUE holds, else the same.
        energy_j_per_token: energy_kwh over output tokens, in J.
        carbon_location_g, embodied_g, water_l, duration_s: None where a gap says why.
        cost: by currency, exact decimals.
        cost_usd: None unless all cost is in dollars or a dated rate was given.
        cost_parts: what the cost consists of.
        factors, assumptions, gaps: what the figures rest on, and what is missing.
    """

    kind: str
    inputs: tuple[tuple[str, Any], ...]
    it_energy_kwh: Quantity | None
    energy_kwh: Quantity | None
    energy_j_per_token: Quantity | None
    carbon_location_g: Quantity | None
    embodied_g: Quantity | None
    water_l: Quantity | None
    cost: Mapping[str, MoneyRange]
    cost_usd: Quantity | None
    cost_parts: tuple[CostPart, ...]
    duration_s: Quantity | None
    steps: tuple[str, ...]
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    gaps: tuple[Gap, ...]

    def to_json(self) -> dict[str, Any]:
        """The document of `--format json`."""

        def figure(quantity: Quantity | None) -> dict[str, float] | None:
            return None if quantity is None else quantity.to_json()

        document: dict[str, Any] = {
            "schema": SCHEMA,
            "kind": self.kind,
            "inputs": dict(self.inputs),
            "energy_kwh": figure(self.energy_kwh),
            "it_energy_kwh": figure(self.it_energy_kwh),
        }
        if self.kind != "training":
            document["energy_j_per_token"] = figure(self.energy_j_per_token)
        return document | {
            "carbon_location_g": figure(self.carbon_location_g),
            "embodied_g": figure(self.embodied_g),
            "water_l": figure(self.water_l),
            "cost": {currency: each.to_json() for currency, each in self.cost.items()},
            "cost_usd": figure(self.cost_usd),
            "cost_parts": [
                {"name": part.name, "currency": part.amount.currency} | part.amount.to_json()
                for part in self.cost_parts
            ],
            "duration_s": figure(self.duration_s),
            "steps": list(self.steps),
            "factors": [each.to_json() for each in self.factors],
            "assumptions": list(self.assumptions),
            "gaps": [each.to_json() for each in self.gaps],
        }


def estimate(
    prediction: Prediction,
    declared: Declared | None = None,
    registry: Registry | None = None,
    contracts: Contracts = NONE,
) -> Estimate:
    """Applies place and prices to a prediction.

    Args:
        declared: zone or intensity, PUE, tariff, rental, lifetime, ... as the user gave them.
        registry: where factors are looked up; None: what comes with the installed packages.
        contracts: the user's own tariff, rentals and purchases.

    Raises:
        EstimatorError: an unknown region or instance, or energy that is negative.
    """
    said = declared or Declared()
    found = _resolved(prediction, said, registry, contracts)
    priced = _priced(found, prediction)
    energy = carbon.facility_kwh(
        prediction.it_energy_kwh, found.pue.quantity if found.pue else None
    )
    parts = tuple(
        CostPart(name, amount)
        for name, amounts in priced.cost_parts.items()
        for amount in amounts.values()
    )
    return Estimate(
        kind=prediction.kind,
        inputs=(*prediction.inputs, *declared_inputs(said)),
        it_energy_kwh=prediction.it_energy_kwh,
        energy_kwh=energy,
        energy_j_per_token=energy.to("J") / prediction.tokens if prediction.tokens else None,
        carbon_location_g=priced.carbon_location_g,
        embodied_g=priced.embodied_g,
        water_l=priced.water_l,
        cost=priced.cost,
        cost_usd=priced.cost_usd,
        cost_parts=parts,
        duration_s=prediction.duration_s,
        steps=prediction.steps,
        factors=tuple(dict.fromkeys((*prediction.factors, *priced.factors))),
        assumptions=tuple(dict.fromkeys((*prediction.assumptions, *priced.assumptions))),
        gaps=tuple(dict.fromkeys((*prediction.gaps, *_gaps(prediction, priced.gaps)))),
    )


def _resolved(
    prediction: Prediction, declared: Declared, registry: Registry | None, contracts: Contracts
) -> FactorSet:
    """The factors, with an instance's price divided among its devices; one that has others is no
    price of this work."""
    if registry is None:
        from footprint.estimators.standard import standard

        registry = standard()
    rented, instance = Instance(), declared.instance or ""
    names = [each.subject for each in prediction.devices]
    if instance:
        named = [name for name in names if name != UNNAMED]
        rented = instance_of(instance, named, registry, contracts)
    hardware = [context.Hardware(name, "gpu", devices=rented.devices) for name in names]
    found = context.resolve(declared, registry, hardware, contracts=contracts)
    found = found._replace(assumptions=(*found.assumptions, *rented.assumptions, *notes(found)))
    return found if rented.gap is None else without_rent(found, instance, rented.gap)


def _priced(found: FactorSet, prediction: Prediction) -> Priced:
    """A use priced. Time on devices has an interval: its ends give those of what rests on it."""

    def held(bound: str) -> Priced:
        times = {each.subject: each.hours.to("s") for each in prediction.devices}
        seconds = {subject: getattr(each, bound) for subject, each in times.items()}
        return apply(found, context.Use(prediction.it_energy_kwh, held_s=seconds))

    low, mid, high = held("low"), held("mid"), held("high")
    return mid._replace(
        embodied_g=_quantity(low.embodied_g, mid.embodied_g, high.embodied_g),
        cost_usd=_quantity(low.cost_usd, mid.cost_usd, high.cost_usd),
        cost=_money(low.cost, mid.cost, high.cost),
        cost_parts={
            part: _money(low.cost_parts[part], amounts, high.cost_parts[part])
            for part, amounts in mid.cost_parts.items()
        },
    )


def _quantity(low: Quantity | None, mid: Quantity | None, high: Quantity | None) -> Quantity | None:
    """The least of the least time, the middle, and the most of the longest."""
    if low is None or mid is None or high is None:
        return None
    return Quantity(low.low, mid.mid, high.high, mid.unit)


def _money(
    low: Mapping[str, MoneyRange], mid: Mapping[str, MoneyRange], high: Mapping[str, MoneyRange]
) -> dict[str, MoneyRange]:
    """As `_quantity`, by currency."""
    return {
        currency: MoneyRange(low[currency].low, amount.mid, high[currency].high, currency)
        for currency, amount in mid.items()
    }


def _gaps(prediction: Prediction, gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    """What is missing of the figures of an estimate; contracts are no matter of it."""
    unnamed = any(each.subject == UNNAMED for each in prediction.devices)
    return tuple(
        NO_DEVICE if gap.what == "embodied_g" and unnamed else gap
        for gap in gaps
        if gap.what != "carbon_market_g"
    )
