"""Corrections: laws over random ledgers, and exact figures of small ones."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.accounts import book as books
from footprint.accounts.entries import Entry
from footprint.accounts.opened import open_ledger
from footprint.ledger.corrections.active import standing
from footprint.ledger.corrections.apply import NOTHING, apply
from footprint.ledger.corrections.correction import Correction, Target, checked, of_record
from footprint.ledger.corrections.journals import add
from footprint.ledger.reader import Facts
from footprint.ledger.stores import open_store
from random_ledgers import random_facts
from recorded import GPU, MS, UTC, Recorded, S

SEEDS = st.integers(0, 10_000)


NONE = Target()


def correction(number: int, action: str, target: Target = NONE, **given: object) -> Correction:
    one = Correction(f"{number:032x}", action, target, "A. Meyer", "why", number)
    return checked(one._replace(**given))


TARGETS = st.builds(
    partial(Target),  # a NamedTuple's other fields would be filled in
    name=st.sampled_from(["a", "b", "c", "call", "run", "nothing"]),
    first_seq=st.sampled_from([None, 3]),
    last_seq=st.sampled_from([None, 20]),
    since_utc_ns=st.sampled_from([None, UTC + 300 * MS]),
    until_utc_ns=st.sampled_from([None, UTC + 2_000 * MS]),
)
DEVICES = st.builds(
    partial(Target),
    device=st.sampled_from(["GPU-0", "GPU-1", "cpu:0"]),
    since_utc_ns=st.sampled_from([None, UTC + 500 * MS]),
    until_utc_ns=st.sampled_from([None, UTC + 1_234 * MS]),
)
VALUES = st.fixed_dictionaries(
    {
        "declared": st.sampled_from([{"model": "m"}, {"kind": "data", "tag.team": "x"}]),
        "amounts": st.sampled_from([{}, {"items": 3.0}]),
        "scales": st.sampled_from([{}, {"tokens_out": 0.5}]),
    }
)


@st.composite
def corrections(draw: st.DrawFn) -> list[Correction]:
    found: list[Correction] = []
    for number in range(draw(st.integers(1, 5))):
        action = draw(st.sampled_from(["void", "replace", "annotate"]))
        if action == "replace":
            found.append(correction(number, action, draw(TARGETS), **draw(VALUES)))
        elif found and draw(st.booleans()):
            other = draw(st.sampled_from(found))
            found.append(correction(number, action, corrects=(other.id,)))
        else:
            found.append(correction(number, action, draw(st.one_of(TARGETS, DEVICES))))
    return found


def by_model(entries: Sequence[Entry], index: int) -> Iterable[str | None]:
    return (entries[index].path.model,)


def figures(facts: list[Facts]) -> object:
    """All that a book comes to."""
    book = books.make(facts, grouping=by_model)
    lines = [
        (each.device.id, each.boot, each.metered_nj, each.attributed_nj, each.idle_nj)
        for each in book.devices
    ]
    return lines, book.groups, [(each.seq, each.path, each.units) for each in book.entries]


@given(seed=SEEDS, every=corrections())
@settings(max_examples=40, deadline=None)
def test_energy_is_conserved_before_and_after(seed: int, every: list[Correction]) -> None:
    facts = random_facts(random.Random(seed), 25)
    for each in (facts, apply(facts, every)[0]):
        for line in books.make(each).devices:
            assert line.metered_nj == line.attributed_nj + line.idle_nj + line.unattributed_nj


@given(seed=SEEDS, every=corrections(), order=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_corrections_does_not_matter(
    seed: int, every: list[Correction], order: random.Random
) -> None:
    facts = random_facts(random.Random(seed), 20)
    mixed = [*every, *every[:1]]  # a copy counts once
    order.shuffle(mixed)
    one, other = apply(facts, every), apply(facts, mixed)
    assert one[1] == other[1]
    assert figures(one[0]) == figures(other[0])


@given(seed=SEEDS, target=st.one_of(TARGETS, DEVICES))
@settings(max_examples=30, deadline=None)
def test_a_note_changes_no_figure_nor_does_a_void_that_is_void(seed: int, target: Target) -> None:
    facts = random_facts(random.Random(seed), 20)
    before = figures(facts)
    assert figures(apply(facts, [correction(1, "annotate", target)])[0]) == before
    void = correction(1, "void", target)
    both = [void, correction(2, "void", corrects=(void.id,))]
    assert figures(apply(facts, both)[0]) == before
    again = [*both, correction(3, "void", corrects=(both[1].id,))]
    assert figures(apply(facts, again)[0]) == figures(apply(facts, [void])[0])


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_a_replaced_model_takes_its_integers_along(seed: int) -> None:
    facts = random_facts(random.Random(seed), 25)
    first = apply(facts, [correction(1, "replace", Target(name="a"), declared={"model": "x"})])[0]
    then = correction(2, "replace", Target(name="a"), declared={"model": "y"})
    second = apply(facts, [then])[0]
    one, other = (books.make(each, grouping=by_model) for each in (first, second))
    assert set(one.groups) - {"x"} == set(other.groups) - {"y"}
    assert one.groups.get("x") == other.groups.get("y")
    assert all(one.groups[key] == other.groups[key] for key in set(one.groups) - {"x"})
    assert by_device(one) == by_device(books.make(facts, grouping=by_model))


def by_device(book: books.Book) -> Counter[str]:
    """What groups were attributed, nJ."""
    found: Counter[str] = Counter()
    for own in book.groups.values():
        for part in own:
            found[part.device.id] += part.energy.mid_nj
    return found


def test_void_calls_leave_their_energy_to_who_is_left() -> None:
    one = Recorded()
    outer = one.span(0, 2 * S, name="outer")
    inner = one.span(0, S, outer, name="inner")
    one.span(S // 2, S, inner, name="leaf", units={"items": 2})
    one.counter(GPU, [100.0] * 20)
    facts, (applied,) = apply([one.facts()], [correction(1, "void", Target(name="inner"))])
    book = books.make(facts)
    used = {
        entry.path.name: sum(part.energy.mid_nj for part in own.values())
        for entry, own in zip(book.entries, book.used, strict=True)
    }
    assert (applied.spans, applied.calls, applied.remarks) == (1, 1, ())
    names = [entry.path.name for entry in book.entries]
    parents = {entry.path.name: entry.parent for entry in book.entries}
    assert parents == {"outer": -1, "leaf": names.index("outer")}
    assert used == {"outer": 150 * S, "leaf": 50 * S}


def test_what_was_drawn_while_readings_are_void_is_not_known() -> None:
    one = Recorded()
    one.span(0, 2 * S)
    one.counter(GPU, [100.0] * 20)
    target = Target(device="GPU-0", since_utc_ns=UTC + S // 2, until_utc_ns=UTC + S)
    facts, (applied,) = apply([one.facts()], [correction(1, "void", target)])
    (line,) = books.make(facts).devices
    # Readings at 0.5 ... 0.9 s are void: nothing is known from 0.4 s to 1 s.
    assert applied.readings == 5
    assert line.metered_nj == 140 * S
    cells = line.timeline.cells
    at = cells.energy.index(None)
    assert cells.edges[at : at + 2] == [S * 4 // 10, S]


def test_amounts_are_set_for_each_call_and_scaled() -> None:
    one = Recorded()
    one.span(0, S, name="a", units={"items": 5})
    one.span(0, S, name="b", units={"items": 5, "tokens_out": 8})
    one.fold(0, MS, 3, MS)
    every = [
        correction(1, "replace", Target(name="a"), amounts={"items": 2.0}),
        correction(2, "replace", Target(name="b"), scales={"tokens_out": 0.5}),
        correction(3, "replace", Target(name="call"), amounts={"items": 2.0}),
    ]
    entries = books.make(apply([one.facts()], every)[0]).entries
    assert [dict(each.units) for each in sorted(entries, key=lambda each: each.seq)] == [
        {"items": 2.0},
        {"items": 5.0, "tokens_out": 4.0},
        {"items": 6.0},
    ]


def test_the_later_of_two_holds_and_it_is_said() -> None:
    one = Recorded()
    one.span(0, S, name="a")
    every = [
        correction(1, "replace", Target(name="a"), declared={"model": "x"}),
        correction(2, "replace", Target(name="a"), declared={"model": "y"}),
        correction(3, "replace", Target(name="nobody"), declared={"model": "z"}),
    ]
    facts, applied = apply([one.facts()], every)
    assert [entry.path.model for entry in books.make(facts).entries] == ["y"]
    assert applied[0].remarks == (
        f"of 1 spans another correction says otherwise, and it holds: {every[1].id}",
    )
    assert [each.remarks for each in applied[1:]] == [(), (NOTHING,)]


def test_runs_get_the_place_that_they_were_in() -> None:
    one = Recorded(declared={"zone": "FRA", "pue": 1.2})
    wrong = correction(1, "replace", Target(run="run"), declared={"zone": "DEU", "pue": "1.5"})
    given_facts = one.facts()
    (facts,), (applied,) = apply([given_facts], [wrong])
    assert facts.context["declared"] == {"zone": "DEU", "pue": 1.5}
    assert given_facts.context["declared"] == {"zone": "FRA", "pue": 1.2}
    assert applied.writers == 1


def test_rings_hold_nothing_and_end() -> None:
    one = correction(1, "void", corrects=(f"{2:032x}",))
    other = correction(2, "void", corrects=(f"{1:032x}",))
    found = standing([one, other])
    assert found.holding == frozenset()
    assert found.circular == {one.id, other.id}


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"target": Target()}, "say what"),
        ({"target": Target(name="a"), "who": " "}, "who is empty"),
        ({"target": Target(name="a"), "amounts": {"items": 2.0}}, "takes no values"),
        ({"target": Target(device="d", model="m")}, "does not choose readings"),
        ({"action": "replace", "target": Target(device="d"), "amounts": {"a": 1.0}}, "void them"),
        ({"action": "replace", "target": Target(name="a")}, "nothing is replaced"),
        ({"action": "replace", "target": Target(name="a"), "declared": {"modle": "m"}}, "model"),
        ({"action": "replace", "target": Target(run="a"), "declared": {"pue": 0.2}}, "pue"),
        ({"action": "replace", "target": Target(name="a"), "declared": {"zone": "FRA"}}, "runs"),
        ({"target": Target(first_seq=5, last_seq=4)}, "swap"),
    ],
)
def test_what_makes_no_sense_is_refused(given_: dict[str, object], message: str) -> None:
    from footprint.errors import UsageError

    one = Correction("1", "void", Target(name="a"), "me", "why", 1)._replace(**given_)
    with pytest.raises(UsageError, match=message):
        checked(one)


@given(one=st.one_of(corrections()))
@settings(max_examples=30, deadline=None)
def test_a_record_is_read_back(one: list[Correction]) -> None:
    assert [of_record(each.record()) for each in one] == one


def test_sealed_or_not_does_not_matter(tmp_path: Path) -> None:
    from footprint.ledger.sealed.sealing import seal
    from random_ledgers import random_journals

    random_journals(random.Random(5), tmp_path, 30)
    store = open_store(tmp_path)
    add(store, correction(10**18, "void", Target(name="a")))
    add(store, correction(10**18 + 1, "replace", Target(name="b"), declared={"model": "m"}))
    before = open_ledger(tmp_path).corrected()
    assert len(before[2]) == 2
    assert before[2][0].spans > 0
    seal(store)
    after = open_ledger(tmp_path).corrected()
    assert after[2] == before[2]
    assert figures(after[0]) == figures(before[0])
