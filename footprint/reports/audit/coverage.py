"""Completeness: for how long devices were in service, and for how much of that energy is known.

    expected = the sum over devices of the time in service, in device-hours
    covered  = that of it in which the device's energy is known
    share    = covered / expected

Nothing is extrapolated: what is missing is in no figure of the report, and here with its cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.accounts.lines import Period
from footprint.model import NS_PER_S
from footprint.pages.total import Total
from footprint.reports.audit.missing import CAUSES, Causes
from footprint.reports.audit.service import Served, served
from footprint.reports.times import stamp

if TYPE_CHECKING:
    from footprint.reports.audit.expected import Declared

_HOUR_NS = 3_600 * NS_PER_S

#: So many gaps are listed, the longest; shorter ones than this (ns) never are.
LISTED, SHORTEST = 100, NS_PER_S

BASIS = (
    "a device is expected to be metered from the first to the last record of a program that saw it,"
    " between starts of its host too"
)
REMEDY = (
    "run `footprint meter` as a service on every host: it keeps the books complete while no program"
    " runs"
)


class DeviceCoverage(NamedTuple):
    """One device of a host.

    Attributes:
        start, end: in service within the period (UTC, ISO 8601).
        expected_h, covered_h: hours in service, and those of which its energy is known.
        mean_w: the mean power that it drew while its energy was known; None: it never was.
    """

    host: str
    device: str
    device_kind: str
    name: str
    start: str
    end: str
    expected_h: float
    covered_h: float
    mean_w: float | None = None

    @property
    def share(self) -> float:
        """Of the hours expected those that are covered, 0..1."""
        return self.covered_h / self.expected_h


class CoverageGap(NamedTuple):
    """When the energy of some devices of a host is not known, and why.

    Attributes:
        devices: their ids.
        start, end: UTC, ISO 8601.
        device_h: hours of all these devices.
        cause: one of `missing.CAUSES`; `why` says it, `detail` is what the ledger adds.
    """

    host: str
    devices: tuple[str, ...]
    start: str
    end: str
    device_h: float
    cause: str
    why: str
    detail: str = ""


class Coverage(NamedTuple):
    """How complete a report is.

    Attributes:
        expected_h, covered_h: device-hours in service, and those that are covered.
        by_energy: the share that is covered where each device counts by the power that it drew
            while its energy was known; None where nothing is known of any.
        devices: each of them, by host.
        by_cause: device-hours that are missing, by cause.
        gaps: the longest, by time; what is shorter than a second is never listed.
        more, more_h: how many are not listed, and their device-hours.
        basis, remedy: what was expected, and what makes it complete.
        declared: what the organisation expects, where it says so (`expected`).
    """

    expected_h: float
    covered_h: float
    by_energy: float | None
    devices: tuple[DeviceCoverage, ...]
    by_cause: Mapping[str, float]
    gaps: tuple[CoverageGap, ...]
    more: int
    more_h: float
    basis: str = BASIS
    remedy: str = REMEDY
    declared: tuple[Declared, ...] = ()

    @property
    def share(self) -> float:
        """Of the device-hours expected those that are covered, 0..1."""
        return self.covered_h / self.expected_h

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            "expected_device_h": self.expected_h,
            "covered_device_h": self.covered_h,
            "share": self.share,
            "share_by_energy": self.by_energy,
            "devices": [{**each._asdict(), "share": each.share} for each in self.devices],
            "missing_device_h": dict(self.by_cause),
            "gaps": [{**each._asdict(), "devices": list(each.devices)} for each in self.gaps],
            "more_gaps": {"count": self.more, "device_h": self.more_h},
            "basis": self.basis,
            "remedy": self.remedy,
            "declared": [each.to_json() for each in self.declared],
        }


class _Gap(NamedTuple):
    start: int
    end: int
    host: str
    cause: str
    detail: str
    devices: tuple[str, ...]

    @property
    def device_ns(self) -> int:
        return (self.end - self.start) * len(self.devices)


def coverage(book: Total, period: Period) -> Coverage | None:
    """The completeness of a report; None where no device was in service.

    Args:
        period: [since, until) that was asked for, UTC ns; None: open.
    """
    found = served(book, period)
    if not found:
        return None
    gaps = _gaps(found)
    by_cause = {
        cause: sum(each.device_ns for each in gaps if each.cause == cause) for cause in CAUSES
    }
    long = [each for each in gaps if each.end - each.start >= SHORTEST]
    listed = sorted(long, key=lambda each: (-each.device_ns, each))[:LISTED]
    more = set(gaps).difference(listed)
    expected = sum(each.expected_ns for each in found)
    devices = tuple(map(_device, found))
    return Coverage(
        expected / _HOUR_NS,
        (expected - sum(by_cause.values())) / _HOUR_NS,
        by_energy((each.mean_w, each.expected_h, each.covered_h) for each in devices),
        devices,
        {cause: amount / _HOUR_NS for cause, amount in by_cause.items() if amount},
        tuple(map(_listed, sorted(listed))),
        len(more),
        sum(each.device_ns for each in more) / _HOUR_NS,
    )


def _gaps(found: Sequence[Served]) -> list[_Gap]:
    """All gaps; those that several devices of a host have in common as one."""
    alike: dict[tuple[int, int, str, str, str], list[str]] = {}
    causes: dict[int, Causes] = {}
    for each in found:
        # Devices of one machine share the tuple of its boots.
        own = causes.setdefault(id(each.boots), Causes(each.boots))
        for missing in own.of(each):
            start, end, cause, detail = missing
            alike.setdefault((start, end, each.host, cause, detail), []).append(each.device.id)
    return [_Gap(*key, tuple(devices)) for key, devices in alike.items()]


def by_energy(hours: Iterable[tuple[float | None, float, float]]) -> float | None:
    """The share that is covered, each device weighted with its mean power while it was known.

    Args:
        hours: mean power in W, hours expected and covered; devices without a power do not count.
    """
    covered = expected = 0.0
    for watts, expected_h, covered_h in hours:
        if watts:
            covered += watts * covered_h
            expected += watts * expected_h
    return covered / expected if expected else None


def _device(each: Served) -> DeviceCoverage:
    return DeviceCoverage(
        each.host,
        each.device.id,
        each.device.kind,
        each.device.name,
        stamp(each.start),
        stamp(each.end),
        each.expected_ns / _HOUR_NS,
        sum(end - start for start, end in each.known) / _HOUR_NS,
        each.metered_nj / each.covered_ns if each.covered_ns else None,  # nJ per ns are W
    )


def _listed(gap: _Gap) -> CoverageGap:
    return CoverageGap(
        gap.host,
        gap.devices,
        stamp(gap.start),
        stamp(gap.end),
        gap.device_ns / _HOUR_NS,
        gap.cause,
        CAUSES[gap.cause],
        gap.detail,
    )
