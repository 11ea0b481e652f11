"""Where reports of all tests arrive: the session's figures, what is written and what is told."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from footprint.errors import FootprintError
from footprint.testing import document
from footprint.testing.changes import MORE, Compared, compared
from footprint.testing.figures import NOTHING, UNKNOWN, Figures
from footprint.testing.judging import OVER, judge
from footprint.testing.options import Options
from footprint.testing.reading import read
from footprint.testing.recording import remove


class Row:
    """What the reports said of a test."""

    def __init__(self) -> None:
        self.outcome = "passed"
        self.told: dict[str, Any] = {}
        self.verdicts: list[dict[str, Any]] = []

    def take(self, report: Any) -> None:
        """One more report: setup, call or teardown, or an attempt that a rerun follows."""
        if report.when == "setup" and self.told:  # another attempt
            self.outcome = "passed"
        if hasattr(report, "wasxfail"):
            self.outcome = "xpassed" if report.passed else "xfailed"
        elif not report.passed and self.outcome != "failed":
            self.outcome = report.outcome
        self.told = report.footprint or self.told


class Desk:
    """Hooks of the process that sums up: the only one, or the one that the workers report to."""

    def __init__(self, config: pytest.Config, options: Options, session: dict[str, str]) -> None:
        self._config = config
        self._options = options
        self._session = session
        self._started_ns = time.time_ns()
        self.rows: dict[str, Row] = {}
        self.figures: Figures = NOTHING
        self.compared: Compared | None = None
        self.notes: list[str] = []
        self.written: list[str] = []

    @property
    def ledgers(self) -> list[str]:
        """Where the spans are."""
        told = (row.told.get("ledger") for row in self.rows.values())
        return sorted({each for each in told if each})

    @property
    def kept(self) -> list[str]:
        """The ledgers that are the user's."""
        return [each for each in self.ledgers if each != self._session["ledger"]]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Takes what a measured test's report says."""
        if hasattr(report, "footprint"):
            self.rows.setdefault(report.nodeid, Row()).take(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Figures are final: every process has written what it did."""
        try:
            self._sum_up()
        except FootprintError as error:
            self.notes.append(str(error))
        except Exception as error:  # noqa: BLE001 - the tests' outcome is none of our business
            self.notes.append(f"nothing could be summed up: {type(error).__name__}: {error}")
        finally:
            remove(self._session["ledger"])
        regressions = self.compared.of(MORE) if self.compared else []
        if self._options.fail_on_regression and regressions and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The lines at the end."""
        from footprint.testing.summary import lines

        if not self.rows and (not self._options.every or self._config.option.collectonly):
            return
        terminalreporter.section("footprint: energy, carbon and cost of tests")
        try:
            told = list(lines(self, self._options))
        except Exception as error:  # noqa: BLE001 - the tests' outcome is none of our business
            told = [f"  warning   nothing could be told: {type(error).__name__}: {error}"]
        for line in told:
            terminalreporter.write_line(line)

    def _sum_up(self) -> None:
        for row in self.rows.values():
            self.notes.extend([row.told["off"]] if row.told.get("off") else [])
        ledgers = [Path(each) for each in self.ledgers if Path(each).exists()]
        given = next((row.told["given"] for row in self.rows.values() if row.told), "{}")
        self.figures = read(ledgers, self._session["id"], self._started_ns, json.loads(given))
        for name, row in self.rows.items():
            self._judge(name, row)
        if self._options.baseline is not None:
            passed = {
                name: figure
                for name, figure in self.figures.tests.items()
                if name in self.rows and self.rows[name].outcome == "passed"
            }
            self.compared = compared(self._options.baseline, passed, self._options.min_ratio)
        self._write()

    def _judge(self, name: str, row: Row) -> None:
        """Verdicts by the final figures; those that failed a test stay what they were."""
        self.notes.extend(f"{name}: {note}" for note in row.told.get("notes", ()))
        limits = row.told.get("limits")
        if not limits or row.told.get("off"):
            return
        figure = self.figures.tests.get(name, UNKNOWN)
        final = judge(figure, limits, row.told["judge"])
        before = {
            one["limit"]: one for one in row.told.get("verdicts", ()) if one["verdict"] == OVER
        }
        row.verdicts = [before.get(each["limit"], each) for each in final]
        if row.outcome == "passed":
            self.notes.extend(
                f"{name}: {each['text']} (so the final figures say; the test had passed by then)"
                for each in row.verdicts
                if each["verdict"] == OVER
            )

    def _write(self) -> None:
        json_, save = self._options.json, self._options.save
        if json_ is None and save is None:
            return
        made = document.session(
            self.figures,
            [(name, self._told(row)) for name, row in self.rows.items()],
            {
                "session": self._session["id"],
                "started": datetime.fromtimestamp(self._started_ns / 1e9, UTC).isoformat(),
                "seconds": (time.time_ns() - self._started_ns) / 1e9,
                "notes": self.notes,
            },
            None if self.compared is None else self.compared.to_json(),
        )
        if json_ is not None:
            document.write(json_, [made])
            self.written.append(f"written to {json_}")
        if save is not None:
            document.add(save, made)
            self.written.append(f"added to {save}")

    @staticmethod
    def _told(row: Row) -> dict[str, Any]:
        return {
            "outcome": row.outcome,
            "runs": row.told.get("runs", 0),
            "limits": row.verdicts,
            "extra_info": json.loads(row.told.get("extra_info", "{}")),
        }
