"""Power over time with known integrals. Times in ns after the simulation's epoch, power in mW.

Energies are whole picojoules (1 mW x 1 ns), so that the integral of every wave made of steps is
exact. A wave answers three questions: its steps (what the C side plays), the cycle after which
they repeat, and its closed form, worked out here independently of the C side.
"""

from __future__ import annotations

import csv
import math
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

NS_PER_S = 1_000_000_000
Steps = list[tuple[int, int]]


def milliwatts(watts: float) -> int:
    """Watts as whole mW."""
    return round(watts * 1000)


def nanoseconds(seconds: float) -> int:
    """Seconds as whole ns."""
    return round(seconds * NS_PER_S)


def boottime_ns() -> int:
    """CLOCK_BOOTTIME, the time base of all simulations that are not frozen."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def joules(energy_nj: int) -> float:
    """Joules, for people and for tests with a tolerance."""
    return energy_nj / NS_PER_S


class Wave:
    """Power over time."""

    @property
    def cycle_ns(self) -> int:
        """The steps repeat after this long; 0: the last one holds for ever."""
        return 0

    def steps(self) -> Steps:
        """(ns since the epoch, mW from then on), the first at 0, ascending."""
        raise NotImplementedError

    def energy_pj(self, t_ns: int) -> int:
        """Integral from the epoch to `t_ns` after it, in pJ. Nothing is drawn before the epoch."""
        if t_ns <= 0:
            return 0
        if not self.cycle_ns:
            return sum_steps(self.steps(), t_ns)
        cycles, rest = divmod(t_ns, self.cycle_ns)
        return cycles * sum_steps(self.steps(), self.cycle_ns) + sum_steps(self.steps(), rest)


def sum_steps(steps: Steps, t_ns: int) -> int:
    """Integral of a step function from 0 to `t_ns`, in pJ, the slow and plain way."""
    ends = [t for t, _ in steps[1:]] + [max(t_ns, steps[-1][0])]
    return sum(
        mw * (min(end, t_ns) - start)
        for (start, mw), end in zip(steps, ends, strict=True)
        if start < t_ns
    )


@dataclass(frozen=True)
class Constant(Wave):
    """The same power for ever."""

    watts: float

    def steps(self) -> Steps:
        return [(0, milliwatts(self.watts))]

    def energy_pj(self, t_ns: int) -> int:
        return milliwatts(self.watts) * max(0, t_ns)


@dataclass(frozen=True)
class Square(Wave):
    """`high_w` for the first `duty` (0..1) of each period, then `low_w`.

    `phase_s` is how far into its period the wave is at the epoch.
    """

    low_w: float
    high_w: float
    period_s: float
    duty: float = 0.5
    phase_s: float = 0.0

    @property
    def cycle_ns(self) -> int:
        return nanoseconds(self.period_s)

    @property
    def _high_ns(self) -> int:
        return min(self.cycle_ns, round(self.duty * self.cycle_ns))

    def steps(self) -> Steps:
        high, period = self._high_ns, self.cycle_ns
        phase = nanoseconds(self.phase_s) % period
        edges = [(0, milliwatts(self.high_w)), (high, milliwatts(self.low_w))]
        starts = sorted({0, *((t - phase) % period for t, _ in edges)})
        return [
            (t, milliwatts(self.high_w if (t + phase) % period < high else self.low_w))
            for t in starts
        ]

    def energy_pj(self, t_ns: int) -> int:
        if t_ns <= 0:
            return 0
        phase = nanoseconds(self.phase_s) % self.cycle_ns
        low, high = milliwatts(self.low_w), milliwatts(self.high_w)

        def high_time(t: int) -> int:
            periods, rest = divmod(t, self.cycle_ns)
            return periods * self._high_ns + min(rest, self._high_ns)

        return low * t_ns + (high - low) * (high_time(t_ns + phase) - high_time(phase))


@dataclass(frozen=True)
class Sine(Wave):
    """`mean_w` + `amplitude_w` sin(2 pi (t + phase) / period), the amplitude at most the mean."""

    mean_w: float
    amplitude_w: float
    period_s: float
    phase_s: float = 0.0

    def steps(self) -> Steps:
        return [(0, milliwatts(self.mean_w))]  # not played: C has the sine's own closed form

    def energy_pj(self, t_ns: int) -> int:
        if t_ns <= 0:
            return 0
        period = nanoseconds(self.period_s)
        phase = nanoseconds(self.phase_s) % period

        def cosine(t: int) -> float:
            return math.cos(2.0 * math.pi * ((t + phase) % period) / period)

        scale = milliwatts(self.amplitude_w) * period / (2.0 * math.pi)
        return milliwatts(self.mean_w) * t_ns + round(scale * (cosine(0) - cosine(t_ns)))


@dataclass(frozen=True)
class Burst(Wave):
    """Bursts of random start, length and height, one per slot; the same for the same seed.

    The pattern repeats after `slots` slots.
    """

    low_w: float
    high_w: float
    slot_s: float = 0.5
    slots: int = 64
    seed: int = 1

    @property
    def cycle_ns(self) -> int:
        return nanoseconds(self.slot_s) * self.slots

    def steps(self) -> Steps:
        rng, slot, low = random.Random(self.seed), nanoseconds(self.slot_s), milliwatts(self.low_w)
        steps: Steps = [(0, low)]
        for k in range(self.slots):
            start = k * slot + rng.randrange(1, slot // 2)
            length = rng.randrange(1, slot // 2)
            steps.append((start, rng.randint(low, milliwatts(self.high_w))))
            steps.append((start + length, low))
        return steps


@dataclass(frozen=True)
class Levels(Wave):
    """Given levels: (seconds since the epoch, watts from then on). `repeat_s` 0: the last holds."""

    points: Sequence[tuple[float, float]]
    repeat_s: float = 0.0

    @property
    def cycle_ns(self) -> int:
        return nanoseconds(self.repeat_s)

    @classmethod
    def from_csv(cls, path: Path, repeat_s: float = 0.0) -> Levels:
        """Reads rows of `t,watts` (seconds, watts); a header is skipped."""
        with path.open(newline="") as lines:
            rows: Iterable[list[str]] = [row for row in csv.reader(lines) if row]
        numbers = [row for row in rows if row[0].strip()[:1] in "0123456789."]
        return cls([(float(t), float(w)) for t, w in numbers], repeat_s)

    def steps(self) -> Steps:
        steps = [(nanoseconds(t), milliwatts(w)) for t, w in self.points]
        if not steps or steps[0][0] > 0:
            steps.insert(0, (0, 0))
        if any(b[0] <= a[0] for a, b in pairwise(steps)):
            raise ValueError(f"levels must ascend in time: {self.points!r}")
        return steps


@dataclass(frozen=True)
class Follow(Wave):
    """Power that follows the calls: `Simulator.set_power` changes the level, from any process."""

    initial_w: float = 0.0

    def steps(self) -> Steps:
        return [(0, milliwatts(self.initial_w))]

    def energy_pj(self, t_ns: int) -> int:
        raise NotImplementedError("the levels are in the control file: ask the simulator")
