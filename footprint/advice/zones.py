"""The same energy in other zones.

    saved_g = energy_kwh x (PUE x intensity here - PUE x intensity there)

The energy is the work's own in both, and so is the PUE where the other zone has none of its own:
they are applied once, to the difference of what differs. All that the devices drew counts, idle
energy too: it would have moved with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from footprint.advice.differences import figure, summed, tariff
from footprint.advice.looked import Looked, Wanted
from footprint.advice.neighbours import neighbours
from footprint.advice.view import CARBON, Key, Suggestion
from footprint.estimators.applied import Use, mean
from footprint.estimators.context import NO_ZONE, resolve
from footprint.estimators.contracts import Contracts
from footprint.estimators.declared import declare
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import exact
from footprint.estimators.series import Series
from footprint.reports import figures as fig
from footprint.reports.workings import Workings

#: Of the zones that nobody named so many are kept, the best.
MOST = 5

METHOD = (
    "the energy that was metered, times the other zone's grid intensity, and its tariff and PUE "
    "where they are known there"
)
ALL_MOVES = (
    "all that was metered in {home} counts: {idle} of it was drawn while no work ran, and {other} "
    "by other programs on the same machines"
)
LATENCY = (
    "the work could run there: whether its data may leave, how far its users are and whether "
    "the hardware can be had is not looked at"
)
SAME_PUE = "where the PUE of the other place is not known, the facility's would be the same there"
API_STAYS = "what API providers use stays where it is, and is not in these figures"
SAME_ENERGY = "the same hardware would draw the same energy there"
AVERAGE = (
    "grid intensities are averages over all plants of a zone: what the plants that follow the load "
    "emit (marginal intensity) is not looked at"
)
NO_INTERVAL = "the tables of grid intensities give no interval: here they are taken to be exact"
UNKNOWN_THEN = "the grid intensity of {zone} is not known of all of the period"
OTHER_TABLE = "{zone}'s grid intensity is of another source or year than {home}'s"

NOWHERE = Gap(
    "zone", "of some work it is not known where it ran", "declare where it ran (--zone FRA)"
)
GIVEN = Gap(
    "zone",
    "a grid intensity was given in place of a zone, so that none can be held against it",
    "give its zone too (--zone FRA)",
)

_NAME = "name another zone"

_Work = Sequence[tuple[FactorSet, Use]]


def zones(looked: Looked) -> Iterator[Suggestion | Gap]:
    """Suggestions of zones, and why there are none."""
    of = looked.of
    work: dict[str, list[tuple[FactorSet, Use]]] = {}
    for number, use in sorted(of.whole.items()):
        own = of.places.sets[number]
        if not use.energy.high:
            continue
        if own.zone is not None and not own.intensity:
            yield from (gap._replace(what="zone") for gap in own.gaps if gap.what == NO_ZONE.what)
            continue
        if own.zone is None:
            yield GIVEN if own.intensity else NOWHERE
            continue
        work.setdefault(own.zone.code, []).append((own, use))
    for home, parts in sorted(work.items()):
        yield from _of_home(of, home, parts, looked.wanted)


def _of_home(of: Workings, home: str, work: _Work, wanted: Wanted) -> Iterator[Suggestion | Gap]:
    named = wanted.zones
    zone = work[0][0].zone
    assert zone is not None  # that is how they were sorted
    if not named and any(isinstance(own.intensity[0].value, Series) for own, _ in work):
        yield Gap(
            "zone",
            f"{home}'s intensity changes with time, and the tables of other zones are by year",
            "name zones that a source has by the hour too (--zone-candidate)",
        )
        return
    if any(mean(own.intensity, use.weights).value is None for own, use in work):
        yield Gap("zone", UNKNOWN_THEN.format(zone=home), "give a series of the whole period")
        return
    tried = named or neighbours(zone)
    if not tried:
        yield Gap("zone", f"no zones near {home} are listed", "name some (--zone-candidate SWE)")
        return
    groups = tuple(
        each.group.key for each in of.made if home in each.group.zones and each.used.uses
    )
    notes = [_all_that_moves(of, home)]
    if any(each.api is not None for each in of.made):
        notes.append(API_STAYS)
    found = []
    for code in tried:
        if code == home:
            continue
        there = _there(of, code)
        if there is None or not there.intensity:
            if named:
                yield Gap("zone", f"no source has a grid intensity for {code}", _NAME)
            continue
        is_alike = all(_table(own.intensity[0]) == _table(there.intensity[0]) for own, _ in work)
        if not named and not is_alike:
            continue  # a difference of tables or years is none of zones
        made = _suggestion(home, code, work, there, groups, is_alike=is_alike)
        if made is not None:
            found.append(made._replace(assumptions=(*made.assumptions, *notes)))
        elif named:
            yield Gap("zone", UNKNOWN_THEN.format(zone=code), _NAME)
    if not named:
        if not found:
            yield Gap(
                "zone",
                f"no zone near {home} has an intensity of the same source and year",
                "name zones (--zone-candidate)",
            )
        found.sort(key=lambda each: _then(each, wanted.by))
        found = found[:MOST]
    yield from found


def _all_that_moves(of: Workings, home: str) -> str:
    """How much of what was metered in a zone is not the work's own."""

    def joules(uses: Mapping[int, Use]) -> float:
        zones_of = {number: own.zone for number, own in enumerate(of.places.sets)}
        here = {number for number, zone in zones_of.items() if zone and zone.code == home}
        return sum(use.energy.mid for number, use in uses.items() if number in here)

    whole = joules(of.whole)
    idle, other = (fig.share(round(joules(uses) / whole, 3)) for uses in (of.idle, of.other))
    return ALL_MOVES.format(home=home, idle=idle, other=other)


def _then(one: Suggestion, by: str) -> tuple[bool, float]:
    """What it would come to, of what was asked for; those of which that is not known last."""
    own = one.carbon_g if by == CARBON else one.cost
    known = one.figure(by)
    return own is None, known.then.mid if known else 0.0


def _there(of: Workings, code: str) -> FactorSet | None:
    """A zone's own factors: what was declared or agreed of the work's place is not of this one."""
    since, until = of.period
    since = of.book.start_ns if since is None else since
    until = of.book.end_ns if until is None else until
    contracts = Contracts(rates=of.sources.contracts.rates)
    try:
        return resolve(declare(zone=code), of.sources.registry, (), since, until, contracts)
    except EstimatorError:
        return None  # a region without a row


def _table(factor: Factor) -> tuple[str, int | None]:
    """The table that a row is of, and the year: a publisher's tables differ in what they count."""
    return factor.source, factor.vintage


def _is_exact(factor: Factor) -> bool:
    """Whether nothing is said of how uncertain it is; a series' range is that of its values."""
    return isinstance(factor.value, Series) or factor.quantity.low == factor.quantity.high


def _suggestion(
    home: str, code: str, work: _Work, there: FactorSet, groups: tuple[Key, ...], *, is_alike: bool
) -> Suggestion | None:
    has_pue = there.pue is not None and all(own.pue is not None for own, _ in work)
    if there.pue is not None and has_pue:
        has_pue = any(own.pue != there.pue for own, _ in work)
    carbon, money = [], []
    for own, use in work:
        here_pue = own.pue.quantity if own.pue else exact(1.0, "1")
        there_pue = there.pue.quantity if there.pue and has_pue else None
        here, other = (
            mean(own.intensity, use.weights).value,
            mean(there.intensity, use.weights).value,
        )
        if here is None or other is None:
            return None
        carbon.append(figure(use.energy.to("kWh"), here_pue, there_pue, here, other, "g"))
        price, other_price = tariff(own, use), tariff(there, use)
        if price is not None and other_price is not None and price.unit == other_price.unit:
            kwh, unit = use.energy.to("kWh"), price.unit
            money.append(figure(kwh, here_pue, there_pue, price, other_price, unit))
    homes = [own for own, _ in work]
    intensities = [factor for own in (*homes, there) for factor in own.intensity]
    is_paid = len(money) == len(carbon) and len({each.now.unit for each in money}) == 1
    assumptions = [SAME_ENERGY, *([] if has_pue else [SAME_PUE]), AVERAGE, LATENCY]
    if all(map(_is_exact, intensities)):
        assumptions.insert(-1, NO_INTERVAL)
    if not is_alike:
        assumptions.append(OTHER_TABLE.format(zone=code, home=home))
    used = [*intensities]
    if is_paid:
        used += [factor for own in (*homes, there) for factor in own.tariff]
    used += [own.pue for own in homes if own.pue is not None]
    used += [there.pue] if there.pue is not None and has_pue else []
    return Suggestion(
        kind="zone",
        what=f"run in {code} what ran in {home}",
        groups=groups,
        carbon_g=summed(carbon),
        cost=summed(money) if is_paid else None,
        at_most=False,
        method=METHOD,
        tier="counterfactual",
        assumptions=tuple(assumptions),
        factors=tuple(dict.fromkeys(used)),
    )
