"""What tests used, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.reports.view import Amounts

_NO_SPAN = Gap(
    "energy_j",
    "its span is not in the ledger",
    "see whether the test switched footprint off, or ran on another host",
)


class Sample(NamedTuple):
    """One run of a test, or one round: joules, for so many calls."""

    energy_j: float
    calls: float


class OnDevice(NamedTuple):
    """What a test used of one device, all calls.

    Attributes:
        device: kind and number or UUID, the same after every boot.
        low_j, mid_j, high_j: what timing leaves open.
        gain_low, gain_high: the sensor's gain, or a model's error, as factors on all of it.
    """

    host: str
    device: str
    kind: str
    name: str
    tier: str
    low_j: float
    mid_j: float
    high_j: float
    gain_low: float
    gain_high: float


class Figure(NamedTuple):
    """What a test used.

    Attributes:
        calls: how many calls the figures are the mean of.
        seconds: of all of them.
        each: for one call; nothing is known of it where `below` says why.
        whole: of all calls, below the floor too: a bound (`high`) holds there.
        below: why the energy is below what the meters can tell; None where it is not.
        samples: runs or rounds one by one, those that are not folded.
        devices: what it used of each.
        tiers: share of the energy by method tier.
        units: what was added, all calls.
        gaps: figures that are absent, and why.
    """

    calls: float
    seconds: float
    each: Amounts
    whole: Amounts
    below: str | None
    samples: tuple[Sample, ...]
    devices: tuple[OnDevice, ...]
    tiers: Mapping[str, float]
    units: Mapping[str, float]
    gaps: tuple[Gap, ...]


class Figures(NamedTuple):
    """What a session of tests used.

    Attributes:
        tests: by test.
        total: of all tests' calls; around: of setup and teardown. None where there was none.
        factors, assumptions, gaps: what the figures rest on.
    """

    tests: Mapping[str, Figure]
    total: Figure | None
    around: Figure | None
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    gaps: tuple[Gap, ...]


NOTHING = Figures({}, None, None, (), (), ())
UNKNOWN = Figure(0, 0.0, Amounts(), Amounts(), None, (), (), {}, {}, (_NO_SPAN,))
