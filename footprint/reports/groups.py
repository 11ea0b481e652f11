"""The report's groups: what the spans of each key did, and what they used."""

from __future__ import annotations

import math
import os
from collections.abc import Hashable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, cast

from footprint.accounts.book import Book, Period
from footprint.accounts.doings import Doing, Doings
from footprint.accounts.entries import Entry
from footprint.accounts.floor import below_floor
from footprint.accounts.posting import nameless
from footprint.estimators.sources import Registry
from footprint.estimators.units import J_PER_KWH
from footprint.ledger.reader import Facts
from footprint.model import NS_PER_S
from footprint.reports import keys
from footprint.reports.beside import API, Beside, api_calls, with_api
from footprint.reports.booked import Booked, Place, Used
from footprint.reports.places import Places
from footprint.reports.times import stamp
from footprint.reports.view import Amounts, Group

if TYPE_CHECKING:
    from footprint.accounts.bulk import Tables

Key = tuple[tuple[str, str | None], ...]


class Grouper:
    """Gives entries their groups' keys, for the book.

    Args:
        facts: the writers.
        fields: of the keys.
        sets: each writer's factor set.
    """

    def __init__(
        self, facts: Sequence[Facts], fields: tuple[str, ...], sets: Sequence[int]
    ) -> None:
        self.facts = facts
        self.fields = fields
        self.sets = sets
        self._names: dict[tuple[int, int, int], tuple[Key, bool]] = {}

    def __call__(self, entries: Sequence[Entry], index: int) -> Iterable[Hashable]:
        """The keys under which an entry's energy is summed, with joint bounds."""
        entry = entries[index]
        place: Place = self.sets[entry.writer], self.facts[entry.writer].boot_id
        yield self.name(entry), place
        yield ("own time" if entry.path.background else "calls"), place
        yield "boot", place

    def name(self, entry: Entry) -> tuple[Key, bool]:
        """An entry's group: its key, and whether it is a run's own time."""
        alike = entry.writer, id(entry.path), entry.status  # all that a field is made of
        known = self._names.get(alike)
        if known is None:
            one = self.facts[entry.writer]
            key = tuple((field, keys.value(field, entry, one)) for field in self.fields)
            known = self._names[alike] = key, entry.path.background
        return known


class Made(NamedTuple):
    """A group and what else is to be said of it; `api` is its providers' side."""

    group: Group
    used: Used
    api: Beside | None = None


def present(facts: Sequence[Facts], fields: Iterable[str]) -> tuple[str, ...]:
    """Of some fields of paths, those that any path has a value for."""
    paths = [path for one in facts for path in one.paths.values()]
    return tuple(
        field for field in fields if any(getattr(path, field) is not None for path in paths)
    )


class Member(NamedTuple):
    """A group as its entries make it: all that is needed of them beside what the book says.

    Attributes:
        name: its key, and whether these are runs' own time; by it the book knows its energy.
        doing: what its entries did.
        places: where they did it.
        api: their providers' side, where they are API calls.
        lost: some of them named a device that does not exist.
    """

    name: tuple[Key, bool]
    doing: Doing
    places: frozenset[Place]
    api: Beside | None = None
    lost: bool = False


def members(
    book: Book, grouper: Grouper, booked: Booked, period: Period, registry: Registry
) -> Iterator[Member]:
    """The groups of a book's entries.

    Args:
        book, grouper, booked: the book and its groups' keys.
        period: the one that the book was made for.
        registry: prices API calls.
    """
    lost = {grouper.name(book.entries[index]) for index in nameless(book)}
    entries = book.entries
    if not isinstance(entries, list):
        yield from _bulk(entries, book, grouper, booked, period, registry, lost)
        return
    found: dict[tuple[Key, bool], list[Entry]] = {}
    for entry in entries:
        found.setdefault(grouper.name(entry), []).append(entry)
    doings = Doings(book, period)
    for name, own in found.items():
        where = {entry.writer: entry for entry in own}
        yield Member(
            name,
            doings.of(own),
            frozenset(booked.place(entry) for entry in where.values()),
            api_calls(own, book, registry),
            name in lost,
        )


def _bulk(
    entries: Tables,
    book: Book,
    grouper: Grouper,
    booked: Booked,
    period: Period,
    registry: Registry,
    lost: AbstractSet[tuple[Key, bool]],
) -> Iterator[Member]:
    """The same of a book whose entries are columns (`accounts.bulk`)."""
    from footprint.accounts.bulk_doings import BulkDoings, grouped

    doings = BulkDoings(book, period)
    every = grouped(entries, grouper.name)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # numpy lets go of the lock
        found = list(pool.map(doings.of, every))
    for group, doing in zip(every, found, strict=True):
        name = cast(tuple[Key, bool], group.name)
        is_api = any(path.kind == API for path in group.paths)
        yield Member(
            name,
            doing,
            frozenset(booked.at(writer) for writer in group.writers),
            api_calls(group.entries(), book, registry) if is_api else None,
            name in lost,
        )


def make(of: Iterable[Member], booked: Booked, places: Places) -> list[Made]:
    """All groups, those that used most first; the runs' own time last."""
    return sorted((_group(member, booked, places) for member in of), key=_rank)


def _rank(made: Made) -> tuple[bool, float, tuple[tuple[bool, str], ...]]:
    energy = made.group.amounts.energy_j
    return made.group.own_time, -(energy.mid if energy else 0.0), keys.ordered(made.group.key)


def _group(member: Member, booked: Booked, places: Places) -> Made:
    (key, own_time), doing, api = member.name, member.doing, member.api
    used = booked.used(member.name, member.places)
    if member.lost:
        # What it used of the device that it names lies elsewhere, as a gap says: no energy is 0.
        some = any(use.energy.high for use in used.uses.values())
        used = used._replace(unmetered=True)
        used = used if some else used._replace(uses={}, parts=(), devices=())
    metered = amounts = places.price(used.uses)
    if api is not None:
        amounts = with_api(amounts, api.amounts)
    items: float | None = doing.units.get("items", doing.calls)
    if own_time:
        items = None
    per_item: Amounts | None = None
    if items and amounts.energy_j is not None and not used.unmetered:
        per_item = amounts.per(items)
    group = Group(
        key=key,
        own_time=own_time,
        spans=doing.calls,
        errors=doing.errors,
        items=items,
        items_declared="items" in doing.units and not own_time,
        units=doing.units,
        amounts=amounts,
        per_item=per_item,
        latency_ms=doing.latency_ms,
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
        zones=places.zones(number for number, _ in member.places),
        # What a provider used is worked out from tokens: no meter's floor is under it.
        floor=None
        if metered.energy_j is None or api is not None
        else below_floor(used.parts, doing.active_ns or 0),
    )
    return Made(group, used, api)


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
