"""Ten million tracked calls from four threads: how much the process grows, and what is dropped.

The growth is that of the resident memory's peak, from before the first call. Nothing may be
dropped: the calls of all entries in the ledger add up to those made.
"""

from __future__ import annotations

import resource
import tempfile
import threading
import time
from itertools import repeat
from pathlib import Path

from benchmarks import children
from benchmarks.table import OURS, Row
from simulators.nvml import Gpu, Simulator
from simulators.waves import Constant

THREADS, CALLS = 4, 10_000_000


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    calls = CALLS // 20 if quick else CALLS
    with Simulator([Gpu(Constant(300))]) as sim, tempfile.TemporaryDirectory() as folder:
        arguments = {"calls": calls, "ledger": folder}
        found = children.call("benchmarks.memory:ours", arguments, sim.environment())
    case = f"{calls:,} calls from {THREADS} threads"
    return [
        Row(f"{case}: growth of the peak", OURS, found["peak_mb"], "MB", 100, True),
        Row(f"{case}: growth after the flush", OURS, found["after_mb"], "MB"),
        Row(f"{case}: calls missing", OURS, calls - found["calls"], "", 0, True),
        Row(f"{case}: records dropped", OURS, found["dropped"], "", 0, True),
        Row(f"{case}: ledger", OURS, found["ledger_mb"], "MB"),
        Row(f"{case}: wall time of a call", OURS, found["us"], "us"),
    ]


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def ours(calls: int, ledger: str) -> dict[str, float]:
    """Four threads that call as fast as they can."""
    import footprint

    footprint.configure(ledger=ledger)

    @footprint.track(kind="inference")
    def call() -> None:
        pass

    def work() -> None:
        for _ in repeat(None, calls // THREADS):
            call()

    call()
    time.sleep(1.0)  # drivers found, modules imported
    before = _resident_mb()
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - began
    footprint.flush()
    peak, after = max(children.own_peak_mb(), _resident_mb()), _resident_mb()
    opened = footprint.open_ledger(ledger)
    dropped = sum(int(each.get("rows", 0)) for one in opened.facts()[0] for each in one.dropped)
    return {
        "peak_mb": peak - before,
        "after_mb": after - before,
        "calls": int(opened.spans()["calls"].sum()) - 1,
        "dropped": dropped,
        "ledger_mb": sum(path.stat().st_size for path in Path(ledger).rglob("*.fpj")) / 1e6,
        "us": 1e6 * taken / calls,
    }
