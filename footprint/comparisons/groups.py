"""Two or more groups side by side, the first of which the others are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from footprint.comparisons import verdicts
from footprint.comparisons.counting import CALL, RUN
from footprint.comparisons.measured import Measured, money_each
from footprint.comparisons.metrics import Metrics
from footprint.comparisons.view import GROUPS, Change, Comparison, Row, Side, changed
from footprint.comparisons.wording import sentence
from footprint.errors import UsageError
from footprint.estimators.errors import Gap
from footprint.estimators.quantity import Quantity, exact

_Value = Quantity | None

#: Amounts beside energy: (name, label).
_DERIVED = (
    ("carbon_location_g", "carbon (CO2e)"),
    ("carbon_market_g", "carbon, market-based (CO2e)"),
    ("embodied_g", "carbon, embodied (CO2e)"),
    ("water_l", "water"),
)


def compared(sides: Sequence[Measured], metrics: Metrics | None = None) -> Comparison:
    """The comparison of sides, the first of which is what the others are held against.

    Raises UsageError: fewer than two, two that are the same, items that differ in meaning.
    """
    _check(sides)
    base, others = sides[0], sides[1:]
    rows = list(_rows(base, others))
    assumptions = [line for other in others for line in verdicts.said(base, other)] + list(
        _kinds(sides)
    )
    gaps: list[Gap] = []
    if metrics is not None:
        rows.extend(_metrics(sides, metrics))
        gaps.extend(metrics.gaps([side.label for side in sides]))
    shown = {row.figure.split("_per_")[0] for row in rows}
    missing = {row.figure.split("_per_")[0] for row in rows if None in row.values}
    for side in sides:
        gaps.extend(
            each
            for each in side.gaps
            if each.what not in shown - missing and not each.what.startswith("groups.tokens")
        )
        assumptions.extend(side.assumptions)
    return Comparison(
        kind=GROUPS,
        per=base.per,
        sides=tuple(_side(each) for each in sides),
        rows=tuple(row for row in rows if any(value is not None for value in row.values)),
        findings=tuple(_findings(sides, rows)),
        factors=tuple(dict.fromkeys(each for side in sides for each in side.factors_used())),
        assumptions=tuple(dict.fromkeys(assumptions)),
        gaps=tuple(dict.fromkeys(gaps)),
    )


def _check(sides: Sequence[Measured]) -> None:
    if len(sides) < 2:
        raise UsageError("one group has nothing to be compared with: name two or more")
    for at, side in enumerate(sides):
        for other in sides[:at]:
            if side.where == other.where and side.selector.same(other.selector):
                raise UsageError(
                    f"{other.label} and {side.label} are the same spans of {side.where}: "
                    "name two that differ"
                )
    for one, other in pairwise(sides):
        if one.counted != other.counted:
            raise UsageError(
                f"{one.label} counts {one.counted}, {other.label} {other.counted}: for one of each "
                f"they cannot be compared; count both with add(items=...), or say --per {CALL}"
            )


def _rows(base: Measured, others: Sequence[Measured]) -> Iterator[Row]:
    sides = (base, *others)
    per = base.per if base.per != "item" or base.counted == "items" else CALL
    energy = [verdicts.energy(base, other, len(others)) for other in others]
    yield Row(
        f"energy_j_per_{base.per}",
        f"energy per {per}",
        "J",
        tuple(each.each.energy_j for each in sides),
        (None, *energy),
    )
    for name, label in _DERIVED:
        values = [getattr(each.each, name) for each in sides]
        changes = _following(sides, energy, values)
        yield Row(f"{name}_per_{base.per}", f"{label} per {per}", _unit(name), *changes)
    for currency in dict.fromkeys(name for side in sides for name in side.each.cost):
        values = [money_each(each, currency) for each in sides]
        name = f"cost_{currency.lower()}_per_{base.per}"
        yield Row(name, f"cost per {per}", currency, *_following(sides, energy, values))
    busy = [_busy(each) for each in sides]
    times = (verdicts.time(base, other, len(others)) for other in others)
    yield Row(f"time_s_per_{base.per}", f"time per {per}", "s", tuple(busy), (None, *times))
    if base.per != RUN:
        for at, share in enumerate(("p50", "p95")):
            yield _plain(sides, f"latency_{share}_ms", f"latency {share}", "ms", _latency(at))
        yield _plain(
            sides,
            f"throughput_{base.per}s_per_s",
            f"throughput, {base.counted} a second",
            "1/s",
            lambda side: side.throughput_per_s,
        )
    yield _plain(
        sides, "peak_host_memory_bytes", "peak memory, host", "B", lambda s: s.peak_host_bytes
    )
    yield _plain(
        sides, "peak_gpu_memory_bytes", "peak memory, GPUs", "B", lambda s: s.peak_gpu_bytes
    )


def _unit(name: str) -> str:
    return "L" if name.endswith("_l") else "g"


def _plain(
    sides: Sequence[Measured],
    figure: str,
    label: str,
    unit: str,
    value: Callable[[Measured], float | None],
) -> Row:
    """A row of exact numbers."""
    found = [value(side) for side in sides]
    values = tuple(None if each is None else exact(float(each), unit) for each in found)
    return Row(figure, label, unit, values, (None, *(changed(values[0], v) for v in values[1:])))


def _latency(at: int) -> Callable[[Measured], float | None]:
    return lambda side: None if side.latency_ms is None else side.latency_ms[at]


def _busy(side: Measured) -> Quantity | None:
    """Seconds of calls for one."""
    if side.samples is None or not side.samples:
        return None
    whole = sum(each.busy_s for each in side.samples)
    return exact(whole / side.amount, "s")


def _following(
    sides: Sequence[Measured], energy: Sequence[Change | None], values: Sequence[_Value]
) -> tuple[tuple[_Value, ...], tuple[Change | None, ...]]:
    """Values that follow from energy, and their changes.

    Where both sides have the same factor its error cancels in the ratio: what is left open of the
    energy's ratio is left open of theirs.
    """
    changes: list[Change | None] = [None]
    first = _factor(sides[0], values[0])
    for side, value, change in zip(sides[1:], values[1:], energy, strict=True):
        found = changed(values[0], value)
        mine = _factor(side, value)
        if found and change and first and mine and _equal(first, mine):
            scale = found.ratio.mid / change.ratio.mid
            found = change._replace(
                ratio=change.ratio.scaled(scale),
                noise=change.noise and change.noise.scaled(scale),
                systematic=change.systematic and change.systematic.scaled(scale),
            )
        changes.append(found)
    return tuple(values), tuple(changes)


def _factor(side: Measured, value: _Value) -> tuple[float, float, float] | None:
    """A figure by energy, at its low, mid and high."""
    energy = side.each.energy_j
    if value is None or energy is None or not energy.low:
        return None
    return value.low / energy.low, value.mid / energy.mid, value.high / energy.high


def _equal(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) <= 1e-9 * max(a, b) for a, b in zip(one, other, strict=True))


def _metrics(sides: Sequence[Measured], metrics: Metrics) -> Iterator[Row]:
    for name in metrics.names:
        found = [metrics.value(side.label, name) for side in sides]
        values = tuple(None if each is None else _number(each) for each in found)
        changes = (None, *(changed(values[0], each) for each in values[1:]))
        yield Row(f"metric.{name}", name, "1", values, changes)


def _number(value: float) -> Quantity:
    return exact(value, "1")


def _side(side: Measured) -> Side:
    about: dict[str, object] = {
        "where": side.where,
        "key": dict(side.selector.pairs),
        "spans": side.spans,
        "runs": side.runs or None,
        "counted": side.counted,
        "count": side.amount,
        "devices": None
        if side.devices is None
        else [f"{each.device.name} ({each.device.id})" for each in side.devices],
    }
    return Side(side.label, about)


def _kinds(sides: Sequence[Measured]) -> Iterator[str]:
    for side in sides:
        if len(side.kinds) > 1:
            yield (
                f"{side.label} holds spans of several kinds ({', '.join(side.kinds)}): "
                "add kind=... to take one"
            )
    known = {side.kinds for side in sides if len(side.kinds) == 1}
    if len(known) > 1:
        told = ", ".join(f"{side.label}: {side.kinds[0]}" for side in sides if side.kinds)
        yield f"the groups are of different kinds ({told}): an item may not be the same thing"
    if any(side.counted == "calls" and side.per == "item" for side in sides):
        yield "no items were declared (add(items=...)): an item is a call"


def _findings(sides: Sequence[Measured], rows: Sequence[Row]) -> Iterator[str]:
    base = sides[0]
    for row in rows:
        if not row.figure.startswith(("energy_j_per", "time_s_per")):
            continue
        for side, change in zip(sides[1:], row.changes[1:], strict=True):
            if change is not None and change.verdict:
                yield f"{row.label}, {side.label} against {base.label}: {sentence(change)}"
