"""What is sealed of a journal: its entry in the manifest, its rows, its records."""

from __future__ import annotations

import hashlib
import json

from footprint.errors import LedgerError, LedgerVersionError
from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.proofs import prefixes
from footprint.ledger.reader import Facts, read_bytes, read_records
from footprint.ledger.sealed import tables
from footprint.ledger.sealed.manifest import SealedJournal
from footprint.ledger.sealed.write import Content


def made(name: str, data: bytes) -> Content:
    """A journal's bytes as what is sealed of it. Raises LedgerError where it must not be."""
    facts = read_bytes(data, name)
    minor = (fmt.read_header(data) or (0, 0))[1]
    if minor > fmt.MINOR:
        raise LedgerVersionError(
            f"a newer footprint wrote it (minor version {minor}, this one knows {fmt.MINOR}):"
            " upgrade footprint to seal it"
        )
    if damage := [issue.text for issue in facts.issues if issue.kind == "corrupt"]:
        raise LedgerError(f"it is damaged ({damage[0]}) and stays as it is, to be looked into")
    if not facts.context:
        raise LedgerError("its first record, the writer, is lost: it stays as it is")
    records = [
        (str(each.get("type")), json.dumps(each, separators=(",", ":"), ensure_ascii=False))
        for each in read_records(data)
    ]
    return Content(_entry(name, data, facts, len(records)), facts, records)


def _entry(name: str, data: bytes, facts: Facts, records: int) -> SealedJournal:
    """A journal's entry in the manifest."""
    first, last = _period(facts)
    rows = {row.name: facts.rows.count(row.name) for row in fmt.ROW_TYPES}
    return SealedJournal(
        name=name,
        writer=facts.writer,
        part=facts.part,
        host=facts.host,
        boot_id=facts.boot_id,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        batches=facts.batches,
        rows={table: count for table, count in rows.items() if count} | {tables.RECORD: records},
        first_utc_ns=first,
        last_utc_ns=last,
        t_last=facts.t_last,
        begun=facts.begun,
        issues=tuple((issue.kind, issue.text) for issue in facts.issues),
        checkpoints=prefixes.checkpoints(data),
    )


def _period(facts: Facts) -> tuple[int, int]:
    """UTC of the first and the last instant that a journal's rows and batches name."""
    first = facts.utc_ns(facts.context["t"])
    last = max(first, facts.utc_ns(facts.t_last))
    for table, named in tables.TIMES.items():
        if named is None or not facts.rows.count(table):
            continue
        rows = columns.of(facts.rows, table)
        starts, ends = (rows[each] for each in named)
        first = min(first, int((starts + tables.offsets(facts.anchors, starts)).min()))
        last = max(last, int((ends + tables.offsets(facts.anchors, ends)).max()))
    return first, last


__all__ = ["made"]
