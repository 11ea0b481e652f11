"""Several processes, ranks and containers on one device: it is metered once, and adds up.

The devices here have a truth: a power for every 100 ms, which each meter sees in its own way, as
edges of a counter that are known within a bracket, or as windows of integrated power.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.accounts import book as books
from footprint.accounts.entries import Entry
from footprint.accounts.lines import Book
from footprint.ledger.reader import Facts
from footprint.model import Device
from random_ledgers import random_facts
from recorded import CPU, DRAM, GPU, MS, Recorded

STEP = 100 * MS
STEPS = 40
SEEDS = st.integers(0, 2**32)


class Truth:
    """A device's power, and what its counter comes to at the end of each step, nJ."""

    def __init__(self, rng: random.Random, *, constant: bool = False) -> None:
        watts = [rng.randint(60, 700)] * STEPS if constant else _watts(rng)
        self.watts = watts
        self.counter = [10**12]
        for each in watts:
            self.counter.append(self.counter[-1] + each * STEP)

    def between(self, start: int, end: int) -> int:
        """The energy between two instants, nJ."""
        return sum(
            watts * max(0, min(end, (at + 1) * STEP) - max(start, at * STEP))
            for at, watts in enumerate(self.watts)
        )

    def points(
        self, rng: random.Random, one: Recorded, device: Device, edges: Sequence[int]
    ) -> None:
        """What a meter sees of the counter: each edge within a bracket of up to 4 ms."""
        number = one.writer.device(device, edges[0] * STEP)
        for edge in edges:
            late, lag = rng.randint(0, 2) * MS, rng.randint(2, 4) * 1000
            one.writer.point(number, 0, lag, edge * STEP + late, self.counter[edge])

    def windows(self, one: Recorded, device: Device, edges: Sequence[int], offset: int) -> None:
        """What a meter integrates, window by window, `offset` ns off the steps."""
        number = one.writer.device(device, edges[0] * STEP)
        for edge in edges[:-1]:
            start = edge * STEP + offset
            energy = self.between(start, start + STEP)
            one.writer.window(number, "power", start, start + STEP, energy)


def _watts(rng: random.Random) -> list[int]:
    return [rng.choice([60, 300, 700]) + rng.randint(0, 9) for _ in range(STEPS)]


def by_writer(entries: Sequence[Entry], index: int) -> Iterable[Hashable]:
    return (("writer", entries[index].writer), "all")


def metered(book: Book, name: str = "GPU-0") -> int:
    """What a device was read to use: without what was filled in at the ends."""
    cells = [each for each in book.devices if each.device.id == name]
    return sum(each.metered_nj - each.estimated_nj for each in cells)


def balanced(book: Book) -> None:
    """Every device's books, and the groups', exactly in nJ."""
    for each in book.devices:
        assert each.metered_nj == each.attributed_nj + each.idle_nj + each.unattributed_nj
        assert min(each.attributed_nj, each.idle_nj, each.unattributed_nj) >= 0
    attributed = sum(each.attributed_nj for each in book.devices)
    own = sum(part.energy.mid_nj for used in book.used for part in used.values())
    assert own == attributed
    split = [parts for key, parts in book.groups.items() if key != "all"]
    assert sum(part.energy.mid_nj for parts in split for part in parts) == attributed
    assert sum(part.energy.mid_nj for part in book.groups.get("all", [])) == attributed


def both_ways(facts: list[Facts]) -> Book:
    """The book, which columns give the same groups and lines of."""
    plain = books.make(facts, grouping=by_writer)
    from footprint.accounts.days import parts

    for part in parts(facts, (None, None)):
        one = books.of_part(facts, part, by_writer)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(books, "MANY", 0)
            bulk = books.of_part(facts, part, by_writer)
        assert (bulk.groups, bulk.devices) == (one.groups, one.devices)
    return plain


def stretch(rng: random.Random) -> list[int]:
    first = rng.randint(0, STEPS // 2 - 3)
    return list(range(first, rng.randint(STEPS // 2 + 3, STEPS)))


def calls(rng: random.Random, one: Recorded) -> None:
    for _ in range(rng.randint(0, 8)):
        start = rng.randint(0, STEPS - 2) * STEP + rng.randint(0, STEP)
        one.span(start, start + rng.choice([MS, 150 * MS, 900 * MS]))


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.integers(2, 6))
def test_a_counter_that_many_read_is_metered_once(seed: int, meters: int) -> None:
    rng = random.Random(seed)
    truth = Truth(rng)
    ranks, seen = [], set()
    for _ in range(meters):
        one = Recorded()
        edges = stretch(rng)
        truth.points(rng, one, GPU, edges)
        seen |= set(edges)
        calls(rng, one)
        ranks.append(one.facts())
        # Each further meter adds what only it saw, and not a nanojoule beside.
        book = both_ways(list(ranks))
        balanced(book)
        assert metered(book) == truth.counter[max(seen)] - truth.counter[min(seen)]


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.integers(2, 5))
def test_power_that_many_integrate_is_metered_once(seed: int, meters: int) -> None:
    rng = random.Random(seed)
    truth = Truth(rng, constant=True)
    facts, covered = [], [STEPS * STEP, 0]
    for _ in range(meters):
        one = Recorded()
        edges, offset = stretch(rng)[:-1], rng.randint(0, STEP - 1)
        truth.windows(one, GPU, edges, offset)
        covered = [
            min(covered[0], edges[0] * STEP + offset),
            max(covered[1], edges[-1] * STEP + offset),
        ]
        calls(rng, one)
        facts.append(one.facts())
    book = both_ways(facts)
    balanced(book)
    # µJ of each window are rounded, and those of each cut.
    assert metered(book) == pytest.approx(truth.between(*covered), abs=2000 * STEPS * meters)


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.booleans())
def test_a_counter_here_and_power_there_are_one_device(seed: int, constant: bool) -> None:
    rng = random.Random(seed)
    truth = Truth(rng, constant=constant)
    counts, integrates = Recorded(), Recorded()
    edges, rows = stretch(rng), stretch(rng)[:-1]
    offset = rng.randint(0, STEP - 1)
    truth.points(rng, counts, GPU, edges)
    truth.windows(integrates, GPU, rows, offset)
    calls(rng, counts)
    calls(rng, integrates)
    book = both_ways([counts.facts(), integrates.facts()])
    balanced(book)
    start = min(edges[0] * STEP, rows[0] * STEP + offset)
    end = max(edges[-1] * STEP, rows[-1] * STEP + offset)
    # Where one hands over to the other, a window is cut by time, and the counter's edge is known
    # within its bracket: at either end that leaves open at most a window at full swing.
    swing = max(truth.watts) - min(truth.watts)
    left_open = 2 * (swing * STEP + max(truth.watts) * 4 * MS)
    assert abs(metered(book) - truth.between(start, end)) <= left_open + 2000 * STEPS


@settings(deadline=None, max_examples=10)
@given(SEEDS, st.integers(2, 5))
def test_ranks_that_all_read_one_hosts_cpu_share_it(seed: int, count: int) -> None:
    """Each rank is a family of its own, with its own CPU seconds of the same machine's."""
    rng = random.Random(seed)
    truth = {device.id: Truth(rng) for device in (CPU, DRAM)}
    parts = [rng.random() for _ in range(count)]
    whole = sum(parts) * rng.uniform(1.0, 1.5)
    ranks = []
    for rank, part in enumerate(parts):
        one = Recorded(host=f"container-{rank}")  # of one boot: one machine
        edges = stretch(rng)
        for device in (CPU, DRAM):
            truth[device.id].points(rng, one, device, edges)
        for at in range(0, STEPS + 1, 2):
            t = at * STEP
            one.writer.usage(t, int(t * part / whole), t, 4 * t, 10)
        one.span(0, STEPS * STEP)
        ranks.append(one.facts())
    book = both_ways(ranks)
    balanced(book)
    cpu = next(each for each in book.devices if each.device.kind == "cpu")
    assert cpu.metered_nj > 0
    for index, part in enumerate(parts):
        own = book.used[index]["cpu:0"].energy.mid_nj
        alive = cpu.attributed_nj * part / sum(parts)
        assert own == pytest.approx(alive, rel=0.25)  # ranks begin and end at times of their own


def test_the_cpu_of_ranks_is_exact_where_they_live_as_long() -> None:
    truth = Truth(random.Random(1))
    ranks = []
    for part in (1, 2, 5):
        one = Recorded()
        truth.points(random.Random(part), one, CPU, range(STEPS + 1))
        for at in range(STEPS + 1):
            one.writer.usage(at * STEP, at * STEP * part // 10, at * STEP, 4 * at * STEP, 10)
        one.span(0, STEPS * STEP)
        ranks.append(one.facts())
    book = both_ways(ranks)
    balanced(book)
    (cpu,) = book.devices
    assert metered(book, "cpu:0") == truth.counter[-1] - truth.counter[0]
    own = [used["cpu:0"].energy.mid_nj for used in book.used]
    for nj, part in zip(own, (1, 2, 5), strict=True):
        assert nj == pytest.approx(
            cpu.metered_nj * part / 10, rel=1e-3
        )  # a rank ends with its last row


@settings(deadline=None, max_examples=8)
@given(SEEDS)
def test_spans_of_all_processes_share_a_gpu(seed: int) -> None:
    """One meter, and two processes that have none of their own device: all three are on it."""
    rng = random.Random(seed)
    truth = Truth(rng)
    meter = Recorded()
    truth.points(rng, meter, GPU, range(STEPS + 1))
    facts = [meter]
    for _ in range(2):
        one = Recorded(host=f"pod-{rng.random()}")
        one.writer.device(GPU, 0)
        one.span(5 * STEP, 35 * STEP)
        facts.append(one)
    meter.span(5 * STEP, 35 * STEP)
    book = both_ways([one.facts() for one in facts])
    balanced(book)
    own = [used["GPU-0"].energy.mid_nj for used in book.used]
    assert max(own) - min(own) <= 2 * STEPS  # a third each, to the rounding of each cell


def test_one_gpu_over_two_boots_is_metered_in_each() -> None:
    facts, truths = [], []
    for boot in ("one", "two"):
        truth = Truth(random.Random(boot))
        for _ in range(2):
            one = Recorded(boot=boot)
            truth.points(random.Random(3), one, GPU, range(STEPS + 1))
            one.span(STEP, 3 * STEP)
            facts.append(one.facts())
        truths.append(truth.counter[-1] - truth.counter[0])
    book = both_ways(facts)
    balanced(book)
    assert sorted(each.metered_nj - each.estimated_nj for each in book.devices) == sorted(truths)


def strangers(rng: random.Random, boot: str) -> list[Facts]:
    """Programs of the same boot that know nothing of its devices; one of them knows of none."""
    other, blind = (Recorded(boot=boot, host=boot.replace("boot", "host")) for _ in range(2))
    other.counter(GPU._replace(id="GPU-9", number=9), [rng.randint(60, 700)] * STEPS)
    for one in (other, blind):
        one.span(0, rng.randint(1, STEPS) * STEP + rng.randint(0, 900) * MS)
        calls(rng, one)
    return [other.facts(), blind.facts()]


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_programs_that_do_not_know_a_device_change_nothing_of_what_it_drew(seed: int) -> None:
    """Nor of what was filled in before its first reading and after its last one."""
    rng = random.Random(seed)
    apart = random_facts(rng, spans=15)
    together = apart + [each for boot in ("boot-0", "boot-1") for each in strangers(rng, boot)]
    alone = {(each.boot, each.device.id): each for each in both_ways(apart).devices}
    beside = {(each.boot, each.device.id): each for each in both_ways(together).devices}
    for key, each in alone.items():
        assert beside[key].timeline == each.timeline
        assert beside[key].metered_nj == each.metered_nj
        assert beside[key].estimated_nj == each.estimated_nj


def test_ends_are_filled_in_by_the_families_of_those_who_know_the_device() -> None:
    """A worker without a meter is of its parent's family; a rank that reads it knows it too."""
    outer = Recorded()
    outer.counter(GPU, [100.0] * 10, STEP, t=5 * STEP)
    worker = Recorded(parent=(outer, outer.span(5 * STEP, 15 * STEP)), t=5 * STEP)
    worker.span(3 * STEP, 17 * STEP)
    rank = Recorded(t=5 * STEP)
    rank.counter(GPU._replace(), [100.0] * 2, STEP, t=5 * STEP)
    rank.span(2 * STEP, 6 * STEP)
    family = [outer.facts(), worker.facts()]
    (alone,) = both_ways([family[0]]).devices
    (own,) = both_ways(family).devices
    # 0 s to 0.5 s is from when the outer one began; 0.2 s after the last reading are the worker's.
    assert [alone.timeline.cells.edges[at] for at in (0, -1)] == [0, 15 * STEP]
    assert [own.timeline.cells.edges[at] for at in (0, -1)] == [0, 17 * STEP]
    assert own.estimated_nj - alone.estimated_nj == 100 * 2 * STEP
    (all_of_them,) = both_ways([*family, rank.facts()]).devices
    assert all_of_them.timeline.cells.edges[-1] == 17 * STEP
