"""Bundles of sums: the same report, read at once, and never that of another ledger."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from footprint import report
from footprint.accounts.opened import open_ledger
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from footprint.pages import bundle
from footprint.pages.page import Page
from footprint.pages.tasks import Asked, Task, page_of, tasks
from footprint.reports.audit import calendar
from footprint.reports.audit.series import Timed, timed
from footprint.reports.groups import naming
from recorded import UTC
from report_ledgers import GPU, Recorder, S
from sealers import GONE

DAY = 86_400 * S


@pytest.fixture(scope="module")
def twelve_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed ledger of twelve days, which nobody has reported on."""
    ledger = tmp_path_factory.mktemp("bundle") / "L"
    days(ledger, 0, 12)
    return ledger


@pytest.fixture
def ledger(twelve_days: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(twelve_days, tmp_path / "L")


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "FEW", 3)
    monkeypatch.setattr(calendar, "BY_DAY", 2)  # so that few days are weeks


def day(ledger: Path, number: int, writer: int | None = None, *, ended: bool = True) -> None:
    """A boot of a day: metered for an hour with calls in it."""
    first = writer is None
    one = Recorder(
        ledger,
        number + 1 if writer is None else writer,
        boot=f"b{number}",
        utc_ns=UTC + number * DAY,
    )
    if first:
        one.counter(GPU, [100.0 + number] * 60, step=60 * S)
    one.span(one.path("a", model=f"m{number % 3}"), 0, 1800 * S, items=3)
    one.close(3600 * S, ended=ended)


def days(ledger: Path, first: int, count: int) -> None:
    for number in range(first, first + count):
        day(ledger, number)
    seal(LocalStore(ledger), GONE)


def made(ledger: Path, name: str = "all", *, fresh: bool = False) -> tuple[Timed, int]:
    """What the pages of a ledger come to, and how many of them had to be made."""
    outline = open_ledger(ledger).outline()
    asked = Asked(naming(("model",)), (None, None), (), name)
    count = 0

    def pages(work: Sequence[Task]) -> list[Page]:
        nonlocal count
        count += len(work)
        return [page_of(each) for each in work]

    work = sorted(tasks(outline, asked), key=lambda each: each.part.day)
    return timed(work, pages, outline.facts, outline.issues, (), fresh=fresh), count


def same(one: Timed, other: Timed) -> bool:
    """All but the facts, which are read anew each time."""
    bare = [each.whole._replace(facts=()) for each in (one, other)]
    return bare[0] == bare[1] and one.totals == other.totals


def bundles(ledger: Path) -> list[Path]:
    return list((ledger / "derived").rglob("*.all.z"))


def test_a_bundle_is_read_alone_and_says_what_its_pages_came_to(ledger: Path) -> None:
    first, count = made(ledger)
    assert count == 12
    assert len(first.totals) > 1
    (kept,) = bundles(ledger)
    for each in (ledger / "derived").rglob("*.z"):
        if each != kept:
            each.unlink()
    again, count = made(ledger)
    assert count == 0
    assert same(again, first)
    assert same(made(ledger, fresh=True)[0], first)


def test_a_day_more_makes_its_week_again_in_the_same_file(ledger: Path) -> None:
    made(ledger)
    (kept,) = bundles(ledger)
    before = kept.read_bytes()
    days(ledger, 12, 1)
    found, count = made(ledger)
    assert 0 < count <= 7
    assert bundles(ledger) == [kept]
    assert kept.read_bytes() != before
    assert made(ledger)[1] == 0
    assert same(made(ledger)[0], found)
    assert same(made(ledger, fresh=True)[0], found)


def test_what_is_not_sealed_is_added_to_a_bundle_of_the_rest(ledger: Path) -> None:
    day(ledger, 12, ended=False)
    first, _ = made(ledger)
    again, count = made(ledger)
    assert 0 < count <= 7
    assert same(again, first)
    assert same(made(ledger, fresh=True)[0], first)


def test_what_was_sealed_late_other_questions_and_damage_are_seen(ledger: Path) -> None:
    first, _ = made(ledger)
    (kept,) = bundles(ledger)
    assert made(ledger, "other")[1] == 12
    assert len(bundles(ledger)) == 2
    day(ledger, 3, 99)
    seal(LocalStore(ledger), GONE)
    late, count = made(ledger)
    assert 0 < count <= 7
    assert not same(late, first)
    data = kept.read_bytes()
    for damaged in (b"", data[:-9], data[:40], b"0" + data[1:], data.replace(b"\n", b"\n\0", 1)):
        for each in bundles(ledger):
            each.write_bytes(damaged)
        assert same(made(ledger)[0], late)


def test_reports_are_the_same_bytes_from_a_bundle_and_without(ledger: Path) -> None:
    first = report(ledger, by="model", zone="FRA").to_json()
    assert bundles(ledger)
    assert report(ledger, by="model", zone="FRA").to_json() == first
    assert report(ledger, by="model", zone="FRA", fresh=True).to_json() == first
