"""What readings share: one DuckDB, and not what they found of rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from footprint.accounts.opened import open_ledger
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.sealed.session import Session
from footprint.ledger.stores.local import LocalStore
from footprint.pages.tasks import Asked, Task, page_of, pages_of, tasks
from footprint.reports.groups import naming
from recorded import UTC
from report_ledgers import GPU, Recorder, S
from sealers import GONE

DAY = 86_400 * S


def two_days(ledger: Path) -> list[Task]:
    one = Recorder(ledger, 1, utc_ns=UTC)
    one.counter(GPU, [100.0] * 2880, step=60 * S)
    for number in range(40):
        one.span(one.path("a", model="m"), number * 3600 * S, number * 3600 * S + 1800 * S)
    one.close(2 * DAY)
    seal(LocalStore(ledger), GONE)
    return list(tasks(open_ledger(ledger).outline(), Asked(naming(("model",)))))


def test_pages_of_one_session_are_those_of_their_own(tmp_path: Path) -> None:
    work = two_days(tmp_path / "L")
    assert len(work) > 1
    assert list(pages_of(work)) == [page_of(each) for each in work]


def test_each_reading_has_a_connection_and_the_session_ends_them(tmp_path: Path) -> None:
    with Session() as session:
        one, other = session.connection(), session.connection()
        one.close()
        assert other.execute("SELECT 1").fetchall() == [(1,)]
        last = session.connection()
        assert page_of(two_days(tmp_path / "L")[0], session).entries
        assert session.sound
    session.end()  # which is over, and may be ended again
    with pytest.raises(duckdb.Error):
        one.execute("SELECT 1")
    last.close()


def test_rows_that_were_damaged_between_two_pages_are_found(tmp_path: Path) -> None:
    first, *_ = two_days(tmp_path / "L")
    with Session() as session:
        sound = page_of(first, session)
        assert not sound.issues
        for file in (tmp_path / "L").rglob("*.parquet"):
            data = bytearray(file.read_bytes())
            data[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
            file.write_bytes(data)
        again = page_of(first, session)
    assert {issue.kind for issue in again.issues} == {issue.kind for issue in page_of(first).issues}
    assert again.issues
