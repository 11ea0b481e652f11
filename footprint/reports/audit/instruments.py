"""Contracts and certificates of the market-based figure: what each covers, and the criteria."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from footprint.estimators.instruments import CRITERIA, NOT_APPLICABLE, Answer, Instrument
from footprint.estimators.market import Market
from footprint.estimators.quantity import Quantity

#: An answer to a criterion, in words.
MET, NOT_MET, NOT_ANSWERED = "met", "not_met", "not_answered"


class Claim(NamedTuple):
    """One instrument in a zone.

    Attributes:
        name, kind, source: what it is called, what it is, who issued it.
        zone: of the use that it covers; None where none was declared.
        applied: it meets the criteria; where not, it counts for nothing.
        g_per_kwh: its emission rate.
        kwh: facility energy that it covers; None where it is not applied.
        carbon_g: g CO2e of that.
        criteria: (key, answer) of the eight quality criteria of the Scope 2 Guidance, in their
            order: `met`, `not_met`, `not_answered`, `n/a`. They are the user's answers.
    """

    name: str
    kind: str
    source: str
    zone: str | None
    applied: bool
    g_per_kwh: Quantity
    kwh: Quantity | None
    carbon_g: Quantity | None
    criteria: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "source": self.source,
            "zone": self.zone,
            "applied": self.applied,
            "g_per_kwh": self.g_per_kwh.to_json(),
            "kwh": None if self.kwh is None else self.kwh.to_json(),
            "carbon_g": None if self.carbon_g is None else self.carbon_g.to_json(),
            "criteria": dict(self.criteria),
        }


def claims(
    declared: Sequence[Instrument], markets: Iterable[tuple[str | None, Market]]
) -> tuple[Claim, ...]:
    """All instruments, zone by zone; places of one zone share what covers it."""
    by_zone = dict(markets)
    known = {each.name: each for each in declared}
    return tuple(
        claim
        for zone in sorted(by_zone, key=lambda code: (code is None, code or ""))
        for claim in _of_zone(zone, by_zone[zone], known)
    )


def _of_zone(zone: str | None, market: Market, known: dict[str, Instrument]) -> Iterator[Claim]:
    for part in market.parts:
        yield _claim(known[part.name], zone, part.kwh, part.carbon_g)
    for refused in market.not_applied:
        yield _claim(known[refused.name], zone, None, None)


def _claim(
    each: Instrument, zone: str | None, kwh: Quantity | None, carbon_g: Quantity | None
) -> Claim:
    criteria = tuple(
        (criterion.key, _said(answer))
        for criterion, answer in zip(CRITERIA, each.answers, strict=True)
    )
    applied = kwh is not None
    return Claim(
        each.name, each.kind, each.source, zone, applied, each.g_per_kwh, kwh, carbon_g, criteria
    )


def _said(answer: Answer) -> str:
    if answer is None:
        return NOT_ANSWERED
    return NOT_APPLICABLE if isinstance(answer, str) else MET if answer else NOT_MET
