"""`footprint run`: a program's whole process tree as one run, without the program noticing.

A span around the program; the meter comes up beside it. Whatever goes wrong with the metering is
one line on stderr: the program runs, and its exit code is ours.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint import clock, settings
from footprint.console import say
from footprint.errors import UsageError
from footprint.run import children, relay
from footprint.run.progress import Progress
from footprint.run.tally import Tally
from footprint.tracking import session
from footprint.tracking.jobs import Job
from footprint.tracking.measure import measure, whole_run

if TYPE_CHECKING:
    from footprint.run.budget import Budgets

#: The counters' next edge is waited for at the end, at most so long, seconds.
WAIT = 0.3
#: Journals up to this size are booked exactly at the end, which takes two seconds; past it (half an
#: hour with one GPU) the running totals are shown, and `footprint report` does the exact work.
EXACT_UP_TO = 2**20
#: How often the running totals follow the journal, seconds: beside a progress line, and without.
DRAW, FOLLOW = 1.0, 5.0
#: The meter is up by then, seconds.
SETTLED = 0.5

#: Settings given to `run` that the program's own tracking has to share, beside the ledger.
_SHARED = (*settings.DECLARED, "project", "replay")


class Asked(NamedTuple):
    """A budget file, and whether the program is to end when it is over one of its budgets."""

    path: Path
    stop: bool = False


class Work(NamedTuple):
    """What the run's span declares of the program."""

    name: str
    kind: str = "other"
    model: str | None = None
    version: str | None = None
    project: str | None = None
    tags: Mapping[str, str] | None = None


def run(
    argv: Sequence[str],
    given: Mapping[str, Any],
    work: Work,
    *,
    quiet: bool = False,
    progress: bool = False,
    budget: Asked | None = None,
) -> relay.Ended:
    """Runs a program and books it. Call it from the main thread, before any other is started.

    Args:
        argv: the program and its arguments.
        given: settings, by name.
        work: what to book it as.
        quiet: says nothing at the end.
        progress: draws a line on the terminal once a second.
        budget: a budget file to hold it against.

    Raises UsageError for wrong settings, declarations and budgets, NotStartedError (exit 127, 126,
    or 124 over budget) for a program that cannot be started; nothing was run then.
    """
    if not argv:
        raise UsageError("there is no command to run: write it after --")
    if not hasattr(os, "posix_spawn"):
        raise UsageError("footprint run needs Linux or macOS: use footprint.measure in the program")
    resolved = settings.resolve(given)
    span = whole_run(**work._asdict())
    path = children.find(argv[0])
    if resolved.disabled:
        children.become(path, argv)
    budgets = None if budget is None else _budgets(budget, resolved, work)
    if resolved.replay is not None:
        _play_together()
    children.adopt_orphans()
    held = relay.hold()
    metered = _Metered(given, span)
    try:
        variables = children.environment({**metered.start(), **_shared(given)})
        pid = children.spawn(path, argv, variables, held.mask)
    except children.NotStartedError as error:
        metered.end(relay.Ended(error.exit_code))
        metered.close()
        raise
    if budgets is not None:
        budgets.started(pid)
    with metered.followed(told=not quiet, drawn=progress, budgets=budgets):
        ended = relay.Relay(pid, held).wait()
    metered.end(ended)
    relay.hurry(held, ended)
    if not quiet:
        metered.tell(ended)
    metered.close()
    if budgets is not None:
        metered.hold_against(budgets, quiet=quiet)
    if resolved.seal == "auto":
        metered.seal()
    return ended if budgets is None else budgets.outcome(ended)


def _budgets(asked: Asked, resolved: settings.Settings, work: Work) -> Budgets:
    """A run's budgets. Raises UsageError for a wrong file, NotStartedError where it is over."""
    from footprint.run.budget import Budgets  # 0.1 s: reports come with it

    budgets = Budgets(asked, resolved, work)
    budgets.first()
    return budgets


def leave(ended: relay.Ended) -> int:
    """The exit code to leave with; where a signal ended the program, this process dies of it."""
    if ended.signal:
        relay.die_of(ended.signal)
    return ended.code


def _play_together() -> None:
    """The trace begins now for all processes of the run, this one too."""
    from footprint.probes.replay import START_VARIABLE

    os.environ.setdefault(START_VARIABLE, str(clock.now_ns()))


def _shared(given: Mapping[str, Any]) -> dict[str, str]:
    found = {name: given[name] for name in _SHARED if given.get(name) is not None}
    return {settings.VARIABLES[name]: str(value) for name, value in found.items()}


def _rank(job: Job | None) -> tuple[int, int] | None:
    """(rank, world size) where this program is one of several ranks."""
    if job is None or job.rank is None or (job.world_size or 1) < 2:
        return None
    return job.rank, job.world_size or 1


class _Metered:
    """The run's session and span. Nothing in it stops the program."""

    def __init__(self, given: Mapping[str, Any], span: measure) -> None:
        self._given = given
        self._span = span
        self._tally: Tally | None = None

    def start(self) -> dict[str, str]:
        """Opens the span; gives what to add to the program's environment."""
        with _guarded("this run is not recorded"):
            session.configure(**self._given)
            path = session.get().journal.path
            self._span.__enter__()
            self._tally = Tally(path) if path is not None else None
            return session.child_environment(int(str(self._span.id).rpartition(":")[2]))
        return {}

    def end(self, ended: relay.Ended) -> None:
        """Ends the span as the program ended."""
        error: BaseException | None = None
        if not ended.ok:
            asked = ended.signal in (signal.SIGINT, signal.SIGTERM)
            error = KeyboardInterrupt() if asked else RuntimeError()
        with _guarded("the end of this run is not recorded"):
            self._span.__exit__(type(error) if error else None, error, None)
            session.flush()

    def tell(self, ended: relay.Ended) -> None:
        """Says on stderr what the program used."""
        current = session.current()
        if current is None or self._span.id is None:
            return
        rank = _rank(current.origin.job)
        if rank is not None and rank[0] and ended.ok:
            return  # rank 0 tells; the others' parts are in the report
        with _guarded("what this run used cannot be told"):
            from footprint.run import summary  # 60 ms, loaded by `followed` while the program ran

            tally = self._tally
            if tally is not None:
                tally.update()
            if tally is None or tally.written_meanwhile() <= EXACT_UP_TO:
                result = self._span.result(WAIT)
            else:
                result = summary.rough(tally, current.settings)
            if tally is not None:
                tally.update()  # the last readings came while the result was waited for
            summary.tell(result, tally, ended, rank)

    def close(self) -> None:
        """Closes the journal: where this process dies of a signal, nothing is run at its exit."""
        with _guarded("the journal was not closed"):
            current = session.current()
            if current is not None:
                current.close("exit")

    def hold_against(self, budgets: Budgets, *, quiet: bool) -> None:
        """Says how the budgets stand, as the first rank of a job."""
        budgets.close()
        current = session.current()
        rank = None if current is None else _rank(current.origin.job)
        if rank is None or not rank[0]:
            with _guarded("how the budgets stand cannot be told"):
                budgets.tell(quiet=quiet)

    def seal(self) -> None:
        """Has closed journals sealed, once there are many, by a process that nobody waits for."""
        with _guarded("the ledger is not sealed"):
            from footprint.ledger.sealed import background

            current = session.current()
            if current is not None and current.journal.directory is not None:
                background.start(current.journal.directory, background.FROM_BYTES)

    @contextlib.contextmanager
    def followed(
        self, *, told: bool, drawn: bool, budgets: Budgets | None = None
    ) -> Iterator[None]:
        """Keeps running totals while the program runs; draws them, holds them against budgets."""
        tally = self._tally
        line = Progress() if drawn else None
        over = threading.Event()

        def follow() -> None:
            # Not in the first moments, which belong to the meter, and to a program that is short.
            if told and not over.wait(SETTLED):
                with contextlib.suppress(Exception):
                    import footprint.run.summary  # noqa: F401 - loaded now so that the end is quick
            while tally is not None and not over.wait(DRAW if line or budgets else FOLLOW):
                with contextlib.suppress(Exception):
                    tally.update()
                    if line:
                        line.draw(tally)
                    if budgets is not None:
                        budgets.follow(tally)

        thread = threading.Thread(target=follow, name="footprint-totals", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(1.0)
            if line:
                line.clear()


@contextlib.contextmanager
def _guarded(consequence: str) -> Iterator[None]:
    """Turns any mistake into one line: the program comes first."""
    try:
        yield
    except Exception as error:  # noqa: BLE001
        say(f"{consequence}: {type(error).__name__}: {error}")
