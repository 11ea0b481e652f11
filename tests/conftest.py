"""Fixtures for tests that track: in this process without threads, and in programs of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from buckets import bucket, s3_server  # noqa: F401 - fixtures
from footprint.ledger import reader
from footprint.ledger.folding import pairs
from footprint.model import STATUSES
from footprint.tracking import runtime, session
from footprint.tracking.site import PATHS

#: Homes of tests are new; matplotlib looks through the machine's fonts once, not in each of them.
FONTS = Path(tempfile.gettempdir()) / f"footprint-tests-matplotlib-{os.getuid()}"
FONTS.mkdir(exist_ok=True)
os.environ["MPLCONFIGDIR"] = str(FONTS)

#: A CPU that draws 35 W: found at once, and the same on every machine.
TRACE = "t,device,watts,device_kind\n0,cpu-0,35,cpu\n1000,cpu-0,35,cpu\n"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that try many examples."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.law)


@pytest.fixture(autouse=True)
def same_place() -> Iterator[None]:
    """No test leaves the process in another directory: what runs next would look there."""
    before = Path.cwd()
    yield
    after = Path.cwd()
    if after != before:
        os.chdir(before)
        pytest.fail(f"the test left the working directory at {after}")


class Ended:
    """A span as the buffer held it, by name."""

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.seq, self.parent, self.path, status, self.start, self.end, units, _ = row
        self.units = None if units is None else dict(pairs(units))
        self.status = STATUSES[status]
        self.name = PATHS[self.path][1].name

    def __repr__(self) -> str:
        return f"<{self.name} {self.seq} under {self.parent}: {self.status}>"


@pytest.fixture
def spans() -> Iterator[Callable[[], list[Ended]]]:
    """Gives what ended since the last call; nobody else takes it."""
    session.restart()
    runtime.set_waker(lambda: None)
    runtime.off, runtime.told_off = False, None
    del runtime.buffer[:], runtime.holds[:]
    runtime.open_spans.clear()

    def take() -> list[Ended]:
        rows = runtime.buffer[:]
        del runtime.buffer[:]
        return [Ended(row) for row in rows]

    yield take
    del runtime.buffer[:], runtime.holds[:]
    runtime.open_spans.clear()
    runtime.off, runtime.told_off = False, None
    session.restart()


class Program:
    """A program that ran, and what its ledger says."""

    def __init__(self, ended: subprocess.CompletedProcess[str], ledger: Path) -> None:
        self.returncode = ended.returncode
        self.stdout, self.stderr = ended.stdout, ended.stderr
        self.ledger = ledger

    def journals(self) -> tuple[list[reader.Facts], list[reader.Issue]]:
        return reader.read_journals(reader.journal_files(self.ledger))

    def facts(self) -> list[reader.Facts]:
        """What was recorded, the first writer first; nothing may be wrong with it."""
        facts, issues = self.journals()
        assert issues == []
        return sorted(facts, key=lambda one: one.context["t"])

    def calls(self) -> dict[str, int]:
        """How many calls of each name are in the ledger."""
        return calls(self.journals()[0])


def calls(facts: list[reader.Facts]) -> dict[str, int]:
    """How many calls of each name were recorded, folded ones too."""
    found: dict[str, int] = {}
    for one in facts:
        rows = [(row[2], 1) for row in one.rows["span"]]
        rows += [(row[2], row[8]) for row in one.rows["fold"]]
        for path, count in rows:
            name = one.paths[path].name
            found[name] = found.get(name, 0) + count
    return found


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of this machine is read."""
    trace = tmp_path / "trace.csv"
    trace.write_text(TRACE)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FOOTPRINT")}
    return {
        **kept,
        "HOME": str(tmp_path),
        "FOOTPRINT_LEDGER": str(tmp_path / "ledger"),
        "FOOTPRINT_REPLAY": str(trace),
        "PYTHONWARNINGS": "ignore::DeprecationWarning",  # of fork beside threads
    }


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], list[str]]:
    """Writes a program and gives the command that runs it."""

    def write(code: str) -> list[str]:
        path = tmp_path / "program.py"
        path.write_text(textwrap.dedent(code))
        return [sys.executable, str(path)]

    return write


@pytest.fixture
def program(
    tmp_path: Path, environment: dict[str, str], script: Callable[[str], list[str]]
) -> Callable[..., Program]:
    """Runs a program that tracks, in a process of its own."""

    def run(code: str, /, **variables: str) -> Program:
        ended = subprocess.run(
            script(code),
            env=environment | variables,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return Program(ended, tmp_path / "ledger")

    return run
