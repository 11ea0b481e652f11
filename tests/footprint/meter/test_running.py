"""Running totals: what of each device is the program's, to the microjoule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.ledger import format as fmt
from footprint.meter.running import Running

S = 1_000_000_000


def device(number: int, kind: str, **more: Any) -> dict[str, Any]:
    named = {"id": f"{kind}-{number}", "kind": kind, "name": kind}
    return {"type": "device", "number": number, **named, **more}


def running(*devices: dict[str, Any]) -> Running:
    made = Running()
    made.record({"type": "writer", "hardware": {"memory_bytes": 1000}})
    for each in devices:
        made.record(each)
    return made


def point(number: int, t: int, uj: int, epoch: int = 0) -> tuple[int, ...]:
    return number, epoch, 0, t, uj


def test_a_counter_counts_from_its_first_reading() -> None:
    made = running(device(0, "gpu", gain_low=0.95, gain_high=1.05))
    made.rows(
        fmt.POINT, [point(0, 0, 5_000_000), point(0, S, 7_000_000), point(0, 3 * S, 9_500_000)]
    )
    assert made.own_uj == {0: 4_500_000.0}
    assert made.held_ns == {0: 3 * S}
    assert made.own_j == made.metered_j == {"gpu": 4.5}
    assert made.own_bounds_j == {"gpu": pytest.approx((4.275, 4.725))}


def test_a_counter_that_wraps_goes_on_and_one_that_was_reset_begins_anew() -> None:
    made = running(device(0, "cpu", wrap_uj=1_000), device(1, "gpu"))
    made.rows(fmt.POINT, [point(0, 0, 900), point(0, S, 100, epoch=1)])
    made.rows(
        fmt.POINT, [point(1, 0, 900), point(1, S, 100, epoch=1), point(1, 2 * S, 150, epoch=1)]
    )
    assert made.metered_uj == {0: 200.0, 1: 50.0}


def test_a_gpu_is_the_programs_where_it_has_a_context() -> None:
    made = running(device(0, "gpu"), device(1, "gpu"))
    made.rows(fmt.POINT, [point(0, 0, 0), point(1, 0, 0)])
    made.record({"type": "resident", "devices": ["gpu-1"]})
    made.rows(fmt.POINT, [point(0, S, 100), point(1, S, 200)])
    assert made.own_uj == {0: 0.0, 1: 200.0}
    assert made.held_ns == {1: S}
    assert made.metered_uj == {0: 100.0, 1: 200.0}
    made.record({"type": "resident", "devices": None})  # nothing tells: all of them
    made.rows(fmt.POINT, [point(0, 2 * S, 150)])
    assert made.own_uj[0] == 50.0


def test_a_cpu_is_split_by_the_time_of_the_tree_and_memory_by_what_it_holds() -> None:
    made = running(device(0, "cpu"), device(1, "dram"))
    made.rows(fmt.USAGE, [(0, 0, 0, 0, 100, 0), (S, 250, 1000, 4000, 100, 0)])
    made.rows(fmt.WINDOW, [(0, 3, 0, S, 400), (1, 3, 0, S, 50)])
    assert made.own_uj == {0: 100.0, 1: 5.0}
    assert made.metered_j == {"cpu": 0.0004, "dram": 0.00005}


def test_a_device_whose_record_was_lost_is_let_be() -> None:
    made = running()
    made.rows(fmt.POINT, [point(0, 0, 0), point(0, S, 100)])
    made.rows(fmt.WINDOW, [(0, 3, 0, S, 400)])
    made.rows(fmt.SPAN, [(1, 0, 1, 0, 0, 0, 1, 1)])
    assert made.own_uj == {}


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.data())
def test_sums_do_not_depend_on_how_rows_come(steps: list[int], data: st.DataObject) -> None:
    rows, raw = [point(0, 0, 0)], 0
    for at, step in enumerate(steps, start=1):
        raw += step
        rows.append(point(0, at * S, raw))
    cut = data.draw(st.integers(0, len(rows)))
    made = running(device(0, "gpu"))
    made.rows(fmt.POINT, rows[:cut])
    made.rows(fmt.POINT, rows[cut:])
    assert made.own_uj.get(0, 0.0) == raw
