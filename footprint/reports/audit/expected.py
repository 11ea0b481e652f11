"""Device-hours that an organisation expects, held against those that a report covers.

What was never recorded is in no ledger: a host without a meter, a rack that a job never reached.
Who runs them knows how many devices there are and for how long they are on. Where that is declared
it is what completeness is measured against, instead of the first and last record of each device.

    share = covered / expected, over the declared devices and those that nothing was declared of
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from footprint.estimators.errors import Gap
from footprint.reports.audit.coverage import Coverage, DeviceCoverage, by_energy
from footprint.reports.audit.missing import DECLARED

#: What a share is measured against where something was declared.
BASIS_DECLARED = (
    "what the organisation file declares is expected; any other device is expected to be metered"
    " from the first to the last record of a program that saw it, between starts of its host too"
)


class Expected(NamedTuple):
    """One `[[expected]]` of an organisation file.

    Attributes:
        host: whose devices; empty: all hosts'.
        device_kind: of which kind; empty: all kinds.
        hours: for how long each of them is in service within the period.
        devices: how many there are; None: as many as the ledger saw.
    """

    host: str
    device_kind: str
    hours: float
    devices: int | None

    def covers(self, host: str, device_kind: str) -> bool:
        """Whether it is about a device."""
        return self.host in ("", host) and self.device_kind in ("", device_kind)

    @property
    def what(self) -> str:
        """Which devices, in words: `gpu of node-1`."""
        return f"{self.device_kind or 'device'} of {self.host or 'any host'}"


class Declared(NamedTuple):
    """What was declared, and what of it is covered.

    Attributes:
        host, device_kind, hours: as declared; None: all hosts, all kinds.
        devices: how many, as declared or as seen.
        expected_h: device-hours.
        covered_h: of those, the ones whose energy is known: never more than expected.
        mean_w: the mean power of its devices while it was known; None: it never was.
    """

    host: str | None
    device_kind: str | None
    hours: float
    devices: int
    expected_h: float
    covered_h: float
    mean_w: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            "host": self.host,
            "device_kind": self.device_kind,
            "hours": self.hours,
            "devices": self.devices,
            "expected_device_h": self.expected_h,
            "covered_device_h": self.covered_h,
            "mean_w": self.mean_w,
        }


def held(
    found: Coverage | None,
    expected: Sequence[Expected],
    period: tuple[str | None, str | None],
) -> tuple[Coverage | None, list[Gap]]:
    """The completeness against what was declared, and what of the declaration cannot be used.

    A device counts in the one declaration that is most particular about it: of its host and kind,
    else of its host, else of its kind.

    Args:
        found: against the ledger's own records; None: no device was in service.
        expected: what was declared.
        period: the report's, ISO 8601; None: it is open.
    """
    length = _hours(period)
    gaps = [gap for each in expected if (gap := _too_long(each, length)) is not None]
    usable = [each for each in expected if _too_long(each, length) is None]
    order = sorted(usable, key=lambda each: (not each.host, not each.device_kind))
    of: dict[Expected, list[DeviceCoverage]] = {each: [] for each in usable}
    rest: list[DeviceCoverage] = []
    for device in () if found is None else found.devices:
        best = [each for each in order if each.covers(device.host, device.device_kind)]
        (of[best[0]] if best else rest).append(device)
    gaps += (gap for each, own in of.items() for gap in _gaps(each, own))
    rows = tuple(_declared(each, own) for each, own in of.items() if own or each.devices)
    if not rows:
        return found, gaps
    return _measured(found, rows, rest), gaps


def _measured(
    found: Coverage | None, rows: tuple[Declared, ...], rest: Sequence[DeviceCoverage]
) -> Coverage:
    own = found or Coverage(0.0, 0.0, None, (), {}, (), 0, 0.0)
    counted: list[Declared | DeviceCoverage] = [*rows, *rest]
    whole = sum(each.expected_h for each in counted)
    covered = sum(each.covered_h for each in counted)
    # What the ledger has no record of lacks beside what it knows to be missing. Of hours beyond
    # those that are expected nothing lacks: each cause has its part of what is left.
    known = sum(own.by_cause.values())
    lacking = max(0.0, whole - covered)
    causes = {cause: hours * min(1.0, lacking / known) for cause, hours in own.by_cause.items()}
    if lacking > known:
        causes[DECLARED] = lacking - known
    return own._replace(
        expected_h=whole,
        covered_h=covered,
        by_energy=_by_energy(rows, rest),
        by_cause=causes,
        declared=rows,
        basis=BASIS_DECLARED,
    )


def _by_energy(rows: Sequence[Declared], rest: Sequence[DeviceCoverage]) -> float | None:
    """The share by energy; None where devices are expected whose power nobody has seen."""
    if any(each.mean_w is None and each.expected_h for each in rows):
        return None
    counted: list[Declared | DeviceCoverage] = [*rows, *rest]
    return by_energy((each.mean_w, each.expected_h, each.covered_h) for each in counted)


def _declared(each: Expected, own: Sequence[DeviceCoverage]) -> Declared:
    count = len(own) if each.devices is None else each.devices
    whole = count * each.hours
    covered = min(whole, sum(device.covered_h for device in own))
    known = [(device.mean_w, device.covered_h) for device in own if device.mean_w is not None]
    seen_h = sum(hours for _, hours in known)
    mean_w = sum(watts * hours for watts, hours in known) / seen_h if seen_h else None
    return Declared(
        each.host or None, each.device_kind or None, each.hours, count, whole, covered, mean_w
    )


def _too_long(each: Expected, length: float | None) -> Gap | None:
    if length is not None and each.hours <= length:
        return None
    why = (
        f"{each.hours:g} h are expected of each {each.what}, and the report's period is open: that"
        " is not held against what was recorded"
    )
    if length is not None:
        why = (
            f"{each.hours:g} h are expected of each {each.what}, and the report's period has"
            f" {length:.6g} h: that is not held against what was recorded"
        )
    return Gap("coverage", why, "give --since and --until of the period that the hours are of")


def _gaps(each: Expected, own: Sequence[DeviceCoverage]) -> Iterator[Gap]:
    if not own:
        yield Gap(
            "coverage",
            f"each {each.what} is expected to be metered, and none is in the ledger in the period",
            "check the name in [[expected]] of the organisation file, and that the host is metered",
        )
    elif each.devices is not None and len(own) > each.devices:
        yield Gap(
            "coverage",
            f"{each.devices:,} are expected of {each.what}, and {len(own):,} were seen",
            "correct devices in [[expected]] of the organisation file",
        )
    elif sum(device.covered_h for device in own) > (each.devices or len(own)) * each.hours:
        yield Gap(
            "coverage",
            f"more was recorded of each {each.what} than the {each.hours:g} h that are expected",
            "correct hours in [[expected]] of the organisation file",
        )


def _hours(period: tuple[str | None, str | None]) -> float | None:
    start, end = (None if each is None else datetime.fromisoformat(each) for each in period)
    return None if start is None or end is None else (end - start).total_seconds() / 3_600


__all__ = ["BASIS_DECLARED", "Declared", "Expected", "held"]
