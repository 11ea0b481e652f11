"""Sealed segments: what a span and a day of readings take, and how fast they are read."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

import packed_journals as packed
from benchmarks.table import OURS, Row
from footprint.ledger.sealed.manifest import Manifest, read_chains
from footprint.ledger.sealed.read import read
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from packed_journals import S

SPAN_BYTES, DAY_MB = 40, 50
#: What is read back at once: an hour of 64 hosts with 8 GPUs each.
SPANS, POINTS, WRITERS = 10_000_000, 18_000_000, 64


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    return [*_spans(100_000 if quick else 2_000_000), *_day(quick), *_read(20 if quick else 1)]


def _spans(count: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        store = LocalStore(Path(name))
        rows = packed.spans(count, 3600 * S)
        journal = packed.write(store.root, 1, rows, packed.definitions()).stat().st_size
        began = time.perf_counter()
        (manifest,) = seal(store).manifests
        took = time.perf_counter() - began
        spans = len(rows["span"]["seq"])
        note = f"{spans:,} spans with two amounts each; {journal / spans:.0f} bytes in the journal"
        case = "a sealed span"
        return [
            Row(case, OURS, _bytes(manifest) / spans, "bytes", SPAN_BYTES, True, note),
            Row("sealing spans", OURS, spans / took / 1e6, "million/s", note="on this machine"),
        ]


def _day(quick: bool) -> list[Row]:
    length = (600 if quick else 86_400) * S
    days = length / (86_400 * S)
    with tempfile.TemporaryDirectory() as name:
        store = LocalStore(Path(name))
        points = packed.points(8, length)
        devices = [packed.device(number, f"GPU-{number}") for number in range(8)]
        records = [*devices, *packed.anchors(length)]
        journal = packed.write(
            store.root, 1, {"point": points, **_usage(8, length)}, records, length=length
        )
        before = journal.stat().st_size / days / 1e6
        (manifest,) = seal(store).manifests
        note = f"{len(points['t']) / days / 1e6:.1f} million points; {before:.0f} MB in journals"
        alone = _bytes(manifest, "point") / days / 1e6
        whole = _bytes(manifest) / days / 1e6
        case = "a day of 8 GPUs at 10 Hz"
        limit = None if quick else DAY_MB  # small files are mostly their heads and footers
        return [
            Row(case, OURS, alone, "MB", limit, True, note),
            Row(f"{case}, with use of GPUs and CPUs each second", OURS, whole, "MB", limit, True),
        ]


def _usage(devices: int, length: int) -> dict[str, packed.Columns]:
    """What the meter records beside the counters, once a second."""
    rng = np.random.default_rng(2)
    seconds = length // S
    t = np.arange(seconds) * S + rng.integers(0, 3_000_000, seconds)
    busy = np.cumsum(rng.integers(0, 3200, seconds) * 10_000_000)
    held = 10 * 2**30 + rng.integers(0, 9, seconds * devices) * 2**21
    return {
        "usage": {
            "t": t,
            "tree_cpu_ns": np.cumsum(rng.integers(0, 30_000_000, seconds)),
            "busy_cpu_ns": busy,
            "total_cpu_ns": np.arange(seconds) * 32 * S,
            "resident_bytes": 2**30 + rng.integers(0, 99, seconds) * 4096,
            "group_cpu_ns": busy,
        },
        "gpu_usage": {
            "device": np.tile(np.arange(devices), seconds),
            "share": np.ones(seconds * devices, np.float32),
            "t": np.repeat(t, devices) + rng.integers(0, 400_000, seconds * devices),
            "own_bytes": held,
            "used_bytes": held + 2**29,
        },
    }


def _read(divisor: int) -> list[Row]:
    spans, points = SPANS // divisor // WRITERS, POINTS // divisor // WRITERS
    with tempfile.TemporaryDirectory() as name:
        store = LocalStore(Path(name))
        for number in range(1, WRITERS + 1):
            rows = packed.spans(spans, 3600 * S, number)
            length = points // 8 * S // 10
            place = {"host": f"host-{number}", "boot": f"boot-{number}"}
            readings = {"point": packed.points(8, length, number)}
            packed.write(store.root, number, {**rows, **readings}, packed.definitions(), **place)
        began = time.perf_counter()
        seal(store)
        sealing = time.perf_counter() - began
        manifests = [each for chain in read_chains(store) for each in chain.manifests]
        began = time.perf_counter()
        facts, issues = read(store, manifests)
        took = time.perf_counter() - began
        assert not issues
        assert len(facts) == WRITERS
        began = time.perf_counter()
        (one,), _ = read(store, manifests, boots=["boot-7"])
        alone = time.perf_counter() - began
        assert one.host == "host-7"
    what = f"{spans * WRITERS / 1e6:.3g} million spans, {points * WRITERS / 1e6:.3g} million points"
    return [
        Row(f"sealing {what}", OURS, sealing, "s", note="with two amounts a span"),
        Row(f"reading {what}", OURS, took, "s", note="as Facts; on this machine"),
        Row("reading one host's of them", OURS, alone, "s"),
    ]


def _bytes(manifest: Manifest, table: str | None = None) -> int:
    """Bytes of the files, of one table or of all."""
    return sum(file.size for file in manifest.files if table in (None, file.table))
