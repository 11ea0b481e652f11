"""Sums of pages that were kept: the same figures, and never those of another ledger."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from footprint import report
from footprint.accounts.opened import open_ledger
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from footprint.pages import sums
from footprint.pages.sums import Sums
from footprint.pages.tasks import Asked, Task, page_of, tasks
from footprint.pages.total import total
from footprint.reports.audit import calendar
from footprint.reports.groups import naming
from random_ledgers import random_journals
from recorded import UTC
from report_ledgers import GPU, Recorder, S
from sealers import GONE

DAY = 86_400 * S


def days(ledger: Path, first: int, count: int) -> None:
    """A boot a day, each metered for an hour with a call in it; sealed."""
    for number in range(first, first + count):
        one = Recorder(ledger, number + 1, boot=f"boot-{number}", utc_ns=UTC + number * DAY)
        one.counter(GPU, [100.0 + number] * 60, step=60 * S)
        one.span(one.path("a", model=f"m{number % 3}"), 0, 1800 * S, items=3)
        one.close(3600 * S)
    seal(LocalStore(ledger), GONE)


def asked(ledger: Path, name: str | None = "all") -> list[Task]:
    wanted = Asked(naming(("model",)), (None, None), (), name)
    return sorted(tasks(open_ledger(ledger).outline(), wanted), key=lambda each: each.part.day)


def test_reports_are_the_same_from_sums_from_pages_and_from_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "FEW", 1)
    monkeypatch.setattr(calendar, "BY_DAY", 2)  # so that few days are weeks
    ledger = tmp_path / "L"
    random_journals(random.Random(8), ledger, ms=100 * S, utc=UTC)
    seal(LocalStore(ledger), GONE)
    first = report(ledger, by="name", zone="FRA").to_json()
    kept = list((ledger / "derived").rglob("*.sum.json.z"))
    assert kept
    assert report(ledger, by="name", zone="FRA").to_json() == first
    for each in kept:
        each.unlink()
    assert report(ledger, by="name", zone="FRA").to_json() == first
    assert report(ledger, by="name", zone="FRA", fresh=True).to_json() == first


def test_a_kept_sum_is_read_and_its_pages_are_not(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    days(ledger, 0, 6)
    work = asked(ledger)
    made = total((), (), map(page_of, work))
    assert Sums(()).total(work) is None
    Sums(()).keep(work, made)
    assert Sums(()).total(work) == made
    for other in (asked(ledger, "other"), work[1:], asked(ledger, None)):
        assert Sums(()).total(other) is None
    assert Sums((UTC,)).total(work) is None


def test_days_that_are_added_far_away_leave_a_sum_and_near_ones_do_not(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    days(ledger, 0, 6)
    work = asked(ledger)
    Sums(()).keep(work, total((), (), map(page_of, work)))
    days(ledger, 20, 1)
    assert Sums(()).total(asked(ledger)[:6]) is not None
    # What another process of one of these boots recorded is sealed later.
    late = Recorder(ledger, 99, boot="boot-3", utc_ns=UTC + 3 * DAY)
    late.span(late.path("b", model="m0"), 10 * S, 20 * S)
    late.close(3600 * S)
    seal(LocalStore(ledger), GONE)
    assert Sums(()).total(asked(ledger)[:6]) is None


def test_few_pages_open_journals_and_damaged_sums_are_passed_over(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    days(ledger, 0, 5)
    work = asked(ledger)
    Sums(()).keep(work[:3], total((), (), map(page_of, work[:3])))
    assert not (ledger / "derived").exists()
    Sums(()).keep(work, total((), (), map(page_of, work)))
    (file,) = (ledger / "derived").rglob("*.z")
    file.write_bytes(file.read_bytes()[:-9])
    assert Sums(()).total(work) is None
    one = Recorder(ledger, 50, boot="boot-4", utc_ns=UTC + 4 * DAY)
    one.span(one.path("b"), 0, S)
    one.close(ended=False)
    assert Sums(()).total(asked(ledger)) is None
