"""The book: every joule once, to an entry, to idle, or to others."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.accounts import book as books
from footprint.accounts.book import Book, DeviceBook
from footprint.accounts.frames import inclusive_nj
from footprint.model import INTERRUPTED, Device
from recorded import CPU, DRAM, GPU, MS, OTHER_GPU, UTC, Recorded, S

J = 10**9


def booked(*processes: Recorded, **more: object) -> Book:
    book = books.make([each.facts() for each in processes], **more)  # type: ignore[arg-type]
    conserving(book)
    return book


def conserving(book: Book) -> None:
    """Every device's lines add up, and the entries add up to what is attributed."""
    for line in book.devices:
        metered = sum(each or 0 for each in line.timeline.cells.energy)
        assert line.metered_nj == metered
        assert line.attributed_nj + line.idle_nj + line.unattributed_nj == metered
        assert min(line.attributed_nj, line.idle_nj, line.unattributed_nj) >= 0
    attributed = sum(line.attributed_nj for line in book.devices)
    assert sum(part.energy.mid_nj for used in book.used for part in used.values()) == attributed
    assert sum(sum(tiers.values()) for tiers in book.tiers) == attributed


def line(book: Book, device: Device) -> DeviceBook:
    (found,) = [each for each in book.devices if each.device.id == device.id]
    return found


def energy(book: Book, kind: str = "gpu") -> list[float]:
    """Joules by entry."""
    found = [book.energy(index) for index in range(len(book.entries))]
    return [round(each[kind].mid_nj / J, 6) if kind in each else 0.0 for each in found]


def test_self_and_inclusive() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 10)
    outer = one.span(0, S)
    one.span(200 * MS, 500 * MS, outer)
    book = booked(one)
    assert energy(book) == [210.0, 90.0]
    assert [round(each / J, 3) for each in inclusive_nj(book)] == [300.0, 90.0]


def test_two_processes_that_meter_one_device() -> None:
    run = Recorded()
    root = run.span(0, 2 * S, background=True)
    child = Recorded((run, root), t=500 * MS)
    run.counter(GPU, [100.0] * 5 + [300.0] * 10 + [100.0] * 5)
    child.span(500 * MS, 1500 * MS)
    # the same counter's later edges, seen by the child too
    number = child.writer.device(GPU, 500 * MS)
    raw = 1000.0 * S + 50.0 * S
    for index in range(11):
        child.writer.point(number, 0, 300_000, 500 * MS + index * 100 * MS, int(raw))
        raw += 300.0 * 100 * MS
    book = booked(run, child)
    assert line(book, GPU).metered_nj == 400 * J
    assert energy(book) == [100.0, 300.0]
    assert [round(each / J) for each in inclusive_nj(book)] == [400, 300]


def test_calls_of_a_forked_child_hang_below_what_they_were_forked_in() -> None:
    parent = Recorded()
    outer = parent.span(0, S)
    child = Recorded((parent, outer), forked_below=10, t=100 * MS)
    inherited = child.span(100 * MS, 300 * MS, parent=outer)  # began under the parent's span
    own = child.span(150 * MS, 200 * MS, parent=inherited)
    grandchild = Recorded((child, inherited), forked_below=20, t=300 * MS)
    of_child = grandchild.span(300 * MS, 400 * MS, parent=inherited)
    grandchild.span(400 * MS, 500 * MS, parent=outer)  # a frame that came through two forks
    grandchild.span(400 * MS, 500 * MS, parent=of_child)
    grandchild.span(500 * MS, 600 * MS)
    book = booked(parent, child, grandchild)
    ids = [(entry.writer, entry.seq) for entry in book.entries]

    def above(writer: int, seq: int) -> tuple[int, int]:
        return ids[book.entries[ids.index((writer, seq))].parent]

    assert above(1, inherited) == (0, outer)
    assert above(1, own) == (1, inherited)
    assert above(2, of_child) == (1, inherited)
    assert above(2, of_child + 1) == (0, outer)
    assert above(2, of_child + 2) == (2, of_child)
    assert above(2, of_child + 3) == (1, inherited)


def usage(
    one: Recorded,
    tree: list[float],
    busy: list[float],
    group: list[float] | None = None,
    resident: int = 100,
    step: int = 100 * MS,
    t: int = 0,
) -> None:
    """Busy CPU (in CPUs) of the tree, the machine and the group, in each step."""
    sums = [0.0, 0.0, 0.0]
    one.writer.usage(t, 0, 0, 0, resident, 0)
    for index, (own, all_, grouped) in enumerate(zip(tree, busy, group or busy, strict=True)):
        sums = [a + b * step for a, b in zip(sums, (own, all_, grouped), strict=True)]
        at = t + (index + 1) * step
        one.writer.usage(at, int(sums[0]), int(sums[1]), at * 4, resident, int(sums[2]))


def test_cpu_is_shared_by_busy_seconds() -> None:
    one = Recorded()
    one.counter(CPU, [200.0] * 10)
    usage(one, [1.0] * 10, [4.0] * 10)
    one.span(0, S)
    book = booked(one)
    assert energy(book, "cpu") == [50.0]
    assert line(book, CPU).unattributed_nj == 150 * J
    assert line(book, CPU).idle_nj == 0


@pytest.mark.parametrize(("scope", "expected"), [("share", 100.0), ("machine", 25.0)])
def test_a_share_is_divided_by_its_groups_time_and_a_package_by_the_machines(
    scope: str, expected: float
) -> None:
    one = Recorded()
    one.counter(CPU._replace(scope=scope), [200.0] * 10)
    usage(one, [1.0] * 10, [8.0] * 10, group=[2.0] * 10)
    one.span(0, S)
    assert energy(booked(one), "cpu") == [expected]


def test_charge_machine() -> None:
    one = Recorded(declared={"charge": "machine"})
    one.counter(CPU, [200.0] * 10)
    usage(one, [1.0] * 10, [4.0] * 10)
    one.span(0, S)
    book = booked(one)
    assert energy(book, "cpu") == [200.0]
    assert line(book, CPU).unattributed_nj == 0


def test_an_unknown_share_is_charged_whole_and_said() -> None:
    one = Recorded()
    one.counter(CPU, [200.0] * 10)
    one.span(0, S)
    book = booked(one)
    assert energy(book, "cpu") == [200.0]
    assert len(book.notes) == 1


def test_memory_is_shared_by_residence() -> None:
    one = Recorded(memory=1000)
    one.counter(DRAM, [40.0] * 10)
    usage(one, [1.0] * 10, [4.0] * 10, resident=250)
    one.span(0, S)
    book = booked(one)
    assert energy(book, "dram") == [10.0]
    assert line(book, DRAM).unattributed_nj == 30 * J


def test_two_programs_share_a_cpu_and_never_more_than_all_of_it() -> None:
    one, other = Recorded(), Recorded()
    one.counter(CPU, [200.0] * 10)
    other.counter(CPU, [200.0] * 10)
    usage(one, [3.0] * 10, [4.0] * 10)
    usage(other, [3.0] * 10, [4.0] * 10)  # ticks: each seems to have three of four
    one.span(0, S)
    other.span(0, S)
    book = booked(one, other)
    assert energy(book, "cpu") == pytest.approx([100.0, 100.0], abs=1e-5)
    assert line(book, CPU).metered_nj == 200 * J


def test_a_childs_own_samples_speak_where_its_parent_is_over() -> None:
    parent = Recorded()
    root = parent.span(0, S)
    child = Recorded((parent, root), t=S)
    parent.counter(CPU, [200.0] * 40)
    usage(parent, [2.0] * 10, [4.0] * 10)
    usage(child, [1.0] * 30, [4.0] * 30, t=S)
    child.span(2500 * MS, 3500 * MS)
    book = booked(parent, child)
    assert energy(book, "cpu") == [100.0, 50.0]


def test_parent_and_child_do_not_count_the_child_twice() -> None:
    parent = Recorded()
    root = parent.span(0, S)
    child = Recorded((parent, root))
    parent.counter(CPU, [200.0] * 10)
    usage(parent, [2.0] * 10, [4.0] * 10)
    usage(child, [2.0] * 10, [4.0] * 10)
    child.span(0, S)
    book = booked(parent, child)
    assert energy(book, "cpu") == [0.0, 100.0]


def test_runs_one_after_the_other_keep_what_they_used() -> None:
    """The second one's share is not spread over the time before it began, nor the first's after."""
    runs = [Recorded(t=number * 2 * S) for number in range(3)]
    for number, one in enumerate(runs):
        begun = number * 2 * S
        one.power(CPU, [100.0] * 10, t=begun)
        usage(one, [4.0] * 10, [4.0] * 10, t=begun)
        one.span(begun, begun + S)
        one.writer.commit(begun + S)
    alone = [energy(booked(one), "cpu") for one in runs]
    assert energy(booked(*runs), "cpu") == [each for (each,) in alone] == [100.0] * 3


# -- GPUs


def test_devices_are_selected() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 10)
    one.counter(OTHER_GPU, [200.0] * 10)
    for devices in (["GPU-1"], [1], ["gpu:1"], ["1"], [], ["cpu"]):
        one.span(0, S, devices=devices)
    book = booked(one)
    assert energy(book) == [50.0] * 4 + [0.0, 0.0]
    assert line(book, GPU).idle_nj == 300 * J
    assert not book.assumed


def test_nothing_said_means_all_visible_ones_and_is_labelled() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 10)
    one.counter(OTHER_GPU, [200.0] * 10)
    one.span(0, S)
    book = booked(one)
    assert energy(book) == [500.0]
    assert book.assumed == {0}


def test_a_tokenizer_does_not_get_eight_idle_gpus() -> None:
    gpus = [GPU._replace(id=f"GPU-{n}", number=n) for n in range(8)]
    one = Recorded()
    for gpu in gpus:
        one.counter(gpu, [60.0] * 10)
    one.writer.record({"type": "resident", "t": 100 * MS, "devices": ["GPU-3"]})
    one.span(0, S)
    book = booked(one)
    assert energy(book) == [60.0]
    assert line(book, gpus[3]).attributed_nj == 60 * J
    assert sum(each.idle_nj for each in book.devices) == 420 * J
    assert not book.assumed


def test_others_part_of_a_gpu_is_nobodys() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 20)
    number = one.writer.device(GPU, 0)
    one.writer.gpu_usage(number, S, 0.25, 10, 100)
    one.writer.gpu_usage(number, 2 * S, 1.0, 10, 10)
    one.span(0, 2 * S)
    book = booked(one)
    assert energy(book) == [375.0]
    assert line(book, GPU).unattributed_nj == 225 * J


def test_an_unknown_share_of_a_gpu_leaves_nothing_to_others() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 20)
    number = one.writer.device(GPU, 0)
    one.writer.gpu_usage(number, S, None, 10, 100)
    one.writer.gpu_usage(number, 2 * S, 0.5, 10, 100)
    one.span(0, 2 * S)
    book = booked(one)
    assert energy(book) == [450.0]


def test_a_runs_part_of_a_gpu_is_what_its_tree_has() -> None:
    run = Recorded()
    root = run.span(0, S, background=True)
    child = Recorded((run, root))
    other = Recorded()
    for process, share in ((run, 0.5), (child, 0.25), (other, 0.25)):
        process.counter(GPU, [400.0] * 10)
        process.writer.gpu_usage(process.writer.device(GPU, 0), S, share, 1, 9)
    child.span(0, S)
    book = booked(run, child, other)
    assert line(book, GPU).unattributed_nj == 100 * J


def test_one_gpu_missing_leaves_the_other_known() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 10)
    one.writer.device(OTHER_GPU, 0)
    one.span(0, S)
    book = booked(one)
    assert energy(book) == [300.0]
    assert book.energy(0)["gpu"].missing == 0.5


def test_a_lost_gpu_is_missing_from_there_on() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 10)
    one.writer.gap(GPU.id, S, None, "lost", "gone")
    one.span(0, 2 * S)
    book = booked(one)
    assert energy(book) == [300.0]
    assert book.energy(0)["gpu"].missing == pytest.approx(0.5)


def test_tiers_add_up_where_they_are_mixed() -> None:
    one = Recorded()
    one.counter(GPU, [70.0] * 5 + [300.0] * 5)
    one.power(GPU, [310.0] * 5 + [70.0] * 5, t=S)
    one.span(730 * MS, 1230 * MS)
    book = booked(one)
    assert set(book.tiers[0]) == {"counter", "power"}
    # the power windows' own idle time says what is at rest in them
    assert book.tiers[0]["power"] / J == pytest.approx(0.31 * 200 + 0.31 * 30, abs=2.5)


def test_model_errors_are_in_a_spans_bounds() -> None:
    one = Recorded(declared={"charge": "machine"})
    one.counter(CPU, [100.0] * 10)
    one.span(0, S)
    share = booked(one).energy(0)["cpu"]
    assert (share.low_nj, share.mid_nj, share.high_nj) == pytest.approx((70 * J, 100 * J, 150 * J))


# -- boots, periods, damage


def test_a_meter_of_the_whole_host_is_booked_beyond_the_parts() -> None:
    wall = Device("wall", "host", "a socket", "meter", "host")
    one = Recorded(declared={"charge": "machine"})
    one.counter(GPU, [300.0] * 10)
    one.counter(CPU, [100.0] * 10)
    one.counter(wall, [500.0] * 12)  # power supply and fans: 100 W; and 0.2 s without the parts
    one.span(0, S)
    book = booked(one)
    assert [energy(book, kind)[0] for kind in ("gpu", "cpu")] == [300.0, 100.0]
    beyond = line(book, wall)
    assert beyond.metered_nj == beyond.unattributed_nj == (10 * 10 + 2 * 50) * J
    assert sum(each.metered_nj for each in book.devices) == 600 * J


def test_before_the_first_sample_the_first_known_share_holds() -> None:
    one = Recorded()
    one.counter(CPU, [100.0] * 10)
    for t, tree in ((500, 0), (1000, 250)):  # half of what the machine was busy
        one.writer.usage(t * MS, tree * MS, t * MS, 4 * t * MS, 500, t * MS)
    one.span(0, S)
    assert energy(booked(one), "cpu") == [50.0]


def test_boots_have_clocks_of_their_own() -> None:
    first, second = Recorded(boot="a"), Recorded(boot="b")
    for one, watts in ((first, 100.0), (second, 300.0)):
        one.counter(GPU, [watts] * 10)
        outer = one.span(0, S)
        one.span(0, 500 * MS, outer)
    book = booked(first, second)
    assert energy(book) == [50.0, 50.0, 150.0, 150.0]
    assert [round(each / J) for each in inclusive_nj(book)] == [100, 50, 300, 150]
    assert len(book.devices) == 2


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(-1, 31), max_size=3, unique=True), st.randoms(use_true_random=False))
def test_consecutive_periods_add_up_to_the_whole(cuts: list[int], rng) -> None:  # type: ignore[no-untyped-def]
    one = Recorded()
    one.counter(GPU, [float(rng.randint(60, 700)) for _ in range(30)])
    one.counter(CPU, [float(rng.randint(60, 300)) for _ in range(30)])
    usage(one, [rng.random() for _ in range(30)], [1.0 + rng.random() for _ in range(30)])
    outer = one.span(100 * MS, 2900 * MS)
    for _ in range(6):
        start = rng.randint(0, 2900)
        one.span(start * MS, (start + rng.randint(1, 100)) * MS, outer, units={"items": 1.0})
    facts = one.facts()
    ends = [None, *(UTC + cut * 100 * MS + 33 * MS for cut in sorted(cuts)), None]
    whole = books.make([facts])
    parts = [books.make([facts], period=(since, until)) for since, until in pairwise(ends)]
    for device in (GPU, CPU):
        metered = sum(
            own.metered_nj for part in parts for own in part.devices if own.device.id == device.id
        )
        assert 0 <= line(whole, device).metered_nj - metered <= 2 * len(ends)
    for part in parts:
        conserving(part)
    assert sum(entry.calls for part in parts for entry in part.entries) == 7
    items = sum(entry.units.get("items", 0) for part in parts for entry in part.entries)
    assert items == 6


def test_a_period_without_anything() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 10)
    one.span(0, S)
    book = booked(one, period=(UTC + 30 * S, UTC + 40 * S))
    assert book.entries == []
    assert line(book, GPU).metered_nj == 0


def test_children_of_what_lies_outside_a_period_hang_where_it_hung() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 20)
    outer = one.span(0, 2 * S)
    middle = one.span(0, 500 * MS, outer)
    one.span(S, 2 * S, middle)
    book = booked(one, period=(UTC + S, None))
    assert [entry.parent for entry in book.entries] == [-1, 0]


def test_a_ring_of_parents_does_not_hang() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 20)
    one.span(0, 500 * MS, parent=2)
    one.span(0, 500 * MS, parent=1)
    one.span(S, 2 * S, parent=1)
    book = booked(one)
    assert len(inclusive_nj(book)) == 3
    assert booked(one, period=(UTC + S, None)).entries[0].parent == -1


def test_a_deep_chain_of_calls() -> None:
    one = Recorded()
    one.counter(GPU, [100.0] * 10)
    above = 0
    for _ in range(12_000):
        above = one.span(0, S, above)
    book = booked(one)
    assert inclusive_nj(book)[0] == pytest.approx(100 * J, rel=1e-6)


def test_nothing_at_all() -> None:
    assert booked().devices == []
    book = booked(Recorded())
    assert (book.entries, book.devices) == ([], [])


def test_a_span_whose_process_died_ends_with_its_last_batch() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 20)
    one.paths.append({"type": "path", "path": 1, "parent": 0, "name": "call"})
    one.writer.open_span(1, 0, 1, 500 * MS)
    one.writer.commit(2 * S)
    book = booked(one)
    (entry,) = book.entries
    assert entry.status != INTERRUPTED
    assert entry.start == 500 * MS
    assert energy(book) == [450.0]


def test_a_fold_holds_its_part_of_its_parent() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 10)
    outer = one.span(0, S)
    one.fold(0, S, 1000, 400 * MS, outer)
    book = booked(one)
    assert energy(book) == pytest.approx([180.0, 120.0], abs=1e-3)
    assert book.entries[1].calls == 1000


def test_groups_are_bounded_as_one() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 10)
    for index in range(200):
        one.span(index * 5 * MS, (index + 1) * 5 * MS)
    book = booked(one, grouping=lambda entries, index: ("all",))
    (part,) = book.groups["all"]
    assert part.energy.mid_nj == pytest.approx(300 * J, abs=1000)
    assert part.energy.low_nj == pytest.approx(300 * J, rel=1e-6)
    assert part.energy.high_nj == pytest.approx(300 * J, rel=1e-6)
    assert book.energy(50)["gpu"].low_nj == 0
