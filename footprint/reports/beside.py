"""What a report counts beside what was metered: calls of APIs, and named extras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from footprint.accounts.amounts import Sum, rounded
from footprint.estimators.contracts import Contracts
from footprint.estimators.costs.extras import extra_costs
from footprint.estimators.costs.total import TOKENS, tco
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.instants import day_of_utc
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.sources import Registry
from footprint.estimators.systems.api import ApiUse, api_footprint
from footprint.estimators.systems.use import wrong
from footprint.pages.page import ApiCalls
from footprint.reports.view import QUANTITIES, Amounts, added

API = "api"
MARKET_OF_API = (
    "an API's market-based carbon is not published by call: its location-based estimate counts in"
    " both"
)


class Beside(NamedTuple):
    """Amounts that no meter saw, and what they rest on."""

    amounts: Amounts
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


def api_calls(calls: ApiCalls, registry: Registry) -> Beside:
    """The providers' side of API calls."""
    uses, untold = calls
    by_model: dict[tuple[str, str | None], list[ApiUse]] = {}
    for use in uses:
        by_model.setdefault((use.model, use.provider), []).append(use)
    # Model by model, so that what is not known of one is not known of the sum.
    found = [_of_model(own, registry) for own in by_model.values()]
    gaps = [gap for each in found for gap in each.gaps]
    amounts = added(each.amounts for each in found)
    assumptions = [note for each in found for note in each.assumptions]
    if untold:
        why = f"{untold} API calls declared no tokens: what they used and cost is not known"
        gaps.append(Gap("energy_j, cost of api", why, "add(tokens_in=..., tokens_out=...)"))
        amounts = Amounts()
    if amounts.carbon_market_g is not None:
        assumptions.append(MARKET_OF_API)
    factors = dict.fromkeys(factor for each in found for factor in each.factors)
    return Beside(amounts, tuple(factors), tuple(dict.fromkeys(assumptions)), tuple(gaps))


def _of_model(uses: Sequence[ApiUse], registry: Registry) -> Beside:
    """What calls of one model come to; nothing where the counts of some make no sense."""
    found = api_footprint(uses, registry)
    if any(wrong(use) is not None for use in uses):
        return Beside(Amounts(), found.factors, found.assumptions, found.gaps)
    owned = tco([] if found.cost is None else [(TOKENS, found.cost)])
    amounts = Amounts(
        energy_j=found.energy_j,
        carbon_location_g=found.carbon_location_g,
        carbon_market_g=found.carbon_location_g,
        embodied_g=found.embodied_g,
        water_l=found.water_l,
        cost=owned.total,
        cost_usd=None if owned.usd is None else owned.usd.to_quantity(),
        cost_parts=owned.parts,
    )
    return Beside(amounts, found.factors, found.assumptions, found.gaps)


def with_api(host: Amounts, api: Amounts) -> Amounts:
    """What API calls used of this host and of their provider.

    The provider's side is nearly all of it: where it is not known nothing is, and where this
    host's is not known (no tariff was declared) the provider's stands alone, as a gap says.
    """
    filled = Amounts(
        **{name: getattr(host, name) or exact(0.0, unit) for name, unit in QUANTITIES.items()},
        cost=host.cost,
        cost_usd=host.cost_usd,
        cost_parts=host.cost_parts,
    )
    both = added([filled, api])
    if host.cost or not api.cost:
        return both
    return both._replace(cost=api.cost, cost_usd=api.cost_usd, cost_parts=api.cost_parts)


def extras(
    contracts: Contracts, period: tuple[int, int] | None, counts: Mapping[str, Sum]
) -> Beside | None:
    """What is paid beside electricity, hardware and tokens; None where nothing was named.

    Args:
        counts: what was counted in the period, by name.
    """
    if not contracts.extras:
        return None
    counted: dict[str, Quantity] = {
        unit: exact(rounded(amount), unit) for unit, amount in counts.items()
    }
    found = extra_costs(contracts.extras, period, counted)
    until = None if period is None else day_of_utc(period[1] - 1)
    # What is not known of one extra is not known of all of them.
    owned = tco([] if found.gaps else found.parts, rates=contracts.rates, on=until)
    amounts = Amounts(
        **{name: exact(0.0, unit) for name, unit in QUANTITIES.items()},
        cost=owned.total,
        cost_usd=None if owned.usd is None else owned.usd.to_quantity(),
        cost_parts=owned.parts,
    )
    return Beside(
        amounts, (*found.factors, *owned.factors), owned.notes, (*found.gaps, *owned.gaps)
    )
