"""Counters of energy, and what writers that read them record: at exact times, as `Facts` has it."""

from __future__ import annotations

import random
from bisect import bisect_right
from typing import NamedTuple

from footprint.accounts.timelines.points import Window
from footprint.ledger.format import NO_LAG
from footprint.meter.edges import Edges
from footprint.model import Device

MS = 1_000_000
S = 1000 * MS

Row = tuple[int, int, int, int]  # epoch, lag_us, t, raw_uj


class Counter:
    """A counter that moves every `period`; `edges` are when, `values` what it then shows (uJ)."""

    def __init__(
        self, seed: int, count: int = 40, period: int = 100 * MS, jitter: int = 0, begin: int = S
    ) -> None:
        rng = random.Random(seed)
        self.edges = [
            begin + index * period + rng.randint(-jitter, jitter) for index in range(count)
        ]
        self.values = [1_000_000]
        for _ in range(count - 1):
            self.values.append(self.values[-1] + rng.randint(5_000_000, 70_000_000))

    def at(self, t: int) -> int:
        shown = bisect_right(self.edges, t)
        return self.values[shown - 1] if shown else 0

    def rows(self, reads: list[tuple[int, int]], epoch: int = 0) -> list[Row]:
        """What a writer records that reads from `before` to `after`, each at a moment between."""
        found: list[Row] = []
        last: tuple[int, int] | None = None
        for before, after in reads:
            value = self.at((before + after) // 2)
            if last is None:
                found.append((epoch, NO_LAG, after, value))
            elif value != last[1]:
                found.append((epoch, -(-(after - last[0]) // 1000), after, value))
            last = (before, value)
        return found

    def metered(self, rng: random.Random, begin: int, end: int, took: int = 200_000) -> list[Row]:
        """What the meter records of it: few edges pinned, most read once somewhere in between."""
        found: list[Row] = []
        edges, at = Edges(), begin
        while at < end:
            after = at + rng.randint(1000, took)
            edge = edges.observe(at, after, self.at((at + after) // 2))
            if edge is not None:
                lag_us = NO_LAG if edge.lag_ns is None else -(-edge.lag_ns // 1000)
                found.append((0, lag_us, edge.t, edge.raw))
            at = max(after, rng.randint(edges.next_read, max(edges.next_read, edges.latest)))
            if rng.random() < 0.01:  # nothing ran, and nothing was read
                at += rng.randint(0, 2 * S)
                edges.wake()
        return found


def polls(rng: random.Random, begin: int, end: int, step: int, took: int = 200_000) -> list:
    """Reads about every `step`, each taking up to `took`."""
    reads: list[tuple[int, int]] = []
    at = begin
    while at < end:
        after = at + rng.randint(1000, took)
        reads.append((at, after))
        at = after + rng.randint(step // 2, step * 3 // 2)
    return reads


class Read(NamedTuple):
    """What all writers saw of one device."""

    device: Device
    rows: list[list[Row]]
    windows: list[list[Window]]
    since: int | None
    until: int | None


def random_reads(rng: random.Random) -> Read:
    """One device read by one to three writers, with everything that timelines know."""
    wrap_uj = rng.choice([None, None, 262_143_000_000, 300_000_000])
    rows = _steady(rng) if rng.random() < 0.6 else _restarting(rng, wrap_uj)
    windows = [_windows(rng) for _ in range(rng.choice([0, 0, 0, 1, 2]))]
    times = [row[2] for own in rows for row in own] + [row.end for own in windows for row in own]
    device = Device(
        "GPU-0",
        rng.choice(["gpu", "gpu", "cpu"]),
        "a device",
        "counter",
        "gpu",
        max_w=rng.choice([None, 840.0]),
        wrap_nj=None if wrap_uj is None else wrap_uj * 1000,
    )
    since, until = min(times, default=0) - rng.randint(0, 3 * S), max(times, default=0)
    until += rng.randint(-300, 600) * MS
    return Read(device, rows, windows, rng.choice([None, since]), rng.choice([None, until]))


def _steady(rng: random.Random) -> list[list[Row]]:
    """A GPU's counter, which may start again, or be away, for one of them."""
    period = rng.choice([20, 50, 100]) * MS
    jitter = rng.choice([0, 100_000, MS, 3 * MS])
    counter = Counter(rng.randint(0, 10**6), rng.randint(1, 120), period, jitter)
    end = S + rng.randint(1, 120) * period
    rows: list[list[Row]] = []
    for _ in range(rng.choice([1, 1, 2, 3])):
        begin = S - 50 * MS + rng.choice([0, 0, 900]) * MS
        took = rng.choice([200_000, 5 * MS, 40 * MS])
        if rng.random() < 0.5:
            rows.append(counter.metered(rng, begin, end, took))
        else:
            step = rng.choice([2, 3, 20, 60, 170]) * MS
            rows.append(counter.rows(polls(rng, begin, end, step, took)))
    first = rows[0]
    if len(first) > 4 and rng.random() < 0.4:
        cut, away = rng.randint(1, len(first) - 1), rng.choice([0, 500 * MS, 3 * S])
        less = rng.choice([0, first[cut][3], MS])
        rows[0] = first[:cut] + [
            (rng.choice([0, 1]), lag, t + away, max(0, raw - less))
            for _, lag, t, raw in first[cut:]
        ]
    return rows


def _restarting(rng: random.Random, wrap_uj: int | None) -> list[list[Row]]:
    """A counter that starts again and wraps, of which nothing is read reliably."""
    period = rng.choice([20, 50, 100]) * MS
    resets = sorted(rng.randint(0, 20 * S) for _ in range(rng.choice([0, 0, 1, 3])))
    watts = rng.randint(1, 400)
    drawn = [rng.choice([0, 10**9])]
    for _ in range(60 * S // period):
        drawn.append(drawn[-1] + rng.choice([0, watts, rng.randint(0, 2 * watts)]) * period // 1000)

    def shown(t: int) -> tuple[int, int]:
        epoch = bisect_right(resets, t)
        at = min(max(0, t // period), len(drawn) - 1)
        raw = drawn[at] - (drawn[min(resets[epoch - 1] // period, at)] if epoch else 0)
        return (epoch, raw) if wrap_uj is None else (epoch + raw // wrap_uj, raw % wrap_uj)

    def rows(t: int, step: int) -> list[Row]:
        found: list[Row] = []
        epoch, last, before = 0, -1, 0
        for _ in range(rng.randint(1, 120)):
            t += rng.randint(step // 2, step * 3 // 2)
            wakes = rng.random() < 0.02
            t += rng.randint(0, 3 * S) if wakes else 0
            at = t - rng.choice([0, 0, 0, rng.randint(0, 3 * MS), rng.randint(0, 60 * MS)])
            now, raw = shown(at)
            raw = max(0, raw - 10**7) if rng.random() < 0.01 else raw  # as drivers do
            epoch = now if rng.random() < 0.7 else epoch
            if raw != last or wakes:
                lag = NO_LAG if last < 0 or wakes else (t - before) // 1000 + rng.randint(0, 1000)
                found.append((epoch, lag, t, raw))
                last = raw
            before = at
        return found

    count = rng.choice([1, 1, 2, 4])
    steps = [rng.choice([3, 30, 100, 300, 1000]) * MS for _ in range(count)]
    return [rows(rng.randint(0, 5 * S), step) for step in steps]


def _windows(rng: random.Random) -> list[Window]:
    """A writer's integrated power; now and then two windows overlap."""
    step, at = rng.choice([50, 50, 330]) * MS, rng.randint(0, 8 * S)
    found: list[Window] = []
    for _ in range(rng.randint(0, 80)):
        at += rng.randint(0, 2 * S) if rng.random() < 0.03 else 0
        end = at + step + rng.choice([0, 0, rng.randint(-MS, MS)])
        tier = "utilisation" if rng.random() < 0.1 else "power"
        found.append(Window(at, end, rng.randint(0, 700) * (end - at), tier))
        at = end - (MS if rng.random() < 0.002 else 0)
    return found
