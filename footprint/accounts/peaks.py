"""The most memory that a span's process tree held on the host and on its GPUs while it ran."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from footprint.accounts.book import Book
from footprint.accounts.entries import Entry
from footprint.model import NS_PER_S

#: A span between two samples gets the nearest one, if it is no further than this, ns: memory is
#: sampled every 0.1 to 0.25 s on the host and every second on a GPU.
NEAREST = 2 * NS_PER_S

NAN = float("nan")


class Peaks:
    """Looks up peaks in what a book's writers sampled."""

    def __init__(self, book: Book) -> None:
        self._host: list[Samples] = []
        self._gpus: list[list[Samples]] = []
        for one in book.facts:
            self._host.append(Samples([(row[0], row[4]) for row in one.rows["usage"]]))
            devices: dict[int, list[tuple[int, int]]] = {}
            for device, _, t, own, _ in one.rows["gpu_usage"]:
                devices.setdefault(device, []).append((t, own))
            self._gpus.append([Samples(rows) for rows in devices.values()])

    def of(self, entry: Entry) -> tuple[float, float]:
        """(host, GPU) memory in bytes, the GPUs' peaks added up; NaN where nothing was sampled."""
        host = self._host[entry.writer].peak(entry.start, entry.end)
        peaks = [each.peak(entry.start, entry.device_end) for each in self._gpus[entry.writer]]
        known = [each for each in peaks if each is not None]
        return NAN if host is None else float(host), float(sum(known)) if known else NAN


class Samples:
    """Samples (t, bytes) of one thing, with the maximum of any stretch at the cost of a few looks.

    Maxima are kept for every stretch of 2, 4, 8, ... samples; two of them cover any other.
    """

    def __init__(self, samples: Sequence[tuple[int, int]]) -> None:
        ordered = sorted(samples)
        self._times = [t for t, _ in ordered]
        self._levels = [[amount for _, amount in ordered]]
        width = 1
        while 2 * width <= len(ordered):
            below = self._levels[-1]
            self._levels.append(list(map(max, below, below[width:])))
            width *= 2

    def peak(self, start: int, end: int) -> int | None:
        """The greatest sample from `start` to `end`, else the nearest; None: none is near."""
        times = self._times
        first, beyond = bisect_left(times, start), bisect_right(times, end)
        if first < beyond:
            level = (beyond - first).bit_length() - 1
            row = self._levels[level]
            return max(row[first], row[beyond - (1 << level)])
        near = [index for index in (first - 1, first) if 0 <= index < len(times)]
        if not near:
            return None
        index = min(near, key=lambda index: max(start - times[index], times[index] - end))
        away = max(start - times[index], times[index] - end)
        return self._levels[0][index] if away <= NEAREST else None
