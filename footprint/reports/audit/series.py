"""Energy, carbon and cost over time: a report's totals by day, week or month.

A period is the sum of its days' pages, priced as the whole is: best estimates of all periods add up
to those of the totals, but for named extras, which have no time. Bounds of what was metered add up
too; those of idle energy need not, since what edges leave open in two periods is open in both.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from typing import Any, NamedTuple

from footprint.accounts.active import by_day
from footprint.accounts.doings import NOTHING
from footprint.accounts.lines import GroupEnergy
from footprint.collector import uncollected
from footprint.estimators.applied import Use
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.sources import Registry
from footprint.ledger.reader import Facts, Issue
from footprint.pages.bundle import Bundle, Bundles
from footprint.pages.page import BOOT, Page, Place
from footprint.pages.sums import Sums, may_be_kept
from footprint.pages.tasks import Task
from footprint.pages.total import Adding, Total
from footprint.reports.audit.calendar import Calendar, Dates
from footprint.reports.beside import api_calls, with_api
from footprint.reports.booked import Booked
from footprint.reports.groups import Made
from footprint.reports.places import Places
from footprint.reports.view import Amounts, added

#: A group's key, and its name: the key, and whether it is runs' own time.
Key = tuple[tuple[str, str | None], ...]
Name = tuple[Key, bool]

#: So many groups have a line of their own: those that used most.
TOP = 8
#: The name of all other groups together.
OTHERS = "others"


class Flow(NamedTuple):
    """A part of a period: J, and g CO2e location-based; None where not known."""

    energy_j: Quantity | None = None
    carbon_location_g: Quantity | None = None


class Period(NamedTuple):
    """A day, week or month of UTC, [start, end).

    Attributes:
        amounts: all that was metered in it, and what providers of API calls used; without named
            extras. All None where nothing was recorded.
        attributed, idle, unattributed: the parts of what was metered.
        api: what providers of API calls used.
        groups: of each of the series' groups, its calls' providers included.
        others: all other groups together; None where there is no other.
    """

    start: date
    end: date
    amounts: Amounts
    attributed: Flow
    idle: Flow
    unattributed: Flow
    api: Flow
    groups: tuple[Flow, ...]
    others: Flow | None


class Series(NamedTuple):
    """A report over time.

    Attributes:
        step: `day`, `week` (from Monday) or `month`.
        groups: (key, own time) of the groups with lines of their own, those that used most first.
        periods: without a hole between the first and the last, oldest first.
    """

    step: str
    groups: tuple[tuple[Key, bool], ...]
    periods: tuple[Period, ...]

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            "step": self.step,
            "groups": [{"key": dict(key), "own_time": own} for key, own in self.groups],
            "periods": [_period(each) for each in self.periods],
        }


class Timed(NamedTuple):
    """What a report's pages come to, and what those of each period do."""

    whole: Total
    calendar: Calendar | None
    totals: Mapping[int, Total]


def timed(
    work: Sequence[Task],
    pages: Callable[[Sequence[Task]], Iterable[Page]],
    facts: Sequence[Facts],
    issues: Sequence[Issue],
    cuts: tuple[int, ...],
    *,
    fresh: bool = False,
) -> Timed:
    """Adds the pages of tasks, period by period.

    Args:
        pages: gives the pages of tasks, in their order.
        fresh: sums that were kept of sealed periods are made again.
    """
    if not work:
        return Timed(Adding(cuts).total(facts, issues), None, {})
    days = [each.part.day for each in work]
    calendar = Calendar(min(days), max(days))
    own: dict[int, list[Task]] = {}
    for each in work:
        own.setdefault(calendar.number(each.part.day), []).append(each)
    sums = Sums(cuts)
    bundles = Bundles(sums, cuts)
    closed = sorted(number for number, tasks in own.items() if may_be_kept(tasks, 1))
    sealed = [each for number in closed for each in own[number]]
    numbers = [number for number in closed for _ in own[number]]
    with uncollected():
        bundle = None if fresh else bundles.bundle(sealed, numbers)
        found = {} if bundle is None else dict(bundle.totals)
        for number in () if fresh else own.keys() - found:
            if (total := sums.total(own[number])) is not None:
                found[number] = total
    rest = [each for each in work if calendar.number(each.part.day) not in found]
    adding = {calendar.number(each.part.day): Adding(cuts) for each in rest}
    for each, page in zip(rest, pages(rest), strict=True):
        adding[calendar.number(each.part.day)].add(page)
    for number, one in adding.items():
        found[number] = one.total()
        sums.keep(own[number], found[number])
    with uncollected():
        if bundle is None:
            bundle = _bundled({number: found[number] for number in closed}, cuts)
            bundles.keep(sealed, numbers, bundle)
        whole = Adding(cuts)
        whole.join(bundle.whole)
        open_ = {number: found[number] for number in sorted(own.keys() - bundle.totals)}
        for each_total in open_.values():
            whole.join(each_total)
        totals = {**bundle.totals, **{number: _thin(one) for number, one in open_.items()}}
        return Timed(whole.total(facts, issues), calendar, totals)


def _bundled(found: Mapping[int, Total], cuts: tuple[int, ...]) -> Bundle:
    whole = Adding(cuts)
    for one in found.values():
        whole.join(one)
    return Bundle(_days(whole.total()), {number: _thin(one) for number, one in found.items()})


def _days(total: Total) -> Total:
    """A total of whole days: when in a day its groups were active, nobody asks any more."""
    members = {
        name: each
        if each.doing.active is None
        else each._replace(doing=each.doing._replace(active=by_day(each.doing.active)))
        for name, each in total.members.items()
    }
    return total._replace(members=members)


def _thin(total: Total) -> Total:
    """A period's total with no more than its line in the series is made of."""
    return total._replace(
        devices=tuple(each._replace(hours={}, known=()) for each in total.devices),
        groups={
            (name, place): parts
            for (name, place), parts in total.groups.items()
            if name == BOOT or isinstance(name, tuple)
        },
        members={name: each._replace(doing=NOTHING) for name, each in total.members.items()},
        nameless=(),
        tallies={},
    )


def series(
    found: Timed, made: Sequence[Made], places: Places, registry: Registry, *, absorb: bool
) -> Series | None:
    """The series of a report; None where nothing was recorded.

    Args:
        found: of `timed`.
        made: the report's groups, those that used most first.
        places: the factors, as they were settled for the whole.
        registry: prices API calls.
        absorb: idle energy is spread over the spans, period by period.
    """
    if found.calendar is None:
        return None
    names: list[Name] = [(each.group.key, each.group.own_time) for each in made]
    most = sorted(made, key=lambda each: -_mid(each.group.amounts.energy_j))[:TOP]
    top: list[Name] = [(each.group.key, each.group.own_time) for each in most]
    homes = _Homes(found.whole.facts, places)
    others = set(names).difference(top)
    pricing = _Pricing(top, others, places, registry, absorb)
    periods = tuple(
        pricing.period(dates, found.totals.get(number), homes)
        for number, dates in enumerate(found.calendar.periods)
    )
    return Series(found.calendar.step, tuple(top), periods)


def _mid(quantity: Quantity | None) -> float:
    return 0.0 if quantity is None else quantity.mid


class _Homes:
    """Which writers and places a boot's energy may be put down to, found once for all periods."""

    def __init__(self, facts: Sequence[Facts], places: Places) -> None:
        first: dict[tuple[str, str], Facts] = {}
        for one in facts:
            for device in one.devices.values():
                known = first.get((one.boot_id, device.id))
                if known is None or _order(one) < _order(known):
                    first[one.boot_id, device.id] = one
        self._facts: dict[str, dict[str, Facts]] = {}
        for (boot, _), one in first.items():
            self._facts.setdefault(boot, {})[one.writer] = one
        self._sets: dict[str, dict[Place, int]] = {}
        for place, number in places.of_place.items():
            self._sets.setdefault(place[1], {})[place] = number

    def of(self, total: Total) -> tuple[list[Facts], dict[Place, int]]:
        """The first writer that read each device of some boots, and these boots' places."""
        boots = dict.fromkeys(line.boot for line in total.devices)
        boots |= dict.fromkeys(boot for _, (_, boot) in total.groups)
        for member in total.members.values():
            boots |= dict.fromkeys(sorted(boot for _, boot in member.places))
        facts = [one for boot in boots for one in self._facts.get(boot, {}).values()]
        sets = {
            place: number for boot in boots for place, number in self._sets.get(boot, {}).items()
        }
        return facts, sets


def _order(one: Facts) -> tuple[int, str]:
    return one.context["t"], one.writer


class _Pricing:
    """Prices periods: few groups by themselves, all others as one."""

    def __init__(
        self,
        top: Sequence[Name],
        others: Set[Name],
        places: Places,
        registry: Registry,
        absorb: bool,
    ) -> None:
        self._top, self._others = top, others
        self._places, self._registry, self._absorb = places, registry, absorb

    def period(self, dates: Dates, total: Total | None, homes: _Homes) -> Period:
        nothing = Flow()
        if total is None:
            groups = (nothing,) * len(self._top)
            others = nothing if self._others else None
            return Period(*dates, Amounts(), nothing, nothing, nothing, nothing, groups, others)
        facts, sets = homes.of(total)
        joined = dict(_joined(total, set(self._top), self._others))
        joint = total._replace(facts=facts, groups=joined)
        booked = Booked(joint, sets, self._absorb)
        idle, other, whole = booked.rest()
        price = self._places.price
        providers = {
            name: api_calls(member.api, self._registry).amounts
            for name, member in total.members.items()
            if member.api is not None and (name in self._others or name in self._top)
        }
        api = added(providers.values()) if providers else None
        amounts = price(whole)
        if api is not None:
            amounts = added([amounts, api]) if whole else api
        calls = booked.used(BOOT, [place for name, place in joint.groups if name == BOOT]).uses
        if whole and not calls:
            calls = {min(whole): Use(exact(0.0, "J"))}  # nothing ran, and that is known
        return Period(
            *dates,
            amounts,
            _flow(price(calls)),
            _flow(price(idle)),
            _flow(price(other)),
            _flow(api),
            tuple(self._group([name], name, total, booked, providers) for name in self._top),
            self._group(
                [name for name in total.members if name in self._others],
                OTHERS,
                total,
                booked,
                providers,
            )
            if self._others
            else None,
        )

    def _group(
        self,
        names: Sequence[Hashable],
        name: Hashable,
        total: Total,
        booked: Booked,
        providers: Mapping[Hashable, Amounts],
    ) -> Flow:
        """What some groups used, which are booked under one name."""
        members = [total.members[each] for each in names if each in total.members]
        if not members:
            return Flow()
        where = {place for member in members for place in member.places}
        amounts = self._places.price(booked.used(name, where).uses)
        api = [providers[each] for each in names if each in providers]
        return _flow(with_api(amounts, added(api)) if api else amounts)


def _joined(
    total: Total, top: Set[Name], rest: Set[Name]
) -> Iterator[tuple[tuple[Hashable, Place], Sequence[GroupEnergy]]]:
    """The groups across all names, those of the top, and all others as one."""
    others: dict[Place, dict[str, GroupEnergy]] = {}
    for (name, place), parts in total.groups.items():
        if name == BOOT or name in top:
            yield (name, place), parts
        elif isinstance(
            name, tuple
        ):  # the sums over all calls, and all own time, are not asked for
            own = others.setdefault(place, {})
            for part in parts:
                known = own.get(part.device.id)
                own[part.device.id] = part if known is None else known.plus(part)
    for place, own in others.items():
        yield (OTHERS, place), tuple(own.values())


def _flow(amounts: Amounts | None) -> Flow:
    return Flow() if amounts is None else Flow(amounts.energy_j, amounts.carbon_location_g)


def _period(each: Period) -> dict[str, Any]:
    amounts = each.amounts
    quantities = ("energy_j", "carbon_location_g", "carbon_market_g", "embodied_g", "water_l")
    return {
        "start": each.start.isoformat(),
        "end": each.end.isoformat(),
        **{name: _q(getattr(amounts, name)) for name in quantities},
        "cost": {currency: money.to_json() for currency, money in amounts.cost.items()},
        "cost_usd": _q(amounts.cost_usd),
        **{
            name: _of_flow(getattr(each, name))
            for name in ("attributed", "idle", "unattributed", "api")
        },
        "groups": [_of_flow(own) for own in each.groups],
        "others": None if each.others is None else _of_flow(each.others),
    }


def _of_flow(flow: Flow) -> dict[str, Any]:
    return {"energy_j": _q(flow.energy_j), "carbon_location_g": _q(flow.carbon_location_g)}


def _q(quantity: Quantity | None) -> dict[str, float] | None:
    return None if quantity is None else quantity.to_json()
