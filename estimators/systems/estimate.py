"""An estimate of calls to one model, in the schema of all estimates (`footprint.estimate/1`).

Here, unlike in a report, a name that is not known is an error with the nearest ones.
"""

from __future__ import annotations

from typing import Any

from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.predict.estimate import CostPart, Estimate
from footprint.estimators.quantity import Quantity
from footprint.estimators.sources import Registry, SourceUnavailable
from footprint.estimators.systems import packages
from footprint.estimators.systems import providers as _providers
from footprint.estimators.systems.api import ApiFootprint, api_footprint
from footprint.estimators.systems.registry import Resolved, resolve
from footprint.estimators.systems.serving import closed_at_home, title, vendor
from footprint.estimators.systems.suggest import nearest_models, nearest_providers
from footprint.estimators.systems.use import ApiUse, checked_use
from footprint.estimators.units import J_PER_KWH, checked

NO_DURATION = Gap("duration_s", "how fast a provider answers is not estimated", "measure the calls")
NO_TOKENS = Gap(
    "energy_j_per_token", "there are no output tokens to divide by", "give them (--tokens-out)"
)


def api_use(
    model: str,
    provider: str | None = None,
    *,
    tokens_in: float,
    tokens_out: float,
    cached: float = 0.0,
    reasoning: float = 0.0,
    calls: float = 1.0,
    at_ns: int | None = None,
) -> ApiUse:
    """Calls that are all alike; tokens are those of one call.

    Raises:
        EstimatorError: a count that is negative, NaN or no number; more cached tokens than input
            tokens, more reasoning tokens than output tokens.
    """
    counts = {
        "tokens_in": checked("--tokens-in", tokens_in, "tokens"),
        "tokens_out": checked("--tokens-out", tokens_out, "tokens"),
        "cached_tokens_in": checked("--cached", cached, "tokens"),
        "reasoning_tokens": checked("--reasoning", reasoning, "tokens"),
    }
    number = checked("--calls", calls, "calls")
    whole = {name: value * number for name, value in counts.items()}
    return checked_use(ApiUse(model, provider, **whole, calls=number, at_ns=at_ns))


def api_estimate(
    use: ApiUse, registry: Registry | None = None, zone: str | None = None
) -> Estimate:
    """The estimate of a use.

    Raises:
        EstimatorError: an unknown model, provider or zone, each with the nearest names; a closed
            model on own hardware.
    """
    resolved = resolve(use.model, use.provider)
    _known_provider(resolved)
    if closed_at_home(resolved):
        raise EstimatorError(
            f"{title(resolved)} cannot be had to run it: its weights are not published. "
            f"Leave out --provider {use.provider}, or name one who serves it: {vendor(resolved)}"
        )
    made = api_footprint([use], registry, zone)
    _known_model(resolved, made)
    gaps = [*made.gaps, NO_DURATION]
    per_token = None
    if made.energy_j is not None and use.tokens_out > 0:
        per_token = made.energy_j / use.tokens_out
    elif made.energy_j is not None:
        gaps.append(NO_TOKENS)
    return Estimate(
        kind="api",
        inputs=tuple(_inputs(use, resolved, zone).items()),
        it_energy_kwh=_kwh(made.it_energy_j),
        energy_kwh=_kwh(made.energy_j),
        energy_j_per_token=per_token,
        carbon_location_g=made.carbon_location_g,
        embodied_g=made.embodied_g,
        water_l=made.water_l,
        cost={} if made.cost is None else {made.cost.currency: made.cost},
        cost_usd=None if made.cost is None else made.cost.to_quantity(),
        cost_parts=tuple(CostPart(name, amount) for name, amount in made.cost_parts),
        duration_s=None,
        steps=_steps(made),
        factors=made.factors,
        assumptions=made.assumptions,
        gaps=tuple(gaps),
    )


def _inputs(use: ApiUse, resolved: Resolved, zone: str | None) -> dict[str, Any]:
    from footprint.estimators.series import iso

    given = {
        "model": resolved.system.name if resolved.system else use.model,
        "provider": resolved.provider.name,
        "calls": use.calls,
        "tokens_in": use.tokens_in,
        "tokens_out": use.tokens_out,
        "cached_tokens_in": use.cached_tokens_in or None,
        "reasoning_tokens": use.reasoning_tokens or None,
        "at": None if use.at_ns is None else iso(use.at_ns),
        "zone": zone,
    }
    return {name: value for name, value in given.items() if value is not None}


def _kwh(energy: Quantity | None) -> Quantity | None:
    return None if energy is None else energy.to("kWh")


def _steps(made: ApiFootprint) -> tuple[str, ...]:
    """From the accelerators to the facility, in Wh."""
    parts = (
        ("accelerators", made.accelerator_energy_j),
        ("with host and machines that wait", made.it_energy_j),
        ("with cooling and power distribution", made.energy_j),
    )
    return tuple(
        f"{name}: {1000 * energy.mid / J_PER_KWH:.3g} Wh"
        for name, energy in parts
        if energy is not None
    )


def _known_provider(resolved: Resolved) -> None:
    provider = resolved.provider
    if resolved.assumed or _providers.known(provider.id) is not None:
        return
    try:
        sellers = packages.price_list()
    except SourceUnavailable:
        return  # the gap of the cost says what is missing
    if any(_is_of(seller, provider.id) for seller in sellers):
        return
    raise EstimatorError(
        f"provider {provider.name!r} is not known.{nearest_providers(provider.name)} "
        "Give one such as openai, anthropic, azure, bedrock, vertex, mistral, or own"
    )


def _is_of(seller: Any, name: str) -> bool:
    match = seller.provider_match
    return bool(seller.id == name or (match is not None and match.is_match(name)))


def _known_model(resolved: Resolved, made: ApiFootprint) -> None:
    """A name that is in none of the tables is refused; one that a missing package may have, too."""
    if resolved.system is not None or made.energy_j is not None or made.cost is not None:
        return
    missing = [gap.why for gap in made.gaps if packages.INSTALL in gap.why]
    hint = f" {missing[0]}." if missing else ""
    named = None if resolved.assumed else resolved.provider.id
    raise EstimatorError(
        f"model {resolved.written!r} is not known.{nearest_models(resolved.written, named)}{hint} "
        "Give a name such as gpt-4o, or footprint estimate inference --params for your own"
    )
