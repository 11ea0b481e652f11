"""Shares over columns are those of the reference, bit for bit."""

from __future__ import annotations

import random
from itertools import accumulate

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.accounts import share_columns, shares
from footprint.estimators.cells import Cells
from footprint.estimators.columns.cells import cell_columns
from footprint.ledger.reader import Facts
from recorded import CPU, DRAM, GPU, MS, OTHER_GPU, Recorded, S

SEEDS = st.integers(0, 2**32)


def family(rng: random.Random) -> list[Facts]:
    """A process and some that it started, which sampled themselves now and then."""
    outer = Recorded(memory=rng.choice([0, 10**9]))
    every = [outer]
    for _ in range(rng.choice([0, 0, 1, 3])):
        every.append(Recorded(parent=(rng.choice(every), 0), memory=10**9))
    for one in every:
        for device in (GPU, OTHER_GPU):
            one.writer.device(device, 0)
        tree = busy = rng.randint(0, 10**15)
        for at in sorted(rng.randint(0, 20 * S) for _ in range(rng.choice([0, 1, 2, 40]))):
            own = rng.randint(0, 4 * 10**8)
            tree, busy = tree + own, busy + rng.choice([own, 0, rng.randint(0, 10**9)])
            resident = rng.choice([0, rng.randint(1, 10**9)])
            one.writer.usage(at, tree, busy, busy, resident, busy // 2)
        at = 0
        for _ in range(rng.choice([0, 0, 1, 20])):
            at += rng.choice([0, S, rng.randint(1, 3 * S)])
            share = rng.choice([1.0, 0.5, 0.1, rng.random(), None])
            one.writer.gpu_usage(rng.choice([1, 1, 2]), at, share, 10, 20)
    return [one.facts() for one in every]


def edges_of(rng: random.Random) -> list[int]:
    steps = [rng.choice([1, 20 * MS, 100 * MS, 900 * MS]) for _ in range(rng.randint(0, 80))]
    return list(accumulate(steps, initial=rng.randint(0, 10 * S))) if steps else []


@settings(deadline=None, max_examples=150)
@given(SEEDS)
def test_shares_of_hosts_are_the_same(seed: int) -> None:
    rng = random.Random(seed)
    facts, edges = family(rng), edges_of(rng)
    members = list(range(len(facts)))
    for device in (CPU, DRAM, CPU._replace(scope="share")):
        want = shares.of_host(device, edges, facts, members)
        got = share_columns.of_host(device, np.array(edges, np.int64), facts, members)
        assert (None if got is None else got.tolist()) == want
        if want is not None and got is not None:
            alive = [rng.randint(0, 20 * S), rng.randint(0, 20 * S)]
            over_columns = share_columns.while_alive(np.array(edges, np.int64), got, *alive)
            assert over_columns.tolist() == shares.while_alive(edges, want, *alive)


@settings(deadline=None, max_examples=150)
@given(SEEDS)
def test_shares_of_gpus_are_the_same(seed: int) -> None:
    rng = random.Random(seed)
    facts, edges = family(rng), edges_of(rng)
    members = list(range(len(facts)))
    cut = rng.randint(0, len(members))
    for families in ({0: members}, {0: members[:cut], cut: members[cut:]}):
        for device in (GPU, OTHER_GPU):
            want = shares.of_gpu(device, edges, facts, families)
            got = share_columns.of_gpu(device, np.array(edges, np.int64), facts, families)
            assert got.tolist() == want


@given(
    st.lists(st.tuples(st.none() | st.integers(0, 2**52), st.tuples(*[st.floats(0, 1)] * 3))),
    st.integers(1, 3),
)
def test_cells_are_split_alike(
    rows: list[tuple[int | None, tuple[float, ...]]], families: int
) -> None:
    edges = list(range(len(rows) + 1)) if rows else []
    cells = Cells(edges, [energy for energy, _ in rows], [0] * len(edges))
    parts = [[own[number] for _, own in rows] for number in range(families)]
    want = shares.split(cells, parts)
    # Their sum is of no account here: cell by cell they are as large as columns hold.
    as_columns = cell_columns(cells._replace(energy=[None] * len(rows)))._replace(
        energy=np.array([energy or 0 for energy, _ in rows], np.int64),
        known=np.array([energy is not None for energy, _ in rows], bool),
    )
    got = share_columns.split(as_columns, [np.array(each) for each in parts])
    assert [each.plain() for each in got] == want
    assert shares.whole(edges) == share_columns.whole(np.array(edges)).tolist()


def test_samples_out_of_order_go_through_the_reference() -> None:
    one = Recorded()
    for at in (5, 1, 9):
        one.writer.usage(at * S, at * 10**8, at * 10**9, at * 10**9, 7)
    facts, edges = [one.facts()], [0, S, 6 * S, 10 * S]
    got = share_columns.of_host(CPU, np.array(edges), facts, [0])
    assert got is not None
    assert got.tolist() == shares.of_host(CPU, edges, facts, [0])
