"""Which tests differ from the baseline by more than noise.

A test uses more than it did where all of these hold:

- its mean differs beyond noise, at 99 % over all tests together (Welch's t on the logarithm of the
  ratio of means, `footprint.estimators.compare`);
- it differs beyond that and what the meters leave open together. What a sensor gets wrong each time
  alike cancels; so does the error of a model of the same device, for the same test;
- the ratio is at least `min_ratio`.

Noise is that between a test's runs, and the machine's from one session to the next (`unrest`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from footprint.comparisons.verdicts import together
from footprint.comparisons.view import Ratio
from footprint.estimators import compare
from footprint.estimators.compare import LEAST_BLOCKS, Mean, Part
from footprint.estimators.errors import EstimatorError
from footprint.reports.figures import amount, digits, middle
from footprint.testing.baseline import Baseline, Past
from footprint.testing.figures import Figure, OnDevice, Sample
from footprint.testing.unrest import ASSUMED, Unrest, plain_mean, unrest, with_unrest

MORE, LESS, SAME, UNTESTED = "more", "less", "same", "not tested"


class Change(NamedTuple):
    """A test's energy over that of the baseline.

    Attributes:
        verdict: more, less, same (not told apart), or not tested.
        ratio: with all that is left open; None where it was not tested.
        noise, systematic: what noise and what the meters leave open of it.
        text: the same in words.
    """

    test: str
    verdict: str
    ratio: Ratio | None
    noise: Ratio | None
    systematic: Ratio | None
    p_value: float | None
    text: str


class Compared(NamedTuple):
    """All tests against a baseline.

    Attributes:
        new: tests with a figure that the baseline has none of.
        absent: the other way round: not run this time, failed, or too short to tell.
        notes: what the comparison rests on.
    """

    baseline: Baseline
    changes: tuple[Change, ...]
    new: tuple[str, ...]
    absent: tuple[str, ...]
    notes: tuple[str, ...]

    def of(self, verdict: str) -> list[Change]:
        """The changes of a verdict, the greatest ratio first."""
        found = [each for each in self.changes if each.verdict == verdict]
        return sorted(found, key=lambda each: -each.ratio.mid if each.ratio else 0.0)

    def to_json(self) -> dict[str, Any]:
        """As what JSON is made of."""

        def ratio(found: Ratio | None) -> dict[str, float | None] | None:
            return None if found is None else found.to_json()

        return {
            "baseline": self.baseline.path.name,
            "sessions": self.baseline.sessions,
            "tests": [
                {
                    **each._asdict(),
                    "ratio": ratio(each.ratio),
                    "noise": ratio(each.noise),
                    "systematic": ratio(each.systematic),
                }
                for each in self.changes
            ],
            "new": list(self.new),
            "absent": list(self.absent),
            "notes": list(self.notes),
        }


def compared(baseline: Baseline, now: Mapping[str, Figure], min_ratio: float) -> Compared:
    """This session's tests against the baseline's."""
    known = {name: figure for name, figure in now.items() if figure.each.energy_j is not None}
    common = {name: (baseline.tests[name], known[name]) for name in known if name in baseline.tests}
    tested = [pair for pair in common.values() if _fewest(*pair) >= LEAST_BLOCKS]
    machine = unrest(baseline.tests.values(), [_ratio(*pair) for pair in tested])
    changes = tuple(
        change(name, *pair, min_ratio, len(tested), machine) for name, pair in common.items()
    )
    rests_on = f"{machine.how}: {digits(100 * math.sqrt(machine.variance))} % (standard deviation)"
    return Compared(
        baseline,
        changes,
        tuple(name for name in known if name not in baseline.tests),
        tuple(name for name in baseline.tests if name not in known),
        (rests_on,) if tested else (),
    )


def change(
    name: str,
    past: Past,
    figure: Figure,
    min_ratio: float,
    comparisons: int = 1,
    machine: Unrest = ASSUMED,
) -> Change:
    """One test against the baseline.

    Args:
        min_ratio: a difference is at least so many times.
        comparisons: how many tests are compared at once.
        machine: what it changes from session to session.
    """
    few = _fewest(past, figure)
    if few < LEAST_BLOCKS:
        text = f"too few runs to tell noise ({few} of {LEAST_BLOCKS}): --footprint-repeat"
        return Change(name, UNTESTED, None, None, None, None, text)
    try:
        means = [_mean(past.samples), _mean(figure.samples)]
        base, other = with_unrest(means, len(past.sessions), machine)
        found = compare.against(base, other, comparisons)
        middle_ = other.value / base.value
        left = _systematic(past, figure, middle_)
    except EstimatorError as error:
        return Change(name, UNTESTED, None, None, None, None, str(error))
    noise = Ratio(found.ratio.low, middle_, found.ratio.high)
    whole = together(noise, left)
    verdict = SAME
    if found.beyond and whole.beyond and max(middle_, 1 / middle_) >= min_ratio:
        verdict = MORE if middle_ > 1 else LESS
    high = "any" if whole.high is None else digits(whole.high)
    before = amount(base.value, "J")
    text = (
        f"{digits(middle_)} times the baseline ({digits(whole.low)} to {high}):"
        f" {middle(figure.each.energy_j)} against {before}"
    )
    return Change(name, verdict, whole, noise, left, found.p_value, text)


def _fewest(past: Past, figure: Figure) -> int:
    return min(len(past.samples), len(figure.samples))


def _ratio(past: Past, figure: Figure) -> float:
    before, after = plain_mean(past.samples), plain_mean(figure.samples)
    return after / before if before > 0 and after > 0 else 1.0


def _mean(samples: Sequence[Sample]) -> Mean:
    return compare.mean(compare.joined([(each.energy_j, each.calls) for each in samples]))


def _systematic(past: Past, figure: Figure, middle_: float) -> Ratio:
    """What meters leave open of the ratio."""
    mine = {(one.host, one.device): one for one in past.devices}
    theirs = {(one.host, one.device): one for one in figure.devices}
    parts: list[Part] = []
    for key in dict.fromkeys((*mine, *theirs)):
        one, other = mine.get(key), theirs.get(key)
        if one is not None and other is not None and one.tier == other.tier:
            bounds = (one.low_j, one.high_j), (other.low_j, other.high_j)
            gain = min(one.gain_low, other.gain_low), max(one.gain_high, other.gain_high)
            parts.append(Part(*bounds, gain))
            continue
        # Another device, or another method: nothing of its error cancels.
        parts.extend(
            Part(
                _with_gain(each) if each is one else (0.0, 0.0),
                _with_gain(each) if each is other else (0.0, 0.0),
            )
            for each in (one, other)
            if each is not None
        )
    low, high = compare.systematic(parts)
    calls = math.fsum(sample.calls for sample in past.samples)
    scale = calls / figure.calls
    return Ratio(
        min(low * scale, middle_), middle_, None if high is None else max(high * scale, middle_)
    )


def _with_gain(one: OnDevice) -> tuple[float, float]:
    return one.low_j * one.gain_low, one.high_j * one.gain_high
