"""An hour of 64 hosts with 8 GPUs each: 10 million spans, 18 million counter points, one report."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import packed_journals as packed
from benchmarks import fleet_peers
from benchmarks.table import OURS, Row
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from packed_journals import MIDNIGHT, S

HOSTS, GPUS, SPANS, OVERLAP = 64, 8, 10_000_000, 16
LIMIT_S, LIMIT_GB, AGAIN_S = 60, 6, 2
MODELS = 5
BEGUN = MIDNIGHT + 10 * 3600 * S


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    hosts, spans = (4, 100_000) if quick else (HOSTS, SPANS)
    note = f"{spans:,} spans, {hosts * GPUS * 36_000:,} points, {OVERLAP} at once, sealed"
    with tempfile.TemporaryDirectory() as name:
        ledger = Path(name) / "L"
        made = made_s(ledger, hosts, spans)
        first = report(ledger)
        again = report(ledger)
        sizes = sum(path.stat().st_size for path in ledger.rglob("*") if path.is_file())
        assert again["totals"] == first["totals"]
        peers = _peers(Path(name), ledger, spans, first)
    limits = (None, None, None) if quick else (LIMIT_S, LIMIT_GB, AGAIN_S)
    return [
        Row("sealing", OURS, made, "s", note="journals to Parquet, hashed and chained"),
        Row("report", OURS, first["took_s"], "s", limits[0], note=note),
        Row("peak memory", OURS, first["peak_gb"], "GB", limits[1], note="of all its processes"),
        Row("report again", OURS, again["took_s"], "s", limits[2], note="attributed before"),
        Row("on disk", OURS, sizes / 1e6, "MB"),
        *peers,
    ]


def _peers(folder: Path, ledger: Path, spans: int, ours: dict[str, Any]) -> list[Row]:
    """The same hour by other means (`fleet_peers`)."""
    frame = _peer("pandas", ledger, GPUS, MODELS)
    times = frame["sum"] / sum(each["energy_j"]["mid"] for each in ours["groups"])
    few = min(spans, 500_000)
    path = folder / "emissions.csv"
    fleet_peers.write_codecarbon(path, few, MODELS)
    rows = _peer("codecarbon", path)
    more = spans / few
    note = f"of {few:,} rows, times {more:g}: {path.stat().st_size * more / 1e9:.1f} GB of CSV"
    return [
        Row("report", "pandas", frame["took_s"], "s", note="energy and p50 by model alone"),
        Row("peak memory", "pandas", frame["peak_gb"], "GB"),
        Row("energy of all spans", "pandas", times, "x", note="shared devices count many times"),
        Row("energy of all spans", OURS, 1.0, "x", note="what the devices drew, once"),
        Row("report", "codecarbon's CSV", rows["took_s"] * more, "s", note=note),
        Row("peak memory", "codecarbon's CSV", rows["peak_gb"] * more, "GB", note=note),
    ]


def _peer(*arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, fleet_peers.__file__, *map(str, arguments)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def made_s(ledger: Path, hosts: int = HOSTS, spans: int = SPANS, length: int = 3600 * S) -> float:
    """Writes and seals a fleet's ledger; gives the seconds that sealing took."""
    for host in range(hosts):
        _host(ledger, host, spans // hosts, length)
    began = time.perf_counter()
    seal(LocalStore(ledger))
    return time.perf_counter() - began


def _host(ledger: Path, number: int, spans: int, length: int) -> None:
    rng = np.random.default_rng(number)
    each = spans // GPUS
    duration = OVERLAP * length / each
    start = rng.integers(0, max(1, length - int(3 * duration)), spans)
    end = start + np.clip(rng.lognormal(0, 0.5, spans) * duration * 0.88, 2e6, 3 * duration)
    order = np.argsort(end, kind="stable")
    start, end = start[order], np.minimum(end[order].astype(np.int64), length)
    gpu = rng.integers(0, GPUS, spans)
    model = rng.integers(0, MODELS, spans)
    rows = {
        "seq": np.arange(1, spans + 1),
        "parent": np.zeros(spans, np.int64),
        "path": 1 + gpu * MODELS + model,
        "status": np.zeros(spans, np.int64),
        "start": start,
        "end": end,
        "device_end": end,
    }
    units = {
        "seq": rows["seq"],
        "unit": np.ones(spans, np.int64),
        "value": rng.integers(20, 400, spans).astype(float),
    }
    name = f"host-{number:03}"
    records: list[dict[str, Any]] = [
        *(packed.device(at, f"GPU-{number}-{at}") for at in range(GPUS)),
        *(
            {
                "type": "path",
                "path": 1 + at,
                "parent": 0,
                "name": "answer",
                "kind": "inference",
                "model": f"net-{at % MODELS}",
                "version": "1",
                "devices": [at // MODELS],
            }
            for at in range(GPUS * MODELS)
        ),
        {"type": "name", "id": 1, "name": "tokens_out"},
        *packed.anchors(length, BEGUN, seed=number),
    ]
    packed.write(
        ledger,
        number + 1,
        {"span": rows, "unit": units, "point": packed.points(GPUS, length, seed=number)},
        records,
        host=name,
        boot=f"boot-{number:03}",
        length=length,
        utc_ns=BEGUN,
    )


def report(ledger: Path, *options: str) -> dict[str, Any]:
    """The report as a program of its own: its totals, seconds, and the memory of its processes."""
    code = "import sys; from footprint.cli import main; main()"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code, "report", str(ledger), "--format", "json", *options],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    peak = _peak_of(process)
    assert process.stdout is not None
    text = process.stdout.read()
    assert process.wait() == 0
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {**json.loads(text), "took_s": took, "cpu_s": cpu, "peak_gb": peak[0] / 1e9}


def _peak_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The most memory that a program and what it started hold at once, bytes (grows)."""
    import threading

    import psutil

    peak = [0]

    def watch() -> None:
        own = psutil.Process(process.pid)
        while process.poll() is None:
            total = 0
            try:
                for each in (own, *own.children(recursive=True)):
                    total += each.memory_info().rss
            except psutil.Error:
                continue
            peak[0] = max(peak[0], total)
            time.sleep(0.05)

    threading.Thread(target=watch, daemon=True).start()
    return peak
