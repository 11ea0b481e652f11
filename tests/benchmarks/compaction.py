"""Compaction: a day of calls as hourly groups: bytes before and after, and how long it takes."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import packed_journals as packed
from benchmarks.table import OURS, Row
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from footprint.retention.compact import compact
from packed_journals import MIDNIGHT, S

#: Calls of a busy day of one host: 46 a second, around the clock.
CALLS = 4_000_000
DAY = 86_400 * S


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    count = 100_000 if quick else CALLS
    with tempfile.TemporaryDirectory() as name:
        store = LocalStore(Path(name))
        rows = packed.spans(count, DAY - 10 * S)
        points = packed.points(8, DAY, step=(10 if quick else 1) * S)
        records = packed.definitions()
        records += [packed.device(number, f"GPU-{number}") for number in range(8)]
        packed.write(store.root, 1, {**rows, "point": points}, records, length=DAY - S)
        seal(store)
        began = time.perf_counter()
        outcome = compact(store, MIDNIGHT // DAY + 1)
        took = time.perf_counter() - began
    note = f"{outcome.calls:,} calls of one day with two amounts each, on 8 GPUs"
    return [
        Row("calls of a day, sealed", OURS, outcome.bytes_before / 1e6, "MB", note=note),
        Row(
            "the same as hourly groups",
            OURS,
            outcome.bytes_after / 1e6,
            "MB",
            0.2 * outcome.bytes_before / 1e6,
            True,
            f"{outcome.groups:,} groups, and those of the day",
        ),
        Row("compacting it", OURS, took, "s", note="on this machine"),
    ]
