"""The session: what works behind the spans of one process.

One thread, the recorder, takes ended spans off the buffer, folds short ones, and hands everything
to the journal once a second; the meter reads the devices. Both start with the first span, sleep
while nothing is tracked, are made anew in a forked child, and finish at the interpreter's exit.
Nothing in here raises into the tracked program: what goes wrong is one line on stderr, once.
"""

from __future__ import annotations

import os
import platform
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footprint import clock, settings
from footprint._version import __version__
from footprint.errors import FootprintError
from footprint.ledger import format as fmt
from footprint.ledger.folding import FOLD_BELOW_NS, Ended, Folded, fold
from footprint.ledger.journal import Journal, journal_name, prepare
from footprint.ledger.writer import Writer
from footprint.meter.meter import Meter
from footprint.model import NS_PER_S, OPEN
from footprint.tracking import runtime
from footprint.tracking.site import PATHS

if TYPE_CHECKING:
    from footprint.accounts.result import Footprint
    from footprint.probes.base import Early, Machine

#: How often ended spans are taken off the buffer, seconds, by how many came: (at least, seconds).
#: A flood is taken in small parts: fresh objects are in the cache still, and memory stays low.
TICKS = ((2_000, 0.02), (256, 0.1), (0, 0.25))
#: So many are folded at once, and from so many waiting on callers are held up for a millisecond:
#: several threads can outrun the recorder, which has but its share of the GIL.
PART, FLOOD = 20_000, 60_000
#: Reading goes on for so long after the last span: what follows is likely to be another, and the
#: counter's value without spans is what the idle floor is learned from.
LINGER = NS_PER_S
#: How often the journal is written and synced, and UTC anchored, ns.
WRITE_EVERY, ANCHOR_EVERY = NS_PER_S, 60 * NS_PER_S
#: UTC stepped when the clocks' difference moved by more than this, ns.
STEP = 10_000_000
#: At exit the counters' next edge is waited for, at most so long, seconds.
EXIT_WAIT = 0.15

#: What links a child process's writer to the span that started it: `RUN:WRITER:SEQUENCE`.
PARENT_VARIABLE = "FOOTPRINT_PARENT"

_configured: dict[str, Any] = {}
_session: Session | None = None
_making = threading.Lock()
_forked_from: tuple[str, int, int, str] | None = None  # writer, current seq, sequences below, run


class Session:
    """This process's writer, its threads, and its place among the runs.

    Args:
        given: settings given in code.
        discover: finds the devices; the machine's own by default.
        hold: keeps metering although no span is open (`footprint meter`).
    """

    def __init__(
        self,
        given: dict[str, Any],
        discover: Callable[[Machine], Any] | None = None,
        hold: bool = False,
    ) -> None:
        self.problems: list[str] = []
        self.settings = settings.resolve(given, problems=self.problems)
        self.hold = hold
        self.pid = os.getpid()
        self.writer_id = uuid.uuid4()
        self.writer_hex = self.writer_id.hex
        self.finished = False
        self._lock = threading.RLock()
        self._signal = threading.Event()
        self._linger_until = 0
        self._written = 0
        self._anchored = 0
        self._kept: set[int] = set()
        self._fresh: set[int] = set()
        self._marks: list[tuple[Any, Ended]] = []
        self._told: set[str] = set()
        self._base_seq = _forked_from[2] if _forked_from is not None else 0
        now, utc = clock.anchor()
        self._offset = utc - now
        self.run, self.parent = self._parent()
        directory = None if self.settings.disabled else self._prepare()
        host = self._host_name()
        name = journal_name(utc, host, self.pid, self.writer_id.bytes)
        self.journal = Journal(directory, self.writer_id.bytes, name)
        self.writer = Writer(self.journal, self._context(now, utc, host), _describe)
        machine = self._machine()
        self.meter = Meter(
            lambda: (discover or _discover)(machine),
            lambda: _tree(machine),
            self.writer,
            clock.now_ns,
            _take_early,
        )

    # -- what is recorded of the process

    def _prepare(self) -> Path | None:
        try:
            directory = Path(os.path.abspath(self.settings.ledger))  # noqa: PTH100 - no links
            prepare(directory)
        except FootprintError as error:
            problem = str(error)
        except OSError:
            problem = (
                f"the working directory is gone, and the ledger {self.settings.ledger} with it:"
                " name one by its full path with FOOTPRINT_LEDGER"
            )
        else:
            return directory
        self.problems.append(f"{problem}; what this program does is not recorded")
        return None

    def _parent(self) -> tuple[str, dict[str, Any] | None]:
        if _forked_from is not None:
            return _forked_from[3], {"writer": _forked_from[0], "seq": _forked_from[1]}
        words = os.environ.get(PARENT_VARIABLE, "").split(":")
        if len(words) == 3 and all(words) and words[2].isdigit():
            return words[0], {"writer": words[1], "seq": int(words[2])}
        return self.writer_hex, None

    def _host_name(self) -> str:
        name = _hostname()
        if self.settings.host == "hash":
            import hashlib

            return "host-" + hashlib.sha256(name.encode()).hexdigest()[:12]
        return "" if self.settings.host == "none" else name

    def _context(self, now: int, utc: int, host: str) -> dict[str, Any]:
        return {
            "type": "writer",
            "schema": fmt.SCHEMA,
            "writer": self.writer_hex,
            "host": host,
            "boot_id": clock.boot_id(),
            "pid": self.pid,
            "t": now,
            "utc_ns": utc,
            "run": self.run,
            "parent": self.parent,
            "forked_below": self._base_seq,
            "tool": {"name": "footprint", "version": __version__},
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
            "declared": self.settings.declared(),
            "hardware": {"cpus": os.cpu_count(), "memory_bytes": _memory_bytes()},
        }

    def _machine(self) -> Machine:
        from footprint.probes.base import Machine

        return Machine(
            nvml_library=self.settings.nvml_library, replay=self.settings.replay, pid=self.pid
        )

    # -- the recorder's thread

    def loop(self) -> None:
        """Until the session is over: drain, write, sleep."""
        try:
            self.meter.start()
        except RuntimeError as error:  # no thread to be had
            if not runtime.leaving(error):
                self.problems.append(f"nothing is metered: {error}")
            self.meter.ready.set()
        self._tell()
        while not self.finished:
            try:
                pause = self.step()
            except Exception as error:  # noqa: BLE001 - the next tick may do better
                self._failed(error)
                pause = TICKS[-1][1]
            self._signal.wait(pause)
            self._signal.clear()

    def _failed(self, error: Exception) -> None:
        self._warn(
            f"some of what this program did is not recorded ({type(error).__name__}: {error})"
        )

    def step(self) -> float | None:
        """One tick. Seconds until the next; None: the session went to sleep."""
        with self._lock:
            if self.finished:
                return 0.0
            if not runtime.imported.is_set() and self.meter.ready.is_set():
                runtime.imported.set()
            now = clock.now_ns()
            taken = self._drain()
            self._watch_gpu()
            if taken or runtime.open_spans or self.hold:
                self._linger_until = now + LINGER
            if now - self._written >= WRITE_EVERY:
                self._write(now)
            if now < self._linger_until or self._marks or not self.meter.ready.is_set():
                return next(seconds for least, seconds in TICKS if taken >= least)
            if not runtime.sleep():
                return TICKS[0][1]
            self.meter.rest()
            self._write(clock.now_ns())
            return None

    def wake(self) -> None:
        """A span began while everything slept."""
        self._linger_until = clock.now_ns() + LINGER
        self.meter.wake()
        self._signal.set()

    def _drain(self) -> int:
        """Takes what has ended off the buffer; how many that was."""
        total = 0
        while True:
            count = self._drain_part()
            total += count
            runtime.set_flooded(len(runtime.buffer) > FLOOD)
            if count < PART:
                return total

    def _drain_part(self) -> int:
        batch = runtime.buffer[:PART]
        count = len(batch)
        del runtime.buffer[:count]
        if self._base_seq:  # frames that a fork copied end in the parent, not here
            batch = [span for span in batch if span[0] > self._base_seq]
        ends: dict[int, int] = {}
        if self._marks or (batch and runtime.gpu_mark is not None):
            batch, ends = self._settle_marks(batch)
        holds = self._take_holds()
        if batch:
            keep = self._kept | self._fresh | _long_on_gpu(batch, ends)
            folded = fold(batch, runtime.next_seq, keep, _stride, _short_holds(batch, holds, keep))
            self._keep(folded)
            self.writer.spans(folded, ends)
            if holds:  # those of what was folded are in the fold
                gone = {span[0] for span in batch} - {span[0] for span in folded.spans}
                holds = [hold for hold in holds if hold[0] not in gone]
        self._write_holds(holds)
        return count

    def _keep(self, folded: Folded) -> None:
        """Remembers the spans that what was written refers to: they must not be folded."""
        waiting = {span[0] for _, span in self._marks}
        self._kept = {
            seq for seq in self._kept | self._fresh if seq in runtime.open_spans or seq in waiting
        }
        # These are open, or ended while the batch was folded: then they are in the next one.
        self._fresh = {span[1] for span in folded.spans} | {each.parent for each in folded.folds}

    def _settle_marks(self, batch: list[Ended]) -> tuple[list[Ended], dict[int, int]]:
        """Holds spans back until the GPU has done what they queued; asks, never waits."""
        from footprint.integrations import gpu

        return gpu.settle(self._marks, batch)

    @staticmethod
    def _watch_gpu() -> None:
        """Asks once in a while whether torch has begun to use a GPU."""
        if runtime.gpu_mark is None and "torch" in sys.modules:
            from footprint.integrations import gpu

            if gpu.in_use():
                runtime.gpu_mark = gpu.mark

    def _take_holds(self) -> list[tuple[int, int, int]]:
        count = len(runtime.holds)
        holds = runtime.holds[:count]
        del runtime.holds[:count]
        # A stream that was begun before a fork is the parent's.
        return [hold for hold in holds if hold[0] > self._base_seq] if self._base_seq else holds

    def _write_holds(self, holds: list[tuple[int, int, int]]) -> None:
        merged: dict[int, list[list[int]]] = {}
        for seq, start, end in holds:
            self._kept.add(seq)
            rows = merged.setdefault(seq, [])
            # Pauses of a stream that is read fast lie close together: one row for many.
            if rows and start - rows[-1][1] < 20_000_000 and end - start < 20_000_000:
                rows[-1][1] = end
                rows[-1][2] += end - start
            else:
                rows.append([start, end, end - start])
        for seq, rows in merged.items():
            for start, end, held in rows:
                self.writer.hold(seq, start, end, held)

    def _write(self, now: int) -> None:
        if now - self._anchored >= ANCHOR_EVERY:
            self._anchor()
        else:
            t, utc = clock.anchor()
            if abs(utc - t - self._offset) > STEP:
                self._anchor()
        for seq, frame in runtime.open_spans.copy().items():
            if seq > self._base_seq and frame[3] and now - frame[3] > NS_PER_S:
                self.writer.open_span(seq, frame[4], frame[1], frame[3])
                self._kept.add(seq)
        self.journal.write()  # what waits goes first: there may be room again
        self.writer.commit(now)
        self.journal.write()
        self.journal.sync()
        self._written = now
        if self.journal.problem:
            self._warn(self.journal.problem)

    def _anchor(self) -> None:
        t, utc = clock.anchor()
        self._offset = utc - t
        self._anchored = t
        self.writer.record({"type": "anchor", "t": t, "utc_ns": utc})

    def _tell(self) -> None:
        for problem in self.problems:
            self._warn(problem)

    def _warn(self, text: str) -> None:
        key = text.partition("(")[0]
        if key in self._told:
            return
        self._told.add(key)
        runtime.say(text)

    # -- for everybody

    def flush(self) -> None:
        """Everything finished so far is in the journal when this returns."""
        with self._lock:
            if not self.finished:
                try:
                    self._drain()
                    self._write(clock.now_ns())
                except Exception as error:  # noqa: BLE001 - the caller is the program
                    self._failed(error)

    def note_open(self, seq: int) -> None:
        """Records a span that has not ended: somebody asks what it used so far."""
        with self._lock:
            frame = runtime.open_spans.get(seq)
            if frame is not None and frame[3] and not self.finished:
                self.writer.open_span(seq, frame[4], frame[1], frame[3])
                self._kept.add(seq)

    def settle(self, t: int, wait: float) -> bool:
        """Waits until every device is known up to `t`, at most `wait` seconds."""
        deadline = clock.now_ns() + int(wait * NS_PER_S)
        self._linger_until = max(self._linger_until, deadline)
        self._signal.set()
        self.meter.nudge()
        pause = threading.Event()
        while not self.meter.settled(t):
            if clock.now_ns() >= deadline:
                return False
            pause.wait(0.002)
        return True

    def close(self, reason: str) -> None:
        """Ends the session: spans still open are recorded as such; the journal is closed."""
        if self.finished or os.getpid() != self.pid:
            return
        now = clock.now_ns()
        if not self.meter.settled(now) and now < self._linger_until:
            self.settle(now, EXIT_WAIT)
        self.meter.close(timeout=0.5)
        self._tell()
        with self._lock:
            if self.finished:
                return
            try:
                self._drain()
                self._end_open_spans()
                self._drain()
                now = clock.now_ns()
                self._anchor()
                self.writer.record({"type": "end", "t": now, "reason": reason})
                self._write(now)
            except Exception as error:  # noqa: BLE001 - the caller is the program
                self._failed(error)
            self.finished = True
            self.journal.close()
        self._signal.set()

    def _end_open_spans(self) -> None:
        end = clock.now_ns()
        for seq, frame in runtime.open_spans.copy().items():
            if runtime.open_spans.pop(seq, None) is not None and frame[3]:
                runtime.append((seq, frame[4], frame[1], OPEN, frame[3], end, frame[2], None))
        for mark, span in self._marks:
            del mark
            runtime.append((*span[:7], None))
        self._marks.clear()

    def abandon(self) -> None:
        """In a forked child: the journal and the threads are the parent's."""
        self.finished = True
        self.journal.abandon()


def _hostname() -> str:
    return os.uname().nodename if hasattr(os, "uname") else platform.node()


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _describe(path: int) -> tuple[dict[str, Any], int]:
    parent, site = PATHS[path]
    return site.record(path, parent), parent


def _long_on_gpu(batch: list[Ended], ends: dict[int, int]) -> set[int]:
    """Calls that were short, and queued what the GPU worked at for longer: they stay spans."""
    if not ends:
        return set()
    return {span[0] for span in batch if ends.get(span[0], 0) - span[4] >= FOLD_BELOW_NS}


def _short_holds(
    batch: list[Ended], holds: list[tuple[int, int, int]], keep: set[int]
) -> dict[int, int]:
    """How long the batch's streams that may be folded were held, by sequence."""
    if not holds:
        return {}
    short = {span[0] for span in batch if span[5] - span[4] < FOLD_BELOW_NS} - keep
    held: dict[int, int] = {}
    for seq, start, end in holds:
        if seq in short:
            held[seq] = held.get(seq, 0) + end - start
    return held


def _stride(path: int) -> int:
    return PATHS[path][1].stride


def preload() -> None:
    """Does the imports that a session's threads would do."""
    from footprint import probes

    probes.preload()


def _take_early() -> Early | None:
    """What the first span's thread read; once."""
    from footprint.probes.base import Early

    found, runtime.early = runtime.early, None
    return None if found is None else Early(*found)


def _discover(machine: Machine) -> Any:
    from footprint import probes

    return probes.phases(machine)


def _tree(machine: Machine) -> Any:
    from footprint.probes.tree import TreeCpu

    return TreeCpu(machine)


# -- this process's session


def current() -> Session | None:
    """This process's session, None where nothing was tracked yet."""
    return _session


def get(make: Callable[[], Session] | None = None) -> Session:
    """This process's session, made and started where there is none."""
    global _session
    with _making:
        if _session is None or _session.finished:
            _session = make() if make is not None else Session(_configured)
            runtime.set_waker(_session.wake)
            runtime.asleep = False
            runtime._at_exit_of_worker()
            threading.Thread(target=_session.loop, name="footprint-recorder", daemon=True).start()
        return _session


def main() -> Callable[[], None] | None:
    """On the recorder's thread, started by the first span: makes the session and gives its loop.

    None: there is one already, or settings say that nothing is to be recorded.
    """
    global _session
    with _making:
        if _session is not None and not _session.finished:
            return None
        session = Session(_configured)
        if session.settings.disabled:
            runtime.off = True
            del runtime.buffer[:]
            return None
        _session = session
        runtime.set_waker(session.wake)
    return session.loop


def configure(**given: Any) -> None:
    """Settings of this process, over those of the environment and files.

    Args: the settings of `footprint.settings` by name: ledger, zone, carbon_intensity_g_per_kwh,
    pue, tariff_usd_per_kwh, tariff_per_kwh, project, tags, host, charge, replay, nvml_library,
    disabled. None takes a setting back.

    Takes effect at once; where something was recorded already, a new journal goes on. Raises
    UsageError for a wrong name or value.
    """
    for name, value in given.items():
        if value is None:
            settings.check_name(name)
        else:
            checked = settings.check(name, value)
            if name == "disabled":
                given["disabled"] = checked
    restart()  # what was tracked before goes where it was to go
    for name, value in given.items():
        if value is None:
            _configured.pop(name, None)
        else:
            _configured[name] = value
    runtime.told_off = _configured.get("disabled")
    runtime.off = runtime.disabled()
    if _session is not None:  # another thread tracked something meanwhile
        restart()


def restart() -> None:
    """Closes the session; the next span begins another."""
    global _session
    runtime.made.wait(runtime.PATIENCE)
    with _making:
        session, _session = _pending(with_open=False), None
        runtime.set_waker(None)
        runtime.asleep, runtime.flooded = True, False
    if session is not None:
        session.close("reconfigured")


def _pending(*, with_open: bool) -> Session | None:
    """The session that has to record what was tracked so far, made where its thread did not."""
    if _session is not None and not _session.finished:
        return _session
    tracked = runtime.buffer or (with_open and runtime.open_spans)
    return Session(_configured) if tracked and not runtime.off else None


def flush() -> None:
    """Puts everything finished so far into the ledger."""
    session = _session
    if session is None and runtime.buffer:
        session = get()
    if session is not None:
        session.flush()


def span_id(seq: int) -> str:
    """`writer:sequence` of a span of this process."""
    return f"{get().writer_hex}:{seq}"


def result(seq: int, wait: float) -> Footprint:
    """The footprint of a span of this process (`Span.result`)."""
    from footprint.accounts.result import span_result

    session = get()
    settled = session.settle(clock.now_ns(), wait)
    session.note_open(seq)
    session.flush()
    return span_result(
        session.journal, session.writer_hex, seq, session.settings, provisional=not settled
    )


def child_environment(seq: int) -> dict[str, str]:
    """What to add to a child process's environment so that its spans hang below span `seq`."""
    session = get()
    ledger = str(session.journal.directory or session.settings.ledger)
    return {
        PARENT_VARIABLE: f"{session.run}:{session.writer_hex}:{seq}",
        "FOOTPRINT_LEDGER": ledger,
    }


def at_exit() -> None:
    """The process is leaving: what it did is recorded, what follows is not."""
    global _session
    with _making:
        _session = _pending(with_open=True)
    if _session is not None:
        _session.close("exit")


def _after_fork() -> None:
    """A forked child gets a session of its own, below the span it was forked in."""
    global _session, _making, _forked_from
    session, _session = _session, None
    _making = threading.Lock()
    frame = runtime.current_get()
    fork_seq = runtime.next_seq()
    runtime.after_fork()
    if session is not None:
        seq = frame[runtime.SEQ] if frame is not None else 0
        _forked_from = (session.writer_hex, seq, fork_seq, session.run)
        session.abandon()
    from footprint import probes

    probes.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
