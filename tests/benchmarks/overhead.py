"""What a tracked call costs its caller, above the bare function with an empty body.

The median is over single calls, each timed by itself, ours, bare and a peer's in processes of their
own; the amortised figure is the time of so many calls in a row, up to and including the flush of
the journal, by their number. In a host with three million live objects the collections of the
oldest generation are counted, and held against the same loop without tracking.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import repeat
from typing import Any

from benchmarks import children, peers
from benchmarks.table import OURS, Row
from simulators.nvml import Gpu, Simulator
from simulators.nvml_live import Live
from simulators.waves import Constant

#: How many windows of each peer are timed, and how many where a driver call takes 50 ms.
_PEER_CALLS = {"zeus": (20_000, 10), "pyJoules": (20_000, 10), "cc task": (200, 5)}
_PEER_CALLS["cc decorator"] = (40, 3)
_SLOW_S = 0.05
#: The median of so many medians of 100,000 calls.
_BLOCKS = 5


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    rows: list[Row] = []
    scale = 50 if quick else 1
    machines = [("1 GPU", 1, 0.0), ("8 GPUs", 8, 0.0), ("50 ms driver", 1, _SLOW_S)]
    for name, gpus, slow in machines[:1] if quick else machines:
        with Simulator([Gpu(Constant(300))] * gpus) as sim:
            rows += _single(sim, name, slow, gpus, scale)
    with Simulator([Gpu(Constant(300))]) as sim:
        rows += _amortised(sim, 10_000_000 // scale)
        rows += _collections(sim, 3_000_000 // scale, 1_000_000 // scale)
    return rows


def _single(sim: Simulator, name: str, slow: float, gpus: int, scale: int) -> list[Row]:
    case = f"{name}: above the bare call, median"
    rows = []
    fault = sim.slow(slow) if slow else None
    ours = _ours(sim, "benchmarks.overhead:median", calls=100_000 // scale)
    if fault is not None:
        fault.clear()
    note = f"fastest block {ours['fastest_us']:.2f} us"
    rows.append(Row(case, OURS, ours["above_us"], "us", 2.0, note=note))
    rows.append(Row(f"{name}: the bare call, for scale", OURS, ours["bare_us"], "us"))
    rows.append(Row(f"{name}: mean of a million in a row", OURS, ours["mean_us"], "us", 3.0))
    rows.append(Row(f"{name}: the very first call", OURS, ours["first_us"], "us"))
    for tool in peers.installed(["zeus"] if scale > 1 else _PEER_CALLS):
        many, few = _PEER_CALLS[tool]
        calls = few if slow else max(2, many // scale)
        arguments = {"name": tool, "calls": calls, "gpus": list(range(gpus)), "slow": slow}
        theirs = children.call("benchmarks.overhead:peer", arguments, sim.environment())
        rows.append(Row(case, tool, theirs["above_us"], "us"))
        sim.clear_faults()
    return rows


def _amortised(sim: Simulator, calls: int) -> list[Row]:
    ours = _ours(sim, "benchmarks.overhead:amortised", calls=calls)
    case = f"{calls:,} calls in a row, journal included"
    return [
        Row(f"{case}: each above bare", OURS, ours["above_us"], "us", 3.0),
        Row(f"{case}: CPU of all threads, each", OURS, ours["cpu_us"], "us"),
        Row(f"{case}: bytes a call", OURS, ours["bytes"], "B"),
        Row(f"{case}: calls missing in the ledger", OURS, ours["missing"], "", 0, True),
    ]


def _collections(sim: Simulator, objects: int, calls: int) -> list[Row]:
    case = f"{objects:,} live objects: oldest generation collected"
    arguments = {"objects": objects, "calls": calls}
    ours = _ours(sim, "benchmarks.overhead:collections", **arguments)
    rows = [Row(case, OURS, ours["caused"], f"in {calls:,} calls", 0, True)]
    if not peers.installed(["zeus"]):
        return rows
    few = max(1000, calls // 10)
    zeus = children.call(
        "benchmarks.overhead:peer_collections",
        {"name": "zeus", "objects": objects, "calls": few},
        sim.environment(),
    )
    rows.append(Row(case, "zeus", zeus["caused"], f"in {few:,}"))
    return rows


def _ours(sim: Simulator, target: str, **arguments: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        extra = {**sim.environment(), "FOOTPRINT_LEDGER": folder}
        return children.call(target, arguments, extra)


# -- in the child


def _empty() -> None:
    pass


def _each_ns(function: Callable[[], object], calls: int) -> float:
    """Median time of a single call; what reading the clock takes is in it."""
    now = time.perf_counter_ns
    taken = [0] * calls
    for index in range(calls):
        began = now()
        function()
        taken[index] = now() - began
    return statistics.median(taken)


def _row_ns(function: Callable[[], object], calls: int) -> float:
    """Time of a call among many in a row."""
    began = time.perf_counter_ns()
    for _ in repeat(None, calls):
        function()
    return (time.perf_counter_ns() - began) / calls


def _tracked() -> Callable[[], object]:
    import footprint

    return footprint.track(kind="inference", model="m")(_empty)


def median(calls: int) -> dict[str, float]:
    """Ours above bare, call by call, and in a row of up to a million."""
    tracked = _tracked()
    first = _row_ns(tracked, 1)
    time.sleep(1.0)  # the meter has found its devices
    # The two in turn: a machine whose speed changes meanwhile slows both.
    pairs = [(_each_ns(_empty, calls), _each_ns(tracked, calls)) for _ in range(_BLOCKS)]
    row = _row_ns(tracked, 10 * calls) - _row_ns(_empty, 10 * calls)
    return {
        "above_us": statistics.median(ours - bare for bare, ours in pairs) / 1e3,
        "fastest_us": min(ours - bare for bare, ours in pairs) / 1e3,
        "bare_us": statistics.median(bare for bare, _ in pairs) / 1e3,
        "mean_us": row / 1e3,
        "first_us": first / 1e3,
    }


def amortised(calls: int) -> dict[str, float]:
    """Ours above bare over many calls, up to the last byte in the journal."""
    import os
    from pathlib import Path

    import footprint

    tracked = _tracked()
    tracked()
    time.sleep(1.0)
    began, cpu = time.perf_counter_ns(), time.process_time_ns()
    for _ in repeat(None, calls):
        tracked()
    footprint.flush()
    taken, cpu = (time.perf_counter_ns() - began) / calls, time.process_time_ns() - cpu
    ledger = os.environ["FOOTPRINT_LEDGER"]
    bare = _row_ns(_empty, calls)
    return {
        "above_us": (taken - bare) / 1e3,
        "cpu_us": (cpu / calls - bare) / 1e3,
        "bytes": sum(path.stat().st_size for path in Path(ledger).rglob("*.fpj")) / calls,
        "missing": calls + 1 - int(footprint.open_ledger(ledger).spans()["calls"].sum()),
    }


def _oldest(function: Callable[[], object], calls: int) -> int:
    """How often the oldest generation is collected meanwhile."""
    seen = 0

    def note(phase: str, info: dict[str, int]) -> None:
        nonlocal seen
        seen += phase == "start" and info["generation"] == 2

    gc.callbacks.append(note)
    for _ in repeat(None, calls):
        function()
    gc.callbacks.remove(note)
    return seen


def collections(objects: int, calls: int) -> dict[str, float]:
    """Collections of the oldest generation that tracking causes among many live objects."""
    tracked = _tracked()
    tracked()
    time.sleep(1.0)
    host = [[index] for index in range(objects)]
    gc.collect()
    bare = _oldest(_empty, calls)
    caused = _oldest(tracked, calls) - bare
    return {"caused": caused, "objects": len(host)}


def peer_collections(name: str, objects: int, calls: int) -> dict[str, float]:
    """The same with a peer's windows."""
    tool = peers.PEERS[name]([0])
    host = [[index] for index in range(objects)]
    gc.collect()
    return {"caused": _oldest(lambda: peers.window(tool, "w", _empty), calls), "o": len(host)}


def peer(name: str, calls: int, gpus: list[int], slow: float) -> dict[str, float]:
    """A peer's window around an empty body, call by call; the driver is slow once it is set up."""
    tool = peers.PEERS[name](gpus)
    peers.window(tool, "first", _empty)
    if slow:
        Live().slow(slow)
    keys = iter(range(calls))
    taken = _each_ns(lambda: peers.window(tool, f"w{next(keys)}", _empty), calls)
    return {"above_us": (taken - _each_ns(_empty, 1000)) / 1e3}
