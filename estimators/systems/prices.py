"""Token prices by date: genai-prices' list and our own dated rows, as series.

A price list says from which day a price holds, and for some models at which hours of a day (UTC).
A step here runs from one such instant to the next. The first step of a model begins with its
release, the last one ends with its withdrawal where we know it: a price that no longer exists is
dated, not dropped. Above a threshold of input tokens all tokens of a call cost the tier's price.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.series import Row, Series, series, utc_ns
from footprint.estimators.sources import SourceUnavailable
from footprint.estimators.systems import packages
from footprint.estimators.systems.names import key, without_path
from footprint.estimators.systems.registry import Resolved
from footprint.estimators.systems.rows import (
    CACHED,
    INPUT,
    OUTPUT,
    PRICE_UNIT,
    REASONING,
    REQUEST,
    in_tier,
    tier_of,
)

_FIELDS = {
    "input_mtok": INPUT,
    "cache_read_mtok": CACHED,
    "output_mtok": OUTPUT,
    "output_reasoning_mtok": REASONING,
    "requests_kcount": REQUEST,
}
#: A price without a beginning or an end; UTC ns of 2020 and 2200.
BEGIN_NS = utc_ns(datetime(2020, 1, 1, tzinfo=UTC))
OPEN_NS = utc_ns(datetime(2200, 1, 1, tzinfo=UTC))
_DAY_NS = 86_400 * 10**9


#: Steps by the name of the price.
_Columns = dict[str, list[Row]]


class _Listed(NamedTuple):
    """A model of the price list."""

    provider: Any
    model: Any


def price_factors(
    resolved: Resolved, since_ns: int | None = None, until_ns: int | None = None
) -> dict[str, Factor]:
    """The prices of a model at its provider, by the names of `rows`; empty where none is listed.

    Args:
        since_ns, until_ns: whole days; the steps that touch them are given, or the nearest one.
            None: all steps, but one day of prices that change by the hour.

    Raises:
        SourceUnavailable: genai-prices is not installed, and we have no row of our own.
    """
    own = _own_rows(resolved)
    try:
        listed = _listed(resolved)
    except SourceUnavailable:
        if all(row.get("undated") for row in own):
            raise  # those go before the list's rows; alone they would be all that is known
        listed = None
    columns: _Columns = {}
    source = ""
    if listed is not None:
        columns = _columns(resolved, listed.model, since_ns, until_ns)
        source = _source(listed)
    dated = _dated(own)
    stated = [source, *(row["source"] for row in own)]
    return {
        name: Factor(
            name=name,
            value=_part(
                _merged(resolved, name, columns.get(name, []), dated.get(name, [])),
                since_ns,
                until_ns,
            ),
            unit=_unit(name),
            source="; ".join(dict.fromkeys(each for each in stated if each)),
            version=packages.version("genai-prices") if listed else "systems.toml",
            license=packages.PRICES_LICENSE if listed else "",
            used_for="cost",
            why=_why(resolved),
            subject=resolved.subject,
        )
        for name in (*columns, *(each for each in dated if each not in columns))
    }


def _listed(resolved: Resolved) -> _Listed | None:
    """The entry of the price list: as the name was written, else by our id of it."""
    if resolved.provider.price_id is None:
        return None
    providers = packages.price_list()
    wanted = resolved.provider.price_id
    sellers = [each for each in providers if each.id == wanted] or [
        each
        for each in providers
        if each.provider_match is not None and each.provider_match.is_match(wanted)
    ]
    names = [resolved.written, without_path(resolved.written)]
    if resolved.system is not None:
        system = resolved.system
        names += [system.ids.get(resolved.provider.id, system.id)]
    for seller in sellers[:1]:
        for name in names:
            model = seller.find_model(name, all_providers=providers)
            if model is not None:
                return _Listed(seller, model)
    return None


def _source(listed: _Listed) -> str:
    """Whose price it is: a cloud that the list has no row of sells at the vendor's price."""
    everyone = packages.price_list()
    owner = next(
        (each for each in everyone if any(model is listed.model for model in each.models)),
        listed.provider,
    )
    urls = owner.pricing_urls or [""]
    through = "" if owner.id == listed.provider.id else f", taken for {listed.provider.name}"
    return f"genai-prices, {owner.id}/{listed.model.id} ({urls[0]}){through}"


def _columns(
    resolved: Resolved, model: Any, since_ns: int | None, until_ns: int | None
) -> _Columns:
    """The list's prices of a model by name; neighbours that are equal are one step."""
    start, end = _life(resolved)
    if _hourly(model):
        start = since_ns - since_ns % _DAY_NS if since_ns is not None else start
        end = until_ns + (-until_ns) % _DAY_NS if until_ns is not None else start + _DAY_NS
    columns: _Columns = {}
    for left, right in _steps(model, start, max(end, start + _DAY_NS)):
        for name, value in _values(model.get_prices(_moment(left))):
            rows = columns.setdefault(name, [])
            if rows and rows[-1][1] == left and rows[-1][2] == value:
                rows[-1] = (rows[-1][0], right, value)
            else:
                rows.append((left, right, value))
    return columns


def _merged(resolved: Resolved, name: str, listed: list[Row], own: list[Row]) -> Series:
    """The list's steps, with our own in the periods that they are dated for."""
    rows = list(own)
    for start, end, value in listed:
        last = OPEN_NS if end is None else end
        at = start
        for since, stop, _ in sorted(own):
            until = OPEN_NS if stop is None else stop
            if until <= at or since >= last:
                continue
            if since > at:
                rows.append((at, since, value))
            at = until
        if at < last:
            rows.append((at, last, value))
    return series(f"{name} of {resolved.subject}", rows, _unit(name))


def _part(steps: Series, since_ns: int | None, until_ns: int | None) -> Series:
    """The steps that touch a period, or the nearest one; open ends are cut at the period's."""
    if since_ns is None or until_ns is None:
        return steps
    part = steps.between(since_ns, until_ns)
    if not len(part):
        near = 0 if until_ns <= steps.starts[0] else bisect_left(steps.starts, until_ns) - 1
        start, end, value = steps.starts[near], steps.ends[near], steps.values[near]
        part = Series((start,), (end,), (value,), steps.unit)
    starts = [max(start, since_ns) if start == BEGIN_NS else start for start in part.starts]
    ends = [min(end, until_ns) if end == OPEN_NS else end for end in part.ends]
    if any(start >= end for start, end in zip(starts, ends, strict=True)):
        return part  # the period lies outside of the only step
    return Series(starts, ends, part.values, part.unit)


def _unit(name: str) -> str:
    """The unit of a price, of a tier's price, or of a tier's threshold."""
    return PRICE_UNIT.get(name.partition(", tier ")[0], "token")


def _life(resolved: Resolved) -> tuple[int, int]:
    """From release to withdrawal, where they are known."""
    system = resolved.system
    if system is None:
        return BEGIN_NS, OPEN_NS
    return system.released_ns or BEGIN_NS, system.retired_ns or OPEN_NS


def _why(resolved: Resolved) -> str:
    what = f"{resolved.written} is {resolved.system.name}" if resolved.system else resolved.written
    return f"{what} at {resolved.provider.name}"


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
            cuts.add(_midnight(each.start_date))
        elif hasattr(each, "start_time"):
            for day in range(start - start % _DAY_NS, end, _DAY_NS):
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
        EstimatorError: fields of one price that have different thresholds.
    """
    found = {
        tuple(tier.start for tier in getattr(prices, field).tiers)
        for field in _FIELDS
        if hasattr(getattr(prices, field, None), "tiers")
    }
    if len(found) > 1:
        raise EstimatorError(f"genai-prices: tiers begin at different thresholds: {sorted(found)}")
    return list(found.pop()) if found else []


def _own_rows(resolved: Resolved) -> list[Mapping[str, Any]]:
    """Our rows for this provider; those of undated names for such a name alone."""
    system = resolved.system
    if system is None:
        return []
    plain = key(without_path(resolved.written)) in (key(system.id), key(system.name))
    return [
        row
        for row in system.prices
        if row["provider"] == resolved.provider.id and (plain or not row.get("undated"))
    ]


def _dated(own: Iterable[Mapping[str, Any]]) -> _Columns:
    """Our own rows by name. Amounts are text in the file, so that they are read exactly."""
    columns: _Columns = {}
    for row in own:
        until = row.get("until")
        period = _midnight(row["since"]), OPEN_NS if until is None else _midnight(until)
        for field, name in (("input", INPUT), ("cached", CACHED), ("output", OUTPUT)):
            if field in row:
                columns.setdefault(name, []).append((*period, Decimal(row[field])))
    return columns


def _moment(t_ns: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t_ns // 1000)


def _midnight(day: date) -> int:
    return utc_ns(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _into_day(clock: time) -> int:
    """ns after midnight UTC of a time of day; one without offset is of UTC."""
    offset = clock.utcoffset() or timedelta(0)
    whole = timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second) - offset
    return round(whole.total_seconds() * 1e9) % _DAY_NS
