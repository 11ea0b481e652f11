"""The report's groups: what the spans of each key did, and what they used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from footprint.accounts.amounts import rounded
from footprint.accounts.floor import below_floor
from footprint.estimators.sources import Registry
from footprint.estimators.units import J_PER_KWH
from footprint.ledger.reader import Facts
from footprint.model import NS_PER_S
from footprint.pages.page import Member
from footprint.pages.total import Total
from footprint.reports import keys
from footprint.reports.audit.units import CALL, ITEM, Sci, per_thousand, sci, tokens, with_provider
from footprint.reports.beside import API, Beside, api_calls, with_api
from footprint.reports.booked import Booked, Used
from footprint.reports.cutting import Key, Name, Named
from footprint.reports.places import Places
from footprint.reports.times import stamp
from footprint.reports.view import QUANTITIES, Amounts, Group

__all__ = ["Key", "Made", "Name", "make", "naming", "present"]


def naming(fields: tuple[str, ...]) -> Named:
    """Names entries by some fields, and cuts them; it can be sent to another process."""
    return Named(fields)


class Made(NamedTuple):
    """A group and what else is to be said of it.

    Attributes:
        api: its providers' side.
        theirs: figures that are its providers' alone, since of this host they are not known.
    """

    group: Group
    used: Used
    api: Beside | None = None
    theirs: tuple[str, ...] = ()


def present(facts: Sequence[Facts], fields: Iterable[str]) -> tuple[str, ...]:
    """Of some fields of paths, those that any path has a value for."""
    paths = [path for one in facts for path in one.paths.values()]
    return tuple(
        field for field in fields if any(getattr(path, field) is not None for path in paths)
    )


def make(
    book: Total, booked: Booked, places: Places, registry: Registry, absorbing: Booked | None = None
) -> list[Made]:
    """All groups, those that used most first; the runs' own time last.

    Args:
        registry: prices API calls.
        absorbing: the same book with idle energy spread over the spans, as SCI counts it.
    """
    found = (
        _group(cast(Name, name), member, booked, places, registry, absorbing or booked)
        for name, member in book.members.items()
    )
    return sorted(found, key=_rank)


def _rank(made: Made) -> tuple[bool, float, tuple[tuple[bool, str], ...]]:
    energy = made.group.amounts.energy_j
    return made.group.own_time, -(energy.mid if energy else 0.0), keys.ordered(made.group.key)


def _group(
    name: Name,
    member: Member,
    booked: Booked,
    places: Places,
    registry: Registry,
    absorbing: Booked,
) -> Made:
    (key, own_time), doing = name, member.doing
    api = None if member.api is None else api_calls(member.api, registry)
    units = {unit: rounded(amount) for unit, amount in doing.units.items()}
    used = booked.used(name, member.places)
    if member.lost:
        # What it used of the device that it names lies elsewhere, as a gap says: no energy is 0.
        some = any(use.energy.high for use in used.uses.values())
        used = used._replace(unmetered=True)
        used = used if some else used._replace(uses={}, parts=(), devices=())
    metered = amounts = places.price(used.uses)
    if api is not None:
        amounts = with_api(amounts, api.amounts)
    items: float | None = units.get("items", doing.calls)
    if own_time:
        items = None
    per_item: Amounts | None = None
    is_known = amounts.energy_j is not None and not used.unmetered
    if items and is_known:
        per_item = amounts.per(items)
    each = amounts if is_known and not own_time else Amounts()
    score: Sci | None = None
    if is_known and not own_time:
        held = used.uses if absorbing is booked else absorbing.used(name, member.places).uses
        parts = with_provider(places.sci_parts(held), api and api.amounts)
        score = sci(*parts, ITEM if "items" in units else CALL, items)
    group = Group(
        key=key,
        own_time=own_time,
        spans=doing.calls,
        errors=doing.errors,
        items=items,
        items_declared="items" in units and not own_time,
        units=units,
        amounts=amounts,
        per_item=per_item,
        latency_ms=doing.latencies.percentiles_ms(),
        tiers_energy=_shares({**used.tiers_j, **_api(api, "energy_j")}),
        tiers_carbon=None
        if amounts.carbon_location_g is None
        else _shares({**_carbon(used, places), **_api(api, "carbon_location_g")}),
        period=(stamp(doing.start_ns), stamp(doing.end_ns)),
        busy_s=_seconds(doing.busy_ns),
        active_s=_seconds(doing.active_ns),
        peak_host_memory_bytes=doing.peak_host_bytes,
        peak_gpu_memory_bytes=doing.peak_gpu_bytes,
        devices=used.devices,
        rests_on=(*places.factors_of(used.uses), *(() if api is None else (api.factors,))),
        zones=places.zones(booked.sets[place] for place in member.places),
        # What a provider used is worked out from tokens: no meter's floor is under it.
        floor=None
        if metered.energy_j is None or api is not None
        else below_floor(used.parts, doing.active_ns or 0),
        per_1000_tokens=_thousand(each, tokens(units)),
        per_1000_tokens_out=_thousand(each, units.get("tokens_out")),
        per_1000_calls=_thousand(each, doing.calls),
        sci=score,
    )
    return Made(group, used, api, () if api is None else _theirs(metered, amounts))


def _theirs(host: Amounts, both: Amounts) -> tuple[str, ...]:
    """Figures that are known of API calls but not of what they used of this host."""
    if host.energy_j is None or not host.energy_j.high:
        return ()
    names = (*QUANTITIES, "cost")
    return tuple(name for name in names if getattr(both, name) and not getattr(host, name))


def _thousand(amounts: Amounts, count: float | None) -> Amounts | None:
    return None if amounts.energy_j is None else per_thousand(amounts, count)


def _seconds(ns: int | None) -> float | None:
    return None if ns is None else ns / NS_PER_S


def _carbon(used: Used, places: Places) -> dict[tuple[int, str], float]:
    """g CO2e by place and tier."""
    grams = {place: places.g_per_kwh(place, use) or 0.0 for place, use in used.uses.items()}
    return {key: amount / J_PER_KWH * grams[key[0]] for key, amount in used.tiers_j.items()}


def _api(api: Beside | None, figure: str) -> dict[tuple[int, str], float]:
    """The providers' side of a figure, as of a place of its own."""
    amount = None if api is None else getattr(api.amounts, figure)
    return {} if amount is None else {(-1, API): amount.mid}


def _shares(amounts: dict[tuple[int, str], float]) -> dict[str, float]:
    """Each tier's share of the whole; empty where the whole is nothing."""
    whole = math.fsum(amounts.values())
    if not whole:
        return {}
    by_tier: dict[str, float] = {}
    for (_, tier), amount in sorted(amounts.items()):
        by_tier[tier] = by_tier.get(tier, 0.0) + amount / whole
    return by_tier
