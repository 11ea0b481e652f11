"""Energy of one way of serving over another: predicted, beside what ML.ENERGY measured of both.

    python tests/benchmarks/ratios.py FOLDER

FOLDER is as of `inference.py`. Pairs are rows of one model and task that differ in one thing: the
batch, the precision (`Qwen 3 32B` and `Qwen 3 32B FP8`), or the GPU. Each pair counts once. Told
wrongly is a pair of which all of the interval is a saving, or none, and the opposite was measured.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

if __package__ in (None, ""):  # run as a script
    _TESTS = Path(__file__).resolve().parents[1]
    sys.path[:1] = [str(_TESTS.parent), str(_TESTS)]

from benchmarks.inference import PROMPTS, Measured, leaderboard
from footprint.estimators.errors import EstimatorError
from footprint.estimators.predict.ratios import Request, Way, ratios
from footprint.estimators.quantity import exact


class Pair(NamedTuple):
    """Two rows that differ in one thing, and whether the measured ratio is in our interval."""

    thing: str
    base: Measured
    other: Measured
    measured: float
    low: float
    mid: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the interval has the measured ratio."""
        return self.low <= self.measured <= self.high

    @property
    def is_wrong(self) -> bool:
        """Whether a saving was told beyond doubt where there was none."""
        return self.high < 1.0 <= self.measured or self.low > 1.0 >= self.measured


def pairs(rows: Iterable[Measured]) -> Iterator[Pair]:
    """All pairs of rows that differ in one thing."""
    by_model: dict[tuple[str, str], list[Measured]] = {}
    for row in rows:
        name = row.model.removesuffix(" FP8")
        by_model.setdefault((row.task, name), []).append(row)
    for those in by_model.values():
        for base, other in combinations(those, 2):
            thing = _differs(base, other)
            if thing is not None:
                try:
                    yield _pair(thing, base, other)
                except EstimatorError:
                    continue  # the leaderboard's GPUs hold what we say they do not


def _differs(base: Measured, other: Measured) -> str | None:
    things = [
        name
        for name, one, two in (
            ("batch", base.batch, other.batch),
            ("precision", base.precision, other.precision),
            ("hardware", base.gpu, other.gpu),
        )
        if one != two
    ]
    return things[0] if len(things) == 1 else None


def _pair(thing: str, base: Measured, other: Measured) -> Pair:
    first, second = (
        Way(row.gpu, row.precision, exact(float(row.batch), "1"), row.gpus) for row in (base, other)
    )
    tokens_out = (base.tokens_out + other.tokens_out) / 2
    request = Request(base.params, base.active_params, PROMPTS[base.task], tokens_out)
    found = ratios(first, second, request).energy
    measured = other.j_per_token / base.j_per_token
    return Pair(thing, base, other, measured, found.low, found.mid, found.high)


def main(folder: Path) -> None:
    """Prints one line for each task and thing."""
    known = list(pairs(leaderboard(folder)))
    print("task             differs    pairs  median error  inside  told wrongly beyond doubt")
    for task in PROMPTS:
        for thing in ("batch", "precision", "hardware"):
            those = [each for each in known if each.base.task == task and each.thing == thing]
            if not those:
                continue
            off = [max(each.mid / each.measured, each.measured / each.mid) - 1 for each in those]
            inside = sum(each.inside for each in those) / len(those)
            wrong = sum(each.is_wrong for each in those)
            print(
                f"{task:16} {thing:9} {len(those):6,}  {statistics.median(off):12.0%}"
                f"  {inside:6.0%}  {wrong}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
