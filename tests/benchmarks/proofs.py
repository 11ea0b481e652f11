"""`footprint verify`: how fast sealed files and open journals are gone through."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import packed_journals as packed
from benchmarks.table import OURS, Row
from footprint.ledger.proofs.head import head
from footprint.ledger.proofs.verify import verify
from footprint.ledger.sealed import chain as chains
from footprint.ledger.sealed.manifest import Group, Manifest, SealedFile, printed
from footprint.ledger.stores.local import LocalStore
from packed_journals import S

FILE_BYTES = 64 * 2**20


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    return [*_sealed(2 if quick else 16), *_open(100_000 if quick else 2_000_000)]


def _sealed(files: int) -> list[Row]:
    """Files of random bytes, since no Parquet is read: what counts is how many there are."""
    with tempfile.TemporaryDirectory() as name:
        store = LocalStore(Path(name))
        own = chains.begin(store)
        named = tuple(_file(store, number) for number in range(files))
        store.create(
            f"manifests/{own}/00000000.json",
            printed(Manifest(own, 0, None, "compaction", "s", "", {}, files=named)),
        )
        size = files * FILE_BYTES / 1e9
        data = os.urandom(FILE_BYTES)
        alone = FILE_BYTES / 1e9 / _best_s(lambda: hashlib.sha256(data))
        rate = size / _best_s(lambda: _clean(store))
    note = f"{size:.2g} GB in the page cache, best of 3"
    return [
        Row("sealed files", OURS, rate, "GB/s", note=note),
        Row("sealed files", "SHA-256 alone, one thread", alone, "GB/s"),
    ]


def _file(store: LocalStore, number: int) -> SealedFile:
    path = f"sealed/span/date=2026-11-22/20261122T110000Z-{number:016x}.parquet"
    data = os.urandom(FILE_BYTES)
    store.create(path, data)
    first = hashlib.sha256(path.encode()).digest()
    chain = hashlib.sha256(first + data).hexdigest()
    groups = (Group(0, 1, 0, FILE_BYTES, chain, (), 0, 0),)
    digest = hashlib.sha256(data).hexdigest()
    return SealedFile(path, "span", "2026-11-22", FILE_BYTES, digest, 1, groups)


def _open(spans: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        store = LocalStore(Path(name))
        rows = packed.spans(spans, 3600 * S)
        size = packed.write(store.root, 1, rows, packed.definitions()).stat().st_size / 1e9
        checked = size / _best_s(lambda: _clean(store))
        hashed = size / _best_s(lambda: head(store))
    note = f"a journal of {spans:,} spans, {size * 1000:.0f} MB"
    return [
        Row("an open journal", OURS, checked, "GB/s", note=note),
        Row("a head of it", OURS, hashed, "GB/s"),
    ]


def _clean(store: LocalStore) -> None:
    findings = verify(store)
    assert not findings, findings


def _best_s(what: Callable[[], object]) -> float:
    """The shortest of three times, s."""
    took = []
    for _ in range(3):
        began = time.perf_counter()
        what()
        took.append(time.perf_counter() - began)
    return min(took)
