"""The books of several parts as one: entries that run on from day to day are one entry again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import cast

from footprint.accounts.entries import EntryList
from footprint.accounts.hours import merged
from footprint.accounts.lines import SUMMED, Book, DeviceBook, GroupEnergy, add_parts, add_to
from footprint.accounts.timelines.timeline import Timeline


def joined(whole: Book, books: Sequence[Book]) -> Book:
    """Adds books, made entry by entry of the same facts, to one that is empty; gives it back."""
    entries = cast(EntryList, whole.entries)
    places: dict[tuple[int, int], int] = {}
    groups: dict[Hashable, dict[str, GroupEnergy]] = {}
    devices: dict[tuple[str, str], DeviceBook] = {}
    for book in books:
        numbers = [places.setdefault((each.writer, each.seq), len(places)) for each in book.entries]
        for number, entry, used, tiers in zip(
            numbers, book.entries, book.used, book.tiers, strict=True
        ):
            own = entry._replace(parent=numbers[entry.parent] if entry.parent >= 0 else -1)
            if number == len(entries):
                entries.append(own)
                whole.used.append({})
                whole.tiers.append({})
            elif entry.calls:  # it counts where it ended
                entries[number] = own
            add_parts(whole.used[number], used.values())
            add_to(whole.tiers[number], tiers)
        for key, parts in book.groups.items():
            add_parts(groups.setdefault(key, {}), parts)
        for line in book.devices:
            at = line.boot, line.device.id
            devices[at] = _both(devices[at], line) if at in devices else line
        whole.assumed.update(numbers[index] for index in book.assumed)
        whole.notes.extend(note for note in book.notes if note not in whole.notes)
    whole.groups.update((key, list(own.values())) for key, own in groups.items())
    whole.devices.extend(devices.values())
    return whole


def _both(one: DeviceBook, other: DeviceBook) -> DeviceBook:
    return one._replace(
        **{name: getattr(one, name) + getattr(other, name) for name in SUMMED},
        timeline=_after(one.timeline.plain(), other.timeline.plain()),
        floor_w=min(one.floor_w, other.floor_w),
        idle_by=add_to(dict(one.idle_by), other.idle_by),
        unattributed_by=add_to(dict(one.unattributed_by), other.unattributed_by),
        hours=merged(one.hours, other.hours),
    )


def _after(one: Timeline, other: Timeline) -> Timeline:
    """Two timelines, one after the other; between them nothing is known."""
    first, last = one.cells, other.cells
    if not len(first.energy) or not len(last.energy):
        return other if not len(first.energy) else one
    gap = last.edges[0] > first.edges[-1]
    shift = len(first.energy) + gap
    cells = first._replace(
        edges=[*first.edges, *last.edges[0 if gap else 1 :]],
        energy=[*first.energy, *([None] if gap else []), *last.energy],
        slack=[*first.slack, *last.slack[0 if gap else 1 :]],
        estimated=first.estimated | {cell + shift for cell in last.estimated},
    )
    return one._replace(cells=cells, tiers=(*one.tiers, *([""] if gap else []), *other.tiers))
