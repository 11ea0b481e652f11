"""The simulated GPUs against their closed forms: integrals, counters, sensors."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.nvml import Gpu, Simulator
from simulators.waves import Burst, Constant, Follow, Levels, Sine, Square, Wave

T0 = 5_000_000_000_000  # a frozen clock's start, ns
MS = 1_000_000

watts = st.integers(0, 1000).map(float)
periods = st.floats(0.001, 20, allow_nan=False)
squares = st.builds(Square, watts, watts, periods, st.floats(0, 1), st.floats(0, 30))
bursts = st.builds(Burst, st.just(50.0), st.just(700.0), periods, st.integers(1, 8), st.integers(0))
levels = st.lists(
    st.tuples(st.integers(1, 10**7), watts), min_size=1, max_size=20, unique_by=lambda x: x[0]
).map(lambda rows: [(us / 1e6, w) for us, w in sorted(rows)])
cycles = st.sampled_from([0.0, 11.0])
waves = st.one_of(st.builds(Constant, watts), squares, bursts, st.builds(Levels, levels, cycles))
sines = st.builds(Sine, st.just(300.0), st.integers(0, 300).map(float), periods, st.floats(0, 30))
instants = st.integers(-(10**9), 2 * 10**11)


def machine(wave: Wave, **gpu: object) -> Simulator:
    return Simulator([Gpu(wave, **gpu)], frozen_ns=T0, capacity=64)  # type: ignore[arg-type]


@given(waves, instants, instants)
@settings(max_examples=150, deadline=None)
def test_steps_are_exact(wave: Wave, a: int, b: int) -> None:
    with machine(wave) as sim:
        assert sim.truth_nj(0, T0 + a, T0 + b) == sim.drawn_nj(0, T0 + a, T0 + b)


@given(sines, instants, instants)
@settings(max_examples=60, deadline=None)
def test_sines_agree_to_a_nanojoule(wave: Sine, a: int, b: int) -> None:
    with machine(wave) as sim:
        assert abs(sim.truth_nj(0, T0 + a, T0 + b) - sim.drawn_nj(0, T0 + a, T0 + b)) <= 1


@given(st.one_of(waves, sines), st.lists(instants, min_size=3, max_size=6))
@settings(max_examples=60, deadline=None)
def test_adjoining_windows_add_up(wave: Wave, cuts: list[int]) -> None:
    with machine(wave) as sim:
        ends = [T0 + cut for cut in sorted(cuts)]
        parts = sum(sim.drawn_nj(0, a, b) for a, b in pairwise(ends))
        assert parts == sim.drawn_nj(0, ends[0], ends[-1])


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 700)), max_size=20))
@settings(max_examples=50, deadline=None)
def test_follow_sums_its_levels(changes: list[tuple[int, int]]) -> None:
    with machine(Follow(60)) as sim:
        expected_pj, level = 0, 60_000
        for wait_ns, power in changes:
            expected_pj += level * wait_ns
            sim.control.frozen_ns += wait_ns
            assert sim.set_power(0, power) == sim.now_ns()
            level = power * 1000
        assert sim.truth_nj(0, T0, sim.now_ns()) == expected_pj // 1000
        assert sim.levels(0)[-1][1] == level


def test_the_counter_moves_at_its_edges_only() -> None:
    wave = Square(90, 410, period_s=0.37, phase_s=0.1)
    with machine(wave, update_ms=100, phase_ms=30, start_mj=123_456_789) as sim:
        for ms in range(1000):
            sim.control.frozen_ns = T0 + ms * MS
            edge = (ms - 30) // 100 * 100 + 30
            assert sim.last_edge_ns(0) == T0 + max(0, edge) * MS
            drawn_mj = sim.truth_nj(0, T0, T0 + edge * MS) // MS if edge > 0 else 0
            assert sim.counter_mj(0) == 123_456_789 + drawn_mj


def test_jitter_is_bounded_and_repeats() -> None:
    seen = []
    for _ in range(2):
        with machine(Constant(1000), update_ms=100, phase_ms=0, jitter_ms=20, start_mj=0) as sim:
            values = [sim.counter_mj(0, T0 + ms * MS) for ms in range(20_000)]
        seen.append([ms for ms in range(1, 20_000) if values[ms] != values[ms - 1]])
    assert seen[0] == seen[1]
    late = [edge - round(edge / 100) * 100 for edge in seen[0]]
    assert min(late) < -10
    assert max(late) > 10
    assert all(-20 <= x <= 21 for x in late)  # an edge shows in the next whole ms


def test_gain_is_in_the_sensors_not_in_the_truth() -> None:
    with machine(Constant(200), gain=1.05, start_mj=0, phase_ms=0) as sim:
        sim.advance(10)
        assert sim.counter_mj(0) == 2_100_000
        assert sim.truth_j(0, T0, T0 + 10**10) == 2000.0
        assert sim.pynvml().nvmlDeviceGetPowerUsage(handle(sim)) == 210_000


def handle(sim: Simulator) -> object:
    return sim.pynvml().nvmlDeviceGetHandleByIndex(0)


@pytest.mark.parametrize(
    ("average", "window_ms", "expected_w"), [(True, 0, 200), (False, 0, 300), (False, 25, 220)]
)
def test_power_is_what_the_sensor_makes_of_it(
    average: bool, window_ms: float, expected_w: int
) -> None:
    # 100 W, then 300 W for the first 15 ms of the window that ends at 2 s ... and at that instant
    points = [(0, 100.0), (1.0, 196.85), (1.975, 300.0), (1.990, 100.0), (2.0, 300.0)]
    with machine(Levels(points), power_average=average, power_window_ms=window_ms) as sim:
        sim.advance(2.05)  # the reading is that of 2.0 s
        power_mw = sim.pynvml().nvmlDeviceGetPowerUsage(handle(sim))
        assert power_mw == pytest.approx(expected_w * 1000, rel=0.02)


def test_levels_from_csv(tmp_path: Path) -> None:
    path = tmp_path / "levels.csv"
    path.write_text("t,watts\n0,100\n0.5,300\n2,50\n")
    with machine(Levels.from_csv(path)) as sim:
        assert (
            sim.truth_j(0, T0, T0 + 3 * 10**9)
            == 100 * 0.5 + 300 * 1.5 + 50
            == sim.drawn_nj(0, T0, T0 + 3 * 10**9) / 1e9
        )
    with pytest.raises(ValueError, match="ascend"):
        Levels([(0, 1.0), (0, 2.0)]).steps()


def test_a_full_log_says_so() -> None:
    with Simulator([Gpu(Follow(10))], capacity=3) as sim:
        sim.set_power(0, 20)
        sim.set_power(0, 30)
        with pytest.raises(OverflowError, match="capacity"):
            sim.set_power(0, 40)
        with pytest.raises(OverflowError, match="no longer known"):
            sim.truth_nj(0, sim.epoch_ns, sim.now_ns())
