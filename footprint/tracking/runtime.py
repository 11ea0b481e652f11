"""What the hot path touches: a module of plain names, so that a tracked call costs a microsecond.

A span that is open is a *frame*, a list `[seq, path, units, start, parent]`; a span that ended is a
flat tuple in `buffer`:

    (seq, parent, path, status, start, end, units, mark)

`units` is None or a tuple (name, amount, name, amount, ...), `mark` is None or a GPU event that is
not over yet. Tuples of atoms are let go by the garbage collector at its first look, so a million of
them cause no full collection; objects would, and so would a dict in each.

Everything here is touched by every thread of the host program. A list's `append`, a dict's
assignment and deletion, and `next` of a counter are atomic in CPython.
"""

from __future__ import annotations

import atexit
import contextlib
import contextvars
import itertools
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from footprint import clock
from footprint.model import CANCELLED, CLOSED, ERROR, INTERRUPTED

if TYPE_CHECKING:
    from footprint.tracking.site import Site

Frame = list[Any]
SEQ, PATH, UNITS, START, PARENT = range(5)

current: contextvars.ContextVar[Frame | None] = contextvars.ContextVar("footprint", default=None)
current_get = current.get
current_set = current.set
current_reset = current.reset

#: Spans that ended and that nobody has taken yet.
buffer: list[tuple[Any, ...]] = []
append = buffer.append

#: Spans that have not ended, by sequence.
open_spans: dict[int, Frame] = {}

#: Pauses of generators whose consumer held them: (seq, start, end).
holds: list[tuple[int, int, int]] = []

next_seq = itertools.count(1).__next__

#: The process that imported this; a forked child is of its program.
IMPORTED_IN = os.getpid()

#: Held while amounts are added: a block may get them from many threads.
adding = threading.RLock()

#: True: nothing is recorded.
off = False

#: True while nobody drains: the next span calls `wake`.
asleep = True
#: (boot-time ns, monotonic ns, head of /proc/stat, CPU ns) as the first span began; taken once.
early: tuple[int, int, bytes, int] | None = None
#: True once the imports were done.
prepared = False
#: True while callers outrun the recorder.
flooded = False
#: Limits of this process (`tracking.limits`), which keep the meter awake; None: there are none.
watch: Any = None
#: Set while a limit that is to stop the program is exceeded: raises where the caller is to stop.
#: `asleep` is up meanwhile, so that every call comes by `wake` and nobody pays for a flag.
stopping: Callable[[], None] | None = None
_waking = threading.Lock()
_waker: Callable[[], None] | None = None

#: Not set while the recorder's thread makes its session, and while the session's threads import:
#: a process forked in the middle of an import waits for ever when it imports the same.
made, imported = threading.Event(), threading.Event()
made.set()
imported.set()
#: So long a fork waits for the imports, and the exit for the session, at most, seconds.
PATIENCE = 1.0


def wake(*, stop: bool = True) -> None:
    """Sets the session going. Costs the caller a thread's start the first time, a flag later.

    Args:
        stop: raise BudgetExceededError where a limit says so.
    """
    global asleep
    if stopping is not None and stop:
        stopping()
    if flooded:
        time.sleep(0.001)
        return
    if stopping is not None and _waker is not None:
        return  # limits keep the session awake
    with _waking:
        if not asleep:
            return
        asleep = stopping is not None
        if _waker is not None:
            _waker()
            return
        made.clear()
        imported.clear()
        _read_early()
        # Imports, settings, drivers: all of it happens on the session's own thread.
        recorder = threading.Thread(target=_start, name="footprint-recorder", daemon=True)
        try:
            _at_exit_of_worker()
            recorder.start()
        except RuntimeError as error:  # too many threads
            made.set()
            imported.set()
            if not leaving(error):
                give_up(error)


def wake_for(frame: Frame, token: Any = None, *, stop: bool = True) -> None:
    """As `wake`, for a span that is being opened: where a limit refuses it, it was never there."""
    try:
        wake(stop=stop)
    except BaseException:
        open_spans.pop(frame[SEQ], None)
        if token is not None:
            leave(token)
        raise


def prepare() -> None:
    """Imports what the session will need, where something is going to be tracked.

    On the caller's thread and once: the recorder's own, beside a main thread that computes, would
    wait for the GIL after each file it reads, and the first second would go by unmetered.
    """
    global prepared
    if prepared or off:
        return
    prepared = True
    with contextlib.suppress(Exception):  # the session says what is wrong when it starts
        from footprint.tracking import session

        session.preload()


def _read_early() -> None:
    """Reads what a model of the CPU needs, now: one file, on the thread that is running."""
    global early
    try:
        fd = os.open("/proc/stat", os.O_RDONLY)
    except OSError:
        return
    with contextlib.suppress(OSError):
        early = (
            read_clock(CLOCK),
            time.monotonic_ns(),
            os.read(fd, 512),
            time.process_time_ns(),
        )
    os.close(fd)


def set_flooded(now: bool) -> None:
    """Whether callers outrun the recorder: then each call comes by `wake`, and waits there."""
    global asleep, flooded
    if now != flooded:
        with _waking:
            flooded = now
            asleep = now or stopping is not None


def set_stopping(check: Callable[[], None] | None) -> None:
    """Has every call come by `check`, which raises where it is to stop; None: no longer."""
    global asleep, stopping
    with _waking:
        stopping = check
        asleep = check is not None or flooded or _waker is None


def _start() -> None:
    try:
        from footprint.tracking import session

        run = session.main()
    except Exception as error:  # noqa: BLE001 - none of it is the program's fault
        give_up(error)
        return
    finally:
        made.set()
    if run is None:
        imported.set()
    else:
        run()


def leaving(error: RuntimeError) -> bool:
    """Whether no thread can be had since the interpreter ends: what is left is done at exit."""
    return "interpreter shutdown" in str(error)


def give_up(error: BaseException) -> None:
    """Nothing can be recorded: says so once, and stops collecting."""
    global off
    off = True
    del buffer[:], holds[:]
    made.set()
    imported.set()
    say(f"what this program does is not recorded: {type(error).__name__}: {error}")


def say(text: str) -> None:
    """One line on stderr, where there is one. Never raises."""
    line = text.replace("\r", "\\r").replace("\n", "\\n")
    with contextlib.suppress(Exception):  # None, closed, or the program's own
        sys.stderr.write(f"footprint: {line}\n")


def set_waker(waker: Callable[[], None] | None) -> None:
    """Who to call when a span begins while `asleep`; None: a new session's thread."""
    global _waker
    _waker = waker


def sleep() -> bool:
    """The session goes to sleep, unless there is something to do: then False."""
    global asleep
    with _waking:
        asleep = True
        # A span may have begun between the session's look and the flag: look again.
        if open_spans or buffer:
            asleep = False
        return asleep


#: Set where a CUDA context exists: called at a span's end, gives an event to wait for, or None.
gpu_mark: Callable[[], Any] | None = None


def _monotonic(clock_id: Any) -> int:  # pragma: no cover - Windows
    return time.monotonic_ns()


#: `read_clock(CLOCK)` is the time: a call of a C function, without a Python frame between.
CLOCK: Any = clock._BOOTTIME
read_clock: Callable[[Any], int] = time.clock_gettime_ns if CLOCK is not None else _monotonic


def begin(path: int, parent: Frame | None, *, stop: bool = True) -> Frame:
    """Opens a span that something slower than a plain function call holds: a frame, started.

    `stop`: raises BudgetExceededError where a limit says so.
    """
    seq = next_seq()
    frame: Frame = [seq, path, None, 0, parent[SEQ] if parent is not None else 0]
    open_spans[seq] = frame
    if asleep:
        wake_for(frame, stop=stop)
    frame[START] = read_clock(CLOCK)
    return frame


def finish(frame: Frame, status: int) -> None:
    """Ends a span. A frame that ended already, or that a fork left behind, is let be."""
    end = read_clock(CLOCK)
    seq = frame[SEQ]
    if open_spans.pop(seq, None) is None:
        return
    mark = gpu_mark() if gpu_mark is not None else None
    append((seq, frame[PARENT], frame[PATH], status, frame[START], end, frame[UNITS], mark))


def enter(site: Site, *, stop: bool = True) -> tuple[Frame, Any]:
    """Opens a span of `site` under the current one and makes it current. `stop`: as of `begin`."""
    parent = current_get()
    under = parent[PATH] if parent is not None else 0
    frame = begin(site.paths.get(under) or site.path_under(under), parent, stop=stop)
    return frame, current_set(frame)


def leave(token: Any) -> None:
    """Makes the span current again that was so before `enter` or `resume`."""
    # A stream closed from another context (a loop that shuts down) has nothing to reset there.
    with contextlib.suppress(ValueError):
        current_reset(token)


def resume(frame: Frame, held_since: int, whole: bool) -> Any:
    """A stream's consumer asks for more: the span is current again; the pause was not its own."""
    if not whole:
        holds.append((frame[SEQ], held_since, read_clock(CLOCK)))
    return current_set(frame)


def status_of(error: BaseException) -> int:
    """How a span ends that this exception leaves."""
    if isinstance(error, GeneratorExit):
        return CLOSED
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return INTERRUPTED
    asyncio = sys.modules.get("asyncio")  # a task can be cancelled only where asyncio is loaded
    if asyncio is not None and isinstance(error, asyncio.CancelledError):
        return CANCELLED
    return ERROR


#: What `configure(disabled=...)` said: more than the environment.
told_off: bool | None = None


def disabled() -> bool:
    """Whether the environment switches everything off (FOOTPRINT_DISABLED)."""
    if told_off is not None:
        return told_off
    return os.environ.get("FOOTPRINT_DISABLED", "").strip().lower() in ("1", "true", "yes", "on")


def block_on_gpu(result: Any) -> None:
    """Waits until the GPU has done what `result` rests on (`sync="block"`)."""
    from footprint.integrations import gpu

    gpu.block(result)


def _before_fork() -> None:
    imported.wait(PATIENCE)
    imported.set()  # once is enough


def after_fork() -> None:
    """In a forked child: what was open or waiting is the parent's to record."""
    global asleep, early, flooded, gpu_mark, made, imported, adding, _waking, _waker
    global watch, stopping
    _waking, adding = threading.Lock(), threading.RLock()
    _waker = None
    made, imported = threading.Event(), threading.Event()
    made.set()
    imported.set()
    asleep, flooded, early = True, False, None
    watch = stopping = None  # the parent's tree has this process in it
    gpu_mark = None  # CUDA does not survive a fork
    del buffer[:]
    del holds[:]
    open_spans.clear()


def _at_exit() -> None:
    if asleep and not buffer and "footprint.tracking.session" not in sys.modules:
        return
    importing = not (made.is_set() and imported.is_set())
    made.wait(PATIENCE)
    try:
        from footprint.tracking import session

        session.at_exit()
    except Exception as error:  # noqa: BLE001 - the exit code is the program's
        give_up(error)
    if importing and getattr(sys, "last_type", None) is KeyboardInterrupt:
        _still_interrupted()


def _still_interrupted() -> None:
    """CPython dies of SIGINT after an uncaught KeyboardInterrupt, unless code was compiled since.

    An import of ours may just have done that (a named tuple is made by `eval`), and the program
    would end with exit code 1. Compiled code that is interrupted makes it remember.
    """
    if not hasattr(sys, "ps1"):  # a prompt goes on after Ctrl-C
        with contextlib.suppress(KeyboardInterrupt):
            exec("raise KeyboardInterrupt", {})


def _at_exit_of_worker() -> None:
    """multiprocessing's workers leave through os._exit: only its own finalizers run there."""
    util = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if util is not None and process is not None and process.parent_process() is not None:
        util.Finalize(None, _at_exit, exitpriority=-100)


# Registered here and not where the session is: a program may be over before that is imported.
atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork)
