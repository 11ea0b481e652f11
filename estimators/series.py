"""Series: a value that changes with time, as steps [start, end) of UTC.

An hourly carbon intensity, a tariff by time of use, the history of a price. Instants are whole
nanoseconds of UTC, so a local clock's changes never double or drop an hour: whoever reads local
times converts each of them once (`utc_ns`). Between two steps there may be a hole; nothing is
filled in, and a mean over a hole is None.

    mean over [a, b)  =  integral of the value over [a, b) / (b - a)

Values are floats or, for money, Decimals.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from footprint.estimators._frozen import Frozen
from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import checked, shown

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    import numpy as np
    import numpy.typing as npt

NS_PER_S = 1_000_000_000

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

        Takes about 0.1 s for a million stretches. Equal to `mean` to 1e-9 (tests).
        """
        import numpy as np

        from_ns, to_ns = np.asarray(starts_ns, np.int64), np.asarray(ends_ns, np.int64)
        if not len(self):
            return np.full(from_ns.shape, np.nan)
        starts, ends = np.array(self.starts, np.int64), np.array(self.ends, np.int64)
        values = np.array([float(value) for value in self.values])
        lengths = (ends - starts).astype(float) / NS_PER_S
        integral = np.concatenate(([0.0], np.cumsum(values * lengths)))
        covered = np.concatenate(([0], np.cumsum(ends - starts)))

        def sums(t: npt.NDArray[np.int64]) -> tuple[Any, Any]:
            step = np.clip(np.searchsorted(starts, t, side="right") - 1, 0, len(starts) - 1)
            into = np.clip(t - starts[step], 0, ends[step] - starts[step])
            return integral[step] + values[step] * (into / NS_PER_S), covered[step] + into

        (area_to, known_to), (area_from, known_from) = sums(to_ns), sums(from_ns)
        length = to_ns - from_ns
        # Within one step the value itself is exact; a difference of running sums is not.
        step = np.searchsorted(starts, from_ns, side="right") - 1
        clipped = np.clip(step, 0, len(starts) - 1)
        same = (step >= 0) & (from_ns < ends[clipped]) & (to_ns <= ends[clipped])
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (area_to - area_from) / (length / NS_PER_S)
        whole = (known_to - known_from == length) & (length > 0)
        return np.where(same, values[clipped], np.where(whole, found, np.nan))

    def mean(self, since_ns: int, until_ns: int) -> float | None:
        """The time-weighted mean over [since, until); None where any of it is a hole."""
        if since_ns >= until_ns:
            value = self.at(since_ns)
            return None if value is None else float(value)
        if self.holes(since_ns, until_ns):
            return None
        part = self.between(since_ns, until_ns)
        return math.fsum(
            float(value) * ((min(end, until_ns) - max(start, since_ns)) / (until_ns - since_ns))
            for start, end, value in zip(part.starts, part.ends, part.values, strict=True)
        )

    def to_json(self) -> list[list[Any]]:
        """`[[start_ns, end_ns, value], ...]`; Decimals as text, so that they come back exactly."""
        return [
            [start, end, value if isinstance(value, float) else str(value)]
            for start, end, value in zip(self.starts, self.ends, self.values, strict=True)
        ]


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
            its start and the most frequent step. A gap longer than the most frequent step stays a
            hole: the row before it lasts one step.
        low, high: what values may be.

    Raises:
        EstimatorError: no rows, a start twice, overlaps, an end before its start, a value that is
            NaN, negative or no number. Says which instant.
    """
    from decimal import Decimal

    found = sorted(rows, key=lambda row: row[0])
    if not found:
        raise EstimatorError(f"{name}: holds no values: give at least one row")
    step = _step([row[0] for row in found])
    starts: list[int] = []
    ends: list[int] = []
    values: list[Any] = []
    for index, (start, given, value) in enumerate(found):
        where = f"{name} at {iso(start)}"
        after = found[index + 1][0] if index + 1 < len(found) else None
        if after == start:
            raise EstimatorError(f"{where}: there are two values: keep one of them")
        end = given
        if end is None:
            end = after if step is None else start + step
            if after is not None and end is not None:
                end = min(end, after)
        if end is None:
            raise EstimatorError(f"{where}: it is not said until when: give `end`, or a second row")
        if end <= start:
            raise EstimatorError(f"{where}: it ends at {iso(end)}, not after its start")
        if after is not None and end > after:
            raise EstimatorError(
                f"{where}: it lasts until {iso(end)} and overlaps the one from {iso(after)}: "
                "cut one of them"
            )
        number = checked(where, value, unit, low=low, high=high)
        starts.append(start)
        ends.append(end)
        values.append(value if isinstance(value, Decimal) else number)
    return Series(starts, ends, values, unit)


def from_json(rows: Iterable[Sequence[Any]], unit: str, *, decimals: bool = False) -> Series:
    """What `Series.to_json` wrote; checked as `series` does."""
    from decimal import Decimal

    made = [
        (int(start), int(end), Decimal(value) if decimals else float(value))
        for start, end, value in rows
    ]
    return series("a stored series", made, unit, low=-math.inf)


def _step(starts: Sequence[int]) -> int | None:
    """The most frequent distance of two starts, the smallest of them; None for a single one."""
    counts: dict[int, int] = {}
    for left, right in zip(starts, starts[1:], strict=False):
        if right > left:
            counts[right - left] = counts.get(right - left, 0) + 1
    return min(counts, key=lambda width: (-counts[width], width)) if counts else None


def constant_means(values: Mapping[int, float], weights: Mapping[int, int]) -> float:
    """The mean of values by bucket, weighted by whole numbers (nJ), exactly rounded."""
    whole = sum(weights.values())
    return math.fsum(values[bucket] * weight for bucket, weight in weights.items()) / whole


def utc_ns(moment: datetime) -> int:
    """UTC ns of a datetime that knows its offset.

    Raises:
        EstimatorError: it has no offset; a local clock alone is ambiguous twice a year.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise EstimatorError(
            f"time {moment.isoformat()} has no offset: write it as {moment.isoformat()}Z for UTC, "
            "or name the time zone"
        )
    from datetime import UTC, datetime, timedelta

    passed = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (passed // timedelta(microseconds=1)) * 1000


def parse_utc_ns(name: str, text: object, zone: str | None = None) -> int:
    """UTC ns of an ISO 8601 time; one without offset is of the IANA time zone `zone`.

    Raises:
        EstimatorError: no time; no offset and no zone; a local time that a change of clocks skips,
            or that it has twice (give its offset).
    """
    from datetime import UTC, datetime

    if isinstance(text, datetime):
        moment = text
    else:
        try:
            moment = datetime.fromisoformat(str(text).strip())
        except ValueError:
            raise EstimatorError(
                f"{name} is {shown(text)}: give a time such as 2026-03-29T01:00:00+01:00"
            ) from None
    if moment.tzinfo is not None or zone is None:
        return utc_ns(moment)
    from zoneinfo import ZoneInfo

    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise EstimatorError(
            f"time zone {shown(zone)} is not known: give an IANA name such as Europe/Paris"
        ) from None
    first, second = (moment.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        local = first.astimezone(UTC).astimezone(place).replace(tzinfo=None)
        what = "happens twice" if local == moment else "does not exist"
        raise EstimatorError(
            f"{name} is {moment.isoformat()}, which {what} in {zone} (the clocks change): "
            "give the time with its offset"
        )
    return utc_ns(first)


def iso(t_ns: int) -> str:
    """UTC in ISO 8601, whole seconds."""
    from datetime import UTC, datetime, timedelta

    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=t_ns // NS_PER_S)
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
