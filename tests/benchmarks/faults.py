"""A window of 6 s at 300 W (1,800 J) in which the driver, the counter or the GPU fails half-way.

Each tool runs a function in its window, in a process of its own that has measured nothing before.
What is asked: the energy, where it can be known; that what cannot be known is said to be missing
and is not 0; that the function runs, then and the next time; that a slow driver does not slow the
caller.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from benchmarks import children, peers
from benchmarks.table import OURS, Row, fact
from simulators.nvml import Gpu, Simulator
from simulators.nvml_live import Live
from simulators.waves import Constant

WATTS, WINDOW_S, HALF_S = 300.0, 6.0, 3.0
#: A fault: the method of `Live`, and its arguments.
Injection = tuple[str, dict[str, Any]]


class Case(NamedTuple):
    """One fault.

    Attributes:
        name: of the row.
        known_j: what can be known of the window.
        within: share of that by which ours may be off.
        before: faults that are there before the tool starts.
        during: faults that begin with the window.
        gpus: how many, of 300 W each.
        missing: share of the GPUs' time that cannot be known.
        library: whether there is a driver at all.
        costs: what the fault costs the caller is looked at: ours has been called before, too.
    """

    name: str
    known_j: float = WATTS * WINDOW_S
    within: float = 0.03
    before: tuple[Injection, ...] = ()
    during: tuple[Injection, ...] = ()
    gpus: int = 1
    missing: float = 0.0
    library: bool = True
    costs: bool = False


_HALF = {"after_s": HALF_S}
CASES = (
    Case("no fault", within=0.02),
    Case("counter reset", within=0.02, during=(("reset_counter", _HALF),)),
    Case("no counter at all", before=(("no_counter", {}),)),
    Case("counter gone half-way", during=(("no_counter", _HALF),)),
    Case("GPU lost", 900.0, during=(("lose", {"gpu": 0, **_HALF}),), missing=0.5),
    Case(
        "GPU lost beside a healthy one",
        2700.0,
        during=(("lose", {"gpu": 1, **_HALF}),),
        gpus=2,
        missing=0.25,
    ),
    Case("counter stuck", during=(("stick_counter", _HALF),)),
    Case("counter stuck for 1.5 s", during=(("stick_counter", {**_HALF, "for_s": 1.5}),)),
    Case("driver calls of 50 ms", before=(("slow", {"seconds": 0.05}),), costs=True),
    Case("one call hangs for 2 s", during=(("hang", {"seconds": 2.0, **_HALF}),), costs=True),
    Case("no library", 0.0, library=False, missing=1.0),
)
_QUICK = ("counter reset", "GPU lost")
_PEERS = ("zeus", "cc task", "pyJoules")


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    cases = [case for case in CASES if not quick or case.name in _QUICK]
    tools = (OURS, *peers.installed(_PEERS[:1] if quick else _PEERS))
    rows: list[Row] = []
    with ThreadPoolExecutor(3 if quick else 2) as pool:
        for found in pool.map(lambda case: _run_case(case, tools), cases):
            rows += found
    return rows


def _run_case(case: Case, tools: tuple[str, ...]) -> list[Row]:
    with contextlib.ExitStack() as stack:
        started = []
        for tool in tools:
            # Each tool has a machine of its own: its faults begin with its window.
            sim = stack.enter_context(contextlib.closing(_machine(case)))
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            extra = sim.environment()
            if not case.library:
                extra["LD_LIBRARY_PATH"] = folder
            target = "benchmarks.faults:ours" if tool == OURS else "benchmarks.faults:theirs"
            arguments: dict[str, Any] = {"during": case.during, "gpus": case.gpus}
            arguments |= {"ledger": folder, "warm": case.costs} if tool == OURS else {"name": tool}
            started.append((tool, children.start(target, arguments, extra)))
        return [row for tool, child in started for row in _rows(case, tool, children.finish(child))]


def _machine(case: Case) -> Simulator:
    sim = Simulator([Gpu(Constant(WATTS))] * case.gpus)
    for method, arguments in case.before:
        getattr(sim, method)(**arguments)
    return sim


def _rows(case: Case, tool: str, found: dict[str, Any]) -> list[Row]:
    energy, note = found["energy"], found["error"]
    rows: list[Row] = []
    said = f"{tool}: {note}" if note else ""
    if not case.library:
        # Nothing can be known: a number would be made up.
        name = f"{case.name}: no number is made up"
        rows.append(fact(name, tool, energy is None, said, asked=tool == OURS))
    else:
        limit = case.known_j * case.within if tool == OURS else None
        name = f"{case.name}: energy"
        rows.append(Row(name, tool, energy, "J", limit, tool == OURS, said, case.known_j))
    if tool == OURS:
        off = 0.03
        name = f"{case.name}: share of the time declared missing"
        rows.append(Row(name, tool, found["missing"], "", off, True, centre=case.missing))
        if case.library:
            known = WATTS * WINDOW_S * case.gpus * (1 - found["missing"])
            inside = energy is not None and found["low"] - 1 <= known <= found["high"] + 1
            interval = f"{found['low']:.1f}..{found['high']:.1f} J" if energy is not None else ""
            rows.append(fact(f"{case.name}: known energy inside the interval", tool, inside))
            rows[-1] = rows[-1]._replace(note=interval)
    asked = tool == OURS
    name = f"{case.name}: the function runs, then and again"
    rows.append(fact(name, tool, found["ran"] == 2, asked=asked))
    if case.costs:
        rows.append(Row(f"{case.name}: cost to the caller", tool, found["cost_ms"], "ms"))
    return rows


class _Work:
    """The function that is measured: how often it ran, and the time that passed around it."""

    def __init__(self, during: list[Any]) -> None:
        self.ran = 0
        self.inside_s = 0.0
        self._during = during

    def __call__(self) -> None:
        began = time.perf_counter()
        if not self.ran:
            live = Live()
            for method, arguments in self._during:
                getattr(live, method)(**arguments)
        self.ran += 1
        time.sleep(WINDOW_S if self.ran == 1 else 0.05)
        self.inside_s += time.perf_counter() - began


def ours(during: list[Any], gpus: int, ledger: str, warm: bool) -> dict[str, Any]:
    """A tracked function, called twice."""
    import footprint

    footprint.configure(ledger=ledger)
    work = _Work(during)
    tracked = footprint.track(name="window", devices=list(range(gpus)))(work)
    if warm:
        with footprint.measure("warm up"):
            time.sleep(1.0)
    began = time.perf_counter()
    tracked()
    cost = time.perf_counter() - began - work.inside_s
    time.sleep(0.4)
    tracked()
    footprint.flush()
    opened = footprint.open_ledger(ledger)
    spans = opened.spans()
    span = spans[spans["name"] == "window"].iloc[0]
    energy = None if span["gpu_energy_j"] != span["gpu_energy_j"] else float(span["gpu_energy_j"])
    facts = opened.facts()[0]
    reasons = sorted({gap["reason"] for one in facts for gap in one.gaps})
    return {
        "energy": energy,
        "low": float(span["gpu_energy_low_j"]),
        "high": float(span["gpu_energy_high_j"]),
        "missing": 1.0 if energy is None else 1 - float(span["metered_share"]),
        "ran": work.ran,
        "cost_ms": 1e3 * cost,
        "error": ", ".join(reasons),
    }


def theirs(name: str, during: list[Any], gpus: int) -> dict[str, Any]:
    """A peer's window around the function, twice; what it raises is noted."""
    work = _Work(during)
    energy: float | None = None
    cost = float("nan")
    error = ""
    try:
        tool = peers.PEERS[name](list(range(gpus)))
        peers.window(tool, "warm up", lambda: None)
        began = time.perf_counter()
        energy = peers.window(tool, "first", work)
        cost = time.perf_counter() - began - work.inside_s
        peers.window(tool, "second", work)
    except Exception as problem:
        when = ("and it did not run", "after the window", "after the next one")[work.ran]
        error = f"{type(problem).__name__} {when}"
    return {"energy": energy, "ran": work.ran, "cost_ms": 1e3 * cost, "error": error}
