"""This process's session: made by the first span, configured, forked, ended."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from footprint import clock, settings
from footprint.tracking import runtime
from footprint.tracking.origin import PARENT_VARIABLE, Forked
from footprint.tracking.recorder import Session

if TYPE_CHECKING:
    from footprint.accounts.result import Footprint

_configured: dict[str, Any] = {}
_session: Session | None = None
_making = threading.Lock()
_forked: Forked | None = None


def preload() -> None:
    """Does the imports that a session's threads would do."""
    from footprint import probes

    probes.preload()


def current() -> Session | None:
    """This process's session, None where nothing was tracked yet."""
    return _session


def get(make: Callable[[], Session] | None = None) -> Session:
    """This process's session, made and started where there is none."""
    global _session
    with _making:
        if _session is None or _session.finished:
            _session = make() if make is not None else Session(_configured, forked=_forked)
            runtime.set_waker(_session.wake)
            runtime.asleep = runtime.stopping is not None
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
        session = Session(_configured, forked=_forked)
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


def given() -> dict[str, Any]:
    """The settings that code gave so far (`configure`)."""
    return dict(_configured)


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
    return Session(_configured, forked=_forked) if tracked and not runtime.off else None


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
        PARENT_VARIABLE: f"{session.origin.run}:{session.writer_hex}:{seq}",
        "FOOTPRINT_LEDGER": ledger,
    }


def at_exit() -> None:
    """The process is leaving: what it did is recorded, what follows is not."""
    global _session
    with _making:
        _session = _pending(with_open=True)
    if _session is not None:
        _session.close("exit")
    if runtime.watch is not None:
        runtime.watch.check()


def _after_fork() -> None:
    """A forked child gets a session of its own, below the span it was forked in."""
    global _session, _making, _forked
    session, _session = _session, None
    _making = threading.Lock()
    frame = runtime.current_get()
    fork_seq = runtime.next_seq()
    runtime.after_fork()
    if session is not None:
        seq = frame[runtime.SEQ] if frame is not None else 0
        _forked = Forked(session.writer_hex, session.origin.run, seq, fork_seq)
        session.abandon()
    from footprint import probes

    probes.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
