"""Heads: what was kept of a ledger still proves it after it grew, was sealed, or was parted."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from footprint.errors import UsageError
from footprint.ledger import format as fmt
from footprint.ledger.proofs.findings import Finding
from footprint.ledger.proofs.head import IN_REPORTS, brief, head, parse
from footprint.ledger.proofs.verify import verify, verify_all
from footprint.ledger.sealed.closed import Here
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores import open_store
from proved_ledgers import Memory, files_of, open_journals, recorded
from report_ledgers import UTC, S

WRITER = bytes(range(16))


def _errors(found: list[Finding]) -> list[Finding]:
    return [each for each in found if each.is_error]


def _grown(data: bytes, number: int = 3) -> bytes:
    """A journal with one more batch, which closes it."""
    last = fmt.batch(number, [fmt.json_section([{"type": "end", "t": 1900 * S}])], 0, 1900 * S)
    return data + last


def test_a_head_is_the_same_after_being_written_and_read(tmp_path: Path) -> None:
    recorded(tmp_path, 1)
    seal(open_store(tmp_path))
    recorded(tmp_path, 2)
    found = head(open_store(tmp_path))
    assert len(found.chains) == len(found.journals) == 1
    assert parse(json.dumps(found.document).encode(), "h") == [found]
    report = {IN_REPORTS: [brief(found)]}
    (again,) = parse(json.dumps(report).encode(), "r")
    assert again == found._replace(utc=None)
    later = head(open_store(tmp_path))
    assert later.utc >= found.utc
    assert brief(later) == brief(found)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no JSON"),
        (b"{}", "has the schema None"),
        (b'{"schema": "footprint.head/2"}', "upgrade footprint"),
        (b'{"schema": "footprint.head/1"}', "is no head of a ledger"),
        (b'{"ledger_heads": []}', "holds no head"),
        (b"[1]", "has the schema None"),
    ],
)
def test_what_is_no_head_is_said_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        parse(data, "h.json")
    assert "\n" not in str(raised.value)


def test_a_head_that_was_edited_is_refused(tmp_path: Path) -> None:
    recorded(tmp_path, 1)
    document = head(open_store(tmp_path)).document
    document["journals"] = {}
    with pytest.raises(UsageError, match="damaged or edited"):
        parse(json.dumps(document).encode(), "h")


def test_a_journal_that_grew_and_was_sealed_is_proved_but_for_a_named_rest(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path)
    path = recorded(tmp_path, 1, spans=400, ended=False)
    known = head(store)
    size = path.stat().st_size
    path.write_bytes(_grown(path.read_bytes()))
    assert verify(store, known) == []
    assert seal(store).journals == 1
    assert not path.exists()
    (one,) = verify(store, known)
    assert one.severity == "note"
    assert one.kind == "unproved"
    assert one.bytes == (size // 4096 * 4096, size)


def test_a_journal_that_was_changed_and_then_sealed_is_found(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    recorded(tmp_path, 1, spans=400, ended=False)
    known = head(store)
    # Another run of the same writer in its place, which is whole by itself.
    path = recorded(tmp_path / "other", 1, spans=401, ended=False)
    name = next(open_journals(files_of(store)))
    store.replace(name, _grown(path.read_bytes()))
    assert _errors(verify(store)) == []
    (one,) = _errors(verify(store, known))
    assert (one.kind, one.where) == ("changed", name)
    assert seal(store).journals == 1
    assert _errors(verify(store)) == []
    (one,) = _errors(verify(store, known))
    assert (one.kind, one.where) == ("changed", name)


def test_a_journal_that_was_cut_and_then_sealed_is_found(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    path = recorded(tmp_path, 1, spans=400)
    known = head(store)
    data = path.read_bytes()
    path.write_bytes(_grown(data[: data.rfind(fmt.SYNC)], 2))
    assert path.stat().st_size < len(data)
    assert verify(store) == []
    assert seal(store).journals == 1
    assert _errors(verify(store)) == []
    (one,) = _errors(verify(store, known))
    assert (one.kind, one.where) == ("truncated", f"journals/{path.name}")


def test_batches_that_were_missing_when_a_journal_was_sealed_are_noted(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    path = recorded(tmp_path, 1, ended=False)
    path.write_bytes(_grown(path.read_bytes(), 5))
    (one,) = _errors(verify(store))
    assert (one.kind, one.text.partition(" is")[0]) == ("missing", "batches 3 to 4")
    assert seal(store).journals == 1
    (one,) = verify(store)
    assert one.severity == "note"
    assert f"journals/{path.name} was sealed with a flaw: 2 batches are missing" in one.text


def test_batches_that_a_writer_gave_up_and_said_so_are_a_note(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    path = recorded(tmp_path, 1, ended=False)
    told = {"type": "dropped", "rows": 7, "since": 1, "until": 2, "reason": "the disk was full"}
    batch = fmt.batch(5, [fmt.json_section([told])], 0, 1900 * S)
    path.write_bytes(path.read_bytes() + batch)
    (one,) = verify(store)
    assert (one.kind, one.severity) == ("given-up", "note")
    assert "batches 3 to 4 (7 rows) were given up" in one.text


def test_what_a_head_knows_may_be_in_any_of_several_places(tmp_path: Path) -> None:
    store = open_store(tmp_path / "node")
    recorded(tmp_path / "node", 1)
    recorded(tmp_path / "node", 2, ended=False)
    seal(store, Here("boot-a", frozenset(), UTC, lambda pid: True))  # its writer is still there
    known = head(store)
    files = files_of(store)
    shipped = Memory({name: data for name, data in files.items() if "journals/" not in name})
    kept = Memory({name: files[name] for name in ("footprint-ledger.json", *open_journals(files))})
    kept.replace("footprint-ledger.json", b'{"schema": "footprint.ledger/1"}\n')
    assert [_errors(found) for found in verify_all([shipped, kept], [known])] == [[], []]
    (one,) = _errors(verify(shipped, known))
    assert (one.kind, one.where) == ("missing", next(open_journals(files)))
    (one,) = _errors(verify(kept, known))
    assert one.kind == "missing"
    assert one.where.endswith("/00000000.json")


def _part(number: int, *, rotated: bool) -> bytes:
    """A part of the journals of writer 1."""
    writer = {"type": "writer", "writer": WRITER.hex(), "t": 0, "utc_ns": 0}
    end = {"type": "end", "t": 1, "reason": "rotated" if rotated else "exit"}
    header = fmt.header(WRITER, part=number)
    return header + fmt.batch(0, [fmt.json_section([writer, end])], 0, 1)


def test_a_part_that_is_gone_is_found_where_another_says_so() -> None:
    parts = {f"journals/{n}.fpj": _part(n, rotated=n < 2) for n in range(3)}
    marker = {fmt.MARKER: b'{"schema": "footprint.ledger/1"}\n'}
    assert verify(Memory({**marker, **parts})) == []
    for gone in range(3):
        kept = {name: data for name, data in parts.items() if f"/{gone}." not in name}
        (one,) = verify(Memory({**marker, **kept}))
        assert one.kind == "missing"
        assert f"part {gone} of writer {WRITER.hex()}" in one.text


def test_parts_that_are_swapped_are_found() -> None:
    base = f"journals/20261122T110304Z-host-a-4711-{WRITER.hex()[:8]}"
    first, second = _part(0, rotated=True), _part(1, rotated=False)
    marker = {fmt.MARKER: b'{"schema": "footprint.ledger/1"}\n'}
    names = f"{base}.fpj", f"{base}_00001.fpj"
    assert verify(Memory({**marker, names[0]: first, names[1]: second})) == []
    found = verify(Memory({**marker, names[0]: second, names[1]: first}))
    assert [(each.kind, each.where) for each in found] == [("moved", name) for name in names]


class _Stopped(BaseException):
    """The sealer's process is killed."""


class _Stopping(Memory):
    """A store whose user is killed at its n-th change."""

    def __init__(self, files: dict[str, bytes], left: int) -> None:
        super().__init__(files)
        self.left = left

    def _step(self) -> None:
        if not self.left:
            raise _Stopped
        self.left -= 1

    def create(self, name: str, data: bytes) -> bool:
        self._step()
        return super().create(name, data)

    def replace(self, name: str, data: bytes) -> None:
        self._step()
        super().replace(name, data)

    def put(self, name: str, path: Path) -> None:
        self._step()
        super().put(name, path)

    def delete(self, name: str) -> None:
        self._step()
        super().delete(name)


def test_a_sealer_that_is_killed_at_any_step_leaves_a_ledger_that_verifies(
    tmp_path: Path,
) -> None:
    recorded(tmp_path, 1)
    recorded(tmp_path, 2)
    store = open_store(tmp_path)
    known, files = head(store), files_of(store)
    kinds: set[str] = set()
    for steps in range(50):
        stopping = _Stopping(files, steps)
        try:
            seal(stopping)
        except _Stopped:
            found = verify(stopping, known)
            assert _errors(found) == [], steps
            kinds.update(each.kind for each in found)
        else:
            assert steps >= 8  # the marker, its chain, files, manifest, journals
            break
    else:
        pytest.fail("it was never done")
    assert kinds == {"leftover", "sealed-still-there"}


def test_a_process_that_is_killed_leaves_a_ledger_that_verifies(program: object) -> None:
    done = program(  # type: ignore[operator]
        """
        import os, signal, time
        import footprint

        @footprint.track
        def work():
            time.sleep(0.002)

        until = time.monotonic() + 1.3
        while time.monotonic() < until:
            work()
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    assert done.returncode == -9
    store = open_store(done.ledger)
    assert _errors(verify(store)) == []
    (journal,) = (done.ledger / "journals").iterdir()
    known = head(store)
    os.truncate(journal, journal.stat().st_size - 5)
    assert _errors(verify(store)) == []  # as a crash leaves it
    (one,) = _errors(verify(store, known))
    assert one.kind == "truncated"
