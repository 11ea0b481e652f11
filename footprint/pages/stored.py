"""Pages as bytes: JSON, compressed. What was stored is what was made, integer for integer.

Nothing in it is run when it is read, so that a page may lie in a directory that others write to.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from footprint.accounts.doings import Doing
from footprint.accounts.hours import Hour
from footprint.accounts.latency import Latencies
from footprint.accounts.lines import Energy, GroupEnergy, missing_share
from footprint.estimators.systems.use import ApiUse
from footprint.ledger.reader import Issue
from footprint.model import Device
from footprint.pages.page import ApiCalls, DeviceLine, Member, Nameless, Page, Tally

#: Changes whenever a page of the same rows would come out otherwise.
SCHEMA = "footprint.page/6"
#: Where durations stand pair by pair: groups that an earlier version compacted.
_BY_PAIR = "footprint.groups/1"


def printed(page: Page) -> bytes:
    """A page's bytes."""
    return zlib.compress(text(page).encode(), 6)


def text(page: Page, schema: str = SCHEMA) -> str:
    """A page as JSON text."""
    devices = _Numbers()
    places = _Numbers()
    document = page._asdict() | {
        "schema": schema,
        "devices": [
            [
                devices.of(getattr(each, name)) if name == "device" else _plain(getattr(each, name))
                for name in DeviceLine._fields
            ]
            for each in page.devices
        ],
        "groups": [
            [name, places.of(place), [_energy(part, devices) for part in parts]]
            for (name, place), parts in page.groups.items()
        ],
        "members": [[name, *_member(each, places)] for name, each in page.members.items()],
        "tallies": [[name, *_tally(each, places)] for name, each in page.tallies.items()],
    }
    document["known_devices"] = devices.values
    document["known_places"] = places.values
    return json.dumps(document, separators=(",", ":"))


def parsed(data: bytes) -> Page | None:
    """The page; None where these bytes are none, or that of another version."""
    try:
        return of_text(zlib.decompress(data))
    except zlib.error:
        return None


def of_text(data: str | bytes, schemas: Collection[str] = (SCHEMA,)) -> Page | None:
    """The page of a JSON text; None where it is none, or that of another version."""
    try:
        found = json.loads(data)
        return _page(found) if found["schema"] in schemas else None
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None


def _page(found: Mapping[str, Any]) -> Page:
    devices = [Device(*_tuples(each)) for each in found["known_devices"]]
    places = [_tuples(each) for each in found["known_places"]]
    return Page(
        devices=tuple(_line(each, devices) for each in found["devices"]),
        groups={
            (_tuples(name), places[place]): tuple(_group(part, devices) for part in parts)
            for name, place, parts in found["groups"]
        },
        members={
            _tuples(name): _of(fields, places, by_pair=found["schema"] == _BY_PAIR)
            for name, *fields in found["members"]
        },
        nameless=tuple(Nameless(*each) for each in found["nameless"]),
        issues=tuple(Issue(*each) for each in found["issues"]),
        **{
            name: _tuples(found[name])
            for name in ("entries", "left_open", "start_ns", "end_ns", "assumed", "notes", "cuts")
        },
        margin_ns=found["margin_ns"],
        # Groups that were compacted before there were cuts have none.
        tallies={
            (_tuples(name), tuple(cuts)): _tallied(fields, places)
            for (name, cuts), *fields in found.get("tallies", ())
        },
    )


class _Numbers:
    """Values that occur often, numbered."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def of(self, value: Any) -> int:
        """The number of a value."""
        if value not in self._numbers:
            self._numbers[value] = len(self.values)
            self.values.append(value)
        return self._numbers[value]


def _plain(value: Any) -> Any:
    return _pairs(value) if isinstance(value, Mapping) else value


def _pairs(amounts: Mapping[int, int]) -> list[list[int]]:
    """Numbers by number as two lists: JSON has texts for keys."""
    return [list(amounts), list(amounts.values())]


def _mapping(pairs: Iterable[list[int]]) -> dict[int, int]:
    keys, values = pairs
    return dict(zip(keys, values, strict=True))


def _tuples(value: Any) -> Any:
    if type(value) is not list:
        return value
    return tuple([_tuples(each) if type(each) is list else each for each in value])


def _line(fields: list[Any], devices: list[Device]) -> DeviceLine:
    # Groups that were compacted before there were hours lack the last fields.
    found = dict(zip(DeviceLine._fields, fields, strict=len(fields) != _WITHOUT_HOURS))
    found["device"] = devices[found["device"]]
    for name in ("idle_by", "unattributed_by"):
        found[name] = _mapping(found[name])
    if "hours" in found:
        numbers, hours = found["hours"]
        found["hours"] = {at: Hour(*own) for at, own in zip(numbers, hours, strict=True)}
        found["known"] = _tuples(found["known"])
    return DeviceLine(**found)


_WITHOUT_HOURS = DeviceLine._fields.index("hours")


def _energy(part: GroupEnergy, devices: _Numbers) -> list[Any]:
    energy = part.energy
    amounts = [energy.mid_nj, energy.low_nj, energy.high_nj, energy.estimated_nj]
    times = [part.held_ns, part.metered_ns, part.active_ns]
    return [devices.of(part.device), *amounts, *times, part.tiers, _pairs(part.by_stretch)]


def _group(fields: list[Any], devices: list[Device]) -> GroupEnergy:
    device, mid, low, high, estimated, held, metered, active, tiers, by = fields
    energy = Energy(mid, low, high, missing_share(metered, active), estimated)
    return GroupEnergy(devices[device], energy, tiers, _mapping(by), held, metered, active)


def _member(member: Member, places: _Numbers) -> Iterator[Any]:
    doing = member.doing
    yield sorted(places.of(place) for place in member.places)
    yield member.lost
    yield None if member.api is None else [member.api.uses, member.api.untold]
    own = doing.latencies
    single = None if own.single is None else list(zip(*own.single, strict=True))
    yield [single, _pairs(own.fine), _pairs(own.folded)]
    yield None if doing.active is None else _pairs(doing.active)
    yield [getattr(doing, name) for name in _DOING]


def _tally(tally: Tally, places: _Numbers) -> Iterator[Any]:
    yield [tally.calls, tally.errors, tally.units]
    yield sorted(places.of(place) for place in tally.places)
    yield None if tally.api is None else [tally.api.uses, tally.api.untold]


def _tallied(fields: list[Any], places: list[Any]) -> Tally:
    (calls, errors, units), where, api = fields
    return Tally(
        calls,
        errors,
        {name: tuple(amount) for name, amount in units.items()},
        frozenset(places[place] for place in where),
        _api(api),
    )


def _api(api: list[Any] | None) -> ApiCalls | None:
    return None if api is None else ApiCalls(tuple(ApiUse(*use) for use in api[0]), api[1])


_DOING = (
    *("calls", "errors", "units", "start_ns", "end_ns", "busy_ns"),
    *("peak_host_bytes", "peak_gpu_bytes"),
)


def _of(fields: list[Any], places: list[Any], *, by_pair: bool) -> Member:
    where, lost, api, (single, fine, folded), active, rest = fields
    doing = dict(zip(_DOING, rest, strict=True))
    doing["units"] = {name: tuple(amount) for name, amount in doing["units"].items()}
    return Member(
        Doing(
            latencies=Latencies(
                _tuples(single) if by_pair else _singles(single), _mapping(fine), _mapping(folded)
            ),
            active=None if active is None else _mapping(active),
            **doing,
        ),
        frozenset(places[place] for place in where),
        _api(api),
        lost,
    )


def _singles(columns: list[list[Any]] | None) -> tuple[tuple[float, int], ...] | None:
    """Durations and calls, which are stored as two columns."""
    return None if columns is None else tuple(zip(*columns, strict=True))
