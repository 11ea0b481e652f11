"""Why a factor is the one that is used: every source's answer to one query, in order.

A registry stops nowhere: it keeps all candidates. This keeps them by source, with the sources that
have nothing and those that could not answer, and says how the others differ from the one taken.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import EXCHANGE, PURCHASE, TARIFF, Factor
from footprint.estimators.money import checked_currency
from footprint.estimators.packaged import differences, stale
from footprint.estimators.series import NS_PER_S, Series, iso
from footprint.estimators.sources import Query, SourceUnavailable, covering
from footprint.estimators.systems import rows
from footprint.estimators.systems.nearest import is_price, price_at
from footprint.estimators.zones import folded, resolve_zone
from footprint.factors.kinds import kind_of
from footprint.factors.pinned import PinnedSource
from footprint.factors.registry import OWN, PINNED, Ordered

#: What the source `systems` has.
API_NAMES = (
    rows.ENERGY_OUT,
    rows.ENERGY_IN,
    rows.CACHED_SHARE,
    rows.IT_SHARE,
    rows.EMBODIED_PER_J,
    rows.API_PUE,
    rows.API_WUE,
    rows.API_GRID,
    rows.API_WATER,
    *rows.PRICES,
)


class Answer(NamedTuple):
    """What one source said.

    Attributes:
        source: its name in the order.
        factors: best first.
        problem: why it could not answer; empty where it did.
        is_asked: False where a pin answers alone, so that a report does not come this far.
    """

    source: str
    factors: tuple[Factor, ...]
    problem: str = ""
    is_asked: bool = True


class Explained(NamedTuple):
    """One query and all that is known about its answer.

    Attributes:
        query: what was asked for.
        answers: one for each source, in their order.
        used: what a report takes: the first factor, and those that stand in for its holes.
        others: the factors that are not taken, each with how it differs from the first one taken.
        holes: stretches that no factor covers, as ISO 8601 pairs.
        stale: lines on factors taken whose year lies far back.
        at_ns: the time that a price is shown for: the period's end, else the clock's.
    """

    query: Query
    answers: tuple[Answer, ...]
    used: tuple[Factor, ...]
    others: tuple[tuple[Factor, str], ...]
    holes: tuple[tuple[str, str], ...]
    stale: tuple[str, ...]
    at_ns: int = 0

    def source_of(self, factor: Factor) -> str:
        """The name, in the order, of the source that a factor is from."""
        return next(each.source for each in self.answers if factor in each.factors)

    def stated(self, one: Factor) -> dict[str, Any]:
        """A factor as in a report's `factors`; of a price by the token what it is at `at_ns`, and
        `prices`: since when, until when, how much."""
        entry = one.to_json()
        prices = price_steps(one)
        if not prices:
            return entry
        entry["value"] = float(price_now(one, self.at_ns))
        for key in ("low", "high"):
            entry.pop(key, None)
        entry["prices"] = [[iso(start), iso(end), float(price)] for start, end, price in prices]
        return entry

    def to_json(self) -> dict[str, Any]:
        """All of it, factors as in a report's `factors`, each with the source it is from."""
        query = self.query

        def factor(one: Factor) -> dict[str, Any]:
            return {"from": self.source_of(one), **self.stated(one)}

        return {
            "name": query.name,
            "zone": query.zone.code if query.zone else None,
            "subject": query.subject or None,
            "since": None if query.since_ns is None else iso(query.since_ns),
            "until": None if query.until_ns is None else iso(query.until_ns),
            "used": [factor(one) for one in self.used],
            "others": [{**factor(one), "difference": said} for one, said in self.others],
            "sources": [
                {
                    "source": each.source,
                    "factors": len(each.factors),
                    "problem": each.problem or None,
                    "asked": each.is_asked,
                }
                for each in self.answers
            ],
            "holes": [list(each) for each in self.holes],
            "stale": list(self.stale),
        }


def question(
    name: str,
    zone: str | None,
    subject: str | None,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> Query:
    """The query that a user means; `API ...` names are of `provider/model` or a provider.

    Raises UsageError: an unknown name, or what it is of is not said; EstimatorError: a zone.
    """
    api = {folded(each): each for each in API_NAMES}.get(folded(name))
    if api is not None:
        return Query(api, None, subject or "", since_ns, until_ns)
    spelled, kind = kind_of("NAME", name)
    if kind.of == "zone" and not zone:
        raise UsageError(f"{spelled} of which place? Say it with --zone FRA")
    if kind.of != "zone" and not subject:
        example = "EUR/USD" if kind.of == "currencies" else "'NVIDIA H100'"
        raise UsageError(f"{spelled} of what? Say it with --subject {example}")
    if kind.of == "zone" and subject:
        raise UsageError(f"{spelled} is of a place, not of {subject!r}: leave out --subject")
    if kind.of == "currencies":
        return Query(spelled, None, _pair(subject or ""))
    if kind.of != "zone":
        return Query(spelled, None, subject or "")
    return Query(spelled, resolve_zone(zone), "", since_ns, until_ns)


def _pair(subject: str) -> str:
    """`EUR/USD` of two currencies as they were written. Raises EstimatorError, UsageError."""
    base, slash, quoted = subject.partition("/")
    if not slash:
        raise UsageError(f"--subject {subject!r} is no pair of currencies: write it as EUR/USD")
    return "/".join(checked_currency("--subject", each) for each in (base, quoted))


def explain(registry: Ordered, query: Query, today: date | None = None) -> Explained:
    """Asks every source, also those that a report would not come to.

    Args:
        today: what years are counted from; by default the period's end, else the clock's day.

    Raises EstimatorError: no source knows what was asked for, or its content is wrong; UsageError:
    the own file's.
    """
    again = next(
        (each.again(query) for each in registry.sources if isinstance(each, PinnedSource)), None
    )
    answers: list[Answer] = []
    wrong: EstimatorError | None = None
    for source in registry.sources:
        asked = again is None or isinstance(source, PinnedSource)
        try:
            answers.append(Answer(source.name, tuple(source.candidates(query)), is_asked=asked))
        except (SourceUnavailable, EstimatorError) as error:
            answers.append(Answer(source.name, (), str(error), asked))
            wrong = error if wrong is None and isinstance(error, EstimatorError) else wrong
    knows = (PINNED, OWN)  # a region that only the user knows; others would say another place's
    if wrong is not None and not any(each.factors for each in answers if each.source in knows):
        raise wrong
    everything = [one for each in answers for one in each.factors]
    found = tuple(everything) if again is None else again.candidates
    used, holes = _used(found, query)
    others = [one for one in dict.fromkeys(everything) if one not in used]
    said = differences([*used[:1], *others]) if used else [""] * len(others)
    if today is None:
        today = _day(query.until_ns)
    return Explained(
        query,
        tuple(answers),
        used,
        tuple(zip(others, said, strict=True)),
        holes,
        tuple(line for one in used if (line := stale(one, today))),
        time.time_ns() if query.until_ns is None else query.until_ns - 1,
    )


def price_steps(one: Factor) -> list[tuple[int, int, Decimal]]:
    """The history of a price by the token: (since, until, price); empty for other factors.

    A mean over it would be a price that nobody ever paid.
    """
    steps = one.value
    if not (isinstance(steps, Series) and is_price(one.name)):
        return []
    return list(zip(steps.starts, steps.ends, steps.values, strict=True))


def price_now(one: Factor, at_ns: int) -> Decimal | float:
    """A price at an instant, or the nearest one in time."""
    if isinstance(one.value, Series):
        return price_at(one.value, at_ns)
    return one.value if isinstance(one.value, Decimal) else one.value.mid


def agreed(registry: Ordered, query: Query) -> tuple[str, ...]:
    """Tables of the own file that a report takes such a factor from before it asks for one."""
    table = {TARIFF: "tariff", PURCHASE: "purchase", EXCHANGE: "exchange"}.get(query.name, "")
    file = None if registry.own is None else registry.own.file
    if file is None or not file.tables.get(table):
        return ()
    return (f"{file.where(table, 0)}: reports take the {query.name} from this table first",)


def _used(
    found: tuple[Factor, ...], query: Query
) -> tuple[tuple[Factor, ...], tuple[tuple[str, str], ...]]:
    """(what is taken, the holes that are left)."""
    since, until = query.since_ns, query.until_ns
    if since is None or until is None or not found:
        return found[:1], ()
    needed = covering(found, since, until)
    if needed:
        return tuple(needed), ()
    # All are series, and not even together do they cover the period.
    left = [(since, until)]
    for one in found:
        if isinstance(one.value, Series):
            left = [part for start, end in left for part in one.value.holes(start, end)]
    return found[:1], tuple((iso(start), iso(end)) for start, end in left)


def _day(at_ns: int | None) -> date:
    if at_ns is None:
        return datetime.now(UTC).date()
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).date()
