"""The same work, started later: at hours of which the factors know what the grid, or power, was.

    saved_g = energy_kwh x PUE x (intensity when it ran - intensity so many hours later)

Runs of the same groups are looked at together. One run is put off to the start that would have
been best; several to one hour of the day, the same for all, which can be told beforehand. Each at
its own best hour is what a perfect forecast comes to: it is told beside that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from footprint.accounts.hours import HOUR_NS
from footprint.advice import starts
from footprint.advice.differences import figure, summed, times
from footprint.advice.looked import Looked
from footprint.advice.starts import Rates, Run
from footprint.advice.view import CARBON, Figure, Start, Suggestion
from footprint.errors import UsageError
from footprint.estimators.costs.total import RENTAL
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import iso
from footprint.reports import figures as fig

METHOD = (
    "the energy of each run as it was metered, moved as a whole by full hours, at the grid "
    "intensity and tariff of those hours"
)
CAN_WAIT = "the work could wait, and would draw the same energy then; what idles stays as it was"
HINDSIGHT = (
    "the hour is chosen knowing what the hours were like: one chosen by a forecast saves less"
)
KNOWN_PRICES = (
    "the hour is chosen knowing the prices of all hours: where they are not known beforehand, less "
    "is saved"
)
OWN_BEST = "each run at its own best hour would have saved {saved}"

NO_HOURS = (
    "{what} of {zone} is not known by the hour, so that other hours cannot be held against these"
)
GIVE_HOURS = "give a series in a factors file (--factors FILE), or name a provider of hourly values"
NO_LATER = "of {count} of {all} runs, later hours are beyond what is known of {what}"
NOT_THEN = "of {count} of {all} runs, {what} is not known by the hour when they ran"
FILL_HOURS = "give a series of the whole period"
MORE_HOURS = "give a series that goes on after the period"
IN_RENT = Gap(
    "hour",
    "the rent is taken to include the electricity: it is the same at every hour",
    "say includes_electricity = false in [[rental]] where it is billed apart (--factors FILE)",
)
TOO_FINE = Gap(
    "hour", "a factor changes more than 60 times an hour", "give it by the minute or by the hour"
)

#: A week: work that can wait longer is planned, not put off.
MOST_H = 168

_ONE = exact(1.0, "1")

_WHAT = {True: "the grid intensity", False: "the tariff"}


def within_hours(given: str | float) -> int:
    """Whole hours of `24h` or 24. Raises UsageError for what is not 1 to 168 of them."""
    text = str(given).strip().lower().removesuffix("h").strip()
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_H:
        raise UsageError(f"--within {given}: give whole hours, from 1h to {MOST_H}h")
    return int(text)


class _Way(NamedTuple):
    """Runs with how many hours later each starts.

    Attributes:
        hour: of the day (UTC), to which they are put off.
        later_h: of each run.
        cost: g CO2e or money that they come to, by which ways are chosen.
    """

    hour: int
    later_h: tuple[int, ...]
    cost: float


def hours(looked: Looked) -> Iterator[Suggestion | Gap]:
    """Suggestions of later starts, and why there are none."""
    span = starts.period(looked)
    waiting = [
        each
        for each in looked.of.made
        if each.used.uses and not each.group.own_time and each.api is None
        if starts.can_wait(each.group.key, looked)
    ]
    if span is None or not waiting:
        return
    by_carbon = looked.wanted.by == CARBON
    numbers = sorted({number for each in waiting for number in each.used.uses})
    now = [looked.of.places.sets[number] for number in numbers]
    changing = [own for own in now if Rates([_factors(own, by_carbon)]).changes(0)]
    for own in now:
        if not by_carbon and not own.tariff and any(rate.part == RENTAL for rate in own.rates):
            yield IN_RENT
            continue
        is_known = bool(own.intensity) or not by_carbon  # else what is missing is told of the zone
        if own not in changing and own.zone is not None and is_known:
            why = NO_HOURS.format(what=_WHAT[by_carbon], zone=own.zone.code)
            yield Gap("hour", why, GIVE_HOURS)
    if not changing:
        return
    ahead_ns = looked.wanted.within_h * HOUR_NS
    places = starts.places_ahead(looked, ahead_ns)
    cut = starts.cuts(places.sets, span, ahead_ns)
    if cut is None:
        yield TOO_FINE
        return
    alike: dict[tuple[object, ...], list[Run]] = {}
    for run in starts.runs(looked, places, cut):
        alike.setdefault(run.groups, []).append(run)
    search = _Search(places.sets, looked.wanted.within_h, by_carbon=by_carbon)
    for those in alike.values():
        yield from search.of(those)
    yield from search.gaps()


def _factors(own: FactorSet, by_carbon: bool) -> tuple[Factor, ...]:
    return own.intensity if by_carbon else own.tariff


class _Search:
    """Looks for starts that come to less."""

    def __init__(self, sets: Sequence[FactorSet], within_h: int, *, by_carbon: bool) -> None:
        self._sets, self._within_h, self._by_carbon = sets, within_h, by_carbon
        self._grid = Rates([own.intensity for own in sets])
        self._tariff = Rates([own.tariff for own in sets])
        self._runs = self._unknown = self._cut_off = 0

    def gaps(self) -> Iterator[Gap]:
        """Of how many runs that were looked at the hours are not known."""
        counts = {NOT_THEN: (self._unknown, FILL_HOURS), NO_LATER: (self._cut_off, MORE_HOURS)}
        for why, (count, remedy) in counts.items():
            if count:
                what = _WHAT[self._by_carbon]
                yield Gap("hour", why.format(count=count, all=self._runs, what=what), remedy)

    def of(self, runs: Sequence[Run]) -> Iterator[Suggestion]:
        """The best that runs of the same groups could have done."""
        rates = self._grid if self._by_carbon else self._tariff
        by_shift = [self._by_shift(run) for run in runs]
        at = [
            number
            for number, run in enumerate(runs)
            if any(rates.changes(own) for own, _ in run.uses)
        ]
        self._runs += len(at)
        self._unknown += sum(by_shift[each][0] is None for each in at)
        at = [each for each in at if by_shift[each][0] is not None]
        runs, known = [runs[each] for each in at], [by_shift[each] for each in at]
        self._cut_off += sum(None in costs for costs in known)
        if not runs:
            return
        best = _best_of_one if len(runs) == 1 else _best_of_many
        way = best(runs, known)
        if any(way.later_h):
            own = [_least(costs) for costs in known]
            yield self._suggestion(runs, way, tuple(own))

    def _by_shift(self, run: Run) -> list[float | None]:
        """What a run comes to at each number of hours later; None: a part is not known."""
        return [self._cost(run, later) for later in range(self._within_h + 1)]

    def _cost(self, run: Run, later_h: int) -> float | None:
        rates = self._grid if self._by_carbon else self._tariff
        found = 0.0
        for number, use in run.uses:
            mean = rates.mean(number, use.weights, later_h)
            if mean is None:
                return None
            found += use.energy.mid * _pue(self._sets[number]).mid * mean
        return found

    def _suggestion(self, runs: Sequence[Run], way: _Way, own: Sequence[int]) -> Suggestion:
        carbon = self._figure(runs, way.later_h, money=False)
        cost = self._figure(runs, way.later_h, money=True)
        perfect = self._figure(runs, own, money=not self._by_carbon)
        assert perfect is not None  # that is what the runs were chosen by
        start = Start(
            way.hour,
            sum(way.later_h) / len(runs),
            len(runs),
            sum(1 for later in way.later_h if later),
            self._within_h,
            perfect.saved,
        )
        notes = [CAN_WAIT, HINDSIGHT if self._by_carbon else KNOWN_PRICES]
        if len(runs) > 1:
            notes.append(OWN_BEST.format(saved=fig.amount(perfect.saved.mid, perfect.saved.unit)))
        return Suggestion(
            kind="hour",
            what=_what(runs, way, start),
            groups=runs[0].groups,
            carbon_g=carbon,
            cost=cost,
            at_most=False,
            method=METHOD,
            tier="counterfactual",
            assumptions=tuple(notes),
            factors=self._used(runs, cost is not None),
            start=start,
        )

    def _figure(self, runs: Sequence[Run], later_h: Sequence[int], *, money: bool) -> Figure | None:
        """Runs as they were, and each so much later; None where that is not known of all."""
        rates = self._tariff if money else self._grid
        parts: dict[Quantity, list[Figure]] = {}
        for run, later in zip(runs, later_h, strict=True):
            for number, use in run.uses:
                here, there = (rates.mean(number, use.weights, by) for by in (0, later))
                if here is None or there is None:
                    return None
                own = self._sets[number]
                unit = own.tariff[0].unit.partition("/")[0] if money else "g"
                values = exact(here, unit), exact(there, unit)
                kwh = use.energy.to("kWh")
                parts.setdefault(_pue(own), []).append(figure(kwh, _ONE, None, *values, unit))
        if len({each.now.unit for those in parts.values() for each in those}) != 1:
            return None
        # A facility's PUE is one unknown for all runs: it is put on their sum.
        return summed([times(pue, summed(those)) for pue, those in parts.items()])

    def _used(self, runs: Sequence[Run], is_paid: bool) -> tuple[Factor, ...]:
        sets = [self._sets[number] for run in runs for number, _ in run.uses]
        found = [each for own in sets for each in own.intensity]
        found += [each for own in sets for each in own.tariff if is_paid]
        found += [own.pue for own in sets if own.pue is not None]
        return tuple(dict.fromkeys(found))


def _best_of_one(runs: Sequence[Run], known: Sequence[Sequence[float | None]]) -> _Way:
    later = _least(known[0])
    return _Way((runs[0].hour + later) % 24, (later,), known[0][later] or 0.0)


def _best_of_many(runs: Sequence[Run], known: Sequence[Sequence[float | None]]) -> _Way:
    """All put off to one hour of the day; those of which that is not known, or too late, stay."""
    ways = []
    for hour in range(24):
        shifts = []
        for run, costs in zip(runs, known, strict=True):
            later = (hour - run.hour) % 24
            shifts.append(later if later < len(costs) and costs[later] is not None else 0)
        whole = sum(costs[later] or 0.0 for costs, later in zip(known, shifts, strict=True))
        ways.append(_Way(hour, tuple(shifts), whole))
    stay = _Way(0, (0,) * len(runs), sum(costs[0] or 0.0 for costs in known))
    return min((stay, *ways), key=lambda way: (way.cost, sum(way.later_h), way.hour))


def _least(costs: Sequence[float | None]) -> int:
    """The number of hours later that comes to least; the earliest of them."""
    return min((cost, later) for later, cost in enumerate(costs) if cost is not None)[1]


def _what(runs: Sequence[Run], way: _Way, start: Start) -> str:
    if len(runs) == 1:
        when = iso((runs[0].hour + way.later_h[0]) * HOUR_NS)[:16].replace("T", " ") + " UTC"
        return f"start {way.later_h[0]} h later, in the hour from {when}"
    return (
        f"put off to the hour from {way.hour:02d}:00 UTC: {start.later_h:.1f} h later on average, "
        f"of {len(runs)} runs"
    )


def _pue(own: FactorSet) -> Quantity:
    return own.pue.quantity if own.pue else _ONE
