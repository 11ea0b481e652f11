"""The same tokens through an API: what that would cost and emit, and from what volume it would not.

    saved_g = carbon_g of own hardware - carbon_g of the API's estimate for as many tokens

The two share nothing: the interval is that of two unrelated figures. Own hardware counts with its
share of idle energy, as an API's estimate counts machines that wait. Only models that were named
are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from footprint.accounts.pricing import declared_of
from footprint.advice.differences import less
from footprint.advice.figures import only, used_for
from footprint.advice.looked import Looked
from footprint.advice.starts import period
from footprint.advice.view import Figure, Key, OwnOrApi, Suggestion
from footprint.comparisons.machine import divided, machine_of
from footprint.comparisons.terms import OWNED, Terms
from footprint.comparisons.tokens import BREAK_EVEN
from footprint.errors import UsageError
from footprint.estimators.costs.break_even import break_even
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.predict.estimate import Estimate
from footprint.estimators.quantity import Quantity
from footprint.estimators.sources import Registry
from footprint.estimators.systems.estimate import NO_DURATION, api_estimate
from footprint.estimators.systems.use import ApiUse
from footprint.pages.labels import label
from footprint.reports.groups import Made
from footprint.reports.view import Amounts

METHOD = (
    "as many tokens through the API, at its estimated energy and its price at the end of the "
    "period; own hardware as it was metered, with its share of idle energy"
)
OTHER_MODEL = (
    "the API's answers would do as well, and are as long: how good they are, and that another "
    "model counts tokens differently, is not looked at"
)
GIVEN_BACK = "own hardware would be given back, or do other work"
POWER_ALONE = (
    "of own hardware electricity alone is counted, not what it was bought or rented for: it costs "
    "more than this"
)
AS_MEASURED = (
    "a machine of {gpus} serves as many tokens an hour as it did while calls of {what} ran: with "
    "fuller batches it may serve more"
)
PAID_ALWAYS = (
    "bought hardware is paid day and night here: the purchase's own utilisation is left out"
)
ONE_MACHINE = (
    "the GPUs of {count} hosts count as one machine, which serves what they did while at least one "
    "of them worked"
)

NOTHING = Gap(
    "api",
    "there is no inference on own hardware that counts tokens",
    "count them (add(tokens_in=..., tokens_out=...)) in spans of kind inference",
)
NO_COST = Gap(
    "api",
    "what own hardware cost is not known in the API's currency",
    "give a tariff, a rental or [[purchase]] in that currency, or an exchange rate",
)
NO_CAPACITY = Gap(
    "break_even",
    "no GPU, or not how long it worked, is known of {what}: what a machine serves is not known",
    "measure the GPUs that it runs on",
)
TWO_PLACES = Gap(
    "break_even",
    "{what} ran at places with different prices",
    "look at one of them (--since, --until), or give the price (--rental)",
)


class _Own(NamedTuple):
    """Inference on own hardware: its group, its figures with idle energy, and its tokens.

    `factors`: of the places where it ran.
    """

    made: Made
    amounts: Amounts
    tokens_in: float
    tokens_out: float
    factors: tuple[Factor, ...]

    @property
    def tokens(self) -> float:
        """In and out."""
        return self.tokens_in + self.tokens_out

    @property
    def key(self) -> Key:
        """Of its group."""
        return self.made.group.key

    @property
    def name(self) -> str:
        """Its key, as people read it."""
        return "/".join(value for _, value in self.key if value)


def api(looked: Looked) -> Iterator[Suggestion | OwnOrApi | Gap]:
    """Suggestions of APIs, from what volume own hardware is cheaper, and why that is not known."""
    if not looked.wanted.apis:
        return
    registry, at_ns = looked.of.sources.registry, looked.of.book.end_ns
    owned = list(_owned(looked))
    if not owned:
        yield NOTHING
    for model in looked.wanted.apis:
        for own in owned:
            calls = own.made.group.spans
            use = ApiUse(model, None, own.tokens_in, own.tokens_out, calls=calls, at_ns=at_ns)
            made = _estimate(use, registry)
            for gap in made.gaps:
                if gap != NO_DURATION:
                    yield gap._replace(why=f"{model}: {gap.why}")
            yield from _suggestion(model, own, made)
            yield from _crossing(looked, model, own, made)


def check(looked: Looked) -> None:
    """Raises UsageError for an API that nobody knows, whatever was recorded."""
    registry, at_ns = looked.of.sources.registry, looked.of.book.end_ns
    for model in looked.wanted.apis:
        _estimate(ApiUse(model, None, 1.0, 1.0, at_ns=at_ns), registry)


def _estimate(use: ApiUse, registry: Registry) -> Estimate:
    try:
        return api_estimate(use, registry)
    except EstimatorError as error:
        raise UsageError(f"--api: {error}") from error


def _owned(looked: Looked) -> Iterator[_Own]:
    of = looked.of
    for made in of.made:
        group = made.group
        tokens_in, tokens_out = (group.units.get(unit, 0.0) for unit in ("tokens_in", "tokens_out"))
        is_own = not group.own_time and made.api is None and bool(made.used.uses)
        if not is_own or dict(group.key).get("kind") != "inference" or not tokens_out:
            continue
        name = group.key, group.own_time
        held = of.absorbing.used(name, of.book.members[name].places)
        factors = tuple(chain.from_iterable(of.places.factors_of(held.uses)))
        yield _Own(made, of.places.price(held.uses), tokens_in, tokens_out, factors)


def _suggestion(model: str, own: _Own, made: Estimate) -> Iterator[Suggestion | Gap]:
    carbon = _of(own.amounts.carbon_location_g, made.carbon_location_g)
    paid = only(made.cost)
    cost = None if paid is None else _of(_in(own.amounts, paid.unit), paid)
    if paid is not None and cost is None:
        yield NO_COST
    if carbon is None and cost is None:
        return
    is_power_alone = cost is not None and set(own.amounts.cost_parts) == {"electricity"}
    notes = [OTHER_MODEL, GIVEN_BACK, *([POWER_ALONE] if is_power_alone else [])]
    yield Suggestion(
        kind="api",
        what=f"ask {model} through its API what was asked of own hardware",
        groups=(own.key,),
        carbon_g=carbon,
        cost=cost,
        at_most=False,
        method=METHOD,
        tier="estimated",
        assumptions=(*notes, *made.assumptions),
        factors=used_for((*own.factors, *made.factors)),
        embodied_g=_of(own.amounts.embodied_g, made.embodied_g),
    )


def _of(now: Quantity | None, then: Quantity | None) -> Figure | None:
    if now is None or then is None:
        return None
    return Figure(now, then, less(now, then, now.unit))


def _in(amounts: Amounts, currency: str) -> Quantity | None:
    """A cost in a currency; None where it is not known in it alone."""
    paid = only(amounts.cost)
    if paid is not None and paid.unit == currency:
        return paid
    return amounts.cost_usd if currency == "USD" else None


def _crossing(looked: Looked, model: str, own: _Own, made: Estimate) -> Iterator[OwnOrApi | Gap]:
    """From how many tokens a month own hardware, as it was used, is cheaper."""
    group = own.made.group
    gpus: dict[str, int] = {}
    for device in group.devices:
        if device.device_kind == "gpu":
            gpus[device.name] = gpus.get(device.name, 0) + 1
    if not gpus or not group.active_s:
        yield NO_CAPACITY._replace(why=NO_CAPACITY.why.format(what=own.name))
        return
    place = _terms(looked, own)
    if place is None:
        yield TWO_PLACES._replace(why=TWO_PLACES.why.format(what=own.name))
        return
    rate = own.tokens / group.active_s * 3600
    electricity = group.amounts.cost_parts.get("electricity", {}).values()
    machine, notes, factors, gaps = machine_of(
        place, gpus, Quantity(rate, rate, rate, "1/h"), electricity, own.tokens
    )
    yield from gaps
    if machine is None or len(made.cost) != 1:
        return
    (paid,) = made.cost.values()
    if paid.currency != machine.fixed_per_hour.currency:
        yield NO_COST
        return
    found = break_even(*machine, divided(paid, own.tokens))
    told = [PAID_ALWAYS if note == OWNED else note for note in notes]
    assumptions = (BREAK_EVEN, *_of_capacity(own, gpus), *told)
    prices = used_for((*factors, *made.factors), {"cost"})
    yield OwnOrApi(own.key, model, found, assumptions, prices)


def _of_capacity(own: _Own, gpus: Mapping[str, int]) -> Iterator[str]:
    """What is assumed of how much a machine serves."""
    told = " + ".join(f"{count} x {name}" for name, count in sorted(gpus.items()))
    yield AS_MEASURED.format(gpus=told, what=own.name)
    hosts = {device.host for device in own.made.group.devices if device.device_kind == "gpu"}
    if len(hosts) > 1:
        yield ONE_MACHINE.format(count=len(hosts))


def _terms(looked: Looked, own: _Own) -> Terms | None:
    """What a group's hardware is priced by; None where that differs between its places."""
    of = looked.of
    places = of.book.members[own.key, False].places
    if len({of.places.of_place[place] for place in places}) != 1:
        return None
    one = next(one for one in of.book.facts if (label(one), one.boot_id) in places)
    declared = declared_of(
        one.context, looked.options.declared, looked.settings, of.sources, period(looked)
    )
    return Terms(declared, of.sources.registry, of.sources.contracts)
