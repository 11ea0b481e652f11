"""The footprint of calls to an API: energy, carbon, water, hardware and cost, each an estimate.

    energy_j  =  facility boundary, tier `api` (`energy.py`, `impact.py`)
    cost      =  tokens x price at the call's date and tier (`cost.py`)

Not in these figures: training, the network, the user's device, and what tools such as a web
search take. All that packages say comes as factors through a registry, so that pinned rows win
and a report replays after an upgrade.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import Money, MoneyRange, by_currency
from footprint.estimators.quantity import Quantity
from footprint.estimators.sources import Registry
from footprint.estimators.systems.cost import group_cost
from footprint.estimators.systems.gaps import unavailable, unknown
from footprint.estimators.systems.impact import Asked, Tokens, accelerator_energy, impact
from footprint.estimators.systems.providers import OTHER, Provider
from footprint.estimators.systems.registry import Resolved, resolve
from footprint.estimators.systems.rows import ENERGY_OUT, PARAMS
from footprint.estimators.systems.serving import not_served
from footprint.estimators.systems.source import with_systems
from footprint.estimators.systems.use import ApiUse, wrong
from footprint.estimators.zones import resolve_zone

__all__ = ["ApiFootprint", "ApiUse", "api_footprint"]

BOUNDARY = (
    "API energy is that of the facility: accelerators, host, machines that wait, cooling; "
    "training, network and the user's device are not included"
)
LONG_PROMPT = 8_000  # tokens; energy per token is worked out at 500


class ApiFootprint(NamedTuple):
    """What calls to APIs come to; None where a gap says why.

    Attributes:
        energy_j: of the facility.
        carbon_location_g: of that energy, location-based.
        embodied_g: manufacture of the servers, by their time.
        water_l: on site and from generation.
        cost: tokens by price list; in USD.
        factors: everything that was applied.
        assumptions, gaps: what the figures rest on, and what is missing from them.
        it_energy_j, accelerator_energy_j: the same energy at narrower boundaries.
        cost_parts: what the cost consists of: input tokens, output tokens, ...
    """

    energy_j: Quantity | None
    carbon_location_g: Quantity | None
    embodied_g: Quantity | None
    water_l: Quantity | None
    cost: MoneyRange | None
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    gaps: tuple[Gap, ...]
    it_energy_j: Quantity | None = None
    accelerator_energy_j: Quantity | None = None
    cost_parts: tuple[tuple[str, MoneyRange], ...] = ()


def api_footprint(
    uses: Iterable[ApiUse], registry: Registry | None = None, zone: str | None = None
) -> ApiFootprint:
    """The footprint of uses of any models, summed.

    Tokens are summed by model and provider before anything is multiplied: the error of a model's
    energy is the same in all its calls. Each call is priced at its own date and tier. 100,000
    uses take less than a second.

    Args:
        registry: where factors are looked up; one without a source named `systems` gets it as
            its last. None: that source alone.
        zone: where the machines stand, instead of each provider's assumption.

    Raises:
        EstimatorError: an unknown zone. An unknown model, or counts that make no sense, are gaps.
    """
    place = resolve_zone(zone) if zone is not None else None
    groups, notes = _grouped(uses)
    if not groups:
        return ApiFootprint(None, None, None, None, None, (), (), tuple(notes))
    sources = with_systems(registry)
    asked = Asked(sources)
    gathered = _Gathered()
    for resolved, group in groups:
        _energy(asked, resolved, group, gathered)
        _cost(sources, resolved, group, gathered)
    made, gaps = impact(asked, gathered.energies, place)
    lacking = [*notes, *gathered.gaps, *gaps, *map(unavailable, asked.reasons)]
    said = [BOUNDARY] if made.energy_j is not None else []
    return ApiFootprint(
        energy_j=made.energy_j,
        carbon_location_g=made.carbon_location_g,
        embodied_g=made.embodied_g,
        water_l=made.water_l,
        cost=by_currency(gathered.costs).get("USD"),
        factors=(*asked.taken.values(), *gathered.prices),
        assumptions=tuple(dict.fromkeys([*said, *gathered.assumptions])),
        gaps=tuple(dict.fromkeys(lacking)),
        it_energy_j=made.it_energy_j,
        accelerator_energy_j=made.accelerator_energy_j,
        cost_parts=tuple(gathered.parts.items()),
    )


class _Gathered:
    """What the models of a footprint add up to."""

    def __init__(self) -> None:
        self.energies: list[tuple[Provider, Quantity]] = []
        self.costs: list[MoneyRange] = []
        self.parts: dict[str, MoneyRange] = {}
        self.prices: list[Factor] = []
        self.assumptions: list[str] = []
        self.gaps: list[Gap] = []


def _grouped(uses: Iterable[ApiUse]) -> tuple[list[tuple[Resolved, list[ApiUse]]], list[Gap]]:
    """Uses by what their names stand for, and a gap for those whose counts make no sense."""
    written: dict[tuple[str, str | None], list[ApiUse]] = {}
    refused: list[str] = []
    for use in uses:
        mistake = wrong(use)
        if mistake is not None or not isinstance(use.model, str) or not use.model.strip():
            refused.append(mistake or "the model has no name")
            continue
        written.setdefault((use.model, use.provider), []).append(use)
    groups: dict[str, tuple[Resolved, list[ApiUse]]] = {}
    for (model, provider), group in written.items():
        resolved = resolve(model, provider)
        groups.setdefault(resolved.subject, (resolved, []))[1].extend(group)
    gaps = []
    if refused:
        left = "1 API entry is" if len(refused) == 1 else f"{len(refused):,} API entries are"
        why = f"{left} left out; {refused[0]}"
        gaps = [Gap(what, why, "correct the entries") for what in ("energy_j", "cost_usd")]
    return list(groups.values()), gaps


def _energy(asked: Asked, resolved: Resolved, group: list[ApiUse], gathered: _Gathered) -> None:
    cached = math.fsum(use.cached_tokens_in for use in group)
    fresh = math.fsum(use.tokens_in - use.cached_tokens_in for use in group)
    tokens = Tokens(fresh, cached, math.fsum(use.tokens_out for use in group))
    energy = accelerator_energy(asked, resolved.subject, tokens)
    if energy is None:
        gathered.gaps.append(unknown("energy_j", resolved, len(group)))
        return
    gathered.energies.append((resolved.provider, energy))
    gathered.assumptions.extend(_statements(resolved, asked.taken))
    length = math.fsum(use.tokens_in for use in group) / math.fsum(use.calls for use in group)
    if length > LONG_PROMPT:
        gathered.assumptions.append(
            f"{resolved.subject}: {length:,.0f} input tokens a call: attention over so long a "
            "context takes more than the energy per token says"
        )


def _statements(resolved: Resolved, taken: Mapping[tuple[str, str, str], Factor]) -> list[str]:
    said = []
    if resolved.assumed:
        where = f"{resolved.provider.name} is taken"
        if resolved.provider.id == OTHER:
            where = "it may be served anywhere, on machines of any provider"
        said.append(f"{resolved.written}: no provider was named; {where}")
    for name, what in ((PARAMS, "parameters"), (ENERGY_OUT, "energy")):
        factor = taken.get((name, resolved.subject, ""))
        if factor is not None:
            said.append(f"{resolved.subject}: {what} from {factor.source}")
    if resolved.system is not None and resolved.system.note:
        said.append(f"{resolved.system.name}: {resolved.system.note}")
    return said


def _cost(sources: Registry, resolved: Resolved, group: list[ApiUse], gathered: _Gathered) -> None:
    found = group_cost(sources, resolved, group)
    gathered.gaps.extend(found.gaps)
    if found.priced is None:
        gathered.assumptions.extend(not_served(resolved, len(found.gaps) == 1))
        return
    priced = found.priced
    gathered.costs.append(_certain(priced.cost))
    for part, amount in priced.parts.items():
        known = gathered.parts.get(part)
        gathered.parts[part] = _certain(amount) if known is None else known + _certain(amount)
    gathered.prices.extend(priced.factors)
    gathered.assumptions.extend(priced.assumptions)


def _certain(amount: Money) -> MoneyRange:
    return MoneyRange(amount.amount, amount.amount, amount.amount, amount.currency)
