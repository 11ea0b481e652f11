"""What the programs used until now, from the books: worked out beside the view, now and then.

The view adds what came since. A report takes as long as its ledger is large, so the next one comes
after fifty times as long as the last one took: the view never uses more than 2 % of a core for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from footprint.errors import FootprintError
from footprint.estimators.errors import EstimatorError
from footprint.reports.view import Amounts, added

#: Not sooner after the last one than so many seconds, and so many times what that took.
LEAST_S, TIMES = 30.0, 50.0


class UntilNow(NamedTuple):
    """What runs used.

    Attributes:
        at_s: `time.monotonic` up to which it is known.
        runs: by run.
        problem: why it is not known; empty where it is.
    """

    at_s: float
    runs: Mapping[str, Amounts] = {}
    problem: str = ""


class Books:
    """Reports on the runs that are shown, made on a thread.

    Args:
        ledgers: their directories.
        given: what the report is to assume, as `footprint.report` takes it.
    """

    def __init__(self, ledgers: Sequence[Path], given: Mapping[str, Any]) -> None:
        self._ledgers, self._given = ledgers, given
        self._found = UntilNow(time.monotonic(), {}, "not worked out yet")
        self._due = 0.0
        self._working = False

    @property
    def found(self) -> UntilNow:
        """The newest."""
        return self._found

    def look(self, since: datetime | None, done: Callable[[], None] = lambda: None) -> None:
        """Begins the next one where it is due.

        Args:
            since: when the first of the runs began; None: there are none.
            done: called on the thread, when it is there.
        """
        if since is None or self._working or time.monotonic() < self._due:
            return
        self._working = True
        name = "footprint-top books"
        threading.Thread(target=self._work, args=(since, done), name=name, daemon=True).start()

    def _work(self, since: datetime, done: Callable[[], None]) -> None:
        began = time.monotonic()
        try:
            self._found = UntilNow(began, _by_run(self._ledgers, since, self._given))
        except (FootprintError, EstimatorError, OSError) as error:
            self._found = UntilNow(began, {}, str(error))
        finally:
            now = time.monotonic()
            self._due = now + max(LEAST_S, TIMES * (now - began))
            self._working = False
        done()


def _by_run(
    ledgers: Sequence[Path], since: datetime, given: Mapping[str, Any]
) -> dict[str, Amounts]:
    from footprint.reports import report

    made = report(*ledgers, by="run", since=since, engine="local", **given)
    parts: dict[str, list[Amounts]] = {}
    for group in made.groups:
        parts.setdefault(str(dict(group.key)["run"]), []).append(group.amounts)
    return {run: added(each) for run, each in parts.items()}
