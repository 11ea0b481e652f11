"""What a report counts beside what was metered: calls of APIs, and named extras."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from footprint.accounts.book import Book
from footprint.accounts.entries import Entry
from footprint.estimators.contracts import Contracts
from footprint.estimators.costs.exchange import Rate
from footprint.estimators.costs.extras import extra_costs
from footprint.estimators.costs.total import TOKENS, tco
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.sources import Registry
from footprint.estimators.systems.api import ApiUse, api_footprint
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


def api_calls(entries: Iterable[Entry], book: Book, registry: Registry) -> Beside | None:
    """The providers' side of API calls; None where none of the entries is one."""
    uses: list[ApiUse] = []
    untold = 0
    for entry in entries:
        if entry.path.kind != API or not entry.calls:
            continue
        units = entry.units
        if "tokens_in" not in units and "tokens_out" not in units:
            untold += entry.calls
            continue
        uses.append(
            ApiUse(
                entry.path.model or "",
                entry.path.tags.get("provider"),
                units.get("tokens_in", 0.0),
                units.get("tokens_out", 0.0),
                units.get("cached_tokens_in", 0.0),
                units.get("reasoning_tokens", 0.0),
                entry.calls,
                book.utc_ns(entry, entry.end),
            )
        )
    if not uses and not untold:
        return None
    found = api_footprint(uses, registry)
    gaps = found.gaps
    if untold:
        why = f"{untold} API calls declared no tokens: what they used and cost is not known"
        gaps = (*gaps, Gap("energy_j, cost of api", why, "add(tokens_in=..., tokens_out=...)"))
        return Beside(Amounts(), found.factors, found.assumptions, gaps)
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
    return Beside(amounts, found.factors, (*found.assumptions, MARKET_OF_API), gaps)


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
    contracts: Contracts,
    period: tuple[int, int] | None,
    entries: Sequence[Entry],
    rates: Sequence[Rate],
) -> Beside | None:
    """What is paid beside electricity, hardware and tokens; None where nothing was named."""
    if not contracts.extras:
        return None
    counts: dict[str, list[float]] = {"call": [float(entry.calls) for entry in entries]}
    for entry in entries:
        for unit, amount in entry.units.items():
            counts.setdefault(unit, []).append(amount)
    counted: dict[str, Quantity] = {
        unit: exact(math.fsum(amounts), unit) for unit, amounts in counts.items()
    }
    found = extra_costs(contracts.extras, period, counted)
    owned = tco(found.parts, rates=rates)
    amounts = Amounts(
        **{name: exact(0.0, unit) for name, unit in QUANTITIES.items()},
        cost=owned.total,
        cost_usd=None if owned.usd is None else owned.usd.to_quantity(),
        cost_parts=owned.parts,
    )
    gaps = (*found.gaps, *(owned.gaps if found.parts else ()))
    return Beside(amounts, (*found.factors, *owned.factors), owned.notes, gaps)
