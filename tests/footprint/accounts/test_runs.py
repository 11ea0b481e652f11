"""The ranks of a job are one run, two jobs are two; and a run's ranks and hosts add up to it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.accounts import book as books
from footprint.accounts.entries import Entry
from footprint.accounts.runs import roll_up
from footprint.ledger.reader import Facts
from footprint.reports import keys
from random_ledgers import random_facts
from recorded import MS, Recorded, S


def writer(
    run: str,
    job: dict[str, Any] | None = None,
    *,
    boot: str = "a",
    t: int = 0,
    length: int = S,
    parent: Facts | None = None,
) -> Facts:
    one = Recorded(boot=boot, host=boot, t=t)
    one.span(t, t + length)
    facts = one.facts()
    facts.t_last = t + length
    facts.context |= {"run": run} | ({"job": job} if job is not None else {})
    if parent is not None:
        facts.context["parent"] = {"writer": parent.writer, "seq": 0}
    return facts


def rank(number: int, run: str = "job", by: str = "launcher", **more: Any) -> dict[str, Any]:
    return {"launcher": "torchrun", "id": "1", "run": run, "rank": number, "launched_by": by} | more


def runs(*facts: Facts) -> list[str]:
    roll_up(facts)
    return [one.context["run"] for one in facts]


def test_without_jobs_nothing_changes() -> None:
    assert runs(writer("a"), writer("b"), writer("a")) == ["a", "b", "a"]


def test_a_job_wrapped_on_each_host_is_one_run() -> None:
    here, there = writer("a", boot="a"), writer("b", boot="b")
    ranks = [
        writer("a", rank(0, by="x"), boot="a", parent=here),
        writer("b", rank(1, by="y"), boot="b", parent=there),
    ]
    assert runs(here, there, *ranks, writer("c")) == ["job"] * 4 + ["c"]


def test_a_job_within_one_run_is_of_that_run() -> None:
    outer = writer("a")
    ranks = [writer("a", rank(number), parent=outer) for number in range(2)]
    later = [writer("a", rank(0, "job-2"), parent=outer)]
    assert runs(outer, *ranks, *later) == ["a"] * 4


def test_an_identity_that_came_again_is_another_run() -> None:
    again: dict[str, Any] = {"reusable": True}
    first = [writer("job", rank(n, by=h, **again), boot=h) for n, h in enumerate("ab")]
    # The next job, a second later, on the same hosts; b's clock is a minute ahead.
    second = [
        writer("job", rank(n, by=f"{h}2", **again), boot=h, t=2 * S) for n, h in enumerate("ab")
    ]
    for one in (first[1], second[1]):
        one.anchors = [(t, utc + 60 * S) for t, utc in one.anchors]
        one.context["utc_ns"] += 60 * S
    child = writer("job", parent=second[0], boot="a", t=2 * S)
    found = runs(*first, *second, child)
    assert found[:2] == ["job", "job"]
    assert found[2] == found[3] == found[4] != "job"
    # And as they were, where nothing says that an identity may come again.
    sure = [writer("job", rank(0)), writer("job", rank(1, by="other"), t=5 * S)]
    assert runs(*sure) == ["job", "job"]


def test_a_second_look_changes_nothing() -> None:
    facts = [writer("a", rank(0, by="x")), writer("b", rank(1, by="y"), boot="b")]
    assert runs(*facts) == runs(*facts) == ["job", "job"]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32))
def test_ranks_and_hosts_of_a_run_add_up_to_it(seed: int) -> None:
    facts = random_facts(random.Random(seed))
    for number, one in enumerate(facts):
        one.context |= {"run": f"run-{number}", "job": rank(number % 3, by=str(number))}
    roll_up(facts)
    assert {one.context["run"] for one in facts} == {"job"} or len(facts) == 1

    def fields(entries: Sequence[Entry], index: int) -> Iterable[tuple[str, Any]]:
        entry, one = entries[index], facts[entries[index].writer]
        return [(field, keys.value(field, entry, one)) for field in ("run", "rank", "host")]

    book = books.make(facts, grouping=fields)
    sums: dict[str, int] = {}
    for key, parts in book.groups.items():
        field, _ = cast(tuple[str, Any], key)
        sums[field] = sums.get(field, 0) + sum(part.energy.mid_nj for part in parts)
    attributed = sum(each.attributed_nj for each in book.devices)
    assert set(sums.values()) <= {attributed}


def test_ranks_are_in_the_order_of_numbers() -> None:
    found = sorted([(("rank", text),) for text in ("10", "9", None, "0")], key=keys.ordered)
    assert [key[0][1] for key in found] == ["0", "9", "10", None]


def test_job_and_rank_of_a_process() -> None:
    entry = books.make([writer("a")]).entries[0]
    one = writer("a", rank(3) | {"scheduler": "slurm", "id": "4711.0"}, length=MS)
    assert keys.value("job", entry, one) == "slurm 4711.0"
    assert keys.value("rank", entry, one) == "3"
    bare = writer("a")
    assert (keys.value("job", entry, bare), keys.value("rank", entry, bare)) == (None, None)
