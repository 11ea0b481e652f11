"""The measuring floor: what is below it and why; what is above it stays so with more of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from footprint.accounts.book import Energy, GroupEnergy
from footprint.accounts.floor import PERIOD, TICKS, UNSEEN, below_floor, timing_nj
from footprint.model import Device
from recorded import CPU, DRAM, GPU, MS, S

J = 1_000_000_000
RAPL = CPU._replace(id="cpu:1", tier="counter", gain_low=0.95, gain_high=1.05)


def part(device: Device, low_j: float, mid_j: float, high_j: float) -> GroupEnergy:
    energy = Energy(int(mid_j * J), int(low_j * J), int(high_j * J))
    return GroupEnergy(device, energy, {device.tier: energy.mid_nj}, {}, 0)


def test_a_sensors_timing() -> None:
    assert below_floor([part(GPU, 0, 7.7, 16.8)], 20 * MS) == PERIOD
    assert below_floor([part(GPU, 38.5, 38.5, 38.5)], 100 * MS) is None
    assert below_floor([part(GPU, 5, 10, 15)], S) is None  # as wide as the figure
    assert below_floor([part(GPU, 5, 10, 15.1)], S) == PERIOD


def test_a_sensors_gain_is_no_reason() -> None:
    poor = GPU._replace(gain_low=0.1, gain_high=5.0)
    assert below_floor([part(poor, 10, 10, 10)], S) is None


def test_a_models_error_is_no_reason() -> None:
    """The bounds of a model hold its error; only the ticks of its CPU time count."""
    assert below_floor([part(CPU, 1, 10, 50)], S) is None
    assert below_floor([part(CPU, 1, 10, 50)], 20 * MS) is None
    assert below_floor([part(CPU, 1, 10, 50)], 19 * MS) == TICKS
    nameplate = GPU._replace(tier="nameplate", gain_low=0.5, gain_high=2.0)
    assert below_floor([part(nameplate, 5, 10, 20)], 5 * MS) is None


def test_no_energy_although_it_ran() -> None:
    assert below_floor([part(CPU, 0, 0, 0)], 5 * MS) == UNSEEN
    assert below_floor([], S) == UNSEEN


def test_a_cpu_that_was_not_seen_to_work_is_no_zero() -> None:
    """No tick fell into it: up to 10 ms at 400 W are open, more than memory's 0.1 J."""
    idle = part(CPU, 0, 0, 0)
    assert timing_nj(idle, 50 * MS) == 4 * J
    assert below_floor([idle, part(DRAM, 0.05, 0.1, 0.2)], 50 * MS) == TICKS
    assert below_floor([idle, part(GPU, 300, 300, 300)], S) is None


def test_devices_are_taken_together() -> None:
    assert below_floor([part(GPU, 0, 1, 9), part(CPU, 5, 10, 20)], S) is None
    assert below_floor([part(GPU, 0, 1, 15), part(CPU, 5, 10, 20)], S) == PERIOD


#: Mostly known well: most groups are to be above the floor. On some devices nothing was seen.
ENERGIES = st.one_of(
    st.just((0.0, 0.0, 0.0)),
    st.tuples(st.floats(0, 1), st.floats(0.1, 50), st.floats(1, 2)).map(
        lambda each: (each[0] * each[1], each[1], each[2] * each[1])
    ),
    st.floats(0.1, 50).map(lambda each: (each, each, each)),
)
GROUPS = st.lists(
    st.tuples(st.sampled_from([GPU, CPU, RAPL, DRAM]), ENERGIES).map(
        lambda one: part(one[0], *one[1])
    ),
    max_size=4,
    unique_by=lambda each: each.device.id,
)
ACTIVE = st.integers(5 * MS, 10 * S)
ABOVE = st.tuples(GROUPS, ACTIVE).filter(lambda each: below_floor(*each) is None)


def joined(one: list[GroupEnergy], other: list[GroupEnergy]) -> list[GroupEnergy]:
    """Two groups as one: on a device that both used, energies and bounds add."""
    found: dict[Device, GroupEnergy] = {}
    for each in (*one, *other):
        before = found.get(each.device)
        energy = each.energy if before is None else before.energy + each.energy
        found[each.device] = each._replace(energy=energy)
    return list(found.values())


@given(ABOVE, ABOVE)
def test_groups_above_the_floor_are_above_it_together(
    one: tuple[list[GroupEnergy], int], other: tuple[list[GroupEnergy], int]
) -> None:
    assert below_floor(joined(one[0], other[0]), one[1] + other[1]) is None


@given(ABOVE, st.integers(2, 50))
def test_more_of_the_same_calls_stay_above_the_floor(
    group: tuple[list[GroupEnergy], int], times: int
) -> None:
    parts, active = group
    more = parts
    for _ in range(times - 1):
        more = joined(more, parts)
    assert below_floor(more, active * times) is None


@given(ABOVE, st.integers(1, S))
def test_longer_calls_of_the_same_energy_are_no_worse(
    group: tuple[list[GroupEnergy], int], more: int
) -> None:
    parts, active = group
    assert below_floor(parts, active + more) is None


def test_calls_that_ran_for_long_enough_are_not_too_few() -> None:
    """In turn with others, say: the interval says how little of the energy is surely theirs."""
    assert below_floor([part(GPU, 18, 132, 257)], 5 * S - 1) == PERIOD
    assert below_floor([part(GPU, 18, 132, 257)], 5 * S) is None
    assert below_floor([part(GPU, 0, 0, 257)], 3600 * S) == UNSEEN
