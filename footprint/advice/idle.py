"""Devices that drew power while none of the work, nor of other programs, ran on them.

What they drew is metered. Sharing them with other work or switching them off saves that at most:
a device that waits for the next call cannot always be had back in time.
"""

from __future__ import annotations

from collections.abc import Iterator

from footprint.advice.looked import Looked
from footprint.advice.view import Figure, Suggestion
from footprint.estimators.errors import Gap
from footprint.estimators.factors import RENTAL, Factor
from footprint.estimators.money import MoneyRange, by_currency
from footprint.estimators.quantity import Quantity, exact
from footprint.model import NJ_PER_J
from footprint.reports import figures as fig
from footprint.reports.view import Amounts, added

METHOD = "the energy that was metered while no work ran, at the factors of its place"
BOUND = "all of it is saved: this is the most that sharing or switching off can save"
BOUGHT = "what was paid for the hardware is not saved: electricity and rent alone are counted"

OWN_TIME = (
    "{share} of the energy was used in runs outside of their tracked calls: whether they worked "
    "or waited then is not known"
)
#: More than this part of the energy in runs' own time is worth a word.
UNTRACKED = 0.1

#: Parts of a cost that end where a device is given back.
_SAVED = ("electricity", "rental")

#: Of what a device drew: less than this is what dividing whole nJ leaves.
_ROUNDING = 1e-6

GPU = "gpu"

#: Host, kind of device, its name, and whether nothing ever ran on it.
_Sort = tuple[str, str, str, bool]


def idle(looked: Looked) -> Iterator[Suggestion]:
    """A suggestion for each host and sort of device that idled, unused ones apart."""
    of = looked.of
    used = {
        (line.host, line.device.id)
        for line, _, _ in of.booked.idle()
        if line.attributed_nj or line.unattributed_nj
    }
    found: dict[_Sort, dict[str, set[str]]] = {}
    amounts: dict[_Sort, list[Amounts]] = {}
    factors: dict[_Sort, dict[Factor, None]] = {}
    for line, home, use in of.booked.idle():
        if use.energy.high * NJ_PER_J <= _ROUNDING * line.metered_nj:
            continue
        is_unused = line.device.kind == GPU and (line.host, line.device.id) not in used
        key = line.host, line.device.kind, line.device.name, is_unused
        found.setdefault(key, {}).setdefault(line.boot, set()).add(line.device.id)
        amounts.setdefault(key, []).append(of.places.price({home: use}))
        own = of.places.sets[home]
        rates = (*own.intensity, *own.tariff, *((own.pue,) if own.pue else ()))
        rates += tuple(each for each in own.factors if each.name == RENTAL)
        factors.setdefault(key, {}).update(dict.fromkeys(rates))
    for key in sorted(found):
        yield _suggestion(key, _count(key, found[key]), added(amounts[key]), tuple(factors[key]))


def untracked(looked: Looked) -> Iterator[Gap]:
    """That runs used much outside of their tracked calls: it may have been work, or waiting."""
    of = looked.of
    own = (use for made in of.made if made.group.own_time for use in made.used.uses.values())
    own_j, whole_j = (sum(use.energy.mid for use in uses) for uses in (own, of.whole.values()))
    if own_j > UNTRACKED * whole_j:
        why = OWN_TIME.format(share=fig.share(round(own_j / whole_j, 3)))
        yield Gap("own_time", why, "track what they do there (@footprint.track)")


def _count(key: _Sort, by_boot: dict[str, set[str]]) -> int:
    """How many devices there are: a GPU keeps its id over boots, other devices do not."""
    if key[1] == GPU:
        return len(set().union(*by_boot.values()))
    return max(map(len, by_boot.values()))


def _suggestion(key: _Sort, count: int, priced: Amounts, factors: tuple[Factor, ...]) -> Suggestion:
    host, _, name, is_unused = key
    what = f"{count} x {name} on {host}"
    if is_unused:
        text = f"give back or switch off what no work used: {what}"
    else:
        text = f"share or switch off what lay idle: {what}"
    paid = by_currency(
        money for part in _SAVED for money in priced.cost_parts.get(part, {}).values()
    )
    known: MoneyRange | None = next(iter(paid.values())) if len(paid) == 1 else None
    return Suggestion(
        kind="idle",
        what=text,
        groups=(),
        carbon_g=_all_of(priced.carbon_location_g),
        cost=None if known is None else _all_of(known.to_quantity()),
        at_most=True,
        method=METHOD,
        tier="bound",
        assumptions=(BOUND, *((BOUGHT,) if "purchase" in priced.cost_parts else ())),
        factors=factors,
    )


def _all_of(now: Quantity | None) -> Figure | None:
    return None if now is None else Figure(now, exact(0.0, now.unit), now)
