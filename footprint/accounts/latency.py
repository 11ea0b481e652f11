"""Percentiles of how long calls took: exact for spans, from the histogram for folds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from footprint.accounts.entries import Entry
from footprint.ledger.folding import bucket_start
from footprint.model import OPEN

SHARES = (0.50, 0.95, 0.99)
#: No API answers over a network sooner, ns: what is shorter was booked without its duration.
NO_ANSWER = 50_000

#: (shortest, longest, calls) in ns.
_Step = tuple[float, float, int]


def percentiles_ms(
    entries: Iterable[Entry], held_ns: dict[tuple[int, int], int]
) -> tuple[float, float, float] | None:
    """p50, p95 and p99 in ms, with linear interpolation between neighbours.

    A bucket's calls are spread evenly over it (it is at most 12.5 % wide). A stream's duration is
    without the time in which its consumer held it. Spans that never ended are left out, and API
    calls that were booked without their duration.

    Args:
        held_ns: by (writer, sequence), what a span's consumer held of it.
    """
    steps: list[_Step] = []
    for entry in entries:
        if not entry.calls or entry.status == OPEN or untimed(entry):
            continue
        if entry.buckets:
            steps.extend(
                (float(bucket_start(number)), float(bucket_start(number + 1)), calls)
                for number, calls in entry.buckets.items()
            )
        else:
            busy = max(0, entry.busy_ns - held_ns.get((entry.writer, entry.seq), 0))
            each = busy / entry.calls
            steps.append((each, each, entry.calls))
    if not steps:
        return None
    steps.sort()
    ends = list(accumulate(calls for _, _, calls in steps))
    p50, p95, p99 = (at_rank(steps, ends, share * (ends[-1] - 1)) / 1e6 for share in SHARES)
    return p50, p95, p99


def untimed(entry: Entry) -> bool:
    """Whether an API call was booked without how long it took."""
    return entry.path.kind == "api" and entry.busy_ns < NO_ANSWER * entry.calls


def at_rank(steps: list[_Step], ends: list[int], rank: float) -> float:
    """The duration at a rank between 0 and the number of calls less one."""
    whole = int(rank)
    low = _ranked(steps, ends, whole)
    if rank == whole:
        return low
    return low + (_ranked(steps, ends, whole + 1) - low) * (rank - whole)


def _ranked(steps: list[_Step], ends: list[int], rank: int) -> float:
    """The duration of the call of this rank; `ends` are running sums of the steps' calls."""
    at = bisect_right(ends, rank)
    if at == len(steps):
        return steps[-1][1]
    low, high, calls = steps[at]
    return low + (high - low) * (rank - (ends[at] - calls) + 0.5) / calls
