"""How long calls took, as something that adds up; and its percentiles.

Up to `EXACT` single durations are kept as they are. Beyond that they are counted in fine buckets,
128 an octave, so that a percentile is within 0.8 %. Which of the two depends on how many there are
alone, and sums of counts on no order: however a ledger is cut into pages, it comes out the same.
Folds come with the histogram in which they were recorded, 8 buckets an octave.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import NamedTuple

from footprint.accounts.entries import Entry
from footprint.ledger.folding import BITS, bucket, bucket_start
from footprint.model import OPEN

SHARES = (0.50, 0.95, 0.99)
#: No API answers over a network sooner, ns: what is shorter was booked without its duration.
NO_ANSWER = 50_000
#: So many single durations are kept as they are.
EXACT = 10_000
#: 2**FINE buckets an octave for more of them.
FINE = 7

#: (shortest, longest, calls) in ns.
_Step = tuple[float, float, int]


class Latencies(NamedTuple):
    """Durations of calls.

    Attributes:
        single: (ns, calls), sorted; None where there are more than `EXACT`.
        fine: calls by fine bucket, where `single` is None.
        folded: calls of folds by their histogram's bucket.
    """

    single: tuple[tuple[float, int], ...] | None = ()
    fine: Mapping[int, int] = {}
    folded: Mapping[int, int] = {}

    def plus(self, other: Latencies) -> Latencies:
        """Both together."""
        return together((self, other))

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return len(self.single or ()) + len(self.fine) + len(self.folded)

    def _counted(self) -> Mapping[int, int]:
        return self.fine if self.single is None else counted(self.single)

    def percentiles_ms(self) -> tuple[float, float, float] | None:
        """p50, p95 and p99 in ms, with linear interpolation between neighbours; None: no call.

        A bucket's calls are spread evenly over it.
        """
        steps = sorted(self._steps())
        if not steps:
            return None
        ends = list(accumulate(calls for _, _, calls in steps))
        p50, p95, p99 = (_at_rank(steps, ends, share * (ends[-1] - 1)) / 1e6 for share in SHARES)
        return p50, p95, p99

    def _steps(self) -> Iterator[_Step]:
        for ns, calls in self.single or ():
            yield ns, ns, calls
        for counts, bits in ((self.fine, FINE), (self.folded, BITS)):
            for number, calls in counts.items():
                low, high = bucket_start(number, bits), bucket_start(number + 1, bits)
                yield float(low), float(high), calls


def together(parts: Sequence[Latencies]) -> Latencies:
    """Many as one, in any order."""
    folded: dict[int, int] = {}
    for part in parts:
        _add(folded, part.folded)
    singles = [part.single for part in parts if part.single is not None]
    if len(singles) == len(parts) and sum(map(len, singles)) <= EXACT:
        return of_singles(chain.from_iterable(singles), folded)
    fine: dict[int, int] = {}
    for part in parts:
        _add(fine, part.fine)
    _add(fine, counted(chain.from_iterable(singles)))
    return Latencies(None, fine, folded)


def of_singles(found: Iterable[tuple[float, int]], folded: Mapping[int, int]) -> Latencies:
    """Latencies of (ns, calls) pairs and of folds' buckets."""
    single = sorted(found)
    if len(single) <= EXACT:
        return Latencies(tuple(single), {}, folded)
    return Latencies(None, counted(single), folded)


#: From so many durations on, columns are quicker than one after the other.
_MANY = 2_000


def counted(single: Iterable[tuple[float, int]]) -> dict[int, int]:
    """Durations in fine buckets."""
    pairs = single if isinstance(single, Sequence) else list(single)
    if len(pairs) >= _MANY and max(pairs)[0] < 2**53:
        return _counted_columns(pairs)
    found: dict[int, int] = {}
    for ns, calls in pairs:
        number = bucket(int(ns), FINE)
        found[number] = found.get(number, 0) + calls
    return found


def _counted_columns(pairs: Sequence[tuple[float, int]]) -> dict[int, int]:
    import numpy as np

    durations, calls = (np.array(each) for each in zip(*pairs, strict=True))
    ns = np.maximum(durations.astype(np.int64), 1)
    top = np.frexp(ns.astype(np.float64))[1].astype(np.int64) - 1
    rest = np.where(top >= FINE, ns >> np.maximum(top - FINE, 0), ns << np.maximum(FINE - top, 0))
    number = (top << FINE) + (rest & ((1 << FINE) - 1))
    numbers, at = np.unique(number, return_inverse=True)
    sums = np.zeros(len(numbers), np.int64)
    np.add.at(sums, at, calls)
    return dict(zip(numbers.tolist(), sums.tolist(), strict=True))


def latencies(entries: Iterable[Entry], held_ns: Mapping[tuple[int, int], int]) -> Latencies:
    """How long the calls of some entries took.

    A stream's duration is without the time in which its consumer held it. Spans that never ended
    are left out, and API calls that were booked without their duration.

    Args:
        held_ns: by (writer, sequence), what a span's consumer held of it.
    """
    single: list[tuple[float, int]] = []
    folded: dict[int, int] = {}
    for entry in entries:
        if not entry.calls or entry.status == OPEN or untimed(entry):
            continue
        if entry.buckets:
            for number, calls in entry.buckets.items():
                folded[number] = folded.get(number, 0) + calls
        else:
            busy = max(0, entry.busy_ns - held_ns.get((entry.writer, entry.seq), 0))
            single.append((busy / entry.calls, entry.calls))
    return of_singles(single, folded)


def untimed(entry: Entry) -> bool:
    """Whether an API call was booked without how long it took."""
    return entry.path.kind == "api" and entry.busy_ns < NO_ANSWER * entry.calls


def _add(into: dict[int, int], more: Mapping[int, int]) -> None:
    for number, calls in more.items():
        into[number] = into.get(number, 0) + calls


def _at_rank(steps: list[_Step], ends: list[int], rank: float) -> float:
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
