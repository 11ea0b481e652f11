"""Disparity: how far the values of one metric lie apart over the parts of a population.

Two measures, both plain: the difference of the highest and the lowest value, and the ratio of the
lowest to the highest. Neither says what is fair; the four-fifths rule is a remark, not a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import checked

#: Below this ratio of the lowest to the highest selection rate, US agencies generally see evidence
#: of adverse impact: Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4(D) (1978).
#: Written for selection rates; for other metrics it is a convention.
FOUR_FIFTHS = 0.8


class Disparity(NamedTuple):
    """How far the values lie apart.

    Attributes:
        lowest, highest: names of the parts; the first where several are equal.
        difference: highest - lowest, in the metric's unit.
        ratio: lowest / highest; None where a value is negative or the highest is zero, since a
            ratio then says nothing.
    """

    lowest: str
    highest: str
    difference: float
    ratio: float | None

    @property
    def below_four_fifths(self) -> bool | None:
        """Whether the ratio is below 0.8; None where there is none."""
        return None if self.ratio is None else self.ratio < FOUR_FIFTHS


def disparity(values: Mapping[str, float]) -> Disparity:
    """The disparity of at least two parts' values, by the parts' names.

    Raises:
        EstimatorError: fewer than two, or one that is no finite number.
    """
    if len(values) < 2:
        raise EstimatorError(f"disparity of {len(values)} values: give at least two")
    found = {name: checked(name, value, low=float("-inf")) for name, value in values.items()}
    lowest = min(found, key=found.__getitem__)
    highest = max(found, key=found.__getitem__)
    low, high = found[lowest], found[highest]
    ratio = low / high if low >= 0 and high > 0 else None
    return Disparity(lowest, highest, high - low, ratio)
