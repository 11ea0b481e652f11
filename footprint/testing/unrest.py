"""The machine's noise: what it changes from one session of tests to the next.

Temperature, clocks, and what else runs: the runs of one session all have it alike, and the noise
between them does not show it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from footprint.estimators.compare import LEAST_BLOCKS, Mean
from footprint.testing.baseline import Past
from footprint.testing.figures import Sample


class Unrest(NamedTuple):
    """What the machine changes from one session to the next.

    Attributes:
        variance: of the logarithm of a test's mean, between sessions.
        freedom: degrees of freedom that it is known with.
        how: where it comes from.
    """

    variance: float
    freedom: float
    how: str


#: Where nothing is known of it: 10 % standard deviation. Eight sessions of three tests on two cores
#: that others used, too, their energy modelled, had 7 to 10 %.
ASSUMED = Unrest(
    0.01,
    1000,
    "nothing is known of how this machine changes from one session to the next, which is assumed"
    " (--footprint-save five sessions to know it)",
)
_OF_SESSIONS = "the machine's noise, from one session of the baseline to the next"
#: So many tests tell it by how they differ from one session alone.
_MANY = 12
#: Of a median absolute deviation: to a standard deviation, and how much of a sample it is worth.
_OF_MEDIAN, _WORTH = 1.4826, 0.37


def unrest(tests: Iterable[Past], ratios: Sequence[float]) -> Unrest:
    """The machine's noise: from the baseline's sessions, else from how most tests differ from it.

    Args:
        tests: of the baseline: their means differ between its sessions.
        ratios: of this session's tests to the baseline's. A change that half of them share counts
            as the machine's: with more sessions in the baseline it would not.
    """
    squares, counted, most = 0.0, 0, 0
    for past in tests:
        logs = [math.log(mean) for each in past.sessions if (mean := plain_mean(each)) > 0]
        if len(logs) >= 2:
            center = math.fsum(logs) / len(logs)
            squares += math.fsum((each - center) ** 2 for each in logs)
            counted += len(logs) - 1
            most = max(most, len(logs))
    if most >= LEAST_BLOCKS:
        # Tests of one session are shifted alike: many tests know it no better than their sessions.
        return Unrest(squares / counted, most - 1, _OF_SESSIONS)
    if len(ratios) >= _MANY:
        scale = _OF_MEDIAN * median(abs(math.log(each)) for each in ratios)
        # It is that of a difference between two sessions.
        return Unrest(
            scale**2 / 2,
            _WORTH * len(ratios),
            "the machine's noise, by how most tests differ from the baseline",
        )
    return ASSUMED


def plain_mean(samples: Sequence[Sample]) -> float:
    """Joules of one call; 0 where there was none."""
    calls = math.fsum(each.calls for each in samples)
    return math.fsum(each.energy_j for each in samples) / calls if calls else 0.0


def with_unrest(means: Sequence[Mean], sessions: int, machine: Unrest) -> tuple[Mean, Mean]:
    """Means whose variance holds what differs between sessions, too."""
    base, other = means
    freedom = machine.freedom + 1
    return (
        base._replace(
            variance=base.variance + machine.variance / sessions,
            blocks=_blocks(base, machine.variance / sessions, freedom),
        ),
        other._replace(
            variance=other.variance + machine.variance,
            blocks=_blocks(other, machine.variance, freedom),
        ),
    )


def _blocks(mean: Mean, added: float, blocks: float) -> float:
    """What a sum of two variances counts as (Satterthwaite), both known with so many blocks."""
    whole = mean.variance + added
    if not whole:
        return mean.blocks
    parts = mean.variance**2 / max(mean.blocks - 1, 1.0) + added**2 / max(blocks - 1, 1.0)
    return 1.0 + whole**2 / parts
