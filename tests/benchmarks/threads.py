"""Eight threads, 64 calls of 0.4 s that overlap, over 4 s: the sum of the parts over the truth.

The truth is what the GPU drew while at least one call ran (the union of the calls). A tool that
books each joule once comes out at 1; one that gives every window the whole counter, near 8.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from benchmarks import children, peers
from benchmarks.table import OURS, Row
from simulators.nvml import Gpu, Simulator
from simulators.nvml_live import Live
from simulators.waves import Constant, boottime_ns, joules

THREADS, EACH, CALL_S = 8, 8, 0.4
_PEERS = ("zeus", "cc task", "cc decorator", "pyJoules")


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    each = 2 if quick else EACH
    tools = peers.installed(_PEERS[:1] if quick else _PEERS)
    case = f"{THREADS} threads, {THREADS * each} calls of 0.4 s: sum of parts over the union"
    rows: list[Row] = []
    with Simulator([Gpu(Constant(300))]) as sim, tempfile.TemporaryDirectory() as folder:
        ours = children.start(
            "benchmarks.threads:ours", {"each": each, "ledger": folder}, sim.environment()
        )
        others = {
            tool: children.start(
                "benchmarks.threads:theirs", {"name": tool, "each": each}, sim.environment()
            )
            for tool in tools
        }
        found = children.finish(ours)
        rows.append(Row(case, OURS, found["ratio"], "x", 0.02, True, centre=1.0))
        none = f"{case}: calls without an answer"
        rows.append(Row(none, OURS, found["none"], "", 0, True))
        for tool, child in others.items():
            theirs = children.finish(child)
            rows.append(Row(case, tool, theirs["ratio"], "x"))
            rows.append(Row(none, tool, theirs["none"], ""))
    return rows


def _play(call: Callable[[], Any], each: int) -> None:
    """The threads' calls, each thread's begin 50 ms after the one before."""

    def work(number: int) -> None:
        time.sleep(0.05 * number)
        for _ in range(each):
            call()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _union(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _ratio(parts: list[float | None], intervals: list[tuple[int, int]]) -> dict[str, float]:
    live = Live()
    truth = sum(joules(live.drawn_nj(0, *each)) for each in _union(intervals))
    known = [part for part in parts if part is not None]
    return {"ratio": sum(known) / truth, "none": len(parts) - len(known)}


def ours(each: int, ledger: str) -> dict[str, float]:
    """Tracked calls."""
    import footprint

    footprint.configure(ledger=ledger)
    intervals: list[tuple[int, int]] = []

    @footprint.track(devices=[0])
    def call() -> None:
        began = boottime_ns()
        time.sleep(CALL_S)
        intervals.append((began, boottime_ns()))

    with footprint.measure("warm up", devices=["cpu"]):
        time.sleep(0.6)
    _play(call, each)
    time.sleep(0.3)
    footprint.flush()
    spans = footprint.open_ledger(ledger).spans()
    calls = spans[spans["name"].str.endswith("call")]
    parts = [None if energy != energy else float(energy) for energy in calls["gpu_energy_j"]]
    return _ratio(parts, intervals)


def theirs(name: str, each: int) -> dict[str, float]:
    """A peer's windows around the same calls."""
    tool = peers.PEERS[name]([0])
    intervals: list[tuple[int, int]] = []
    parts: list[float | None] = []

    def body() -> None:
        began = boottime_ns()
        time.sleep(CALL_S)
        intervals.append((began, boottime_ns()))

    def call() -> None:
        key = f"{threading.get_ident()}-{time.perf_counter_ns()}"
        try:
            parts.append(peers.window(tool, key, body))
        except Exception:
            parts.append(None)

    _play(call, each)
    return _ratio(parts, intervals)
