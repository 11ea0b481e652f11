"""What the meter itself uses of a core: while a span is open, and when nothing is tracked.

The main thread sleeps, so that the process' CPU time is that of the tool's threads. A tool that is
quiet makes no driver call at all: the simulated driver counts them.
"""

from __future__ import annotations

import tempfile
import threading
import time
from typing import Any

from benchmarks import children, peers
from benchmarks.table import OURS, Row
from simulators.nvml import Gpu, Simulator
from simulators.nvml_live import Live
from simulators.waves import Square

#: The linger after the last span, and the meter's last read, are over by then, seconds.
_SETTLE_S = 2.5


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    seconds = 3.0 if quick else 20.0
    rows: list[Row] = []
    for gpus in (8,) if quick else (1, 8):
        with (
            Simulator([Gpu(Square(70, 700, 1.0))] * gpus) as sim,
            tempfile.TemporaryDirectory() as folder,
        ):
            name = "1 GPU" if gpus == 1 else f"{gpus} GPUs"
            arguments: dict[str, Any] = {"seconds": seconds, "ledger": folder}
            ours = children.call("benchmarks.meter_cpu:ours", arguments, sim.environment())
            limit = 1.0 if gpus == 8 else None
            case = f"{name}, a span open: of a core"
            rows.append(Row(case, OURS, ours["open"], "%", limit))
            case = f"{name}, a span open: driver calls a second"
            rows.append(Row(case, OURS, ours["calls"], ""))
            rows.append(Row(f"{name}, quiet: of a core", OURS, ours["quiet"], "%", 0.05))
            case = f"{name}, quiet: driver calls"
            rows.append(Row(case, OURS, ours["quiet_calls"], "", 0, True))
            if quick or not peers.installed(["codecarbon"]):
                continue
            arguments = {"seconds": seconds, "gpus": gpus}
            theirs = children.call("benchmarks.meter_cpu:codecarbon", arguments, sim.environment())
            case = f"{name}, a span open: of a core"
            rows.append(Row(case, "codecarbon", theirs["open"], "%"))
            case = f"{name}, a span open: driver calls a second"
            rows.append(Row(case, "codecarbon", theirs["calls"], ""))
    return rows


def _asleep(seconds: float) -> tuple[float, float]:
    """(per cent of a core that the other threads used, driver calls) while this one sleeps."""
    live = Live()
    calls, began = live.calls, time.perf_counter()
    all_threads, this_one = time.process_time(), time.thread_time()
    threading.Event().wait(seconds)
    used = (time.process_time() - all_threads) - (time.thread_time() - this_one)
    return 100 * used / (time.perf_counter() - began), live.calls - calls


def ours(seconds: float, ledger: str) -> dict[str, float]:
    """One open span, then none."""
    import footprint

    footprint.configure(ledger=ledger)
    with footprint.measure("open"):
        time.sleep(1.0)
        share, calls = _asleep(seconds)
    time.sleep(_SETTLE_S)
    quiet, quiet_calls = _asleep(seconds / 2)
    return {
        "open": share,
        "calls": calls / seconds,
        "quiet": quiet,
        "quiet_calls": quiet_calls,
    }


def codecarbon(seconds: float, gpus: int) -> dict[str, float]:
    """A started tracker with its defaults: a measurement every 15 s, power every second."""
    tracker = peers.codecarbon_tracker(list(range(gpus)))
    tracker.start()
    time.sleep(1.0)
    share, calls = _asleep(seconds)
    tracker.stop()
    return {"open": share, "calls": calls / seconds}
