"""Timelines of one device: what a reading costs, one after the other and over columns.

A GPU's counter over an hour, which moves every 100 ms, as the meter reads it: one edge in eight is
pinned down, the others are read once somewhere in between. `plain` is the pass over points, which
is what the columns are held to; both are timed in one run and must give the same cells.
"""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.table import OURS, Row, fact
from counted import MS, Counter, S
from counted import Row as Reading
from footprint.accounts.timelines import build, points
from footprint.accounts.timelines.columns import build as over_columns
from footprint.accounts.timelines.columns import points as columns
from footprint.ledger import format as fmt
from footprint.ledger.columns import dtype
from footprint.model import Device

#: The counter moves so often within the hour; a reading over columns takes at most so long, us.
EDGES, LIMIT_US = 36_000, 0.5
GPU = Device("GPU-1", "gpu", "a GPU", "counter", "gpu", max_w=840.0)


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    found: list[Row] = []
    for writers in (1,) if quick else (1, 2):
        rng = random.Random(writers)
        counter = Counter(1, count=EDGES, jitter=MS // 5)
        end = counter.edges[-1] + 50 * MS
        rows = [counter.metered(rng, S - 30 * MS, end) for _ in range(writers)]
        found += _compared(f"a point, {writers} writer{'s' * (writers > 1)}", rows)
    return found


def _compared(case: str, rows: Sequence[list[Reading]]) -> list[Row]:
    count = sum(map(len, rows))
    tables = [np.frombuffer(b"".join(_packed(own)), dtype(fmt.POINT)) for own in rows]
    began = time.perf_counter()
    plain = build.build(GPU, points.read_points(rows), [])
    middle = time.perf_counter()
    quick = over_columns.build(GPU, columns.read_points(tables), [])
    ended = time.perf_counter()
    note = f"{count:,} points of one device"
    return [
        Row(case, OURS, (ended - middle) / count * 1e6, "us", LIMIT_US, note=note),
        Row(case, "plain", (middle - began) / count * 1e6, "us"),
        fact(f"{case}: the same cells", OURS, quick == plain),
    ]


def _packed(rows: Sequence[Reading]) -> list[bytes]:
    layout: struct.Struct = fmt.POINT.layout
    return [layout.pack(1, *row) for row in rows]
