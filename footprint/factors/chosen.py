"""Which of a file's entries answer a query.

An entry of the query's zone comes first (of a cloud region's code before its place), then one that
holds everywhere. A country's entry does not answer for its regions: their grids differ, and nothing
is guessed. Of entries with a time in which
they hold, those that touch the period answer; where it takes several, they become one series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import EXCHANGE, Factor
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.quantity import Quantity
from footprint.estimators.series import Series, iso, series
from footprint.estimators.sources import Query
from footprint.estimators.zones import folded
from footprint.factors.entries import Entry


def fitting(entries: Iterable[Entry], query: Query) -> Iterator[Factor]:
    """The factors that answer a query, best first.

    Raises UsageError where the period crosses from one range to the next: a series has no room for
    their intervals.
    """
    of = [each for each in entries if _is_of(each.factor, query)]
    zones = (query.zone.code, query.zone.place) if query.zone else ()
    for place in dict.fromkeys((*zones, "")):
        here = [each for each in of if each.factor.zone == place]
        if query.since_ns is None or query.until_ns is None:
            here.sort(key=lambda each: -(each.valid_from or 0))
            yield from (each.factor for each in here)
        else:
            yield from _within(here, query.since_ns, max(query.until_ns, query.since_ns + 1))


def _is_of(factor: Factor, query: Query) -> bool:
    if factor.name != query.name:
        return False
    if factor.name == EXCHANGE:
        return query.subject in ("", factor.unit)
    return _same_thing(factor.subject, query.subject)


def _same_thing(left: str, right: str) -> bool:
    """One name, case and dots aside; or two names of one accelerator, such as its driver's."""
    if not left or not right or folded(left) == folded(right):
        return folded(left) == folded(right)
    try:
        return accelerator(left).name == accelerator(right).name
    except EstimatorError:
        return False


def _within(entries: Sequence[Entry], since: int, until: int) -> Iterator[Factor]:
    parts: list[Entry] = []
    for each in entries:
        value = each.factor.value
        if isinstance(value, Series):
            part = value.between(since, until)
            if len(part):
                yield each.factor._replace(value=part)
            continue
        start = since if each.valid_from is None else each.valid_from
        end = until if each.valid_until is None else each.valid_until
        if start <= since and until <= end:
            yield each.factor
        elif start < until and since < end:
            parts.append(each)
    if parts:
        yield _joined(parts, since, until)


def _joined(parts: list[Entry], since: int, until: int) -> Factor:
    """Entries that follow each other, as one factor: a series of theirs."""
    steps: list[tuple[int, int | None, float | Decimal]] = []
    parts.sort(key=lambda each: -1 if each.valid_from is None else each.valid_from)
    for each in parts:
        value = each.factor.value
        if isinstance(value, Quantity) and value.low != value.high:
            raise UsageError(
                f"{each.where}: the period {iso(since)} to {iso(until)} reaches beyond the time in "
                "which this range holds: report it in two parts (--until, --since), or give value"
            )
        number = value.mid if isinstance(value, Quantity) else value
        assert not isinstance(number, Series)
        start = since if each.valid_from is None else each.valid_from
        end = until if each.valid_until is None else each.valid_until
        steps.append((start, end, number))
    first = parts[0].factor
    factors = [each.factor for each in parts]
    vintages = {one.vintage for one in factors}
    return first._replace(
        value=series(", ".join(each.where for each in parts), steps, first.unit),
        source="; ".join(dict.fromkeys(one.source for one in factors)),
        version="; ".join(dict.fromkeys(one.version for one in factors if one.version)),
        license="; ".join(dict.fromkeys(one.license for one in factors if one.license)),
        vintage=first.vintage if len(vintages) == 1 else None,
        retrieved=max(one.retrieved for one in factors),
        why="; ".join(one.why for one in factors),
    )
