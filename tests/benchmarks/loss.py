"""What is left of a program's record when it ends badly.

A program finishes a call every 10 ms within a block, and says so on a pipe; then it is killed, is
told to stop, raises, leaves, or has a thread pool end. Afterwards the calls that it finished are
held against those that can be read. SIGKILL and SIGTERM (no handler is installed) may cost the last
second; the other ends nothing, and the block that was still open is there too, with its status.
The peers have no record of single calls that outlives the process: what is counted for them is
whether anything with energy in it is left on disk.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks import children, peers
from benchmarks.table import OURS, Row, fact
from simulators.nvml import Gpu, Simulator
from simulators.waves import Constant

CALL_S = 0.01
#: How the program ends: its own doing, or the signal that it is sent.
ENDS: dict[str, signal.Signals | None] = {
    "SIGKILL": signal.SIGKILL,
    "SIGTERM without a handler": signal.SIGTERM,
    "Ctrl-C": signal.SIGINT,
    "uncaught exception": None,
    "sys.exit": None,
    "end of a thread pool": None,
}
#: The status of the block that is open then.
_STATUS = {
    "SIGKILL": "open",
    "SIGTERM without a handler": "open",
    "Ctrl-C": "interrupted",
    "uncaught exception": "error",
    "sys.exit": "interrupted",
    "end of a thread pool": "ok",
}
_PEERS = ("codecarbon", "zeus")
#: When the signal is sent, seconds after a moment that depends on nothing.
_PHASES = (0.37, 0.62, 0.87, 1.12)


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    seconds = 2.3 if quick else 4.3
    ends = [end for end in ENDS if not quick or end in ("SIGKILL", "uncaught exception")]
    tools = (OURS,) if quick else (OURS, *peers.installed(_PEERS))
    rows: list[Row] = []
    with Simulator([Gpu(Constant(300))]) as sim:
        for end in ends:
            # What is lost depends on when in the second it happens: some tries, the worst counts.
            tries = _PHASES if end.startswith("SIG") and not quick else _PHASES[:1]
            ours = [_Program(OURS, end, seconds, sim, phase) for phase in tries]
            others = [_Program(tool, end, seconds, sim) for tool in tools if tool != OURS]
            rows += _worst([program.rows() for program in ours])
            for program in others:
                rows += program.rows()
    return rows


def _worst(tries: list[list[Row]]) -> list[Row]:
    """Of each figure the worst."""
    return [max(same, key=lambda row: row.value or 0.0) for same in zip(*tries, strict=True)]


class _Program:
    """One program, from its start to what is left of it."""

    def __init__(
        self, tool: str, end: str, seconds: float, sim: Simulator, phase: float = _PHASES[0]
    ) -> None:
        self.tool, self.end, self.seconds, self._phase = tool, end, seconds, phase
        self._sent = threading.Thread(target=self._signal, daemon=True)
        self._folder = tempfile.TemporaryDirectory()
        self.ledger = Path(self._folder.name)
        environment = children.environment(sim.environment())
        environment["FOOTPRINT_LEDGER"] = str(self.ledger / "ledger")
        target = {OURS: "ours", "codecarbon": "codecarbon", "zeus": "zeus"}[tool]
        code = f"from benchmarks import loss; loss.{target}({end!r}, {seconds!r})"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            env=environment,
            cwd=self.ledger,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._finished: list[float] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._sent.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("done "):
                self._finished.append(float(line.split()[1]))

    def _signal(self) -> None:
        number = ENDS[self.end]
        if number is None:
            return
        while len(self._finished) < self.seconds / CALL_S / 2 and self.process.poll() is None:
            time.sleep(0.01)
        time.sleep(self._phase)
        self.process.send_signal(number)

    def rows(self) -> list[Row]:
        """Waits for its end, and reads what it left."""
        code = self.process.wait(90)
        self._reader.join(10)
        try:
            return self._ours(code) if self.tool == OURS else self._theirs()
        finally:
            self._folder.cleanup()

    def _ours(self, code: int) -> list[Row]:
        import footprint

        spans = footprint.open_ledger(self.ledger / "ledger").spans()
        calls = spans[spans["name"] == "call"]
        lost = len(self._finished) - int(calls["calls"].sum())
        abrupt = self.end.startswith("SIG")
        lost_s = self._seconds_lost(lost)
        block = spans[spans["name"] == "block"]
        status = str(block["status"].iloc[0]) if len(block) else "absent"
        name = f"{self.end}: finished work lost, seconds"
        note = f"{max(lost, 0)} of {len(self._finished)} calls, exit code {code}"
        rows = [Row(name, OURS, lost_s, "s", 1.05 if abrupt else 0.0, True, note)]
        wanted = _STATUS[self.end]
        name = f"{self.end}: the open block is there"
        rows.append(fact(name, OURS, status == wanted, f"status {status}"))
        name = f"{self.end}: some energy is left on disk"
        energy = float(calls["gpu_energy_j"].sum())
        rows.append(fact(name, OURS, energy > 0))
        return rows

    def _seconds_lost(self, lost: int) -> float:
        """From the end of the last call that is there to the last one that was finished."""
        if lost <= 0:
            return 0.0
        return self._finished[-1] - self._finished[-1 - lost]

    def _theirs(self) -> list[Row]:
        files = [path for path in self.ledger.rglob("*") if path.is_file()]
        rows = sum(len(path.read_text(errors="replace").splitlines()) - 1 for path in files)
        name = f"{self.end}: some energy is left on disk"
        return [fact(name, self.tool, rows > 0, asked=False)]  # more than a head line


# -- in the child


def _calls(call: Any, end: str, seconds: float) -> None:
    """Calls, one after the other, and how it ends."""
    if threading.current_thread() is threading.main_thread():
        # A shell that starts this in the background has it ignore Ctrl-C, and so would we.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    until = time.monotonic() + (seconds if ENDS[end] is None else 60)
    while time.monotonic() < until:
        call()
        sys.stdout.write(f"done {time.monotonic()}\n")
        sys.stdout.flush()
    if end == "uncaught exception":
        raise RuntimeError("as planned")
    if end == "sys.exit":
        sys.exit(3)


def ours(end: str, seconds: float) -> None:
    """A tracked function within a block."""
    import footprint

    @footprint.track(name="call", devices=[0])
    def call() -> None:
        time.sleep(CALL_S)

    with footprint.measure("block", devices=[0]):
        if end == "end of a thread pool":
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(4) as pool:
                for _ in range(4):
                    pool.submit(footprint.propagate(_calls), call, end, seconds)
            return
        _calls(call, end, seconds)


def codecarbon(end: str, seconds: float) -> None:
    """A tracker that saves to a file, as it does by default."""
    from codecarbon import OfflineEmissionsTracker

    tracker = OfflineEmissionsTracker(
        country_iso_code="FRA", log_level="critical", output_dir=".", measure_power_secs=1
    )
    tracker.start()
    _calls(lambda: time.sleep(CALL_S), end, seconds)
    tracker.stop()


def zeus(end: str, seconds: float) -> None:
    """A window around all, with a log file."""
    from zeus.monitor import ZeusMonitor

    monitor = ZeusMonitor(gpu_indices=[0], cpu_indices=[], log_file="zeus.csv")
    monitor.begin_window("block", sync_execution=False)
    _calls(lambda: time.sleep(CALL_S), end, seconds)
    monitor.end_window("block", sync_execution=False)
