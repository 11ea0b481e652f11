"""Pages with the finest names: from them a report by any fields can be made later.

A name is (writer, path, status): all that a `Naming` may look at. Groups of compacted dates have
such names (docs/decisions/0019). What would grow with the number of calls is made small here:
durations are counted in buckets, calls of one model are put together.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable

from footprint.accounts.entries import Entry
from footprint.accounts.latency import Latencies, counted
from footprint.estimators.systems.use import ApiUse, wrong
from footprint.ledger.reader import Facts, PathInfo
from footprint.pages.page import ApiCalls, Member, Page

#: So many different durations are kept as they are; more are counted in buckets.
FEW = 32
#: A price may depend on how long a prompt is. Calls are put together by their input tokens, by
#: steps of so many: list prices change at whole thousands.
_STEP = 1000
_HOUR_NS = 3600 * 1_000_000_000

#: (writer, path as JSON, status)
Finest = tuple[str, str, int]


def naming(entry: Entry, one: Facts) -> Finest:
    """The finest name of an entry."""
    return one.writer, path_text(entry.path), entry.status


def path_text(path: PathInfo) -> str:
    """A path as JSON. What encloses it is left out: it says nothing of the call itself."""
    fields = path._replace(parent=0)._asdict()
    return json.dumps(fields, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def path_of(text: str) -> PathInfo:
    """The path of `path_text`."""
    fields = json.loads(text)
    devices = fields["devices"]
    return PathInfo(**{**fields, "devices": None if devices is None else tuple(devices)})


def entry_of(name: Finest) -> Entry:
    """An entry that has this name, of a writer's; it did nothing."""
    _, path, status = name
    return Entry(0, 0, -1, path_of(path), status, 0, 0, 0, 0, 0, -1, -1, False, {}, None)


def thinned(page: Page) -> Page:
    """The page, of a size that does not grow with the number of calls."""
    members: dict[Hashable, Member] = {name: _thin(each) for name, each in page.members.items()}
    return page._replace(members=members)


def _thin(member: Member) -> Member:
    doing = member.doing._replace(latencies=_bucketed(member.doing.latencies))
    api = member.api
    if api is not None:
        api = ApiCalls(tuple(_together(api.uses)), api.untold)
    return member._replace(doing=doing, api=api)


def _bucketed(own: Latencies) -> Latencies:
    if own.single is None:
        return own
    alike: dict[float, int] = {}
    for ns, calls in own.single:
        alike[ns] = alike.get(ns, 0) + calls
    if len(alike) <= FEW:
        return own._replace(single=tuple(sorted(alike.items())))
    return Latencies(None, counted(own.single), own.folded)


def _together(uses: Iterable[ApiUse]) -> Iterable[ApiUse]:
    """Calls of one model, hour and length of prompt as one; those that make no sense stay."""
    found: dict[tuple[str, str | None, int, int], ApiUse] = {}
    for use in uses:
        if wrong(use) is not None or use.at_ns is None:
            yield use
            continue
        length = -int(-(use.tokens_in / use.calls) // _STEP)
        key = use.model, use.provider, use.at_ns // _HOUR_NS, length
        known = found.get(key)
        found[key] = use if known is None else _sum(known, use)
    yield from found.values()


def _sum(one: ApiUse, other: ApiUse) -> ApiUse:
    return one._replace(
        tokens_in=one.tokens_in + other.tokens_in,
        tokens_out=one.tokens_out + other.tokens_out,
        cached_tokens_in=one.cached_tokens_in + other.cached_tokens_in,
        reasoning_tokens=one.reasoning_tokens + other.reasoning_tokens,
        calls=one.calls + other.calls,
        at_ns=max(one.at_ns or 0, other.at_ns or 0),
    )
