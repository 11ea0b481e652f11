"""Writers that are killed at random moments, and power that fails at every byte."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import killed_writers
from footprint import report
from footprint.accounts.opened import open_ledger
from footprint.ledger import format as fmt
from footprint.ledger.folding import Fold, Folded
from footprint.ledger.journal import MAX_WAITING, Journal, prepare
from footprint.ledger.parts import join
from footprint.ledger.proofs.verify import verify
from footprint.ledger.reader import Facts, journal_files, read_bytes, read_journals
from footprint.ledger.stores import open_store
from footprint.ledger.writer import Writer
from footprint.model import Device

#: 16 writers are killed in each.
ROUNDS = 25


@pytest.fixture(scope="module")
def killed(tmp_path_factory) -> tuple[Path, dict[str, int]]:
    """A ledger of killed writers, and how many spans each had written at least."""
    ledger = tmp_path_factory.mktemp("killed") / "ledger"
    command = [sys.executable, "-P", killed_writers.__file__, str(ledger), "5", str(ROUNDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return ledger, json.loads(done.stdout)


def test_a_kill_loses_nothing_that_was_written_and_doubles_nothing(killed):
    ledger, heard = killed
    facts, issues = read_journals(journal_files(ledger))
    assert {issue.kind for issue in issues} <= {"torn-tail"}
    writers, missing = join(facts)
    assert missing == []
    assert len(heard) == ROUNDS * killed_writers.WRITERS
    written = {name for name, count in heard.items() if count}
    assert len(written) > len(heard) / 2
    assert written <= {one.writer for one in writers} <= heard.keys()
    assert max(one.part for one in facts) > 1
    for one in writers:
        rows = one.rows["span"]
        assert rows == [killed_writers.span(seq) for seq in range(1, len(rows) + 1)]
        assert len(rows) >= heard[one.writer]
        assert [row[0] for row in one.rows["unit"]] == [row[0] for row in rows]
        assert len({row[0] for row in one.rows["open"]}) == len(one.rows["open"])
        assert {row[2] for row in rows} <= one.paths.keys()


def test_what_was_killed_verifies_and_is_read_as_one(killed):
    ledger, heard = killed
    assert [each.line for each in verify(open_store(ledger)) if each.is_error] == []
    facts, issues = open_ledger(ledger).facts()
    assert {issue.kind for issue in issues} <= {"torn-tail"}
    assert len({one.writer for one in facts}) == len(facts) <= len(heard)


GPU = Device("GPU-1", "gpu", "H100", "counter", "gpu", max_w=700.0)


def recorded(directory: Path) -> list[bytes]:
    """A header and some batches with every kind of rows, as a writer makes them."""
    prepare(directory)
    context = {"type": "writer", "t": 0, "utc_ns": 0, "host": "h", "boot_id": "b"}
    journal = Journal(directory, bytes(range(16)), "j")
    writer = Writer(
        journal, context, lambda path: ({"type": "path", "path": path, "name": f"n{path}"}, 0)
    )
    sizes = [0]
    for n in range(1, 6):
        t = 1000 * n
        device = writer.device(GPU, t)
        writer.point(device, 0, 5, t, 10**6 * n)
        writer.window(device, "power", t, t + 900, 5000)
        writer.usage(t, n, n, n, n)
        writer.gpu_usage(device, t, 0.5, 1, 2)
        fold = Fold(10 * n, 0, n, 0, False, t, t + 90, 9, 80, 80, 80, {"items": 2.0}, {70: 9})
        writer.spans(Folded([(10 * n + 1, 0, n, 0, t, t + 99, ("é", 1.5), None)], [fold]), {})
        writer.hold(10 * n + 1, t, t + 5, 5)
        writer.open_span(10 * n + 2, 0, n, t)
        writer.record({"type": "anchor", "t": t, "utc_ns": t})
        writer.commit(t + 999)
        journal.write()
        sizes.append(journal.size)
    journal.close()
    data = journal.path.read_bytes()
    sizes[0] = fmt.HEADER_SIZE
    return [data[: sizes[0]], *(data[a:b] for a, b in itertools.pairwise(sizes))]


def said(facts: Facts) -> tuple:
    rows = tuple(facts.rows.packed(name) for name in facts.rows)
    return rows, facts.paths, facts.names, facts.devices, facts.anchors, facts.t_last


def cuts(batches: list[bytes], count: int) -> Iterator[tuple[int, int]]:
    """(size, whole batches) of a journal cut at every byte of its last `count` batches."""
    ends = [sum(map(len, batches[: n + 1])) for n in range(len(batches))]
    for size in range(ends[-1 - count] + 1, ends[-1]):
        yield size, sum(end <= size for end in ends[1:])


def test_power_that_fails_at_any_byte_costs_the_last_batch_only(tmp_path):
    batches = recorded(tmp_path / "ledger")
    data = b"".join(batches)
    until = [read_bytes(b"".join(batches[: n + 1]), "j") for n in range(len(batches))]
    assert [len(each.rows["span"]) for each in until] == [0, 1, 2, 3, 4, 5]
    known = [said(each) for each in until]
    for size, whole in cuts(batches, 5):
        facts = read_bytes(data[:size], "j")
        assert said(facts) == known[whole], size
        is_cut = size != sum(map(len, batches[: whole + 1]))
        assert [issue.kind for issue in facts.issues] == (["torn-tail"] if is_cut else []), size


@pytest.mark.parametrize("filler", [b"\0", b"\xff"])
def test_blocks_that_the_power_cut_left_unwritten_cost_the_last_batch_only(tmp_path, filler):
    # The file's length reached the disk, its last bytes did not.
    batches = recorded(tmp_path / "ledger")
    data = b"".join(batches)
    whole = said(read_bytes(b"".join(batches[:-1]), "j"))
    last = len(data) - len(batches[-1])
    for size in range(last, len(data) - 1):
        facts = read_bytes(data[:size] + filler * (len(data) - size), "j")
        if data[size:].strip(filler):
            assert said(facts) == whole, size
            assert len(facts.issues) == 1, size
        if filler == b"\0" and size == last:
            assert [issue.kind for issue in facts.issues] == ["torn-tail"]


def span_batch(first: int, count: int) -> Folded:
    rows = [
        (seq, 0, 1, 0, 10 * seq, 10 * seq + 5, None, None) for seq in range(first, first + count)
    ]
    return Folded(rows, [])


def test_64_mib_wait_for_a_full_disk_and_what_is_lost_then_is_a_gap_of_the_report(small_disk):
    ledger = small_disk / "ledger"
    prepare(ledger)
    context = {"type": "writer", "writer": bytes(range(16)).hex(), "t": 0, "utc_ns": 10**18}
    context |= {"host": "h", "boot_id": "b", "run": "run", "parent": None}
    journal = Journal(ledger, bytes(range(16)), "j")
    writer = Writer(journal, context, lambda path: ({"type": "path", "path": path, "name": "n"}, 0))
    filler = small_disk / "filler"
    per_batch, batches = 20_000, 80  # 77 MB
    for n in range(batches):
        if n == 1:
            with filler.open("wb", buffering=0) as file:
                while os.statvfs(small_disk).f_bfree:
                    file.write(bytes(4096))
        writer.spans(span_batch(1 + n * per_batch, per_batch), {})
        writer.commit(10 * (n + 1) * per_batch)
        journal.write()
        if n > 1:
            assert "is full" in journal.problem
    lost = journal.dropped_rows
    assert 0 < lost < batches * per_batch
    assert len(journal.pending()) <= MAX_WAITING
    assert len(journal.pending()) > MAX_WAITING - 2 * per_batch * fmt.SPAN.layout.size
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=100m", str(small_disk)], check=True)
    writer.spans(span_batch(10**7, 1), {})
    writer.commit(10**9)
    journal.write()
    writer.commit(10**9 + 1)
    journal.close()
    assert journal.problem == ""
    (facts,), issues = read_journals(journal_files(ledger))
    seqs = [row[0] for row in facts.rows["span"]]
    kept = batches * per_batch - lost
    assert seqs == [*range(1, kept + 1), *([10**7] if len(seqs) > kept else [])]
    assert {issue.kind for issue in issues} == {"missing-batches"}
    told = sum(each["rows"] for each in facts.dropped)
    assert told == lost + (len(seqs) == kept)
    texts = [gap.why for gap in report(ledger).gaps]
    assert any(
        f"{told} records were dropped: the ledger {ledger} is full" in text for text in texts
    )
