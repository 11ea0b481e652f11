"""How many calls a second a process writes to its journal, and what its callers notice of it.

A thousand calls are open at any time, so that each lasts a few milliseconds: they are written one
by one. In the mixed case every other call is short, and folded. The caller is paced: calls come in
blocks, some a second or 200,000 a second, in turn and in one process, and the median time that a
call's beginning and end take from it is compared. A caller that is not paced shows what the journal
keeps up with. Sixteen processes at once have to lose nothing.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any

from benchmarks import children
from benchmarks.table import OURS, Row

RATE = 200_000
#: Calls that are open at a time, calls of a block, and blocks a second where there are few.
_OPEN, _BLOCK, _FEW = 1_000, 200, 20
_PROCESSES = 16


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    rows: list[Row] = []
    for mode in ("long", "mixed"):
        with tempfile.TemporaryDirectory() as folder:
            found = _child("paced", folder, mode=mode, seconds=1.5 if quick else 5.0)
            case = f"{mode} calls, {RATE:,} a second"
            rows += [
                Row(f"{case}: written a second", OURS, found["rate"], "", None),
                Row(f"{case}: missing in the ledger", OURS, found["missing"], "", 0, True),
                Row(f"{case}: of the caller, each, median", OURS, found["loaded_us"], "us"),
                Row(f"{mode} calls, few: the same", OURS, found["idle_us"], "us"),
                Row(f"{case}: the recorder's CPU", OURS, found["recorder_share"], "of a core"),
            ]
        with tempfile.TemporaryDirectory() as folder:
            calls = 200_000 if quick else 2_000_000
            found = _child("flood", folder, mode=mode, calls=calls)
            case = f"{mode} calls, as fast as they come"
            rows += [
                Row(f"{case}: written a second", OURS, found["rate"], ""),
                Row(f"{case}: missing in the ledger", OURS, found["missing"], "", 0, True),
            ]
    with tempfile.TemporaryDirectory() as folder:
        calls = 20_000 if quick else 100_000
        extra = {"FOOTPRINT_LEDGER": folder}
        arguments = {"mode": "long", "calls": calls, "counts": False}
        started = [
            children.start("benchmarks.journal:flood", arguments, extra) for _ in range(_PROCESSES)
        ]
        made = sum(children.finish(each)["calls"] for each in started)
        missing = made - _written(Path(folder))
        rows.append(
            Row(f"{_PROCESSES} processes at once: missing calls", OURS, missing, "", 0, True)
        )
    return rows


def _child(name: str, folder: str, **arguments: Any) -> Any:
    return children.call(f"benchmarks.journal:{name}", arguments, {"FOOTPRINT_LEDGER": folder})


def _written(ledger: Path) -> int:
    """Calls in a ledger; each sequence counts once."""
    from footprint.accounts.opened import open_ledger

    facts, _ = open_ledger(ledger).facts()
    spans = sum(len({row[0] for row in one.rows["span"]}) for one in facts)
    return spans + sum(row[8] for one in facts for row in one.rows["fold"])


# -- in the child


class _Calls:
    """Overlapping calls: each block begins some and ends as many, the oldest."""

    def __init__(self, mode: str) -> None:
        from footprint.tracking import runtime
        from footprint.tracking.track import track

        self.runtime = runtime
        self.path = _path(track)
        self.short = _BLOCK // 2 if mode == "mixed" else 0
        self.frames: deque[Any] = deque()
        self.ended = 0

    def block(self) -> float:
        """Ends and begins `_BLOCK` calls; what one took, us."""
        begin, finish, frames, path = (
            self.runtime.begin,
            self.runtime.finish,
            self.frames,
            self.path,
        )
        began = time.perf_counter_ns()
        for _ in range(self.short):
            finish(begin(path, None), 0)
        for _ in range(_BLOCK - self.short):
            frames.append(begin(path, None))
        while len(frames) > _OPEN:
            finish(frames.popleft(), 0)
            self.ended += 1
        self.ended += self.short
        return (time.perf_counter_ns() - began) / _BLOCK / 1000

    def end(self) -> None:
        """Ends all that are open, and has everything written."""
        from footprint.tracking import session

        while self.frames:
            self.runtime.finish(self.frames.popleft(), 0)
            self.ended += 1
        session.flush()


def _path(track: Any) -> int:
    """The number of a path, as a tracked function has it."""
    site = track(kind="inference")(lambda: None)
    site()
    from footprint.tracking.site import PATHS

    return max(PATHS)


def paced(mode: str, seconds: float) -> dict[str, float]:
    """Few calls and `RATE` calls a second, in turn."""
    calls = _Calls(mode)
    time.sleep(1.0)  # the meter has found its devices
    calls.block()
    taken: dict[float, list[float]] = {_FEW: [], RATE / _BLOCK: []}
    rate = cpu = 0.0
    for blocks_a_second in (*taken, *taken):
        before, began, own, all_cpu = (
            calls.ended,
            time.perf_counter(),
            time.thread_time(),
            time.process_time(),
        )
        number = 0
        while (now := time.perf_counter()) < began + seconds:
            due = began + number / blocks_a_second
            if now < due:
                time.sleep(due - now)
            taken[blocks_a_second].append(calls.block())
            number += 1
        lasted = time.perf_counter() - began
        rate = (calls.ended - before) / lasted
        cpu = (time.process_time() - all_cpu - (time.thread_time() - own)) / lasted
    calls.end()
    idle, loaded = (statistics.median(each) for each in taken.values())
    missing = calls.ended + 1 - _written(_ledger())
    return {
        "rate": rate,
        "recorder_share": cpu,
        "idle_us": idle,
        "loaded_us": loaded,
        "missing": missing,
    }


def flood(mode: str, calls: int, counts: bool = True) -> dict[str, float]:
    """So many calls without a pause, up to the flushed journal."""
    made = _Calls(mode)
    time.sleep(0.5)
    began = time.perf_counter()
    while made.ended + len(made.frames) < calls - 1:
        made.block()
    made.end()
    rate = made.ended / (time.perf_counter() - began)
    # The first call is the one that gave the path its number.
    for _ in range(calls - 1 - made.ended):
        made.runtime.finish(made.runtime.begin(made.path, None), 0)
        made.ended += 1
    made.end()
    missing = made.ended + 1 - _written(_ledger()) if counts else 0
    return {"rate": rate, "missing": missing, "calls": made.ended + 1}


def _ledger() -> Path:
    from footprint.settings import resolve

    return Path(resolve({}).ledger)
