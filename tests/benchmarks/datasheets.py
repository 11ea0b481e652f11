"""How long a datasheet takes from a ledger of a million spans, as a program of its own.

    python tests/benchmarks/datasheets.py [SPANS]

The ledger is what one host writes in an hour of serving from 16 threads: none of its calls is short
enough to be folded, and each is within one long span, as under `footprint run`.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from footprint.ledger.folding import Folded
from footprint.ledger.journal import Journal, prepare
from footprint.ledger.writer import Writer
from footprint.model import Device

MS = 1_000_000
S = 1000 * MS
UTC = 1_795_345_200 * S
#: The ledger's length, and how far readings are apart.
LENGTH, STEP = 3600 * S, 100 * MS

GPU = Device("GPU-1", "gpu", "a GPU", "counter", "gpu", max_w=700.0, number=0)
CPU = Device("cpu:boot:package-0", "cpu", "a CPU", "counter", "package", max_w=250.0)
DRAM = Device("dram:boot:package-0", "dram", "memory", "counter", "package", max_w=60.0)


def write(ledger: Path, spans: int, devices: tuple[Device, ...] = (GPU, CPU, DRAM), seed: int = 1) -> None:
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


def seconds(ledger: Path, *options: str) -> float:
    """How long the command takes."""
    command = [sys.executable, "-m", "footprint.cli", "datasheet", "--model", "net"]
    begun = time.perf_counter()
    subprocess.run(
        [*command, "--model-version", "1", *options, str(ledger)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - begun


def main() -> None:
    spans = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        ledger = Path(name)
        write(ledger, spans)
        size = sum(path.stat().st_size for path in ledger.rglob("*.fpj")) / 2**20
        print(f"{spans:,} spans, {size:.0f} MiB of journals")
        for number in range(3):
            print(f"datasheet {number + 1}: {seconds(ledger):.2f} s")


if __name__ == "__main__":
    main()
