"""Energy by stretch of time, and how long devices were held: nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.accounts import book as books
from footprint.accounts.entries import Entry
from recorded import CPU, GPU, MS, UTC, Recorded, S

J = 10**9


def everything(entries: Sequence[Entry], index: int) -> Iterable[str]:
    return ("all", entries[index].path.name)


def test_a_call_over_a_cut_is_booked_as_it_drew_on_either_side() -> None:
    one = Recorded()
    one.counter(GPU, [100.0] * 10 + [300.0] * 10)
    one.span(500 * MS, 1500 * MS, name="a")
    book = books.make([one.facts()], grouping=everything, cuts=[UTC + S])
    (part,) = book.groups["a"]
    assert part.by_stretch == {0: 50 * J, 1: 150 * J}
    (line,) = book.devices
    assert line.idle_by == {0: 50 * J, 1: 150 * J}
    assert (part.held_ns, line.idle_ns, line.present_ns) == (S, S, 2 * S)


def test_a_cell_that_is_cut_is_divided_by_what_was_active_in_it() -> None:
    one = Recorded()
    one.counter(GPU, [100.0, 100.0, 300.0], step=S)
    one.span(2 * S, 3 * S, name="a")
    book = books.make([one.facts()], grouping=everything, cuts=[UTC + 2 * S + 250 * MS])
    assert book.groups["a"][0].by_stretch == {0: 75 * J, 1: 225 * J}


def test_what_several_hold_at_once_is_divided_among_them() -> None:
    one = Recorded()
    one.counter(GPU, [200.0] * 10)
    for _ in range(4):
        one.span(0, S, name="a")
    book = books.make([one.facts()], grouping=everything)
    (part,) = book.groups["a"]
    assert part.held_ns == pytest.approx(S, abs=4)
    assert part.by_stretch == {}


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(-5, 40), max_size=5, unique=True),
    st.randoms(use_true_random=False),
    st.sampled_from([GPU, CPU]),
)
def test_stretches_and_holds_add_up(cuts: list[int], rng, device) -> None:  # type: ignore[no-untyped-def]
    one = Recorded()
    one.counter(device, [float(rng.randint(60, 700)) for _ in range(30)])
    outer = one.span(100 * MS, 2900 * MS, name="outer", background=rng.random() < 0.5)
    for _ in range(8):
        start = rng.randint(0, 2900)
        end = start + rng.randint(1, 900)
        one.span(start * MS, end * MS, outer, name=rng.choice("ab"))
    instants = [UTC + cut * 100 * MS + 33 * MS for cut in sorted(cuts)]
    facts = [one.facts()]
    book = books.make(facts, grouping=everything, cuts=instants)
    whole = books.make(facts, grouping=everything)
    (line,) = book.devices
    for key, (part,) in book.groups.items():
        (uncut,) = whole.groups[key]
        assert part.energy == uncut.energy
        if instants:
            assert abs(part.energy.mid_nj - sum(part.by_stretch.values())) < 10 * (len(cuts) + 2)
    if instants:
        others = sum(line.unattributed_by.values())
        assert abs(sum(line.idle_by.values()) - line.idle_nj) < 100 * (len(cuts) + 2)
        assert abs(others - line.unattributed_nj) < 100 * (len(cuts) + 2)
    held = sum(part.held_ns for part in book.groups["all"])
    assert held + line.idle_ns + line.unattributed_ns == pytest.approx(line.present_ns, abs=100)
    assert min(held, line.idle_ns, line.unattributed_ns) >= 0
