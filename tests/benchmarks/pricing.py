"""A million spans of a year, priced and carbon-counted by the hour, beside a loop over them.

The loop does what the batch does, one span at a time: the series' mean over the span, Decimal
money. It runs over a sample, and its seconds are scaled up to as many spans as the batch had.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.table import OURS, Row
from footprint.estimators.batch import price_frame, price_spans, total_cost
from footprint.estimators.series import Series, series

SPANS, SAMPLE, LIMIT_S = 1_000_000, 2_000, 2.0
HOUR_NS = 3_600 * 10**9
YEAR = 1_767_225_600 * 10**9  # 2026-01-01T00:00:00Z
HOURS = 8_760
PUE = 1.2
_LOOP = "loop"


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    count = SPANS // 10 if quick else SPANS
    rng = np.random.default_rng(7)
    intensity, tariff = _factors(rng)
    start = rng.integers(YEAR, YEAR + (HOURS - 24) * HOUR_NS, count)
    end = start + rng.integers(
        0, 600 * 10**9, count
    )  # up to ten minutes: one in twelve meets an edge
    energy = np.round(rng.exponential(200.0, count), 9)
    frame = pd.DataFrame(
        {
            "start": pd.to_datetime(start, utc=True),
            "end": pd.to_datetime(end, utc=True),
            "energy_j": energy,
            "energy_low_j": energy * 0.9,
            "energy_high_j": energy * 1.1,
        }
    )
    rows, rows_s = _timed(
        lambda: price_spans(start, end, energy, intensity=intensity, pue=PUE, tariff=tariff)
    )
    exact, exact_s = _timed(lambda: total_cost(start, end, energy, tariff, PUE))
    _, frame_s = _timed(lambda: price_frame(frame, intensity=intensity, pue=PUE, tariff=tariff))
    sampled = slice(0, min(SAMPLE, count))
    looped, loop_s = _timed(
        lambda: _loop(start[sampled], end[sampled], energy[sampled], intensity, tariff)
    )
    scaled_s = loop_s * count / len(looped)
    note = f"the loop's time is that of {len(looped):,} spans, scaled up"
    grams = [each[0] for each in looped]
    apart = np.max(np.abs(rows["carbon_location_g"][sampled] / grams - 1))
    sums = math.fsum(rows["cost_eur"]) / float(exact.amount) - 1
    of = f"{count:,} spans, {HOURS:,} hours"
    return [
        Row(f"{of}: grams and money of each", OURS, rows_s, "s", LIMIT_S, note=note),
        Row(f"{of}: grams and money of each", _LOOP, scaled_s, "s"),
        Row(f"{of}: the same with bounds, on a frame", OURS, frame_s, "s", LIMIT_S),
        Row(f"{of}: exact total of money", OURS, exact_s, "s", LIMIT_S),
        Row("grams of a span, apart from the loop's at most", OURS, float(apart), "", 1e-9, True),
        Row("sum of the rows' money, apart from the exact total", OURS, sums, "", 1e-9, True),
        Row("energy that the exact total leaves out", OURS, exact.unpriced_nj / 1e9, "J", 0, True),
    ]


def _factors(rng: np.random.Generator) -> tuple[Series, Series]:
    hours = [(YEAR + at * HOUR_NS, YEAR + (at + 1) * HOUR_NS) for at in range(HOURS)]
    grams = rng.uniform(20, 600, HOURS)
    cents = rng.integers(1, 40, HOURS)
    return (
        series(
            "intensity", [(*each, float(g)) for each, g in zip(hours, grams, strict=True)], "g/kWh"
        ),
        series(
            "tariff",
            [(*each, Decimal(int(c)) / 100) for each, c in zip(hours, cents, strict=True)],
            "EUR/kWh",
        ),
    )


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """The result, and the least of three times."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - began)
    return result, min(times)


def _loop(
    start: Any, end: Any, energy: Any, intensity: Series, tariff: Series
) -> list[tuple[float, Decimal]]:
    """Grams and money of each span, one after another."""
    found = []
    for since, until, joules in zip(start.tolist(), end.tolist(), energy.tolist(), strict=True):
        kwh = joules / 3.6e6 * PUE
        grams, price = intensity.mean(since, until), tariff.mean(since, until)
        assert grams is not None
        assert price is not None
        found.append((kwh * grams, Decimal(repr(kwh)) * Decimal(repr(price))))
    return found
