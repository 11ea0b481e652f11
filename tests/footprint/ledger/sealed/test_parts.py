"""Parts that were rotated are sealed while their writer goes on."""

from __future__ import annotations

import os
from pathlib import Path

from footprint import clock
from footprint.accounts.opened import open_ledger
from footprint.ledger import format as fmt
from footprint.ledger.folding import Folded
from footprint.ledger.journal import Journal, journal_name, prepare
from footprint.ledger.proofs.verify import verify
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores import open_store
from footprint.ledger.writer import Writer


def rows_of(ledger: Path) -> dict[str, bytes]:
    (one,), issues = open_ledger(ledger).facts()
    assert issues == []
    return {row.name: one.rows.packed(row.name) for row in fmt.ROW_TYPES}


def test_what_is_sealed_of_a_running_writer_is_read_as_before(tmp_path):
    ledger = tmp_path / "ledger"
    prepare(ledger)
    t, utc = clock.anchor()
    name = bytes(range(16))
    context = {"type": "writer", "writer": name.hex(), "host": "h", "boot_id": clock.boot_id()}
    context |= {"pid": os.getpid(), "t": t, "utc_ns": utc, "run": "run", "parent": None}
    journal = Journal(ledger, name, journal_name(utc, "h", os.getpid(), name))
    writer = Writer(
        journal, context, lambda path: ({"type": "path", "path": path, "name": f"n{path}"}, 0)
    )
    for n in range(3):
        writer.open_span(1000, 0, 1, t)
        rows = [
            (10 * n + k, 0, 1 + k % 2, 0, t + n, t + n + k, ("items", 1.0), None) for k in range(9)
        ]
        writer.spans(Folded(rows, []), {})
        writer.commit(t + 100 * n)
        journal.write()
        if n < 2:
            assert writer.rotate(t + 100 * n, utc + 100 * n)
    before = rows_of(ledger)
    assert len(before["open"]) == fmt.OPEN_SPAN.layout.size
    sealed = seal(open_store(ledger))
    assert [(each.part, each.writer) for one in sealed.manifests for each in one.journals] == [
        (0, name.hex()),
        (1, name.hex()),
    ]
    assert [path.name for path in (ledger / fmt.JOURNALS).iterdir()] == [journal.path.name]
    assert rows_of(ledger) == before
    writer.record({"type": "end", "t": t + 300, "reason": "exit"})
    writer.commit(t + 300)
    journal.close()
    assert seal(open_store(ledger)).journals == 1
    assert rows_of(ledger) == before
    (whole,), _ = open_ledger(ledger).facts()
    assert whole.end == {"type": "end", "t": t + 300, "reason": "exit"}
    assert [each.line for each in verify(open_store(ledger)) if each.is_error] == []
