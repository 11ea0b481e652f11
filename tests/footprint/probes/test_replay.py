"""Traces: played exactly, and refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import UsageError
from footprint.probes.base import LOST, UNSUPPORTED, Machine, ReadError, Source
from footprint.probes.replay import ReplayProbe
from footprint.probes.trace import read_trace

S = 1_000_000_000


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now_ns = 123 * S

    def __call__(self) -> int:
        return self.now_ns


def play(tmp_path: Path, text: str) -> tuple[Clock, list[Source]]:
    path = tmp_path / "trace.csv"
    path.write_text(text)
    clock = Clock()
    found = ReplayProbe(clock).discover(Machine(replay=str(path)))
    assert found.unavailable == ()
    return clock, list(found.sources)


def test_joules_are_a_counter_in_steps(tmp_path: Path) -> None:
    text = "t,device,joules\n0.0,GPU-0,100\n0.1,GPU-0,117.5\n0.2,GPU-0,130\n"
    clock, (source,) = play(tmp_path, text)
    seen = []
    for at_ms in (0, 50, 99, 100, 150, 200):
        clock.now_ns = 123 * S + at_ms * 1_000_000
        seen.append(source.energy_nj())
    assert seen == [100 * S] * 3 + [117_500_000_000] * 2 + [130 * S]
    assert source.steps
    assert source.device[:5] == ("GPU-0", "gpu", "GPU-0", "counter", "gpu")
    with pytest.raises(ReadError) as caught:
        source.power_mw()
    assert caught.value.why == UNSUPPORTED


def test_watts_hold_until_the_next_row(tmp_path: Path) -> None:
    text = (
        "t,device,watts,device_kind,name,max_w\n"
        "10,cpu-0,35,cpu,EPYC 9654,400\n10.5,cpu-0,80.5,cpu,,\n12,cpu-0,0,cpu,,\n"
    )
    clock, (source,) = play(tmp_path, text)
    seen = []
    for at_ms in (0, 250, 500, 501, 2000):
        clock.now_ns = 123 * S + at_ms * 1_000_000
        seen.append((source.energy_nj(), source.power_mw()))
    assert seen == [
        (0, 35_000),
        (8_750_000_000, 35_000),
        (17_500_000_000, 80_500),
        (17_580_500_000, 80_500),
        (138_250_000_000, 0),
    ]
    assert not source.steps
    device = source.device
    assert (device.kind, device.name, device.max_w, device.tier) == (
        "cpu",
        "EPYC 9654",
        400.0,
        "power",
    )


def test_dense_rows_are_no_steps(tmp_path: Path) -> None:
    rows = "".join(f"{i / 100},g,{i}\n" for i in range(20))
    assert not play(tmp_path, "t,device,joules\n" + rows)[1][0].steps


def test_the_end_is_given_once_and_then_the_device_is_lost(tmp_path: Path) -> None:
    clock, (source,) = play(tmp_path, "t,device,joules\n0,g,1\n2.5,g,9\n")
    source.energy_nj()
    clock.now_ns += 60 * S
    assert source.energy_nj() == 9 * S
    with pytest.raises(ReadError, match=r"the trace ended at 2\.5 s") as caught:
        source.energy_nj()
    assert caught.value.why == LOST


def test_devices_share_one_beginning(tmp_path: Path) -> None:
    text = "t,device,joules\n5,a,1\n6,a,2\n6,b,10\n8,b,20\n8,a,3\n"
    clock, (a, b) = play(tmp_path, text)
    assert (a.energy_nj(), b.energy_nj()) == (1 * S, 10 * S)  # b: before its first row
    clock.now_ns += S
    assert (a.energy_nj(), b.energy_nj()) == (2 * S, 10 * S)
    clock.now_ns += 2 * S
    assert (a.energy_nj(), b.energy_nj()) == (3 * S, 20 * S)


def test_a_gpu_of_a_trace_knows_nobody(tmp_path: Path) -> None:
    _, (source,) = play(tmp_path, "t,device,watts\n0,g,1\n")
    for ask in ("processes", "memory_used"):
        with pytest.raises(ReadError) as caught:
            getattr(source, ask)()
        assert caught.value.why == UNSUPPORTED
    with pytest.raises(ReadError):
        source.shares(0)  # type: ignore[attr-defined]
    source.close()


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 700_000)), min_size=1, max_size=30),
    st.lists(st.integers(0, 200_000), max_size=10),
)
def test_the_integral_does_not_depend_on_the_readings(
    rows: list[tuple[int, int]], reads_ms: list[int]
) -> None:
    """Watts: any reading equals the sum of power times time up to it."""
    from decimal import Decimal

    from footprint.probes.replay import Playback, ReplaySource
    from footprint.probes.trace import _Row, _track

    t_ms, points = 0, []
    for gap, mw in rows:
        points.append((t_ms, mw))
        t_ms += gap
    raw = [_Row(2, Decimal(t) / 1000, Decimal(mw) / 1000, {}) for t, mw in points]
    clock = Clock()
    source = ReplaySource(_track("x", "g", raw, "watts", Decimal(0)), Playback(clock), "x")
    source.energy_nj()
    for at in sorted(min(read, points[-1][0]) for read in reads_ms):
        clock.now_ns = 123 * S + at * 1_000_000
        ends = [t for t, _ in points[1:]] + [at]
        exact = sum(
            mw * (min(end, at) - t) for (t, mw), end in zip(points, ends, strict=True) if t < at
        )
        assert source.energy_nj() == exact * 1000  # mW x ms = uJ


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("t,device,watts\n0,g,nan\n", 2, "watts is not finite: nan"),
        ("t,device,watts\n0,g,1\n1,g,inf\n", 3, "watts is not finite: inf"),
        ("t,device,watts\n0,g,-5\n", 2, "watts is negative: -5"),
        ("t,device,joules\n0,g,-5\n", 2, "joules is negative: -5"),
        ("t,device,joules\n0,g,5\n1,g,4\n", 3, "joules of g fall: 4 after 5"),
        ("t,device,joules\n0,g,5\n0,g,6\n", 3, "t of g does not rise: 0 after 0"),
        ("t,device,watts\n2,g,5\n3,h,1\n1,g,6\n", 4, "t of g does not rise: 1 after 2"),
        ("t,device,watts\nx,g,5\n", 2, "t is no number: 'x'"),
        ("t,device,watts\n0,g,\n", 2, "watts is no number: ''"),
        ("t,device,watts\n0,,5\n", 2, "the device is empty"),
        ("t,device,watts\n0,g\n", 2, "another number of fields than the header"),
        ("t,device,watts\n0,g,5,6\n", 2, "another number of fields than the header"),
        ("t,device,watt\n0,g,5\n", 1, "unknown column 'watt'"),
        ("t,device,watts,watts\n0,g,5,5\n", 1, "column 'watts' is there twice"),
        ("t,watts\n0,5\n", 1, "no column 'device'"),
        ("t,device\n0,g\n", 1, "give one of the columns joules and watts"),
        ("t,device,watts,joules\n0,g,5,5\n", 1, "give one of the columns"),
        ("t,device,watts,device_kind\n0,g,5,tpu\n", 2, "device_kind 'tpu' is none of gpu"),
        ("t,device,watts,max_w\n0,g,5,0\n", 2, "max_w is 0"),
        ("t,device,watts,max_w\n0,g,5,x\n", 2, "max_w is no number"),
    ],
)
def test_a_bad_trace_is_refused_in_one_line(
    tmp_path: Path, text: str, line: int, fault: str
) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(text)
    found = ReplayProbe().discover(Machine(replay=str(path)))
    assert found.sources == ()
    (missing,) = found.unavailable
    reason = missing.reason
    assert missing.what == f"trace {path}"
    assert reason.startswith(f"line {line}: ")
    assert fault in reason
    assert "\n" not in reason


@pytest.mark.parametrize("content", [None, b"", b"t,device,watts\n", b"t,device,watts\n0,g,\xff\n"])
def test_a_trace_that_is_not_there_or_empty(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "trace.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=str(path)):
        read_trace(str(path))


def test_without_a_trace_there_is_nothing() -> None:
    assert ReplayProbe().discover(Machine()) == ((), ())


def test_processes_of_a_run_play_the_trace_together(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text("t,device,watts\n0,g,100\n9,g,100\n")
    machine = Machine(replay=str(path), environ={"FOOTPRINT_REPLAY_START": "1000000000"})
    late = ReplayProbe(lambda: 4_000_000_000).discover(machine)
    assert late.sources[0].energy_nj() == 300 * 10**9
