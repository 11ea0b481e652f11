"""The order of suggestions: by what is saved, in one unit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from footprint.advice.ranking import COST_NOT_KNOWN, ranked
from footprint.advice.view import CARBON, COST, Figure, Suggestion
from footprint.estimators.costs.exchange import Rate
from footprint.estimators.quantity import exact
from footprint.words.said import untranslated

DAY = date(2026, 11, 22)
YEN = Rate("USD", "JPY", Decimal(150), DAY)


def saving(
    what: str, carbon_g: float | None = None, cost: tuple[float, str] | None = None
) -> Suggestion:
    def figure(saved: float, unit: str) -> Figure:
        return Figure(exact(9 * saved, unit), exact(8 * saved, unit), exact(saved, unit))

    return Suggestion(
        kind="zone",
        what=what,
        groups=(),
        carbon_g=None if carbon_g is None else figure(carbon_g, "g"),
        cost=None if cost is None else figure(*cost),
        at_most=False,
        method="",
        tier="counterfactual",
    )


FEW = saving("a", 1.0, (20.0, "JPY"))
MUCH = saving("b", 2.0, (3.0, "USD"))
SOME = saving("c", 3.0, (200.0, "JPY"))
FREE = saving("d", 9.0)


def names(found: list[Suggestion]) -> str:
    return "".join(each.what for each in found)


def test_yen_are_ranked_against_dollars_at_a_dated_rate() -> None:
    found, gaps = ranked([FEW, MUCH, SOME], COST, [YEN], DAY)
    assert names(found) == "bca"
    assert gaps == []


def test_without_a_rate_the_fewer_come_last_and_a_gap_says_so() -> None:
    found, gaps = ranked([FEW, MUCH, SOME], COST, [], DAY)
    assert names(found) == "cab"
    assert [gap.why for gap in gaps] == [
        "savings in USD are not ranked against those in JPY: no dated exchange rate was given"
    ]
    assert untranslated("fr", [text for gap in gaps for text in (gap.why, gap.remedy)]) == []


def test_what_is_judged_by_carbon_for_want_of_a_cost_is_told() -> None:
    found, gaps = ranked([FREE, FEW, SOME], COST, [], DAY)
    assert names(found) == "cad"
    assert gaps == [COST_NOT_KNOWN]
    assert untranslated("fr", [COST_NOT_KNOWN.why, COST_NOT_KNOWN.remedy]) == []


def test_by_carbon_currencies_do_not_matter() -> None:
    found, gaps = ranked([FEW, MUCH, SOME, FREE], CARBON, [], DAY)
    assert names(found) == "dcba"
    assert gaps == []


def test_of_nothing_nothing_is_said() -> None:
    assert ranked([], COST, [], None) == ([], [])
