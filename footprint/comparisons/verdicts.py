"""Whether two groups differ by more than noise, and by more than their meters leave open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, hypot, log

from footprint.comparisons.measured import MODELLED, Measured, OnDevice
from footprint.comparisons.samples import Sample, by_run
from footprint.comparisons.view import Change, Ratio, changed
from footprint.estimators import compare
from footprint.estimators.compare import LEAST_BLOCKS, Mean, Part
from footprint.estimators.errors import EstimatorError

DIFFERENT = "measured difference"
NOISE = "not distinguishable from noise"
SYSTEMATIC = "beyond noise, within what the meters leave open"
TOO_FEW = "too few spans"
ESTIMATED = "estimated, not measured"
UNTESTED = "not tested"

#: Neighbouring blocks that are more alike than this: spans were not joined into long enough ones.
_ALIKE = 0.5
#: Bounds that are this far apart say that the meters do not tell two groups apart.
_WIDE = 4.0


def energy(base: Measured, other: Measured, comparisons: int) -> Change | None:
    """The change of energy for one; None where one of them is not known."""
    plain = changed(base.each.energy_j, other.each.energy_j)
    if plain is None:
        return None
    if base.estimated or other.estimated:
        return plain._replace(verdict=ESTIMATED)
    if base.samples is None or other.samples is None:
        return plain._replace(verdict=UNTESTED)
    left = _systematic(base, other, plain.ratio.mid)
    found = _tested(base, other, "energy_j", comparisons)
    if found is None:
        return Change(left, None, left, verdict=TOO_FEW)
    noise = Ratio(found.ratio.low, plain.ratio.mid, found.ratio.high)
    whole = together(noise, left)
    verdict = NOISE
    if found.beyond:
        verdict = DIFFERENT if whole.beyond else SYSTEMATIC
    return Change(whole, noise, left, found.p_value, verdict)


def time(base: Measured, other: Measured, comparisons: int) -> Change | None:
    """The change of a call's time for one; clocks are exact, so that there is noise alone."""
    if base.samples is None or other.samples is None:
        return None
    found = _tested(base, other, "busy_s", comparisons)
    if found is None:
        return None
    ratio = Ratio(found.ratio.low, found.ratio.mid, found.ratio.high)
    return Change(ratio, ratio, None, found.p_value, DIFFERENT if found.beyond else NOISE)


def together(noise: Ratio, left: Ratio) -> Ratio:
    """Noise and what the meters leave open, which have nothing to do with each other.

    Their distances from the middle add in quadrature, as logarithms.
    """
    middle, low, high = noise.mid, 0.0, None
    if noise.low > 0 and left.low > 0:
        low = middle * exp(-hypot(log(middle / noise.low), log(middle / left.low)))
    if noise.high is not None and left.high is not None:
        high = middle * exp(hypot(log(noise.high / middle), log(left.high / middle)))
    return Ratio(low, middle, high)


def _tested(base: Measured, other: Measured, figure: str, comparisons: int) -> compare.Noise | None:
    runs = of_runs(base, other)
    means = [mean(each, figure, runs=runs) for each in (base, other)]
    if means[0] is None or means[1] is None:
        return None
    return compare.against(means[0], means[1], comparisons)


def of_runs(base: Measured, other: Measured) -> bool:
    """Whether runs are what was repeated: there are enough of them on both sides."""
    return min(base.runs, other.runs) >= LEAST_BLOCKS


def mean(side: Measured, figure: str, *, runs: bool) -> Mean | None:
    """A side's mean over its runs, or over blocks of its calls; None where they are too few."""
    calls: Sequence[Sample] = side.samples or ()
    if runs:
        calls = by_run(calls)
    if len(calls) < LEAST_BLOCKS:
        return None
    try:
        return compare.mean(compare.joined([(getattr(each, figure), each.items) for each in calls]))
    except EstimatorError:  # all of it in one call
        return None


def _systematic(base: Measured, other: Measured, middle: float) -> Ratio:
    """What meters leave open of the ratio of two sides, each for one of what it counts."""
    mine = {each.device.id: each for each in base.devices or ()}
    theirs = {each.device.id: each for each in other.devices or ()}
    parts: list[Part] = []
    for name in dict.fromkeys((*mine, *theirs)):
        parts.extend(_parts(mine.get(name), theirs.get(name)))
    low, high = compare.systematic(parts)
    found = Ratio(low, low, high).scaled(base.amount / other.amount)
    return Ratio(
        min(found.low, middle), middle, None if found.high is None else max(found.high, middle)
    )


def _parts(mine: OnDevice | None, theirs: OnDevice | None) -> Iterator[Part]:
    both = [(each.low_j, each.high_j) if each else (0.0, 0.0) for each in (mine, theirs)]
    device = (mine or theirs).device  # type: ignore[union-attr]  # one of them is there
    if device.tier in MODELLED:  # its error is in the bounds, and may differ between loads
        yield Part(both[0], (0.0, 0.0))
        yield Part((0.0, 0.0), both[1])
    else:
        yield Part(both[0], both[1], (device.gain_low, device.gain_high))


def said(base: Measured, other: Measured) -> Iterator[str]:
    """What the test of two sides rests on, one line each."""
    change = energy(base, other, 1)
    if change is None or change.verdict in (ESTIMATED, UNTESTED):
        return
    calls = [len(each.samples or ()) for each in (base, other)]
    runs = of_runs(base, other)
    means = [mean(each, "energy_j", runs=runs) for each in (base, other)]
    pair = f"{base.label} and {other.label}"
    if means[0] is None or means[1] is None:
        yield (
            f"{pair}: noise is tested from {LEAST_BLOCKS} calls with items each on; there are "
            f"{calls[0]} and {calls[1]}: measure more"
        )
        return
    what = "runs" if runs else "consecutive calls, joined into at most 20 blocks"
    yield (
        f"{pair}: noise is that between {what}; Welch's t on the logarithm of the ratio of means, "
        "interval at 99 %"
    )
    if not runs:
        yield (
            f"{pair}: what differs from run to run is not in the noise ({base.label} in "
            f"{base.runs}, {other.label} in {other.runs} runs): repeat both in {LEAST_BLOCKS} runs "
            "or more to have it"
        )
    for side, found in zip((base, other), means, strict=True):
        if found is not None and found.alike > _ALIKE:
            yield (
                f"{side.label}: neighbouring calls are alike (correlation {found.alike:.2f}), as in"
                " a drift: the interval is too narrow; interleave what you compare"
            )
    yield from _sensors(base, other)
    left = change.systematic
    if left is not None and (left.high is None or left.high > _WIDE * left.low):
        yield (
            f"{pair}: the meters hardly tell their energies apart: calls are short beside the "
            "meters' steps, or the energy is modelled; let each run for seconds on end, in turns"
        )


def _sensors(base: Measured, other: Measured) -> Iterator[str]:
    devices = [
        {each.device.id: each.device for each in side.devices or ()} for side in (base, other)
    ]
    pair = f"{base.label} and {other.label}"
    metered = [
        {name for name, device in own.items() if device.tier not in MODELLED} for own in devices
    ]
    if any(len(own) != len(found) for own, found in zip(devices, metered, strict=True)):
        yield (
            f"{pair}: part of the energy is modelled from utilisation; a model's error may differ "
            "between loads and does not cancel"
        )
    if not metered[0] | metered[1]:
        return
    if metered[0] == metered[1]:
        yield f"{pair} were measured by the same sensors: their gain cancels in the ratio"
    else:
        yield (
            f"{pair} were measured by different sensors: each one's gain counts in full, and does "
            "not cancel in the ratio"
        )
