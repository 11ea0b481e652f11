"""A report on the ledger of real work that is kept as test data (tests/data/README.md)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from footprint import report
from footprint.ledger.proofs.verify import verify
from footprint.ledger.stores.local import LocalStore
from footprint.reports.view import Report

DATA = Path(__file__).parents[3] / "data" / "audit-ledger"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded") / "ledger"
    shutil.copytree(DATA, folder)
    return folder


@pytest.fixture
def made(ledger: Path) -> Report:
    return report(ledger, by="model,version,kind")


def test_it_is_whole(ledger: Path) -> None:
    assert DATA.is_dir()
    assert verify(LocalStore(ledger)) == []


def test_it_has_all_that_was_recorded(made: Report, ledger: Path) -> None:
    keys = {(dict(each.key)["model"], dict(each.key)["kind"]) for each in made.groups}
    assert {
        ("digits-mlp", "training"),
        ("digits-logistic", "inference"),
        ("minilm", "inference"),
        ("digits-cnn", "training"),
        ("gpt-4o-mini", "api"),
        ("claude-sonnet-4-5", "api"),
    } <= keys
    versions = {
        dict(each.key)["version"] for each in made.groups if dict(each.key)["model"] == "minilm"
    }
    assert versions == {"fp32", "int8", "int8-channel"}
    ranks = report(ledger, by="job,rank").groups
    assert {dict(each.key)["rank"] for each in ranks if dict(each.key)["job"]} == set("0123")
    assert {"EUR", "USD"} == set(made.totals.cost)


def test_time_and_completeness_of_it(made: Report) -> None:
    assert made.series is not None
    assert made.hours is not None
    assert made.coverage is not None
    (day,) = made.series.periods
    assert day.amounts.energy_j is not None
    assert made.totals.energy_j is not None
    assert day.amounts.energy_j.mid == pytest.approx(made.totals.energy_j.mid, rel=1e-12)
    metered = sum(row.metered_j for row in made.conservation)
    assert made.hours.days[0].metered_j[0] == pytest.approx(metered, rel=1e-12)
    # A meter ran throughout.
    assert made.coverage.share > 0.9999
    assert made.coverage.gaps == ()
