"""Budgets of a run: `footprint run --budget FILE`.

What was used before counts from the ledger, what the run uses from its running totals; when it is
over, the ledger is checked as `footprint check` does. A run is ended only where that was asked for.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from footprint.budgets.judge import above, chosen
from footprint.budgets.make import check_budgets
from footprint.budgets.read import read
from footprint.budgets.speech import Speech
from footprint.budgets.view import OK, OVER, UNKNOWN, UNUSED, Checked, Row
from footprint.console import say, write
from footprint.errors import LedgerError
from footprint.estimators.quantity import Quantity, exact, total
from footprint.run.children import NotStartedError
from footprint.run.relay import Ended
from footprint.settings import Settings
from footprint.tracking.origin import host_name

if TYPE_CHECKING:
    from footprint.run.program import Asked, Work
    from footprint.run.tally import Tally

#: Exit code of a run that was ended over its budget, or not begun: that of `timeout`.
STOPPED = 124

#: Remarks that say that nothing was recorded yet: the run is the first.
_FIRST = ("empty", "none_near", "none_of", "none_named", "none_at_all", "none_together", "unused")


class Budgets:
    """The budgets that a run is held against, from before it begins until after it has ended.

    Args:
        asked: the file.
        settings: of the run.
        work: what it is booked as.

    Raises UsageError for a file that is not right.
    """

    def __init__(self, asked: Asked, settings: Settings, work: Work) -> None:
        self._asked = asked
        self._settings = settings
        self._key = _key(work, settings)
        self._begun = datetime.now(UTC)
        self._say = Speech()
        self._before: list[tuple[Row, Quantity]] | None = None
        self._told: set[int] = set()
        self._pidfd: int | None = None
        self._pid = 0
        self.stopped = False
        read(asked.path, self._begun)

    def first(self) -> None:
        """Where the run is to end over budget, looks what was used before it begins.

        Raises NotStartedError where that is more than a budget of it allows.
        """
        if not self._asked.stop:
            return
        self._before = self._so_far()
        for row, used in self._before:
            if row.allowed is not None and above(chosen(used, row.budget.judge), row.allowed):
                text = f"{self._asked.path}: {self._say.where(row)}: {self._say.said(row)}"
                raise NotStartedError(f"{text}: the command is not started", STOPPED)

    def started(self, pid: int) -> None:
        """The program is running."""
        self._pid = pid
        if self._asked.stop and hasattr(os, "pidfd_open"):
            self._pidfd = os.pidfd_open(pid)

    def follow(self, tally: Tally) -> None:
        """Looks at the running totals: warns once a budget, and ends the program if asked."""
        if self._before is None:
            self._before = []  # whatever happens, once is enough
            self._before = self._so_far()
        for at, (row, used) in enumerate(self._before):
            more = self._rough(row, tally)
            if at in self._told or more is None or row.allowed is None:
                continue
            now = total([used, more], used.unit)
            if not above(chosen(now, row.budget.judge), row.allowed):
                continue
            self._told.add(at)
            unit = row.limit.figure.unit
            end = "; it is ended (SIGTERM)" if self._asked.stop and not self.stopped else ""
            say(
                f"{self._asked.path}: {self._say.where(row)}: about {self._say.value(now)} by now,"
                f" over the limit of {self._say.amount(row.allowed, unit)}{end}"
            )
            if self._asked.stop and not self.stopped:
                self._end()

    def tell(self, *, quiet: bool) -> None:
        """Says how the budgets stand after the run; `quiet`: only what fails."""
        checked = self._check()
        if checked is None:
            return
        lines = [
            f"  budget    {self._say.where(row)}: {self._say.line(row)}\n"
            for row in checked.rows
            if checked.fails(row) or not (quiet or row.state == UNUSED)
        ]
        write("".join(lines))

    def outcome(self, ended: Ended) -> Ended:
        """How the run ended: where it was ended over its budget, by that."""
        return Ended(STOPPED) if self.stopped else ended

    def close(self) -> None:
        """Lets go of the program."""
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None

    def _end(self) -> None:
        """Asks the program to end, as `timeout` does: once, and it alone."""
        self.stopped = True
        try:
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, signal.SIGTERM)
            else:
                os.kill(self._pid, signal.SIGTERM)
        except ProcessLookupError:
            self.stopped = False  # it ended by itself

    def _check(self, now: datetime | None = None) -> Checked | None:
        """The ledger against the file; None where there is no ledger yet."""
        try:
            return check_budgets(self._asked.path, self._settings.ledger, now=now)
        except LedgerError:
            return None

    def _so_far(self) -> list[tuple[Row, Quantity]]:
        """What of the run's budgets was used before it: those whose figure grows while it runs."""
        checked = self._check(self._begun)
        rows = list(self._blank()) if checked is None else checked.rows
        return [
            (row, used)
            for row in rows
            if row.limit.figure.adds_up
            and row.budget.matches(self._key)
            and (row.budget.period is None or row.budget.period.begun(self._begun))
            and (used := _used(row)) is not None
        ]

    def _blank(self) -> Iterator[Row]:
        """The limits of the file, of which nothing was used."""
        for budget in read(self._asked.path, self._begun).budgets:
            for limit in budget.limits:
                yield Row(budget, limit, (None, None), None, limit.amount, UNUSED)

    def _rough(self, row: Row, tally: Tally) -> Quantity | None:
        """What the run used of a figure by now; of a budget of everything, all the meters saw."""
        from footprint.run import summary

        figure = row.limit.figure
        if figure.source == "energy_j" and not row.budget.select:
            found = exact(sum(tally.metered_j.values()), "J") if tally.metered_j else None
        elif figure.source == "cost":
            money = summary.rough(tally, self._settings).cost.get(figure.unit)
            found = None if money is None else money.to_quantity()
        else:
            found = getattr(summary.rough(tally, self._settings), figure.source)
        return None if found is None else found.to(figure.unit)


def _used(row: Row) -> Quantity | None:
    """What a row says was used before: nothing, where nothing was recorded; None: not known."""
    if row.value is not None and row.state in (OK, OVER, "may_be_over"):
        return row.value
    if row.state in (UNUSED, UNKNOWN) and (not row.notes or row.notes[0].key in _FIRST):
        return exact(0.0, row.limit.figure.unit)
    return None


def _key(work: Work, settings: Settings) -> Mapping[str, str | None]:
    """The run's group: what it declares of itself."""
    tags = {**settings.tags, **(work.tags or {})}
    return {
        "name": work.name,
        "kind": work.kind,
        "model": work.model,
        "version": work.version,
        "project": work.project or settings.project,
        "host": host_name(settings.host),
        "status": "ok",
        **{f"tag.{key}": value for key, value in tags.items()},
    }
