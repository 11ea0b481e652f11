"""What runs used until now is what the report says, and it is not worked out all the time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from footprint import report
from footprint.model import Device
from footprint.top.booked import Books
from report_ledgers import UTC as BEGAN_NS
from report_ledgers import Recorder, S

GPU = Device("GPU-1", "gpu", "a GPU", "counter", "gpu", number=0)
BEGAN = datetime.fromtimestamp(BEGAN_NS // S - 1, UTC)


def look(books: Books) -> bool:
    """Whether it worked; waits until it has."""
    done = threading.Event()
    books.look(BEGAN, done.set)
    return done.wait(5.0) if books._working else done.is_set()


def test_the_books_of_a_run(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "L")
    recorder.counter(GPU, [100.0] * 100)
    recorder.span(recorder.path("f", kind="inference", model="net"), 2 * S, 6 * S)
    recorder.close(10 * S)
    books = Books([tmp_path / "L"], {"zone": "FRA"})
    assert books.found.problem
    assert look(books)
    (amounts,) = books.found.runs.values()
    (group,) = report(tmp_path / "L", by="run", zone="FRA").groups
    assert amounts == group.amounts
    assert amounts.energy_j is not None
    assert amounts.energy_j.mid == pytest.approx(400)
    assert not look(books)  # not again at once


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    books = Books([tmp_path / "nothing"], {})
    assert look(books)
    assert "there is no ledger" in books.found.problem
    books.look(None)
