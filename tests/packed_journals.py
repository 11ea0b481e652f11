"""Large journals in no time: rows made as numpy columns, packed as a writer packs them."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.journal import prepare

MS = 1_000_000
S = 1000 * MS
#: 2026-11-22T00:00:00Z
MIDNIGHT = 1_795_305_600 * S
#: Rows in a batch.
_BATCH = 50_000

Columns = Mapping[str, NDArray[Any]]


def write(
    ledger: Path,
    number: int,
    rows: Mapping[str, Columns],
    records: Sequence[dict[str, Any]] = (),
    *,
    host: str = "host-a",
    boot: str = "boot-a",
    length: int = 3600 * S,
    utc_ns: int = MIDNIGHT,
    context: Mapping[str, Any] | None = None,
) -> Path:
    """Writes a closed journal.

    Args:
        number: the writer's.
        rows: by kind, the fields as columns; times in ns after the journal's begin.
        records: JSON records, after the writer's own.
        length: when it ends, ns after its begin.
    """
    prepare(ledger)
    writer = uuid.UUID(int=number)
    first = {
        "type": "writer",
        "schema": "footprint.ledger/1",
        "writer": writer.hex,
        "host": host,
        "boot_id": boot,
        "pid": number,
        "t": 0,
        "utc_ns": utc_ns,
        "run": writer.hex,
        "parent": None,
        "forked_below": 0,
        "tool": {"name": "footprint", "version": "0"},
        "declared": {"charge": "machine"},
        "hardware": {"cpus": 32, "memory_bytes": 2**37},
    }
    path = ledger / fmt.JOURNALS / f"{number:06}.fpj"
    head = fmt.json_section([first | dict(context or {}), *records])
    end = fmt.json_section([{"type": "end", "t": length, "reason": "exit"}])
    with path.open("wb") as file:
        file.write(fmt.header(writer.bytes))
        file.write(fmt.batch(0, [head], 0, 0))
        at = 1
        for sections in _batches(rows):
            file.write(fmt.batch(at, sections, 0, length))
            at += 1
        file.write(fmt.batch(at, [end], length, length))
    return path


def anchors(length: int, utc_ns: int = MIDNIGHT, seed: int = 1) -> list[dict[str, Any]]:
    """An anchor a minute, of a clock that is slewed by some ns."""
    rng = np.random.default_rng(seed)
    drift = rng.integers(-2_000, 2_000, length // (60 * S) + 1).cumsum().tolist()
    return [
        {"type": "anchor", "t": minute * 60 * S, "utc_ns": utc_ns + minute * 60 * S + off}
        for minute, off in enumerate(drift)
        if minute
    ]


def device(number: int, uuid_: str, kind: str = "gpu") -> dict[str, Any]:
    """The record of a device."""
    return {
        "type": "device",
        "number": number,
        "id": uuid_,
        "kind": kind,
        "name": "a device",
        "tier": "counter",
        "scope": "gpu",
        "max_w": 700.0,
        "gain_low": 0.95,
        "gain_high": 1.05,
        "gain_source": "",
        "wrap_uj": None,
        "index": number,
        "notes": [],
        "t": 0,
    }


def points(devices: int, length: int, seed: int = 1, step: int = 100 * MS) -> Columns:
    """Counters of GPUs, read each `step`: 300 to 700 W with noise, in mJ; times jitter by ns."""
    rng = np.random.default_rng(seed)
    count = length // step
    t = np.arange(count)[:, None] * step + rng.normal(2 * MS, 200_000, (count, devices))
    t = (t + np.arange(devices) * 50_000).astype(np.int64)
    walk = np.cumsum(rng.normal(0, 4, (count, devices)), axis=0)
    watts = np.clip(500 + 180 * np.sin(walk / 40) + rng.normal(0, 25, (count, devices)), 300, 700)
    taken_ns = np.diff(t, axis=0, prepend=t[:1] - step)
    raw_mj = 1_000_000 + np.cumsum((watts * taken_ns / 1e6).astype(np.int64), axis=0)
    return {
        "device": np.tile(np.arange(devices), count),
        "lag_us": rng.normal(5_000, 300, count * devices).astype(np.int64),
        "t": t.ravel(),
        "raw_uj": raw_mj.ravel() * 1000,
    }


def spans(count: int, length: int, seed: int = 1, threads: int = 16) -> dict[str, Columns]:
    """Requests that call three others each, with two amounts on every span, as they ended."""
    rng = np.random.default_rng(seed)
    outer = count // 4
    start = np.sort(rng.integers(0, max(1, length - S), outer))
    duration = (rng.lognormal(0, 0.6, outer) * threads * length / outer / 2).astype(np.int64)
    duration = np.clip(duration, 4 * MS, S)
    cuts = np.sort(rng.random((outer, 3)), axis=1)
    begins = start[:, None] + (cuts * duration[:, None] * 0.9).astype(np.int64)
    ends = np.concatenate([begins[:, 1:], (start + duration)[:, None]], axis=1)
    ends -= rng.integers(1_000, 90_000, ends.shape)
    all_starts = np.concatenate([start[:, None], begins], axis=1).ravel()
    all_ends = np.maximum(
        np.concatenate([(start + duration)[:, None], ends], axis=1).ravel(), all_starts
    )
    all_ends = np.minimum(all_ends, length)
    seq = np.empty(4 * outer, np.int64)
    seq[np.argsort(all_starts, kind="stable")] = np.arange(1, 4 * outer + 1)
    parent = np.where(np.arange(4 * outer) % 4 == 0, 0, np.repeat(seq[::4], 4))
    order = np.argsort(all_ends, kind="stable")
    found = {
        "seq": seq,
        "parent": parent,
        "path": np.tile([1, 2, 3, 4], outer),
        "status": (rng.random(4 * outer) < 0.01).astype(np.int64),
        "start": all_starts,
        "end": all_ends,
        "device_end": all_ends + (rng.random(4 * outer) < 0.3) * rng.integers(0, 5 * MS, 4 * outer),
    }
    ordered = {name: values[order] for name, values in found.items()}
    amounts = np.empty((4 * outer, 2))
    amounts[:, 0] = rng.integers(20, 2000, 4 * outer)
    amounts[:, 1] = rng.integers(20, 400, 4 * outer)
    units = {
        "seq": np.repeat(ordered["seq"], 2),
        "unit": np.tile([1, 2], 4 * outer),
        "value": amounts.ravel(),
    }
    return {"span": ordered, "unit": units}


def definitions(model: str = "net") -> list[dict[str, Any]]:
    """The paths and names that `spans` refers to."""
    names = ("answer", "tokenise", "forward", "decode")
    return [
        *(
            {
                "type": "path",
                "path": at,
                "parent": min(at - 1, 1),
                "name": name,
                "kind": "inference",
            }
            | {"model": model, "version": "1"}
            for at, name in enumerate(names, start=1)
        ),
        {"type": "name", "id": 1, "name": "tokens_in"},
        {"type": "name", "id": 2, "name": "tokens_out"},
    ]


def _batches(rows: Mapping[str, Columns]) -> Iterable[list[bytes]]:
    packed: dict[str, bytes] = {}
    for kind, given in rows.items():
        layout = columns.dtype(fmt.BY_NAME[kind])
        count = len(next(iter(given.values())))
        made = np.zeros(count * layout.itemsize, "u1").view(layout)
        for name, values in given.items():
            made[name] = values
        packed[kind] = made.tobytes()
    most = max(
        (len(each) // fmt.BY_NAME[kind].layout.size for kind, each in packed.items()), default=0
    )
    for first in range(0, most, _BATCH):
        sections = []
        for kind, each in packed.items():
            row = fmt.BY_NAME[kind]
            size = row.layout.size
            part = each[first * size : (first + _BATCH) * size]
            if part:
                sections.append(struct.pack("<BxHI", row.number, size, len(part) // size) + part)
        yield sections
