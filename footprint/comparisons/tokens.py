"""Own hardware and APIs by the token: per 1,000 tokens, and from what volume own is cheaper.

Tokens are counted in and out together, in the mix that was asked for. The first side is what the
others are held against; break-even is told for each pair of own hardware and an API.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footprint.comparisons.machine import PER_TOKENS, divided
from footprint.comparisons.served import BOUNDARY, Asked, Served
from footprint.comparisons.view import TOKENS, Comparison, Crossing, Row, Volume, changed
from footprint.estimators.costs.break_even import ALWAYS, break_even, own_per_month
from footprint.estimators.errors import Gap
from footprint.estimators.money import MoneyRange, priced
from footprint.estimators.quantity import Quantity, exact
from footprint.reports import figures as fig

#: What a break-even takes to be so.
BREAK_EVEN = (
    "break-even: a machine is paid day and night, 730 h a month, can be kept full, and draws "
    "nothing while it waits; further machines are added whole"
)
_FIGURES = (
    ("accelerator_j", "energy of the accelerators alone", "J"),
    ("energy_j", "energy", "J"),
    ("carbon_location_g", "carbon (CO2e)", "g"),
    ("embodied_g", "carbon, embodied (CO2e)", "g"),
    ("water_l", "water", "L"),
)
#: The volumes of the table, tokens a month.
_VOLUMES = (1e6, 1e7, 1e8, 1e9, 1e10, 1e11)


def compared(sides: Sequence[Served], asked: Asked) -> Comparison:
    """The comparison of sides by the token."""
    crossings = tuple(_crossings(sides))
    apis = [side for side in sides if side.machine is None]
    owns = [side for side in sides if side.machine is not None]
    assumptions = [_mix(asked)]
    if any("provider" in side.side.about for side in sides) and len(sides) > len(apis):
        assumptions.append(BOUNDARY)
    if crossings:
        assumptions.append(BREAK_EVEN)
    for side in sides:
        assumptions.extend(f"{side.side.label}: {line}" for line in side.assumptions)
    return Comparison(
        kind=TOKENS,
        per="1,000 tokens",
        sides=tuple(side.side for side in sides),
        rows=tuple(row for row in _rows(sides) if any(row.values)),
        findings=tuple(finding(each) for each in crossings),
        crossings=crossings,
        volumes=tuple(_volumes(sides)) if owns and crossings else (),
        factors=tuple(dict.fromkeys(each for side in sides for each in side.factors)),
        assumptions=tuple(dict.fromkeys(assumptions)),
        gaps=tuple(
            dict.fromkeys(
                gap._replace(why=f"{side.side.label}: {gap.why}")
                for side in sides
                for gap in side.gaps
            )
        )
        + tuple(_apart(sides)),
    )


def _mix(asked: Asked) -> str:
    return (
        f"of 1,000 tokens, {fig.digits(PER_TOKENS * asked.tokens_in / asked.tokens)} are input and "
        f"{fig.digits(PER_TOKENS * asked.tokens_out / asked.tokens)} output: requests of "
        f"{fig.count(asked.tokens_in)} in and {fig.count(asked.tokens_out)} out"
    )


def _rows(sides: Sequence[Served]) -> Iterator[Row]:
    for name, label, unit in _FIGURES:
        values = tuple(getattr(side, name) for side in sides)
        yield _row(f"{name}_per_1000_tokens", label, unit, values)
    for currency in dict.fromkeys(side.cost.currency for side in sides if side.cost):
        values = tuple(
            side.cost.to_quantity() if side.cost and side.cost.currency == currency else None
            for side in sides
        )
        yield _row(f"cost_{currency.lower()}_per_1000_tokens", "cost", currency, values)


def _row(figure: str, label: str, unit: str, values: tuple[Quantity | None, ...]) -> Row:
    changes = (None, *(changed(values[0], each) for each in values[1:]))
    return Row(figure, label, unit, values, changes)


def _crossings(sides: Sequence[Served]) -> Iterator[Crossing]:
    for own in sides:
        for api in sides:
            if own.machine is None or api.machine is not None or api.cost is None:
                continue
            if api.cost.currency != own.machine.fixed_per_hour.currency:
                continue  # nothing is converted; the table shows both
            price = divided(api.cost, PER_TOKENS)
            found = break_even(*own.machine, price)
            yield Crossing(own.side.label, api.side.label, found)


def _apart(sides: Sequence[Served]) -> Iterator[Gap]:
    """Pairs whose costs are in two currencies."""
    for own in sides:
        for api in sides:
            if own.machine is None or api.machine is not None or api.cost is None:
                continue
            mine, theirs = own.machine.fixed_per_hour.currency, api.cost.currency
            if mine != theirs:
                yield Gap(
                    "break_even",
                    f"{own.side.label} costs {mine}, {api.side.label} {theirs}; not converted",
                    f"give the hardware's price in {theirs}",
                )


def finding(crossing: Crossing) -> str:
    """What a break-even comes to, in a sentence."""
    found, pair = crossing.found, f"{crossing.own} against {crossing.api}"
    if found.tokens_per_month is None:
        when = "always" if found.reason == ALWAYS else "never"
        return f"{pair}: own hardware is {when} cheaper: {found.reason}"
    volume = found.tokens_per_month
    low, mid, high = volume.low or 0.0, volume.mid or 0.0, volume.high
    reach = "no limit" if high is None else fig.digits(high / 1e6)
    bounds = "" if low == mid == high else f" ({fig.digits(low / 1e6)} to {reach})"
    text = (
        f"{pair}: own hardware is cheaper from {fig.digits(mid / 1e6)} million tokens a month"
        + bounds
    )
    good = found.for_good_per_month
    if good is not None and good.mid is not None and good.mid > mid:
        text += f", at every volume from {fig.digits(good.mid / 1e6)} million"
    return f"{text}; {found.reason}" if found.reason else text


def _volumes(sides: Sequence[Served]) -> Iterator[Volume]:
    for tokens in _VOLUMES:
        costs: list[MoneyRange | None] = []
        machines: list[tuple[int, int, int] | None] = []
        for side in sides:
            if side.machine is not None:
                cost, count = own_per_month(tokens, *side.machine)
                costs.append(cost)
                machines.append(count)
            else:
                thousands = exact(tokens / PER_TOKENS, "1")
                costs.append(None if side.cost is None else priced(thousands, side.cost))
                machines.append(None)
        yield Volume(tokens, tuple(costs), tuple(machines))
