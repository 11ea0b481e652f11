"""genai-prices' list as steps in time: which entry is meant, and what it says when.

The list says from which day a price holds, and for some models at which hours of a day (UTC). A
step runs from one such instant to the next; what holds in it is asked of genai-prices itself
(`ModelInfo.get_prices`), so that the two never differ. Request-specific variants (batch, priority)
are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice, pairwise
from typing import Any, NamedTuple

from footprint.estimators.series import Row, utc_ns
from footprint.estimators.systems import packages
from footprint.estimators.systems.names import keys, without_path
from footprint.estimators.systems.providers import OTHER, listed
from footprint.estimators.systems.registry import Resolved
from footprint.estimators.systems.rows import (
    CACHED,
    INPUT,
    OUTPUT,
    REASONING,
    REQUEST,
    in_tier,
    tier_of,
)

#: Steps by the name of the price.
Columns = dict[str, list[Row]]

DAY_NS = 86_400 * 10**9
_FIELDS = {
    "input_mtok": INPUT,
    "cache_read_mtok": CACHED,
    "output_mtok": OUTPUT,
    "output_reasoning_mtok": REASONING,
    "requests_kcount": REQUEST,
}


class Listed(NamedTuple):
    """A model of the price list."""

    provider: Any
    model: Any


def find(resolved: Resolved) -> Listed | None:
    """The entry of the price list: as the name was written, else by our id of it.

    Where no provider is known (`other`), it is that of the first who sells the model.
    """
    provider = resolved.provider
    if provider.id == OTHER:
        return sold(resolved.written)
    if provider.price_id is None:
        return None
    everyone = packages.price_list()
    wanted = provider.price_id
    sellers = [each for each in everyone if each.id == wanted] or [
        each
        for each in everyone
        if each.provider_match is not None and each.provider_match.is_match(wanted)
    ]
    names = [resolved.written, without_path(resolved.written)]
    if resolved.system is not None:
        system = resolved.system
        names += [system.ids.get(provider.id, system.id)]
    return _listed(sellers[:1], names, everyone)


def sold(model: str) -> Listed | None:
    """The entry of the first who sells a model, those of our table before others; None: nobody.

    As the name is written, else by its letters and digits as `names.keys` has them.
    """
    everyone = packages.price_list()
    ours = [each.price_id for each in listed()]
    ordered = sorted(everyone, key=lambda each: _place(ours, each.id))
    written = _listed(ordered, [model], everyone)
    if written is not None:
        return written
    by_key = _by_key(tuple(ordered))
    return next((by_key[word] for word in keys(model) if word in by_key), None)


def _listed(sellers: Iterable[Any], names: Iterable[str], everyone: list[Any]) -> Listed | None:
    asked = tuple(names)
    for seller in sellers:
        for name in asked:
            model = seller.find_model(name, all_providers=everyone)
            if model is not None:
                return Listed(seller, model)
    return None


def _place(ours: Sequence[str | None], name: str) -> int:
    return ours.index(name) if name in ours else len(ours)


def _by_key(sellers: Iterable[Any]) -> dict[str, Listed]:
    """Entries by the key of their id without its path; the first of several is kept."""
    found: dict[str, Listed] = {}
    for seller in sellers:
        for model in seller.models:
            for word in islice(keys(model.id), 1):
                found.setdefault(word, Listed(seller, model))
    return found


def source_of(entry: Listed) -> str:
    """Whose price it is: a cloud that the list has no row of sells at the vendor's price."""
    everyone = packages.price_list()
    owner = next(
        (each for each in everyone if any(model is entry.model for model in each.models)),
        entry.provider,
    )
    urls = owner.pricing_urls or [""]
    through = "" if owner.id == entry.provider.id else f", taken for {entry.provider.name}"
    return f"genai-prices, {owner.id}/{entry.model.id} ({urls[0]}){through}"


def columns(model: Any, life: tuple[int, int], period: tuple[int, int] | None) -> Columns:
    """The prices of a model by name; neighbours that are equal are one step.

    Args:
        life: from when until when the model is sold, UTC ns.
        period: whole days. Prices that change by the hour are given for these alone, or for the
            nearest day of its life; others for all of its life.
    """
    start, end = life
    if _hourly(model):
        since, until = period or (start, start + DAY_NS)
        start = min(max(since, start), end - DAY_NS)
        end = max(min(until, end), start + DAY_NS)
    found: Columns = {}
    for left, right in _steps(model, start, end):
        for name, value in _values(model.get_prices(_moment(left))):
            rows = found.setdefault(name, [])
            if rows and rows[-1][1] == left and rows[-1][2] == value:
                rows[-1] = (rows[-1][0], right, value)
            else:
                rows.append((left, right, value))
    return found


def _constraints(model: Any) -> list[Any]:
    if not isinstance(model.prices, list):
        return []
    return [each.constraint for each in model.prices if each.constraint is not None]


def _hourly(model: Any) -> bool:
    return any(hasattr(each, "start_time") for each in _constraints(model))


def _steps(model: Any, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches of [start, end) in which the list has one price."""
    cuts = {start, end}
    for each in _constraints(model):
        if hasattr(each, "start_date"):
            cuts.add(midnight(each.start_date))
        elif hasattr(each, "start_time"):
            for day in range(start - start % DAY_NS, end, DAY_NS):
                cuts |= {day + _into_day(each.start_time), day + _into_day(each.end_time)}
    inside = sorted(cut for cut in cuts if start <= cut <= end)
    yield from pairwise(inside)


def _values(prices: Any) -> Iterator[tuple[str, Decimal]]:
    """(name, price) of one entry of the list, and the tiers' thresholds and prices."""
    for field, name in _FIELDS.items():
        value = getattr(prices, field, None)
        if value is None:
            continue
        tiers = getattr(value, "tiers", None)
        if tiers is None:
            yield name, value
            continue
        yield name, value.base
        for number, tier in enumerate(tiers, 1):
            yield in_tier(name, number), tier.price
    for number, above in enumerate(_thresholds(prices), 1):
        yield tier_of(number), Decimal(above)


def _thresholds(prices: Any) -> list[int]:
    """Where tiers begin, in input tokens.

    Raises:
        ValueError: fields of one price that have different thresholds.
    """
    found = {
        tuple(tier.start for tier in getattr(prices, field).tiers)
        for field in _FIELDS
        if hasattr(getattr(prices, field, None), "tiers")
    }
    if len(found) > 1:
        raise ValueError(f"tiers begin at different thresholds: {sorted(found)}")
    return list(found.pop()) if found else []


def _moment(t_ns: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t_ns // 1000)


def midnight(day: date) -> int:
    """UTC ns at which a day begins."""
    return utc_ns(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _into_day(clock: time) -> int:
    """ns after midnight UTC of a time of day; one without offset is of UTC."""
    offset = clock.utcoffset() or timedelta(0)
    whole = timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second) - offset
    return round(whole.total_seconds() * 1e9) % DAY_NS
