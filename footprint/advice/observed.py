"""What the ledger itself shows to take less: the same activity in another precision, another
batch, or on other hardware.

    saved_g = carbon_g x (1 - r)        r = energy for one there / energy for one here

Both sides were measured, and are compared as `footprint compare` compares them: r has what noise
leaves open (99 %, over all pairs of an activity) and what meters leave open, where the gain of a
sensor that both share cancels. Place and prices are those of the work as it was. Where noise cannot
be told, nothing is suggested, and a gap says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from footprint.advice.cells import CHOICES, Cell
from footprint.advice.differences import summed
from footprint.advice.figures import FREED, only, scaled, used_for
from footprint.advice.looked import Looked
from footprint.advice.view import Figure, Suggestion
from footprint.comparisons import verdicts
from footprint.comparisons.counting import CALL, ITEM
from footprint.comparisons.measured import Measured
from footprint.comparisons.selection import Selector
from footprint.comparisons.sides import Wanted, reading, sides
from footprint.comparisons.view import Change, Ratio
from footprint.estimators.errors import Gap
from footprint.estimators.quantity import Quantity
from footprint.reports import figures as fig
from footprint.reports.build import figures_of
from footprint.reports.workings import Workings

METHOD = (
    "the energy for one as this ledger measured it the other way, times what was done this way; "
    "noise at 99 % and what the meters leave open of their ratio are in the interval"
)
ALIKE = (
    "both did like work: whether their inputs were alike, and how good their outputs are, is not "
    "looked at"
)
SAME_PLACE = (
    "place and prices stay those of the work as it was, and so does the energy of what idles"
)
OTHER_LOAD = "what else ran on either machine meanwhile is not looked at"
ENOUGH_WORK = "so much can be worked on at once: what waiting for it costs is not looked at"
CALLS = "no items or tokens were counted: a call stands for a call"
TOKENS_DIFFER = (
    "their requests differ: {here} input tokens for each output token here, {there} there"
)

TOO_FEW = "{what} used less in {other}, and there are too few calls to tell it from noise"
MEASURE = "measure both in at least 5 calls each, in turns"
WIDE = "{what} used less in {other}, and the meters do not tell the two apart"
LONGER = "measure longer calls, or with a meter (footprint doctor)"
TOO_MANY = Gap(
    "observed",
    "the period has too many single calls to compare them one by one",
    "look at a shorter period (--since, --until)",
)
#: More calls in a period than this are not read one by one for advice: it would take minutes.
MOST_CALLS = 200_000


class Pair(NamedTuple):
    """Two cells that differ in one thing: how work was done, and how it was done with less.

    Attributes:
        choice: one of `CHOICES`.
        here, there: the work, and the other way.
        per: what both are counted by.
        among: how many other ways there were to choose the best from.
    """

    choice: str
    here: Cell
    there: Cell
    per: str
    among: int


def pairs(cells: Sequence[Cell]) -> Iterator[Pair]:
    """Each cell with the one that used least for one, of those that differ in one thing alone."""
    for choice in CHOICES:
        alike: dict[tuple[object, ...], list[Cell]] = {}
        for cell in cells:
            if cell.way(choice) is not None:
                alike.setdefault(cell.alike(but=choice), []).append(cell)
        for those in alike.values():
            for here in those:
                others = [each for each in those if each.way(choice) != here.way(choice)]
                rated = [
                    (for_one, number, each, per)
                    for number, each in enumerate(others)
                    if (per := counted_by(here, each, choice)) is not None
                    and (for_one := _for_one(each, per)) <= _for_one(here, per)
                ]
                if rated:
                    _, _, there, per = min(rated)
                    yield Pair(choice, here, there, per, len(others))


def counted_by(here: Cell, there: Cell, choice: str = "") -> str | None:
    """What two cells have both counted: output tokens, input tokens, items, else calls.

    A batch is many items in one call, so that calls do not stand for one another: None.
    """
    groups = here.made.group, there.made.group
    for unit in ("tokens_out", "tokens_in"):
        if all(group.units.get(unit) for group in groups):
            return unit
    if all(group.items_declared for group in groups):
        return ITEM
    return None if choice == "batch" else CALL


def observed(
    looked: Looked, of: Workings, found: Sequence[Pair]
) -> Iterator[tuple[Pair, Suggestion | Gap]]:
    """What the ledger says of pairs, or why it says nothing.

    Args:
        of: the workings by the fields of cells.
        found: at least one.
    """
    if sum(each.group.spans for each in of.made) > MOST_CALLS:
        yield found[0], TOO_MANY
        return
    wanted = list(dict.fromkeys(each for pair in found for each in _wanted(pair)))
    report = figures_of(looked.ledger, looked.outline, looked.options, of)
    read = reading(looked.ledger, looked.options.since, looked.options.until)
    measured = dict(zip(wanted, sides(read, wanted, lambda _: report), strict=True))
    for pair in found:
        here, there = (measured[each] for each in _wanted(pair))
        yield pair, _of_pair(pair, here, there)


def _for_one(cell: Cell, per: str) -> float:
    group = cell.made.group
    counts = {ITEM: group.items, CALL: float(group.spans)}
    count = counts[per] if per in counts else group.units[per]
    energy = group.amounts.energy_j
    assert energy is not None  # that is how cells were chosen
    assert count
    return energy.mid / count


def _wanted(pair: Pair) -> tuple[Wanted, Wanted]:
    def one(cell: Cell) -> Wanted:
        return Wanted(cell.name, Selector(cell.name, cell.made.group.key), pair.per)

    return one(pair.here), one(pair.there)


def _of_pair(pair: Pair, here: Measured, there: Measured) -> Suggestion | Gap:
    change = verdicts.energy(here, there, pair.among)
    way = {
        "precision": pair.there.precision,
        "batch": f"a batch of {fig.count(pair.there.batch)}" if pair.there.batch else "",
        "hardware": pair.there.hardware,
    }[pair.choice]
    if change is None or change.noise is None:
        return Gap(pair.choice, TOO_FEW.format(what=here.label, other=way), MEASURE)
    ratio = _ratio(change)
    if ratio is None:
        return Gap(pair.choice, WIDE.format(what=here.label, other=way), LONGER)
    carbon = here.whole.carbon_location_g
    then_j = _then_j(here, there, change.noise)
    return Suggestion(
        kind=pair.choice,
        what=_what(pair),
        groups=(pair.here.key,),
        carbon_g=None if carbon is None else _following(carbon, here, then_j, ratio),
        cost=_cost(here, there, then_j, ratio, pair.among),
        at_most=False,
        method=METHOD,
        tier="observed",
        assumptions=tuple(_assumptions(pair, here, there)),
        factors=used_for(here.factors_used(), {"carbon_location_g", "cost"}),
    )


def _what(pair: Pair) -> str:
    here, there = pair.here, pair.there
    if pair.choice == "precision":
        return f"run in {there.precision} what ran in {here.precision}"
    if pair.choice == "batch":
        sizes = fig.count(there.batch), fig.count(here.batch)
        return f"run in batches of {sizes[0]} what ran in batches of {sizes[1]}"
    return f"run on {there.hardware} ({there.host}) what ran on {here.hardware} ({here.host})"


def _ratio(change: Change) -> Quantity | None:
    """A change as a quantity; None where it has no upper end."""
    low, middle, high = change.ratio
    return None if high is None else Quantity(low, middle, high, "1")


def _then_j(here: Measured, there: Measured, noise: Ratio) -> Quantity:
    """What as many of them would have used the other way, J: its meters' bounds, and noise."""
    each = there.each.energy_j
    assert each is not None  # there is a ratio
    high = noise.high if noise.high is not None else noise.mid
    spread = Quantity(noise.low / noise.mid, 1.0, high / noise.mid, "1")
    return (each * here.amount).times(spread, "J")


def _following(now: Quantity, here: Measured, then_j: Quantity, ratio: Quantity) -> Figure:
    """A figure that follows from energy by a factor that stays.

    It is saved by the ratio, and no more nor less than the ends of both energies allow.
    """
    energy = here.whole.energy_j
    assert energy is not None
    middle = now.mid / energy.mid
    low = now.low / energy.low if energy.low else middle
    high = now.high / energy.high
    joint = scaled(now, ratio)
    then = Quantity(
        min(low * then_j.low, joint.then.mid),
        joint.then.mid,
        max(high * then_j.high, joint.then.mid),
        now.unit,
    )
    saved = Quantity(
        min(max(joint.saved.low, now.low - then.high), joint.saved.mid),
        joint.saved.mid,
        max(min(joint.saved.high, now.high - then.low), joint.saved.mid),
        now.unit,
    )
    return Figure(now, then, saved)


def _cost(
    here: Measured, there: Measured, then_j: Quantity, ratio: Quantity, among: int
) -> Figure | None:
    """Electricity follows the energy, and what is paid by the hour the time; None: not known."""
    parts = here.whole.cost_parts
    found: list[Figure] = []
    for part, amounts in parts.items():
        now = only(amounts)
        if now is None:
            return None
        if part == "electricity":
            found.append(_following(now, here, then_j, ratio))
            continue
        then = only(there.whole.cost_parts.get(part, {}))
        took = verdicts.time(here, there, among)
        slower = None if took is None else _ratio(took)
        if then is None or slower is None or then.unit != now.unit or not now.mid:
            return None
        middle = (then.mid / there.amount) / (now.mid / here.amount)
        found.append(scaled(now, slower * (middle / slower.mid)))
    if not found or len({each.now.unit for each in found}) != 1:
        return None
    return summed(found)


def _assumptions(pair: Pair, here: Measured, there: Measured) -> Iterator[str]:
    yield ALIKE
    yield SAME_PLACE
    if set(here.whole.cost_parts) - {"electricity"}:
        yield FREED
    if pair.choice == "hardware":
        yield OTHER_LOAD
    if pair.choice == "batch":
        yield ENOUGH_WORK
    if pair.per == CALL:
        yield CALLS
    shares = [
        side.units.get("tokens_in", 0.0) / side.units["tokens_out"]
        for side in (here, there)
        if side.units.get("tokens_out")
    ]
    if len(shares) == 2 and abs(shares[0] - shares[1]) > 0.1 * max(shares):
        here_, there_ = map(fig.digits, shares)
        yield TOKENS_DIFFER.format(here=here_, there=there_)
