"""Series: a value that changes with time, as steps [start, end) of UTC.

An hourly carbon intensity, a tariff by time of use, the history of a price. Instants are whole
nanoseconds of UTC, so a local clock's changes never double or drop an hour: whoever reads local
times converts each of them once (`instants.parse_utc_ns`). Between two steps there may be a hole;
nothing is filled in, and a mean over a hole is None.

    mean over [a, b)  =  integral of the value over [a, b) / (b - a)

Values are floats or, for money, Decimals.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from footprint.estimators._frozen import Frozen
from footprint.estimators.errors import EstimatorError
from footprint.estimators.instants import NS_PER_S, checked_instant, iso, parse_utc_ns, utc_ns
from footprint.estimators.units import checked, shown

if TYPE_CHECKING:
    from decimal import Decimal

    import numpy as np
    import numpy.typing as npt

__all__ = ["NS_PER_S", "Row", "Series", "from_json", "iso", "parse_utc_ns", "series", "utc_ns"]

#: One step as it comes from outside: start and end in UTC ns (None: the next one's start), value.
Row = tuple[int, int | None, "float | Decimal"]


class Series(Frozen):
    """Steps in time order, without overlaps. Made by `series`.

    Attributes:
        starts, ends: UTC ns; step i holds from starts[i] until before ends[i].
        values: one for each step, in `unit`.
        unit: of the values.
    """

    __slots__ = ("starts", "ends", "values", "unit")  # noqa: RUF023 - the constructor's order
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    values: tuple[Any, ...]
    unit: str

    def __init__(
        self, starts: Sequence[int], ends: Sequence[int], values: Sequence[Any], unit: str
    ) -> None:
        self._fill(tuple(starts), tuple(ends), tuple(values), unit)

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, t_ns: int) -> Any:
        """The value that holds at an instant; None in a hole and outside."""
        step = bisect_right(self.starts, t_ns) - 1
        return self.values[step] if step >= 0 and t_ns < self.ends[step] else None

    def cuts(self, since_ns: int, until_ns: int) -> list[int]:
        """The instants strictly inside (since, until) at which the value changes or is missing."""
        inside: set[int] = set()
        for instants in (self.starts, self.ends):
            first, last = bisect_right(instants, since_ns), bisect_left(instants, until_ns)
            inside.update(instants[first:last])
        return sorted(inside)

    def holes(self, since_ns: int, until_ns: int) -> list[tuple[int, int]]:
        """The stretches of [since, until) in which no value is known."""
        found: list[tuple[int, int]] = []
        at = since_ns
        first = max(bisect_right(self.ends, since_ns), 0)
        for start, end in zip(self.starts[first:], self.ends[first:], strict=True):
            if start >= until_ns:
                break
            if start > at:
                found.append((at, start))
            at = max(at, end)
        if at < until_ns:
            found.append((at, until_ns))
        return found

    def between(self, since_ns: int, until_ns: int) -> Series:
        """The steps that touch [since, until), whole."""
        first, last = bisect_right(self.ends, since_ns), bisect_left(self.starts, until_ns)
        last = max(first, last)
        return Series(
            self.starts[first:last], self.ends[first:last], self.values[first:last], self.unit
        )

    def means(
        self, starts_ns: npt.NDArray[np.int64], ends_ns: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Means over many stretches at once; NaN where a stretch meets a hole.

        Args:
            starts_ns, ends_ns: UTC ns, one pair a stretch; one without length has the value there.

        Equal to `mean` to 1e-9 of the series' greatest value, and exactly equal within one step
        (tests). Seconds for a million stretches: tests/benchmarks/pricing.py.

        Raises:
            EstimatorError: a stretch that ends before it starts, or unequal numbers of the two.
        """
        import numpy as np

        since, until = np.asarray(starts_ns, np.int64), np.asarray(ends_ns, np.int64)
        if since.shape != until.shape:
            raise EstimatorError(
                f"stretches: {since.size} starts and {until.size} ends: give one end for each start"
            )
        backward = np.flatnonzero(until < since)
        if backward.size:
            raise _backward(int(since.flat[backward[0]]), int(until.flat[backward[0]]))
        if not len(self):
            return np.full(since.shape, np.nan)
        starts, ends = np.array(self.starts, np.int64), np.array(self.ends, np.int64)
        values = np.array([float(value) for value in self.values])
        first = _last_start(starts, since)
        known = first >= 0
        at = np.maximum(first, 0)
        ends_at = ends[at]
        known &= since < ends_at
        means = np.where(known, values[at], np.nan)
        cross = np.flatnonzero(known & (until > ends_at))
        if cross.size:
            means.flat[cross] = self._across(starts, ends, values, at, since, until, cross)
        return means

    def _across(
        self,
        starts: npt.NDArray[np.int64],
        ends: npt.NDArray[np.int64],
        values: npt.NDArray[np.float64],
        at: npt.NDArray[np.int64],
        since: npt.NDArray[np.int64],
        until: npt.NDArray[np.int64],
        cross: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.float64]:
        """Means of those stretches that leave the step they begin in.

        The first and the last step's parts are taken as they are, and running sums only for the
        whole steps between them: a short stretch over one edge keeps all its digits however long
        the series is.
        """
        import numpy as np

        # Running sums up to the start of each step: value x ns, and ns that a value is known for.
        area = np.concatenate(([0.0], np.cumsum(values * (ends - starts))))
        covered = np.concatenate(([0], np.cumsum(ends - starts)))
        begin, end, left = since.flat[cross], until.flat[cross], at.flat[cross]
        right = _last_start(starts, end - 1)
        head, tail = ends[left] - begin, np.minimum(end, ends[right]) - starts[right]
        whole = head + tail + (covered[right] - covered[left + 1]) == end - begin
        inside = area[right] - area[left + 1]
        # A stretch that ends in a hole has left == right: then `whole` is already false.
        found = (values[left] * head + inside + values[right] * tail) / (end - begin)
        return np.where(whole & (right > left), found, np.nan)

    def mean(self, since_ns: int, until_ns: int) -> float | None:
        """The time-weighted mean over [since, until); None where any of it is a hole.

        Raises:
            EstimatorError: it ends before it starts.
        """
        if since_ns > until_ns:
            raise _backward(since_ns, until_ns)
        if since_ns == until_ns:
            value = self.at(since_ns)
            return None if value is None else float(value)
        if self.holes(since_ns, until_ns):
            return None
        part = self.between(since_ns, until_ns)
        values = [float(value) for value in part.values]
        found = math.fsum(
            value * ((min(end, until_ns) - max(start, since_ns)) / (until_ns - since_ns))
            for start, end, value in zip(part.starts, part.ends, values, strict=True)
        )
        return min(max(found, min(values)), max(values))  # weights add up to 1 but for rounding

    def to_json(self) -> list[list[Any]]:
        """`[[start_ns, end_ns, value], ...]`; Decimals as text, so that they come back exactly."""
        return [
            [start, end, value if isinstance(value, float) else str(value)]
            for start, end, value in zip(self.starts, self.ends, self.values, strict=True)
        ]


def _last_start(
    starts: npt.NDArray[np.int64], instants: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """For each instant the index of the last start that is not after it; -1 before the first.

    Steps of one width are counted off, which is several times as fast as searching for them.
    """
    import numpy as np

    widths = np.diff(starts)
    if not widths.size or np.any(widths != widths[0]):
        return np.searchsorted(starts, instants, side="right") - 1
    near = np.clip(instants, starts[0] - 1, starts[-1])  # also keeps the difference in 64 bits
    counted: npt.NDArray[np.int64] = (near - starts[0]) // widths[0]
    return counted


def _backward(since_ns: int, until_ns: int) -> EstimatorError:
    return EstimatorError(
        f"stretch from {since_ns} to {until_ns} ns ends before it starts: give its start first"
    )


def series(
    name: str,
    rows: Iterable[Row],
    unit: str,
    *,
    low: float = 0.0,
    high: float | None = None,
) -> Series:
    """A Series from rows in any order, checked.

    Args:
        name: what it is and where it comes from; opens every message.
        rows: (start, end, value); an `end` of None is the next row's start, and for the last row
            its start and the most frequent step. A distance longer than 1.25 of the most frequent
            step is a hole: the row before it lasts one step. (Less is none: months, leap years
            and the local day of 25 hours differ by less.)
        low, high: what values may be.

    Raises:
        EstimatorError: no rows, a start twice, overlaps, an end before its start, a value that is
            NaN, negative or no number, floats beside Decimals. Says which instant.
    """
    from decimal import Decimal

    found = list(rows)
    for start, given, _ in found:
        checked_instant(name, start)
        if given is not None:
            checked_instant(name, given)
    if not found:
        raise EstimatorError(f"{name}: holds no values: give at least one row")
    found.sort(key=lambda row: row[0])
    step = _step([row[0] for row in found])
    top = math.inf if high is None else high
    decimals = isinstance(found[0][2], Decimal)
    starts: list[int] = []
    ends: list[int] = []
    values: list[Any] = []
    for index, (start, given, value) in enumerate(found):
        after = found[index + 1][0] if index + 1 < len(found) else None
        end = given if given is not None else _until(start, after, step)
        if end is None or end <= start or (after is not None and end > after):
            raise _misplaced(f"{name} at {iso(start)}", start, end, after)
        if not (type(value) is float and low <= value <= top and math.isfinite(value)):
            number = checked(f"{name} at {iso(start)}", value, unit, low=low, high=high)
        else:
            number = value
        if isinstance(value, Decimal) != decimals:
            raise EstimatorError(
                f"{name} at {iso(start)}: {shown(value)} stands beside {shown(found[0][2])}: "
                "give all values as Decimal or none"
            )
        starts.append(start)
        ends.append(end)
        values.append(value if decimals else number)
    return Series(starts, ends, values, unit)


def _until(start: int, after: int | None, step: int | None) -> int | None:
    """The end of a row that states none; None where it cannot be told."""
    if step is None:
        return after
    if after is not None and 4 * (after - start) <= 5 * step:
        return after
    return start + step if after is None else min(start + step, after)


def _misplaced(where: str, start: int, end: int | None, after: int | None) -> EstimatorError:
    if after == start:
        return EstimatorError(f"{where}: there are two values: keep one of them")
    if end is None:
        return EstimatorError(f"{where}: it is not said until when: give `end`, or a second row")
    if end <= start:
        return EstimatorError(f"{where}: it ends at {iso(end)}, not after its start")
    return EstimatorError(
        f"{where}: it lasts until {iso(end)} and overlaps the one from {iso(after or 0)}: "
        "cut one of them"
    )


def from_json(rows: Iterable[Sequence[Any]], unit: str, *, decimals: bool = False) -> Series:
    """What `Series.to_json` wrote; checked as `series` does, and it may hold nothing."""
    from decimal import Decimal

    made = [
        (start, end, Decimal(value) if decimals else float(value)) for start, end, value in rows
    ]
    return (
        series("a stored series", made, unit, low=-math.inf) if made else Series((), (), (), unit)
    )


def _step(starts: Sequence[int]) -> int | None:
    """The most frequent distance of two starts, the smallest of them; None for a single one."""
    counts: dict[int, int] = {}
    for left, right in pairwise(starts):
        if right > left:
            counts[right - left] = counts.get(right - left, 0) + 1
    return min(counts, key=lambda width: (-counts[width], width)) if counts else None
