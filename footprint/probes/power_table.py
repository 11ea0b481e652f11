"""Watts for the models: what the factors of `footprint.estimators.cpu_power` come to here."""

from __future__ import annotations

from typing import NamedTuple

from footprint.probes.cpu_info import CpuInfo


class Range(NamedTuple):
    """A figure with its bounds, in W."""

    low: float
    mid: float
    high: float

    def times(self, factor: float) -> Range:
        """All three scaled."""
        return Range(self.low * factor, self.mid * factor, self.high * factor)


class Watts(NamedTuple):
    """Power under full load and idle, with what it rests on in words."""

    full: Range
    idle: Range
    source: str


def cpu_watts(info: CpuInfo) -> Watts:
    """The visible CPUs of a machine, all of them."""
    full = Range(2.0, 4.0, 8.0).times(info.cpus)
    return Watts(full, full.times(0.12), f"4 W per logical CPU (model {info.model!r} not known)")


def ram_watts(gigabytes: float) -> Watts:
    """Memory of a size."""
    power = Range(0.15, 0.375, 0.6).times(gigabytes)
    return Watts(power, power, "0.375 W per GB")
