"""Compaction as an entry of the chain: stopped anywhere, verified, and held back."""

from __future__ import annotations

import itertools
import random
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compacted_ledgers import DAY, MIDNIGHT, compacted, integers, sealed, totals
from footprint import report
from footprint.accounts.opened import open_ledger
from footprint.errors import LedgerError
from footprint.ledger.corrections.correction import Correction, Target
from footprint.ledger.corrections.journals import add
from footprint.ledger.proofs.head import head
from footprint.ledger.proofs.verify import verify
from footprint.ledger.sealed.manifest import Manifest, read_chains
from footprint.ledger.sealed.tables import GROUP
from footprint.ledger.stores.local import LocalStore
from footprint.pages.tasks import Asked, page_of, tasks
from footprint.pages.total import total
from footprint.reports import groups
from footprint.retention.compact import compact
from random_ledgers import random_journals
from recorded import MS
from report_ledgers import Recorder, S
from sealers import CHANGES

BY = ("name", "status")


def last(ledger: Path) -> Manifest:
    (chain,) = read_chains(LocalStore(ledger))
    return chain.links[-1].manifest


def errors(ledger: Path, **known: Any) -> list[str]:
    return [str(each) for each in verify(LocalStore(ledger), **known) if each.is_error]


def test_an_entry_names_what_it_replaces_and_that_is_gone(ledger: Path) -> None:
    (chain,) = read_chains(LocalStore(ledger))
    hashes = {file.path: file.sha256 for file in chain.files}
    outcome = compacted(ledger, MIDNIGHT + DAY)
    made = last(ledger)
    assert made.kind == "compaction"
    assert made.replaces
    assert {each.path: each.sha256 for each in made.replaces}.items() <= hashes.items()
    assert not any((ledger / each.path).exists() for each in made.replaces)
    assert {file.table for file in made.files} == {"group"}
    assert len(outcome.dates) == 2
    assert outcome.calls > outcome.groups > 0
    readings = [path for path in hashes if path.startswith("sealed/point/")]
    assert readings
    assert all((ledger / path).exists() for path in readings)


def test_a_head_from_before_still_holds(ledger: Path) -> None:
    before = head(LocalStore(ledger))
    compacted(ledger, MIDNIGHT + DAY)
    assert errors(ledger, head=before) == []
    (ledger / last(ledger).path).unlink()
    assert errors(ledger, head=before)  # what it replaced is missing then


@pytest.mark.parametrize("wrong", ["a byte", "the footer", "gone"])
def test_groups_that_are_not_what_was_sealed_are_in_no_figure(ledger: Path, wrong: str) -> None:
    compacted(ledger, MIDNIGHT + DAY)
    file = next(each for each in last(ledger).files if each.table == GROUP)
    data = bytearray((ledger / file.path).read_bytes())
    if wrong == "gone":
        (ledger / file.path).unlink()
    else:
        data[file.groups[0].start + 40 if wrong == "a byte" else file.size - 6] ^= 1
        (ledger / file.path).write_bytes(data)
    said = {"a byte": "damaged: rows", "the footer": "damaged and cannot", "gone": "missing:"}
    made = report(ledger, fresh=True)
    assert made.partial
    (gap,) = {each for each in made.gaps if each.what == "ledger (missing-segment)"}
    assert gap.why.startswith(f"{file.path}: the sealed file is {said[wrong]}")
    assert gap.why.count(file.path) == 1
    assert gap.remedy.startswith("put back the file from a copy; `footprint verify`")
    with pytest.raises(LedgerError, match=r"the sealed file is .*: put back the file") as raised:
        open_ledger(ledger).spans()
    assert "\n" not in str(raised.value)


def test_verify_finds_a_changed_group(ledger: Path) -> None:
    compacted(ledger, MIDNIGHT + DAY)
    file = last(ledger).files[0]
    data = bytearray((ledger / file.path).read_bytes())
    data[file.groups[0].start + 40] ^= 1
    (ledger / file.path).write_bytes(data)
    (found,) = [each for each in verify(LocalStore(ledger)) if each.is_error]
    assert (found.kind, found.where) == ("changed", file.path)
    assert found.rows == (0, file.rows - 1)


class Stopped(BaseException):
    """The process ends here."""


class Stopping:
    """A store whose process ends after its n-th change."""

    def __init__(self, store: LocalStore, after: int) -> None:
        self._store = store
        self._left = after

    def __getattr__(self, name: str) -> Any:
        found: Callable[..., Any] = getattr(self._store, name)
        if name not in CHANGES:
            return found

        def counted(*given: Any) -> Any:
            done = found(*given)
            self._left -= 1
            if self._left == 0:
                raise Stopped
            return done

        return counted


def test_stopped_after_any_step_nothing_is_lost_or_double(ledger: Path, tmp_path: Path) -> None:
    before = integers(totals(ledger, BY))
    for after in itertools.count(1):
        copy = tmp_path / str(after)
        shutil.copytree(ledger, copy)
        store: Any = Stopping(LocalStore(copy), after)
        try:
            compact(store, (MIDNIGHT + DAY) // DAY)
        except Stopped:
            assert integers(totals(copy, BY)) == before, after
            assert errors(copy) == [], after
            compacted(copy, MIDNIGHT + DAY)
            assert integers(totals(copy, BY)) == before, after
            (chain,) = read_chains(LocalStore(copy))
            compactions = [each for each in chain.manifests if each.kind == "compaction"]
            assert len(compactions) == 1, after
            gone = [each.path for each in compactions[0].replaces]
            assert not any((copy / path).exists() for path in gone), after
            shutil.rmtree(copy)
        else:
            assert after > 6  # two files of groups, the manifest, and those that it replaces
            return


def test_a_dry_run_changes_nothing(ledger: Path) -> None:
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in sorted(ledger.rglob("*")) if path.is_file()}

    before = files()
    outcome = compacted(ledger, MIDNIGHT + DAY, dry_run=True)
    assert outcome.calls
    assert outcome.head is None
    assert files() == before


def test_dates_one_after_the_other_are_as_both_at_once(ledger: Path) -> None:
    before = integers(totals(ledger, BY))
    assert len(compacted(ledger, MIDNIGHT).dates) == 1
    assert integers(totals(ledger, BY)) == before
    assert len(compacted(ledger, MIDNIGHT + DAY).dates) == 1
    assert integers(totals(ledger, BY)) == before
    assert errors(ledger) == []


def test_what_is_not_sealed_holds_back_its_dates(ledger: Path) -> None:
    open_ = Recorder(ledger, 99, boot="boot-x", utc_ns=MIDNIGHT)
    open_.span(open_.path("late"), 0, 10 * MS)
    open_.close(ended=False)
    before = integers(totals(ledger, BY))
    outcome = compacted(ledger, MIDNIGHT + DAY)
    assert len(outcome.dates) == 1
    assert "is not sealed" in outcome.why
    assert integers(totals(ledger, BY)) == before


def test_a_damaged_ledger_stays_as_it_is(ledger: Path) -> None:
    (chain,) = read_chains(LocalStore(ledger))
    points = next(file for file in chain.files if file.table == "point")
    (ledger / points.path).unlink()
    with pytest.raises(LedgerError, match="stays as it is"):
        compacted(ledger, MIDNIGHT + DAY)
    assert all(each.kind == "seal" for each in read_chains(LocalStore(ledger))[0].manifests)


def test_a_period_takes_whole_hours_and_says_so(ledger: Path) -> None:
    hour = 3_600_000 * MS
    exact = totals(ledger, BY, since=MIDNIGHT, until=MIDNIGHT + hour)
    compacted(ledger, MIDNIGHT + DAY)
    after = totals(ledger, BY, since=MIDNIGHT, until=MIDNIGHT + hour)
    assert integers(after) == integers(exact)
    within = totals(ledger, BY, since=MIDNIGHT, until=MIDNIGHT + 700 * MS)
    assert [each.kind for each in within.missing] == ["whole-hours"]
    assert integers(within)["groups"] == integers(exact)["groups"]
    none = totals(ledger, BY, since=MIDNIGHT + 100 * MS, until=MIDNIGHT + 700 * MS)
    assert not none.members


def test_stretches_go_by_the_hour(ledger: Path) -> None:
    before = totals(ledger, BY, cuts=(MIDNIGHT,))
    compacted(ledger, MIDNIGHT + DAY)
    after = totals(ledger, BY, cuts=(MIDNIGHT,))
    assert integers(after) == integers(before)
    for key, parts in before.groups.items():
        own = {part.device.id: dict(part.by_stretch) for part in after.groups[key]}
        assert own == {part.device.id: dict(part.by_stretch) for part in parts}


def test_nothing_sealed_is_said(tmp_path: Path) -> None:
    random_journals(random.Random(3), tmp_path / "L", utc=MIDNIGHT)
    outcome = compacted(tmp_path / "L", MIDNIGHT + DAY)
    assert "run `footprint seal` first" in outcome.why
    assert not sealed(tmp_path / "L").joinpath("sealed/group").exists()


def test_calls_that_come_late_are_in_no_figure_and_said(ledger: Path) -> None:
    compacted(ledger, MIDNIGHT + DAY)
    before = integers(totals(ledger, BY))
    late = Recorder(ledger, 99, boot="boot-0", host="host-0", utc_ns=MIDNIGHT - S, t0=S // 2)
    late.span(late.path("late"), 0, 10 * MS)
    late.close()
    for _ in ("open", "sealed"):
        after = totals(ledger, BY)
        assert [each.kind for each in after.missing] == ["compacted-apart"]
        assert integers(after) | {"missing": ()} == before | {"missing": ()}
        sealed(ledger)


def test_a_report_that_was_begun_before_sees_the_one_or_the_other(ledger: Path) -> None:
    before = integers(totals(ledger, BY))
    outline = open_ledger(ledger).outline()
    work = list(tasks(outline, Asked(groups.naming(BY))))
    compacted(ledger, MIDNIGHT)
    compacted(ledger, MIDNIGHT + DAY)
    assert integers(total(outline.facts, outline.issues, map(page_of, work))) == before


def corrected(ledger: Path, utc_ns: int, name: str, **said: Any) -> None:
    """Adds a correction about the calls of a name."""
    made = Correction(uuid.uuid4().hex, said.pop("action"), Target(name=name), "me", "x", utc_ns)
    add(LocalStore(ledger), made._replace(**said))


def remarks(ledger: Path) -> list[str]:
    return [text for each in open_ledger(ledger).corrected()[2] for text in each.remarks]


def test_corrections_from_before_are_in_the_groups(ledger: Path) -> None:
    by = ("name", "model")
    corrected(ledger, MIDNIGHT, "a", action="void")
    corrected(ledger, MIDNIGHT + S, "b", action="replace", declared={"model": "m"})
    sealed(ledger)
    before = integers(totals(ledger, by))
    assert len(compacted(ledger, MIDNIGHT + DAY).dates) == 2
    assert integers(totals(ledger, by)) == before
    models = {dict(key)["name"]: dict(key)["model"] for key, _ in before["members"]}
    assert "a" not in models
    assert models["b"] == "m"
    assert all("it is in the hourly groups until 2023-11-15" in each for each in remarks(ledger))
    assert errors(ledger) == []


def test_later_corrections_of_calls_change_no_group_and_are_said(ledger: Path) -> None:
    compacted(ledger, MIDNIGHT + DAY)
    before = integers(totals(ledger, BY))
    corrected(ledger, 4_000_000_000 * S, "a", action="void")
    assert integers(totals(ledger, BY)) == before
    assert any("before it was made: it changes nothing there" in each for each in remarks(ledger))
