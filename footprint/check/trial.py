"""Trying a device out: how often its counter moves, how long a read takes, what it draws now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from footprint import clock
from footprint.meter.edges import Edges
from footprint.model import NS_PER_S
from footprint.probes.base import UNSUPPORTED, ReadError, Source

#: A device that is current at every read is read so often, seconds.
_STEP = 0.01
#: Edges that a period is told from; where they have not come, the trial goes on for as long again.
_EDGES = 4


class Trial(NamedTuple):
    """What a trial showed; None for what it did not.

    Attributes:
        period_ms: time between two movements of a counter that moves in steps.
        edges: how many movements were seen.
        read_us: median time of a read.
        power_w: mean power over the trial.
        error: why it could not be read; empty where it could.
    """

    period_ms: float | None
    edges: int
    read_us: float | None
    power_w: float | None
    error: str = ""


def try_out(sources: Sequence[Source], seconds: float) -> list[Trial]:
    """A trial of each source, all at the same time. Never raises."""
    trials: list[Trial] = [Trial(None, 0, None, None, "it does not answer")] * len(sources)

    def one(index: int) -> None:
        trials[index] = _trial(sources[index], seconds)

    threads = [
        threading.Thread(target=one, args=(index,), daemon=True) for index in range(len(sources))
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 2 * seconds + 2.0
    for thread in threads:  # a driver that hangs is left behind
        thread.join(max(0.0, deadline - time.monotonic()))
    return list(trials)


def _trial(source: Source, seconds: float) -> Trial:
    try:
        return _by_counter(source, seconds)
    except ReadError as error:
        if error.why != UNSUPPORTED:
            return Trial(None, 0, None, None, str(error))
    except Exception as error:  # noqa: BLE001 - a plug-in's mistake
        return Trial(None, 0, None, None, f"{type(error).__name__}: {error}")
    try:
        return _by_power(source, seconds)
    except Exception as error:  # noqa: BLE001
        return Trial(None, 0, None, None, str(error))


def _by_counter(source: Source, seconds: float) -> Trial:
    edges, seen = Edges(), 0
    took: list[int] = []
    first: tuple[int, int] | None = None
    last = (0, 0)
    start = clock.now_ns()
    end = start + int(seconds * NS_PER_S)
    longest = end + int(seconds * NS_PER_S)
    while (now := clock.now_ns()) < end or (source.steps and seen < _EDGES and now < longest):
        before = clock.now_ns()
        raw = source.energy_nj()
        after = clock.now_ns()
        took.append(after - before)
        edge = edges.observe(before, after, raw)
        if edge is not None and (edge.lag_ns is not None or not source.steps):
            seen += edge.lag_ns is not None
            if first is None or edge.restarted:
                first = (edge.t, raw)
            last = (edge.t, raw)
        wait = (edges.next_read - clock.now_ns()) / NS_PER_S if source.steps else _STEP
        if wait > 0:
            time.sleep(wait)
    power = None
    if first is not None and last[0] > first[0]:
        power = (last[1] - first[1]) / (last[0] - first[0])
    elif not source.steps or seen == 0:
        power = _now(source.power_mw)
    period = edges.period_ns / 1e6 if source.steps and edges.period_ns else None
    return Trial(period, seen if source.steps else 0, median(took) / 1000, power)


def _by_power(source: Source, seconds: float) -> Trial:
    took: list[int] = []
    watts: list[float] = []
    end = clock.now_ns() + int(seconds * NS_PER_S)
    while clock.now_ns() < end:
        before = clock.now_ns()
        watts.append(source.power_mw() / 1000)
        took.append(clock.now_ns() - before)
        time.sleep(_STEP)
    return Trial(None, 0, median(took) / 1000, sum(watts) / len(watts))


def _now(power_mw: Callable[[], int]) -> float | None:
    try:
        return power_mw() / 1000
    except ReadError:
        return None
