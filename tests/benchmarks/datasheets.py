"""A datasheet from a ledger of a million spans, as a program of its own.

The ledger is what one host writes in an hour of serving four versions of a model from 16 threads,
read every 100 ms: none of its calls is short enough to be folded, and each is within one long span,
as under `footprint run`. Beside it the plain pass, which books one span after the other and is what
the columns are held to: its time is that of fewer spans, scaled up.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.table import OURS, Row
from footprint.accounts import book as books
from footprint.accounts.days import parts
from footprint.accounts.entries import Entry
from footprint.accounts.opened import open_ledger
from footprint.ledger.folding import Folded
from footprint.ledger.journal import Journal, prepare
from footprint.ledger.writer import Writer
from footprint.model import Device

SPANS, SAMPLE, LIMIT_S = 1_000_000, 36_000, 3.0
MS = 1_000_000
S = 1000 * MS
UTC = 1_795_345_200 * S
#: The ledger's length, and how far readings are apart.
LENGTH, STEP = 3600 * S, 100 * MS

GPU = Device("GPU-1", "gpu", "a GPU", "counter", "gpu", max_w=700.0, number=0)
CPU = Device("cpu:boot:package-0", "cpu", "a CPU", "counter", "package", max_w=250.0)
DRAM = Device("dram:boot:package-0", "dram", "memory", "counter", "package", max_w=60.0)


def write(
    ledger: Path, spans: int, devices: tuple[Device, ...] = (GPU, CPU, DRAM), seed: int = 1
) -> None:
    """Writes a ledger of so many spans, in batches of a second as a program does."""
    rng = random.Random(seed)
    prepare(ledger)
    writer_id = uuid.UUID(int=1)
    journal = Journal(ledger, writer_id.bytes, "benchmark")
    paths = [
        {"type": "path", "path": 1, "parent": 0, "name": "serve", "kind": "inference"},
        *(
            {
                "type": "path",
                "path": 2 + number,
                "parent": 1,
                "name": "answer",
                "kind": "inference",
                "model": "net",
                "version": str(number),
            }
            for number in range(4)
        ),
    ]
    context = {
        "type": "writer",
        "schema": "footprint.ledger/1",
        "writer": writer_id.hex,
        "host": "host",
        "boot_id": "boot",
        "pid": 1,
        "t": 0,
        "utc_ns": UTC,
        "run": writer_id.hex,
        "parent": None,
        "forked_below": 0,
        "tool": {"name": "footprint", "version": "0"},
        "declared": {"zone": "FRA", "tariff_per_kwh": "0.18 USD", "pue": 1.2},
        "hardware": {"cpus": 32, "memory_bytes": 2**37},
    }
    writer = Writer(journal, context, lambda path: (paths[path - 1], 0))
    numbers = [writer.device(device, 0) for device in devices]
    raw = [1e12, 2e12, 3e12]
    each_s, seq = spans // (LENGTH // S), 1
    for second in range(LENGTH // S):
        t = second * S
        for _ in range(S // STEP):
            for at, (number, most) in enumerate(zip(numbers, (650, 200, 40), strict=False)):
                writer.point(number, 0, 5 * MS, t, int(raw[at]))
                raw[at] += rng.uniform(0.3, 1) * most * STEP
            t += STEP
        writer.usage(second * S, second * 20 * S, second * 25 * S, second * 32 * S, 2**33)
        writer.gpu_usage(numbers[0], second * S, 1.0, 2**34, 2**35)
        rows: list[Any] = []
        for _ in range(each_s):
            seq += 1
            start = second * S + rng.randrange(S)
            end = start + int(rng.lognormvariate(3.3, 0.8) * MS) + MS
            units = ("tokens_in", 200, "tokens_out", rng.randrange(20, 400))
            rows.append((seq, 1, 2 + seq % 4, 0, start, end, units, None))
        if second == LENGTH // S - 1:
            rows.append((1, 0, 1, 0, 0, LENGTH, None, None))
        writer.spans(Folded(rows, []), {})
        writer.commit((second + 1) * S)
        journal.write()
    writer.record({"type": "end", "t": LENGTH, "reason": "exit"})
    writer.commit(LENGTH)
    journal.close()


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    spans, sample = (SPANS // 10, SAMPLE // 10) if quick else (SPANS, SAMPLE)
    rows: list[Row] = []
    for what, devices in (("a GPU", (GPU,)), ("GPU, CPU and memory", (GPU, CPU, DRAM))):
        with tempfile.TemporaryDirectory() as name:
            ledger = Path(name)
            write(ledger, spans, devices)
            size = sum(path.stat().st_size for path in ledger.rglob("*.fpj")) / 2**20
            case = f"{spans:,} spans on {what}"
            took = min(_datasheet_s(ledger) for _ in range(3))
            note = f"{size:.0f} MiB of journals; best of 3"
            limit = None if quick else LIMIT_S
            rows.append(Row(f"{case}: datasheet", OURS, took, "s", limit, note=note))
            rows.append(Row(f"{case}: the books alone", OURS, _booked_s(ledger), "s"))
        with tempfile.TemporaryDirectory() as name:
            ledger = Path(name)
            write(ledger, sample, devices)
            plain = _booked_s(ledger, plain=True) * spans / sample
            rows.append(Row(f"{case}: the books alone", "plain pass", plain, "s"))
    return rows


def _datasheet_s(ledger: Path) -> float:
    """How long the command takes, from nothing."""
    program = "from footprint.cli import main; main()"
    command = [sys.executable, "-c", program, "datasheet", "--model", "net"]
    begun = time.perf_counter()
    made = subprocess.run(
        [*command, "--model-version", "1", str(ledger)], check=True, capture_output=True, text=True
    )
    took = time.perf_counter() - begun
    assert "# Datasheet: net" in made.stdout
    return took


def _booked_s(ledger: Path, *, plain: bool = False) -> float:
    """How long it takes to book a ledger, read already."""
    facts, _ = open_ledger(ledger).facts()

    def grouping(entries: Sequence[Entry], index: int) -> tuple[Any, ...]:
        return entries[index].path.version, "all"

    begun = time.perf_counter()
    if plain:
        made = [books.make(facts, grouping=grouping)]
    else:
        made = [books.of_part(facts, part, grouping) for part in parts(facts)]
    took = time.perf_counter() - begun
    assert all(book.groups["all"] for book in made)
    return took
