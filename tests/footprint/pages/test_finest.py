"""Finest names say all that a group can be named by; thinned pages keep their sums."""

from __future__ import annotations

import pytest

from footprint.accounts.doings import Doing
from footprint.accounts.latency import Latencies
from footprint.estimators.systems.use import ApiUse
from footprint.ledger.reader import PathInfo
from footprint.pages.finest import FEW, entry_of, path_of, path_text, thinned
from footprint.pages.page import ApiCalls, Member, Page

HOUR = 3_600 * 10**9
PATH = PathInfo(7, "f", "api", "m", None, "p", {"k": "v"}, ("GPU-1", 0), "own", True)


def of(latencies: Latencies, uses: tuple[ApiUse, ...] = ()) -> Member:
    """The member of a page, thinned."""
    doing = Doing(3, 1, {}, latencies, 0, 9, 9, None)
    member = Member(doing, frozenset(), ApiCalls(uses, 2))
    page = Page((), {}, {"x": member}, 1, 0, 0, 9, False, (), ())
    return thinned(page).members["x"]


def test_a_path_comes_back_without_its_caller() -> None:
    assert path_of(path_text(PATH)) == PATH._replace(parent=0)
    entry = entry_of(("w", path_text(PATH), 3))
    assert (entry.path, entry.status) == (PATH._replace(parent=0), 3)


def test_few_durations_stay_and_many_are_counted() -> None:
    few = tuple((float(ns), 1) for ns in range(1, FEW + 1))
    assert of(Latencies(few)).doing.latencies == Latencies(few)
    twice = tuple(sorted(few * 2))
    assert sum(calls for _, calls in of(Latencies(twice)).doing.latencies.single or ()) == 2 * FEW
    many = Latencies(tuple((1e6 * (1 + n), 1) for n in range(FEW + 1)))
    found = of(many).doing.latencies
    assert found.single is None
    assert sum(found.fine.values()) == FEW + 1
    before, after = many.percentiles_ms(), found.percentiles_ms()
    assert after == pytest.approx(before, rel=0.006)


def test_calls_of_a_model_are_put_together_by_hour_and_length() -> None:
    one = ApiUse("m", "p", 900, 10, 100, 5, 1, HOUR + 1)
    long, later = one._replace(tokens_in=200_001), one._replace(at_ns=2 * HOUR)
    wrong = one._replace(cached_tokens_in=901)
    member = of(Latencies(), (one, wrong, one._replace(at_ns=HOUR + 9), long, later))
    assert member.api is not None
    both = ApiUse("m", "p", 1800, 20, 200, 10, 2, HOUR + 9)
    assert set(member.api.uses) == {both, wrong, long, later}
    assert member.api.untold == 2
