"""The report's groups: what the spans of each key did, and what they used."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from footprint.accounts.book import Book
from footprint.accounts.entries import Entry
from footprint.accounts.posting import nameless
from footprint.estimators.units import J_PER_KWH
from footprint.ledger.reader import Facts
from footprint.model import ERROR
from footprint.reports import keys
from footprint.reports.beside import API, Beside, api_calls, with_api
from footprint.reports.booked import Booked, Place, Used
from footprint.reports.latency import percentiles_ms
from footprint.reports.places import Places
from footprint.reports.view import Amounts, Group

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


def make(book: Book, grouper: Grouper, booked: Booked, places: Places) -> list[Made]:
    """All groups, those that used most first; the runs' own time last."""
    members: dict[tuple[Key, bool], list[Entry]] = {}
    for entry in book.entries:
        members.setdefault(grouper.name(entry), []).append(entry)
    held = _held(book)
    registry = places.sources.registry
    lost = {grouper.name(book.entries[index]) for index in nameless(book)}
    found = [
        _group(
            name,
            entries,
            booked,
            places,
            held,
            api_calls(entries, book, registry),
            name in lost,
        )
        for name, entries in members.items()
    ]
    return sorted(found, key=_rank)


def _rank(made: Made) -> tuple[bool, float, tuple[tuple[bool, str], ...]]:
    energy = made.group.amounts.energy_j
    return made.group.own_time, -(energy.mid if energy else 0.0), keys.ordered(made.group.key)


def _held(book: Book) -> dict[tuple[int, int], int]:
    """By (writer, sequence): how long a stream's consumer held it, ns."""
    held: dict[tuple[int, int], int] = {}
    for writer, one in enumerate(book.facts):
        for seq, _, _, held_ns in one.rows["hold"]:
            held[writer, seq] = held.get((writer, seq), 0) + held_ns
    return held


def _group(
    name: tuple[Key, bool],
    entries: Sequence[Entry],
    booked: Booked,
    places: Places,
    held: dict[tuple[int, int], int],
    api: Beside | None,
    lost: bool,
) -> Made:
    key, own_time = name
    used = booked.used(name, (booked.place(entry) for entry in entries))
    if lost:
        # What it used of the device that it names lies elsewhere, as a gap says: no energy is 0.
        some = any(use.energy.high for use in used.uses.values())
        used = used._replace(unmetered=True, uses=used.uses if some else {})
    amounts = places.price(used.uses)
    if api is not None:
        amounts = with_api(amounts, api.amounts)
    calls = sum(entry.calls for entry in entries)
    units = _units(entries)
    items: float | None = units.get("items", calls)
    if own_time:
        items = None
    per_item: Amounts | None = None
    if items and amounts.energy_j is not None and not used.unmetered:
        per_item = amounts.per(items)
    group = Group(
        key=key,
        own_time=own_time,
        spans=calls,
        errors=sum(entry.calls for entry in entries if entry.status == ERROR),
        items=items,
        items_declared="items" in units and not own_time,
        units=units,
        amounts=amounts,
        per_item=per_item,
        latency_ms=percentiles_ms(entries, held),
        tiers_energy=_shares({**used.tiers_j, **_api(api, "energy_j")}),
        tiers_carbon=None
        if amounts.carbon_location_g is None
        else _shares({**_carbon(used, places), **_api(api, "carbon_location_g")}),
    )
    return Made(group, used, api)


def _units(entries: Iterable[Entry]) -> dict[str, float]:
    """Sums by name, exactly rounded: they do not depend on the order."""
    found: dict[str, list[float]] = {}
    for entry in entries:
        for name, amount in entry.units.items():
            found.setdefault(name, []).append(amount)
    return {name: math.fsum(amounts) for name, amounts in sorted(found.items())}


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
