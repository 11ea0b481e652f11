"""Token prices by date: genai-prices' list and our own dated rows, as series of factors.

The first step of a model begins with its release, the last one ends with its withdrawal where we
know it: a price that no longer exists is dated, not dropped. Above a threshold of input tokens all
tokens of a call cost the tier's price.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from footprint.estimators.factors import Factor
from footprint.estimators.series import Row, Series, series, utc_ns
from footprint.estimators.sources import SourceUnavailable
from footprint.estimators.systems import packages
from footprint.estimators.systems.names import key, without_path
from footprint.estimators.systems.nearest import touching_or_nearest
from footprint.estimators.systems.pricelist import Columns, columns, find, midnight, source_of
from footprint.estimators.systems.registry import Resolved
from footprint.estimators.systems.rows import CACHED, INPUT, OUTPUT, PRICE_UNIT

#: A price without a beginning or an end; UTC ns of 2020 and 2200.
BEGIN_NS = utc_ns(datetime(2020, 1, 1, tzinfo=UTC))
OPEN_NS = utc_ns(datetime(2200, 1, 1, tzinfo=UTC))


def price_factors(
    resolved: Resolved, since_ns: int | None = None, until_ns: int | None = None
) -> dict[str, Factor]:
    """The prices of a model at its provider, by the names of `rows`; empty where none is listed.

    Args:
        since_ns, until_ns: whole days; the steps that touch them are given, or the nearest one.
            None: all steps, but one day of prices that change by the hour.

    Raises:
        SourceUnavailable: genai-prices is not installed, or its list is laid out otherwise, and
            we have no row of our own.
    """
    own = _own_rows(resolved)
    period = None if since_ns is None or until_ns is None else (since_ns, until_ns)
    try:
        listed, source = _from_list(resolved, period)
    except SourceUnavailable:
        if all(row.get("undated") for row in own):
            raise  # those go before the list's rows; alone they would be all that is known
        listed, source = {}, ""
    dated = _dated(own)
    stated = [source, *(row["source"] for row in own)]
    return {
        name: Factor(
            name=name,
            value=_part(_merged(resolved, name, listed.get(name, []), dated.get(name, [])), period),
            unit=_unit(name),
            source="; ".join(dict.fromkeys(each for each in stated if each)),
            version=packages.version("genai-prices") if listed else "systems.toml",
            license=packages.PRICES_LICENSE if listed else "",
            used_for="cost",
            why=_why(resolved),
            subject=resolved.subject,
        )
        for name in (*listed, *(each for each in dated if each not in listed))
    }


def _from_list(resolved: Resolved, period: tuple[int, int] | None) -> tuple[Columns, str]:
    """The list's steps and where they are from; nothing where it has no such model."""
    try:
        entry = find(resolved)
        if entry is None:
            return {}, ""
        return columns(entry.model, _life(resolved), period), source_of(entry)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise packages.unknown_layout("genai-prices", error) from error


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


def _part(steps: Series, period: tuple[int, int] | None) -> Series:
    """The steps that touch a period, or the nearest one; open ends are cut at the period's."""
    if period is None:
        return steps
    since_ns, until_ns = period
    part = touching_or_nearest(steps, since_ns, until_ns)
    starts = [max(start, since_ns) if start == BEGIN_NS else start for start in part.starts]
    ends = [min(end, until_ns) if end == OPEN_NS else end for end in part.ends]
    if any(start >= end for start, end in zip(starts, ends, strict=True)):
        return part  # the period lies outside of the only step
    return Series(starts, ends, part.values, part.unit)


def _unit(name: str) -> str:
    """The unit of a price, of a tier's price, or of a tier's threshold."""
    return PRICE_UNIT.get(name.partition(", tier ")[0], "token")


def _life(resolved: Resolved) -> tuple[int, int]:
    """From release to withdrawal, where they are known; others may sell longer than the vendor."""
    system = resolved.system
    if system is None:
        return BEGIN_NS, OPEN_NS
    vendor = resolved.provider.id == system.providers[0]
    retired = system.retired_ns if vendor else None
    return system.released_ns or BEGIN_NS, retired or OPEN_NS


def _why(resolved: Resolved) -> str:
    what = f"{resolved.written} is {resolved.system.name}" if resolved.system else resolved.written
    return f"{what} at {resolved.provider.name}"


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


def _dated(own: Iterable[Mapping[str, Any]]) -> Columns:
    """Our own rows by name. Amounts are text in the file, so that they are read exactly."""
    found: Columns = {}
    for row in own:
        until = row.get("until")
        period = midnight(row["since"]), OPEN_NS if until is None else midnight(until)
        for field, name in (("input", INPUT), ("cached", CACHED), ("output", OUTPUT)):
            if field in row:
                found.setdefault(name, []).append((*period, Decimal(row[field])))
    return found
