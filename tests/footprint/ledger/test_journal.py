"""Writing: a disk that is full, closed or gone harms nobody, and what was lost is told."""

from __future__ import annotations

import os
import resource
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from footprint.errors import LedgerError
from footprint.ledger import format as fmt
from footprint.ledger import journal as journals
from footprint.ledger.journal import Journal, journal_name, prepare
from footprint.ledger.reader import Facts, read_bytes
from simulators.permissions import unprivileged

WRITER = bytes(16)


def section(n: int) -> list[bytes]:
    return [fmt.section(fmt.DURATION, [(n, 0, 1)])]


def open_journal(directory: Path) -> Journal:
    prepare(directory)
    return Journal(directory, WRITER, "j")


def put(journal: Journal, n: int) -> bool:
    return journal.append(section(n), n, n, 1)


def read(journal: Journal) -> Facts:
    assert journal.path is not None
    return read_bytes(journal.path.read_bytes(), "j")


def numbers(facts: Facts) -> list[int]:
    return [row[0] for row in facts.rows["duration"]]


@contextmanager
def no_file_longer_than(size: int):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_batches_arrive_in_order_and_numbered(tmp_path):
    journal = open_journal(tmp_path / "ledger")
    for n in range(3):
        assert put(journal, n)
        journal.write()
        assert numbers(read(journal)) == list(range(n + 1))
    journal.close()
    facts = read(journal)
    assert (facts.issues, facts.batches, journal.problem) == ([], 3, "")


def test_what_waits_can_be_read_from_memory():
    journal = Journal(None, WRITER, "j")
    assert put(journal, 5)
    journal.write()
    journal.sync()
    assert numbers(read_bytes(journal.pending(), "memory")) == [5]
    journal.close()


def test_a_full_disk_is_named_and_caught_up_with(small_disk):
    journal = open_journal(small_disk / "ledger")
    filler = small_disk / "filler"
    put(journal, 0)
    journal.write()
    with filler.open("wb", buffering=0) as file:
        for _ in iter(lambda: file.write(bytes(4096)), 0):
            if os.statvfs(small_disk).f_bfree == 0:
                break
    for n in range(1, 200):
        assert put(journal, n)
        journal.write()
    assert "is full (No space left on device)" in journal.problem
    assert "\n" not in journal.problem
    filler.unlink()
    journal.close()
    assert journal.problem == ""
    facts = read(journal)
    assert numbers(facts) == list(range(200))
    assert facts.issues == []


def test_a_write_that_stops_half_way_is_finished_later(tmp_path):
    journal = open_journal(tmp_path / "ledger")
    put(journal, 0)
    journal.write()
    put(journal, 1)
    with no_file_longer_than(journal.path.stat().st_size + 10):
        journal.write()
    assert "cannot be written (File too large)" in journal.problem
    torn = read(journal)
    assert numbers(torn) == [0]
    assert [issue.kind for issue in torn.issues] == ["torn-tail"]
    put(journal, 2)
    journal.close()
    assert numbers(read(journal)) == [0, 1, 2]
    assert read(journal).issues == []


def test_past_the_limit_batches_are_given_up_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(journals, "MAX_WAITING", 400)
    journal = open_journal(tmp_path / "ledger")
    taken = [put(journal, n) for n in range(10)]
    kept = [n for n, ok in enumerate(taken) if ok]
    assert 0 < len(kept) < 10
    assert kept == list(range(len(kept)))
    assert (journal.dropped_batches, journal.dropped_rows) == (10 - len(kept), 10 - len(kept))
    assert len(journal.pending()) <= 400
    journal.write()
    assert put(journal, 10)
    journal.close()
    facts = read(journal)
    assert numbers(facts) == [*kept, 10]
    (hole,) = facts.issues
    assert (hole.kind, hole.text[:2]) == ("missing-batches", f"{10 - len(kept)} ")


def test_a_directory_that_may_not_be_written_is_caught_up_with(tmp_path):
    journal = open_journal(tmp_path / "ledger")
    folder = tmp_path / "ledger" / fmt.JOURNALS
    folder.chmod(0o555)
    with unprivileged():
        put(journal, 0)
        journal.write()
        assert "cannot be written (Permission denied)" in journal.problem
    folder.chmod(0o755)
    journal.close()
    assert numbers(read(journal)) == [0]


def test_a_ledger_that_is_removed_is_told(tmp_path):
    journal = open_journal(tmp_path / "ledger")
    put(journal, 0)
    journal.write()
    shutil.rmtree(tmp_path / "ledger")
    put(journal, 1)
    journal.write()
    assert f"the ledger {tmp_path / 'ledger'} was removed" in journal.problem
    journal.close()


def test_an_abandoned_journal_writes_nothing(tmp_path):
    journal = open_journal(tmp_path / "ledger")
    put(journal, 0)
    journal.write()
    before = journal.path.read_bytes()
    put(journal, 1)
    journal.abandon()
    journal.abandon()
    assert journal.path.read_bytes() == before


def test_a_new_or_empty_directory_becomes_a_ledger(tmp_path):
    for directory in (tmp_path / "new/deep", tmp_path / "empty"):
        if directory.name == "empty":
            directory.mkdir()
        prepare(directory)
        prepare(directory)
        assert (directory / fmt.MARKER).read_text() == '{"schema": "footprint.ledger/1"}\n'
        assert (directory / fmt.JOURNALS).is_dir()


def test_what_cannot_be_a_ledger_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.tex").write_text("x")
    closed = tmp_path / "closed"
    closed.mkdir(0o555)
    for directory, text in (
        (tmp_path / "file", "is a file, not a ledger directory: name another"),
        (tmp_path / "file/below", "cannot write the ledger"),
        (full, "holds other files and no footprint-ledger.json: name an empty or new directory"),
        (closed, "cannot write the ledger"),
    ):
        with unprivileged(), pytest.raises(LedgerError) as caught:
            prepare(directory)
        assert text in str(caught.value)
        assert str(directory) in str(caught.value)
        assert "\n" not in str(caught.value)
    assert list(full.iterdir()) == [full / "thesis.tex"]


def test_a_journals_name_sorts_by_start_and_says_whose_it_is():
    utc = 1_795_345_384 * 10**9
    name = journal_name(utc, "node/1 ü", 4711, bytes.fromhex("9f86d081" + "00" * 12))
    assert name == "20261122T110304Z-node-1-ü-4711-9f86d081"
    assert journal_name(utc, "", 1, WRITER) == "20261122T110304Z-host-1-00000000"


def rotated(journal: Journal) -> bool:
    return journal.rotate(section(100), section(200), 9)


def test_a_part_is_closed_when_the_next_one_is_there(tmp_path):
    journal = open_journal(tmp_path / "ledger")
    put(journal, 0)
    journal.write()
    first = journal.path
    assert rotated(journal)
    put(journal, 1)
    journal.close()
    assert (journal.part, journal.path.name) == (1, "j_00001.fpj")
    assert journal.size == journal.path.stat().st_size
    one, two = (read_bytes(path.read_bytes(), path.name) for path in (first, journal.path))
    assert (one.part, numbers(one), one.issues) == (0, [0, 200], [])
    assert (two.part, numbers(two), two.issues) == (1, [100, 1], [])


def test_what_waits_keeps_a_journal_in_its_part(tmp_path):
    journal = open_journal(tmp_path / "ledger")
    assert not rotated(journal)
    assert not rotated(Journal(None, WRITER, "j"))
    put(journal, 0)
    journal.write()
    put(journal, 1)
    assert not rotated(journal)
    journal.close()
    assert [path.name for path in journal.path.parent.iterdir()] == ["j.fpj"]
    assert numbers(read(journal)) == [0, 1]


def test_a_part_for_which_there_is_no_room_is_not_begun(tmp_path):
    journal = open_journal(tmp_path / "ledger")
    put(journal, 0)
    journal.write()
    with no_file_longer_than(fmt.HEADER_SIZE + 5):
        assert not rotated(journal)
    assert [path.name for path in journal.path.parent.iterdir()] == ["j.fpj"]
    put(journal, 1)
    assert rotated(journal) is False  # it waits
    journal.write()
    assert rotated(journal)
    put(journal, 2)
    journal.close()
    assert numbers(read(journal)) == [100, 2]


def test_a_part_whose_end_does_not_fit_is_followed_all_the_same(tmp_path):
    journal = open_journal(tmp_path / "ledger")
    for n in range(20):
        put(journal, n)
    journal.write()
    first = journal.path
    with no_file_longer_than(first.stat().st_size + 10):
        assert rotated(journal)
    journal.close()
    one = read_bytes(first.read_bytes(), "j")
    assert (numbers(one), one.issues) == (list(range(20)), [])
    assert numbers(read(journal)) == [100]


class LookedIntoLate(type(Path())):
    """A directory that another first writer makes a ledger just before it is looked into."""

    def iterdir(self):
        prepare(Path(self))
        return super().iterdir()


def test_a_marker_that_comes_between_two_looks_is_no_foreign_file(tmp_path):
    (tmp_path / "ledger").mkdir()
    prepare(LookedIntoLate(tmp_path / "ledger"))


def test_of_several_first_writers_none_takes_the_other_for_foreign(tmp_path):
    ledger = tmp_path / "ledger"
    (ledger / fmt.JOURNALS).mkdir(parents=True)  # another is just here
    (ledger / f".{fmt.MARKER}.4711").touch()
    prepare(ledger)
    assert (ledger / fmt.MARKER).read_text() == '{"schema": "footprint.ledger/1"}\n'


def test_a_marker_that_is_there_is_left_as_it_is(tmp_path, monkeypatch):
    ledger = tmp_path / "ledger"
    prepare(ledger)
    sealed = '{"schema": "footprint.ledger/2", "chain": "c"}'
    (ledger / fmt.MARKER).write_text(sealed)
    journals._mark(ledger / fmt.MARKER)  # it looked before
    assert (ledger / fmt.MARKER).read_text() == sealed
    assert sorted(path.name for path in ledger.iterdir()) == [fmt.MARKER, fmt.JOURNALS]
    (ledger / fmt.MARKER).unlink()

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refused)
    prepare(ledger)
    assert (ledger / fmt.MARKER).exists()
