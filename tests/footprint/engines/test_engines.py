"""Engines: the same pages wherever they are made, and from whatever the ledger is kept in."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint import report
from footprint.accounts import book as books
from footprint.accounts.opened import open_ledger
from footprint.engines import engine
from footprint.engines.processes import ProcessEngine
from footprint.errors import LedgerError, UsageError
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from footprint.pages import stored
from footprint.pages.kept import Kept
from footprint.pages.page import Page
from footprint.pages.tasks import Asked, Task, page_of, tasks
from random_ledgers import LENGTH, random_journals
from recorded import MS, UTC
from sealers import GONE

DAY = 86_400 * 1000 * MS
#: Where in a random ledger a midnight falls, ms; None: in none.
MIDNIGHTS = st.none() | st.integers(-500, LENGTH + 500)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engines")


def naming(entry: Any, facts: Any) -> tuple[str, str, int]:
    return facts.host, entry.path.name, entry.status


def made(ledger: Path, asked: Asked, name: str = "local") -> list[Page]:
    work = list(tasks(open_ledger(ledger).outline(), asked))
    return [page._replace(margin_ns=0) for page in engine(name).pages(work)]


def utc(midnight: int | None) -> int:
    """UTC of a ledger's begin, so that a midnight falls so long after it."""
    return UTC if midnight is None else -(-UTC // DAY) * DAY - midnight * MS


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 2**32),
    MIDNIGHTS,
    st.none() | st.integers(-100, LENGTH),
    st.none() | st.integers(0, LENGTH),
    st.lists(st.integers(0, LENGTH), max_size=3, unique=True),
)
def test_pages_of_sealed_rows_are_those_of_journals(
    folder: Path,
    seed: int,
    midnight: int | None,
    since: int | None,
    lasts: int | None,
    cuts: list[int],
) -> None:
    ledger = Path(tempfile.mkdtemp(dir=folder)) / "L"
    begin = utc(midnight)
    random_journals(random.Random(seed), ledger, utc=begin)
    first = None if since is None else begin + since * MS
    until = None if lasts is None else (first or begin) + (lasts + 1) * MS
    asked = Asked(naming, (first, until), tuple(begin + cut * MS + 7 for cut in sorted(cuts)))
    before = made(ledger, asked)
    assert all(each.issues == () for each in before)
    seal(LocalStore(ledger), GONE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "MANY", 0)  # columns now, entry by entry before
        assert made(ledger, asked) == before


def test_processes_make_the_same_report(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    random_journals(random.Random(7), ledger, utc=utc(LENGTH // 2))
    seal(LocalStore(ledger), GONE)
    here = json.loads(report(ledger, engine="local", zone="FRA").to_json())
    there = json.loads(report(ledger, engine="duckdb", zone="FRA").to_json())
    assert here == there
    assert here["groups"]


def test_what_a_process_refuses_is_refused(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    random_journals(random.Random(7), ledger, utc=utc(LENGTH // 2))
    seal(LocalStore(ledger), GONE)
    work = list(tasks(open_ledger(ledger).outline(), Asked(naming)))
    lost = [
        each._replace(places=tuple(p._replace(where="s3://") for p in each.places)) for each in work
    ]
    assert len(lost) > 1
    with pytest.raises((LedgerError, UsageError)):
        list(ProcessEngine(2).pages(lost))


def test_engines_that_are_not_there() -> None:
    with pytest.raises(UsageError, match=r"--engine sparc is not known.*spark"):
        engine("sparc")


def test_a_small_ledger_is_no_work_for_others() -> None:
    assert type(engine("auto", rows=1000)).__name__ == "LocalEngine"
    assert type(engine("auto", rows=10_000_000)).__name__ == "ProcessEngine"


def test_a_task_says_how_much_it_is(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    random_journals(random.Random(3), ledger)
    before = [each.size for each in tasks(open_ledger(ledger).outline(), Asked(naming))]
    seal(LocalStore(ledger), GONE)
    after: list[Task] = list(tasks(open_ledger(ledger).outline(), Asked(naming)))
    assert [each.size for each in after] == before
    assert sum(before) > 40
    assert all(page_of(each).entries for each in after)


def first(ledger: Path, asked: Asked) -> Task:
    return next(tasks(open_ledger(ledger).outline(), asked))


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32), MIDNIGHTS)
def test_what_is_kept_is_what_was_made(folder: Path, seed: int, midnight: int | None) -> None:
    ledger = Path(tempfile.mkdtemp(dir=folder)) / "L"
    random_journals(random.Random(seed), ledger, utc=utc(midnight))
    seal(LocalStore(ledger), GONE)
    for each in tasks(open_ledger(ledger).outline(), Asked(naming, (None, None), (), "all")):
        page = page_of(each)
        assert stored.parsed(stored.printed(page)) == page
        assert Kept().page(each) is None
        Kept().keep(each, page)
        assert Kept().page(each) == page


def test_what_is_kept_is_for_what_was_asked_and_sealed(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    random_journals(random.Random(5), ledger)
    asked = Asked(naming, (None, None), (), "all")
    (one,) = (
        each for each in tasks(open_ledger(ledger).outline(), asked) if each.part.boot == "boot-0"
    )
    Kept().keep(one, page_of(one))
    assert not (ledger / "derived").exists()  # journals may grow
    seal(LocalStore(ledger), GONE)
    (one,) = (
        each for each in tasks(open_ledger(ledger).outline(), asked) if each.part.boot == "boot-0"
    )
    Kept().keep(one, page_of(one))
    for other in (
        asked._replace(name="host"),
        asked._replace(cuts=(UTC + 1000 * MS,)),
        asked._replace(period=(UTC + 1000 * MS, None)),
    ):
        for task in tasks(open_ledger(ledger).outline(), other):
            assert Kept().page(task) is None
    assert Kept().page(one) is not None
    for damaged in (ledger / "derived").rglob("*.z"):
        damaged.write_bytes(damaged.read_bytes()[:-9])
    assert Kept().page(one) is None
    (ledger / "derived").rename(tmp_path / "gone")
    assert Kept().page(one) is None
    assert report(ledger).to_json()


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("auto", "add --engine spark"),
        ("duckdb", "give --engine spark in place of duckdb, or leave out --master"),
    ],
)
def test_a_master_of_no_spark_says_what_to_do(name: str, remedy: str) -> None:
    with pytest.raises(UsageError) as raised:
        engine(name, "spark://host:7077")
    said = "--master spark://host:7077 is of a Spark cluster"
    assert str(raised.value) == f"{said}: {remedy}"
