"""What corrections do, told from few columns: what is read, what is kept, what is missing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from footprint.accounts.opened import Ledger, open_ledger
from footprint.ledger.corrections.apply import Applied
from footprint.ledger.corrections.correction import Correction, Target
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from report_ledgers import CPU, GPU, UTC, Recorder, S
from sealers import GONE

HOUR, DAY = 3600 * S, 86_400 * S
MIDNIGHT = UTC - UTC % DAY


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Three days, four calls each; a fold of five calls on the first; one call never ends."""
    one = Recorder(tmp_path / "L", utc_ns=MIDNIGHT)
    call = one.path("call", model="m")
    for at in range(12):
        one.span(call, at * 6 * HOUR, at * 6 * HOUR + HOUR, items=1)
    one.fold(call, 3 * HOUR, [S] * 5)
    one.writer.open_span(99, 0, call, one.t0 + 70 * HOUR)
    one.counter(GPU, [100.0] * 72, HOUR)
    one.counter(CPU, [50.0] * 72, HOUR)
    one.close(72 * HOUR - S)
    seal(LocalStore(tmp_path / "L"), GONE)
    return tmp_path / "L"


def said(number: int, action: str, target: Target, **given: object) -> Correction:
    one = Correction(f"{number:032x}", action, target, "me", "why", 10**18 + number)
    return one._replace(**given)


def of_day(day: int) -> Target:
    since = MIDNIGHT + day * DAY
    return Target(model="m", since_utc_ns=since, until_utc_ns=since + DAY)


def told(ledger: Path, *every: Correction) -> tuple[Ledger, list[Applied]]:
    opened = open_ledger(ledger)
    opened.proposed = every
    return opened, list(opened.outline().corrections)


def test_counts_of_spans_folds_and_what_never_ended(ledger: Path) -> None:
    opened, found = told(
        ledger,
        said(1, "void", of_day(0)),
        said(2, "annotate", Target(model="m")),
        said(3, "replace", of_day(2), declared={"model": "n"}),
        said(4, "replace", Target(model="m", first_seq=9), declared={"model": "o"}),
        said(5, "void", Target(device=GPU.id, until_utc_ns=MIDNIGHT + DAY)),
        said(6, "replace", Target(host="host-a"), declared={"zone": "FRA"}),
    )
    # The fold has sequence 13; what never ended (99) ends with the journal, on the third day.
    assert [(each.spans, each.calls) for each in found[:4]] == [(5, 9), (14, 18), (5, 5), (6, 10)]
    assert found[2].remarks == (
        f"of 5 spans another correction says otherwise, and it holds: {found[3].correction.id}",
    )
    assert found[3].remarks == ("1 of its spans are void",)
    assert (found[4].readings, found[4].writers, found[5].writers) == (24, 1, 1)
    assert found == opened.corrected()[2]


def test_only_files_of_the_corrected_date_are_read(ledger: Path) -> None:
    for table in ("span", "point"):
        for each in (ledger / "sealed" / table).iterdir():
            if each.name != "date=2026-11-23":
                shutil.rmtree(each)
    opened, found = told(ledger, said(1, "void", of_day(1)))
    assert (found[0].spans, found[0].remarks) == (4, ())
    assert opened.outline().missing == ()


def test_what_cannot_be_read_is_said_and_not_kept(ledger: Path) -> None:
    (path,) = (ledger / "sealed/span/date=2026-11-23").iterdir()
    data = path.read_bytes()
    path.unlink()
    opened, found = told(ledger, said(1, "void", of_day(1)))
    assert found[0].spans == 0
    assert [each.kind for each in opened.outline().missing] == ["missing-segment"]
    path.write_bytes(data)
    assert told(ledger, said(1, "void", of_day(1)))[1][0].spans == 4


def test_answers_are_kept_for_whoever_says_the_same(ledger: Path) -> None:
    first = told(ledger, said(1, "void", of_day(1)))[1]
    (kept,) = (ledger / "derived/corrections").rglob("*.json")
    kept.write_text(kept.read_text().replace("[0,4,4,", "[0,7,7,"))
    again = told(ledger, said(9, "void", of_day(1)))[1]
    assert (first[0].spans, again[0].spans) == (4, 7)  # it is what was kept
    opened = open_ledger(ledger)
    opened.proposed = [said(1, "void", of_day(1))]
    assert list(opened.outline(fresh=True).corrections) == first
    for damaged in ("", "[]", json.dumps({"done": [[5, 1]], "touches": []})):
        kept.write_text(damaged)
        assert told(ledger, said(1, "void", of_day(1)))[1] == first
