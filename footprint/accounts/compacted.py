"""Single calls of compacted dates in tables: the groups that stand for them, one row each.

They are read as JSON (docs/reference/ledger.md): tables need no more of them than names and sums.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from footprint.accounts.amounts import rounded
from footprint.accounts.days import DAY_NS
from footprint.accounts.lines import Period
from footprint.accounts.outline import Place
from footprint.ledger.reader import Facts
from footprint.ledger.sealed.groups import read
from footprint.ledger.sealed.manifest import SealedFile
from footprint.ledger.sealed.tables import GROUP
from footprint.ledger.stores import open_store
from footprint.model import STATUSES

#: (boot, day since 1970-01-01, UTC)
Day = tuple[str, int]


class Used(NamedTuple):
    """What a group used of one device, nJ, and by tier; ns for which it was active, and metered."""

    device_kind: str
    mid_nj: int
    low_nj: int
    high_nj: int
    metered_ns: int
    active_ns: int
    tiers: Mapping[str, int]


class Group(NamedTuple):
    """The calls of a process, function and status that ended in an hour."""

    one: Facts
    hour: int
    path: Mapping[str, Any]
    status: str
    calls: int
    units: Mapping[str, float]
    start_ns: int
    end_ns: int
    busy_ns: int | None
    peak_host_bytes: int | None
    peak_gpu_bytes: int | None
    used: tuple[Used, ...]


def files(places: Iterable[Place]) -> list[tuple[str, SealedFile]]:
    """(place, file) of all groups in some places."""
    return [
        (place.where, file)
        for place in places
        for source in place.sources
        for file in source.files
        if file.table == GROUP
    ]


def days(places: Iterable[Place]) -> dict[Day, str]:
    """The boots' days that are compacted, and the file that says so."""
    return {
        (boot, since // DAY_NS): file.path
        for where, file in files(places)
        for boot, since, _, _ in read(open_store(where), file, whole_days=True, texts=False)
    }


def groups(places: Iterable[Place], facts: Sequence[Facts], period: Period) -> Iterator[Group]:
    """The groups of the hours that begin in a period.

    Raises LedgerError where a file of them cannot be read.
    """
    by_writer = {one.writer: one for one in facts}
    since, until = period
    for where, file in files(places):
        for _, begin, _, text in read(open_store(where), file, whole_days=False):
            if (since is None or begin >= since) and (until is None or begin < until):
                yield from _groups(json.loads(text), begin, by_writer)


def _groups(page: Mapping[str, Any], hour: int, by_writer: Mapping[str, Facts]) -> Iterator[Group]:
    kinds: list[str] = [device[1] for device in page["known_devices"]]
    used: dict[tuple[str, str, int], list[Used]] = {}
    for name, _, parts in page["groups"]:
        if isinstance(name, list):
            used.setdefault(_name(name), []).extend(_used(part, kinds) for part in parts)
    for name, _, _, _, _, _, rest in page["members"]:
        calls, _, units, start, end, busy, host, gpu = rest
        writer, path, status = _name(name)
        if writer in by_writer:
            yield Group(
                by_writer[writer],
                hour,
                json.loads(path),
                STATUSES[status] if status < len(STATUSES) else "ok",
                calls,
                {unit: rounded(tuple(amount)) for unit, amount in units.items()},
                start,
                end,
                busy,
                host,
                gpu,
                tuple(used.get((writer, path, status), ())),
            )


def _name(name: Sequence[Any]) -> tuple[str, str, int]:
    writer, path, status = name
    return writer, path, status


def _used(part: Sequence[Any], kinds: list[str]) -> Used:
    device, mid, low, high, _, _, metered, active, tiers, _ = part
    return Used(kinds[device], mid, low, high, metered, active, tiers)
