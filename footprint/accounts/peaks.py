"""The most memory that a span's process tree held on the host and on its GPUs while it ran."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

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
            # 0: not known then
            self._host.append(Samples([(r[0], r[4]) for r in one.rows["usage"] if r[4]]))
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

    def greatest(self, entries: Iterable[Entry]) -> tuple[int | None, int | None]:
        """The greatest (host, GPU) peak of some entries, bytes; None where nothing was sampled."""
        by_writer: dict[int, list[Entry]] = {}
        for entry in entries:
            by_writer.setdefault(entry.writer, []).append(entry)
        hosts: list[int | None] = []
        gpus: list[int | None] = []
        for writer, own in by_writer.items():
            hosts.append(self._host[writer].greatest([(each.start, each.end) for each in own]))
            series = self._gpus[writer]
            if len(series) == 1:
                work = [(each.start, each.device_end) for each in own]
                gpus.append(series[0].greatest(work))
            elif series:  # their sum has its peak where none of them need have its own
                sums = [self.of(each)[1] for each in own]
                gpus.extend(int(each) for each in sums if not math.isnan(each))
        return _most(hosts), _most(gpus)


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


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

    def greatest(self, stretches: Iterable[tuple[int, int]]) -> int | None:
        """The greatest `peak` of some stretches; None where no sample is near any of them.

        Stretches with the same samples in them, or between the same two, are looked up once.
        """
        times, amounts = self._times, self._levels[0]
        if not times:
            return None
        count = len(times)
        inside: set[tuple[int, int]] = set()
        nearest: set[int] = set()
        peaks: list[int | None] = []
        for start, end in stretches:
            first, beyond = bisect_left(times, start), bisect_right(times, end)
            if first < beyond:
                inside.add((first, beyond))
            elif 0 < first < count and times[first] - times[first - 1] <= NEAREST:
                nearer = start - times[first - 1] <= times[first] - end
                nearest.add(first - 1 if nearer else first)
            else:
                peaks.append(self.peak(start, end))
        peaks += [self.peak(times[first], times[beyond - 1]) for first, beyond in inside]
        peaks += [amounts[index] for index in nearest]
        return _most(peaks)
