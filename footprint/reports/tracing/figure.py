"""The number that is traced, and the uses of energy that it was made of."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple, cast

from footprint.errors import UsageError, nearest
from footprint.estimators.applied import Use
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity
from footprint.pages.page import CALLS, OWN_TIME
from footprint.reports.groups import Name
from footprint.reports.tracing.address import PER, Address
from footprint.reports.tracing.view import Step
from footprint.reports.view import Amounts, Balance, Group, Report
from footprint.reports.workings import Workings

#: What of a device's books a figure is of.
ATTRIBUTED, IDLE, UNATTRIBUTED, METERED = "attributed", "idle", "unattributed", "metered"


class Figure(NamedTuple):
    """A number of a report.

    Attributes:
        value: what the report says.
        per: (what it is divided by, how many); None where it is a sum.
        steps: parts that add up to it before it is divided; empty for a device's books.
        names: names of the groups of entries that it is of; None where it is of no entries.
        device: the only device that it is of, (host, id); None: all.
        lines: which lines of the devices' books it is of.
    """

    value: Quantity
    per: tuple[str, float] | None
    steps: tuple[Step, ...]
    names: frozenset[Hashable] | None
    device: tuple[str, str] | None
    lines: tuple[str, ...]


def figure(report: Report, workings: Workings, at: Address) -> Figure:
    """Finds it. Raises UsageError where the report has none, with what it has instead."""
    return {"totals": _total, "lines": _line, "groups": _group, "conservation": _device}[
        at.section
    ](report, workings, at)


def _total(report: Report, workings: Workings, at: Address) -> Figure:
    steps = [*_steps(workings, workings.whole, at.figure)]
    for line in report.lines:
        if line.part in ("api", "extras"):
            steps += _beside(report, line.part, line.amounts, at.figure)
    value = _of(report.totals, at)
    names = frozenset(workings.book.members)
    return Figure(value, None, tuple(steps), names, None, (METERED,))


def _line(report: Report, workings: Workings, at: Address) -> Figure:
    parts = {line.part: line.amounts for line in report.lines}
    if at.which not in parts:
        raise UsageError(
            f"--trace {at}: the report has no line {at.which!r}: it has {', '.join(parts)}."
            + nearest(at.which, list(parts))
        )
    value = _of(parts[at.which], at)
    if at.which in ("api", "extras"):
        steps = tuple(_beside(report, at.which, parts[at.which], at.figure))
        names = _api_names(workings) if at.which == "api" else None
        return Figure(value, None, steps, names, None, ())
    if at.which in (IDLE, UNATTRIBUTED):
        uses = workings.idle if at.which == IDLE else workings.other
        steps = tuple(_steps(workings, uses, at.figure))
        return Figure(value, None, steps, None, None, (at.which,))
    own_time = at.which == OWN_TIME
    names = frozenset(name for name in workings.book.members if cast(Name, name)[1] == own_time)
    where = {place for name in names for place in workings.book.members[name].places}
    part = OWN_TIME if own_time else CALLS
    uses = workings.booked.used(part, where).uses
    return Figure(value, None, tuple(_steps(workings, uses, at.figure)), names, None, (ATTRIBUTED,))


def _group(report: Report, workings: Workings, at: Address) -> Figure:
    number = _which(report.groups, at)
    group, made = report.groups[number], workings.made[number]
    name = group.key, group.own_time
    steps = list(_steps(workings, made.used.uses, at.figure))
    if made.api is not None:
        steps += _found("of API providers", made.api.amounts, made.api.factors, at.figure)
    amounts, per = group.amounts, None
    if at.per:
        divided = getattr(group, at.per)
        if divided is None:
            raise UsageError(
                f"--trace {at}: the report has no {at.per} of this group: its gaps say why"
            )
        amounts, per = divided, _divisor(group, at.per)
    return Figure(_of(amounts, at), per, tuple(steps), frozenset({name}), None, (ATTRIBUTED,))


def _device(report: Report, workings: Workings, at: Address) -> Figure:
    rows = {f"{row.host}/{row.device}": row for row in report.conservation}
    found = [row for name, row in rows.items() if at.which in (row.device, name)]
    if not found:
        there = [row.device for row in report.conservation]
        raise UsageError(
            f"--trace {at}: the report has no device {at.which!r}: it has {', '.join(there)}."
            + nearest(at.which, there)
        )
    if len(found) > 1:
        hosts = ", ".join(row.host for row in found)
        raise UsageError(f"--trace {at}: {hosts} have one of this id: write HOST/{at.which}")
    row: Balance = found[0]
    value = getattr(row, at.figure)
    line = at.figure.removesuffix("_j")
    names = frozenset(workings.book.members) if line in (ATTRIBUTED, METERED) else None
    return Figure(
        Quantity(value, value, value, "J"), None, (), names, (row.host, row.device), (line,)
    )


def _which(groups: tuple[Group, ...], at: Address) -> int:
    if at.which.isdigit():
        if int(at.which) < len(groups):
            return int(at.which)
        raise UsageError(f"--trace {at}: the report has {len(groups)} groups, counted from 0")
    asked: dict[str, str] = {}
    for each in at.which.split(","):
        field, equals, value = each.partition("=")
        if not equals:
            raise UsageError(f"--trace {at}: write groups[FIELD=VALUE,...], not {each!r}")
        asked[field.strip()] = value.strip()
    fits = [
        number
        for number, group in enumerate(groups)
        if all(str(dict(group.key).get(field)) == value for field, value in asked.items())
    ]
    calls = [number for number in fits if not groups[number].own_time]
    found = calls or fits
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} groups" if found else "no group"
    raise UsageError(
        f"--trace {at}: {what} of the report fit: name one by its number, 0 to {len(groups) - 1},"
        " or by more of its fields"
    )


def _divisor(group: Group, per: str) -> tuple[str, float]:
    counts = {
        "per_item": ("items", group.items or 0.0),
        "per_1000_calls": ("1,000 calls", group.spans / 1000),
        "per_1000_tokens": (
            "1,000 tokens",
            (group.units.get("tokens_in", 0.0) + group.units.get("tokens_out", 0.0)) / 1000,
        ),
        "per_1000_tokens_out": ("1,000 output tokens", group.units.get("tokens_out", 0.0) / 1000),
    }
    assert set(counts) == set(PER)
    return counts[per]


def _steps(workings: Workings, uses: Mapping[int, Use], name: str) -> Iterable[Step]:
    """What was metered, place by place."""
    for number, use in sorted(uses.items()):
        own = workings.places.sets[number]
        result = picked(workings.places.price({number: use}), name)
        if result is None:
            continue  # nothing was used there, or a gap says why
        zone = own.zone
        where = "metered in no declared place" if zone is None else f"metered in {zone.code}"
        yield Step(where, use.energy, _relevant(own.factors, name), result)


def _beside(report: Report, part: str, amounts: Amounts, name: str) -> Iterable[Step]:
    what = "of API providers" if part == "api" else "named extras"
    yield from _found(what, amounts, report.factors if part == "extras" else (), name)


def _found(what: str, amounts: Amounts, factors: Iterable[Factor], name: str) -> Iterable[Step]:
    result = picked(amounts, name)
    if result is not None:
        yield Step(what, amounts.energy_j, _relevant(factors, name), result)


def _relevant(factors: Iterable[Factor], name: str) -> tuple[Factor, ...]:
    """Those that a figure rests on."""
    key = "cost" if name.startswith("cost") else name
    return tuple(each for each in factors if key in each.used_for.split(", "))


def _api_names(workings: Workings) -> frozenset[Hashable]:
    return frozenset(
        name for name, member in workings.book.members.items() if member.api is not None
    )


def _of(amounts: Amounts, at: Address) -> Quantity:
    found = picked(amounts, at.figure)
    if found is None:
        raise UsageError(f"--trace {at}: the report has no such figure: its gaps say why")
    return found


def picked(amounts: Amounts, name: str) -> Quantity | None:
    """A figure by its name; None where it is not known."""
    if name == "energy_kwh":
        return None if amounts.energy_j is None else amounts.energy_j.to("kWh")
    if name.startswith("cost."):
        money = amounts.cost.get(name.removeprefix("cost."))
        return None if money is None else money.to_quantity()
    found: Quantity | None = getattr(amounts, name)
    return found
