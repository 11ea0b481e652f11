"""What `footprint run` says at the end: a few lines on stderr."""

from __future__ import annotations

import shlex
import signal
from collections import Counter
from collections.abc import Iterator

from footprint.accounts.pricing import declared_from
from footprint.accounts.result import Footprint
from footprint.console import write
from footprint.estimators.carbon import IT_ONLY
from footprint.estimators.context import NO_TARIFF, NO_ZONE, apply, resolve
from footprint.estimators.errors import Gap
from footprint.estimators.grid import ANNUAL_MEAN
from footprint.estimators.quantity import Quantity, total
from footprint.model import DEVICE_KINDS, NS_PER_S
from footprint.reports.figures import digits
from footprint.run.relay import Ended
from footprint.run.tally import Tally
from footprint.settings import Settings

#: Assumptions that the lines say already, or that only a report has room for.
_IN_THE_LINES = (IT_ONLY, ANNUAL_MEAN)
_KWH_FROM_J = 36_000.0  # 0.01 kWh


def tell(
    result: Footprint, tally: Tally | None, ended: Ended, rank: tuple[int, int] | None = None
) -> None:
    """Writes the summary.

    Args:
        result: of the run's span.
        tally: running totals, which know what else the meters saw; None without a journal.
        ended: how the program ended.
        rank: (rank, world size) where the program is one of several ranks.
    """
    write("".join(f"{line}\n" for line in lines(result, tally, ended, rank)))


def rough(tally: Tally, settings: Settings) -> Footprint:
    """A result from running totals. Its intervals are those of the sensors and models alone."""
    bounds, own = tally.own_bounds_j, tally.own_j
    by_kind = {kind: Quantity(low, own[kind], high, "J") for kind, (low, high) in bounds.items()}
    energy = total(by_kind.values(), "J") if by_kind else None
    factors = resolve(declared_from(settings.declared(), "the run's context"))
    priced = apply(factors, energy if energy is not None else 0.0)
    return Footprint(
        energy_j=energy,
        energy_by_kind_j=by_kind,
        carbon_location_g=priced.carbon_location_g,
        carbon_market_g=None,
        water_l=priced.water_l,
        cost=dict(priced.cost),
        cost_usd=priced.cost_usd,
        duration_s=(tally.now - tally.started) / NS_PER_S,
        tiers={},
        provisional=True,
        devices=tuple(record["id"] for record in tally.devices.values()),
        factors=priced.factors,
        assumptions=("a long run: these are running totals, the report has the exact figures",),
        gaps=priced.gaps,
        span_id="",
    )


def lines(
    result: Footprint, tally: Tally | None, ended: Ended, rank: tuple[int, int] | None = None
) -> Iterator[str]:
    """The summary's lines."""
    which = "" if rank is None else f"rank {rank[0]} of {rank[1]} alone, "
    yield f"footprint: {which}{_duration(result.duration_s)}, {_how(ended)}"
    if result.energy_j is None:
        yield f"  energy    not known: {_why_nothing(tally)}"
    else:
        yield f"  energy    {_energy(result.energy_j)}"
        if len(result.energy_by_kind_j) > 1:
            by_kind = result.energy_by_kind_j
            parts = [f"{kind} {figure(by_kind[kind])}" for kind in DEVICE_KINDS if kind in by_kind]
            yield f"  of it     {', '.join(parts)} J"
        yield f"  carbon    {_carbon(result)}"
        yield f"  cost      {_costs(result)}"
    if tally is not None and tally.devices:
        yield f"  metered   {', '.join(_devices(tally))}"
        yield from _rest(result, tally)
    for gap in result.gaps:
        if gap.what == "energy_j" and result.energy_j is not None:
            yield f"  missing   {gap.why}; {gap.remedy}"
    for each in result.assumptions:
        if each not in _IN_THE_LINES:
            yield f"  note      {each}"
    if tally is not None:
        by = "" if rank is None else " --by run,rank"
        yield f"  ledger    footprint report {shlex.quote(str(tally.ledger))}{by}"


def _carbon(result: Footprint) -> str:
    if result.carbon_location_g is None:
        return _not_known(result, NO_ZONE, "declare the zone (--zone FRA)")
    by_name = {factor.name: factor for factor in result.factors}
    grid = by_name.get("grid intensity")
    rate = f", {digits(grid.quantity.mid)} g/kWh {grid.zone}".rstrip() if grid else ""
    pue = "" if "PUE" in by_name else ", IT equipment only (no --pue)"
    return f"{figure(result.carbon_location_g)} g CO2e{rate}{pue}"


def _costs(result: Footprint) -> str:
    if not result.cost:
        return _not_known(result, NO_TARIFF, "declare the tariff (--tariff 0.18)")
    amounts = [f"{figure(each.to_quantity())} {name}" for name, each in result.cost.items()]
    return f"{', '.join(amounts)} of electricity"


def _not_known(result: Footprint, usual: Gap, remedy: str) -> str:
    for gap in result.gaps:
        if gap.what == usual.what and gap != usual:
            return f"not known: {gap.why}: {gap.remedy}"
    return f"not known: {remedy}"


def figure(quantity: Quantity) -> str:
    """`12.3 (11 to 14)`, three significant digits; without bounds where there is no interval."""
    mid = digits(quantity.mid)
    if quantity.low == quantity.mid == quantity.high:
        return mid
    return f"{mid} ({digits(quantity.low)} to {digits(quantity.high)})"


def _energy(energy: Quantity) -> str:
    kwh = energy.to("kWh")
    if energy.mid >= _KWH_FROM_J:
        return f"{figure(kwh)} kWh"
    return f"{figure(energy)} J, {digits(kwh.mid)} kWh"


def _duration(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes, whole = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min {whole:02} s" if hours else f"{minutes} min {whole:02} s"


def _how(ended: Ended) -> str:
    if not ended.signal:
        return f"exit code {ended.code}"
    try:
        return f"ended by {signal.Signals(ended.signal).name}"
    except ValueError:
        return f"ended by signal {ended.signal}"


def _devices(tally: Tally) -> Iterator[str]:
    """The devices by kind, name and tier; equal ones are counted."""
    found = Counter(
        (str(each["kind"]), str(each["name"]), str(each["tier"])) for each in tally.devices.values()
    )
    for (kind, name, tier), count in found.items():
        times = f"{count} x " if count > 1 else ""
        yield f"{times}{kind} {name} ({tier})"


def _rest(result: Footprint, tally: Tally) -> Iterator[str]:
    """What the host's meters saw beyond the program."""
    rest = []
    for kind, metered in tally.metered_j.items():
        own = result.energy_by_kind_j.get(kind)
        left = metered - (own.mid if own else 0.0)
        if left > 0.01 * metered:
            rest.append(f"{kind} {digits(left)} J of {digits(metered)} J")
    if rest:
        yield f"  not its   {', '.join(rest)}: other programs, idling"


def _why_nothing(tally: Tally | None) -> str:
    if tally is None:
        return "nothing was recorded, as there is no ledger that can be written"
    reasons = [f"{each['what']}: {each['reason']}" for each in tally.unavailable]
    return "; ".join(reasons) or "no device could be read: see footprint doctor"
