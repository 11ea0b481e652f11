"""The nouns every layer shares: kinds, tiers, devices, and how a time or an amount is written.

Bottom of the layers: imports nothing of the package, and nothing slow of the standard library.
Energies are whole nanojoules (`_nj`) wherever they are stored or summed, so that sums are exact
and do not depend on their order; joules (`_j`) are for people. Times are whole nanoseconds
(`_ns`) of the host's boot-time clock unless the name says UTC.
"""

from __future__ import annotations

from typing import NamedTuple

NJ_PER_J = 1_000_000_000
NS_PER_S = 1_000_000_000

#: Nothing that is counted (items, tokens, gigabytes) is less, but for nothing at all: figures for
#: one of it would have no finite value.
SMALLEST_AMOUNT = 1e-100

#: What a span's work is for.
KINDS = ("training", "fine-tuning", "inference", "evaluation", "data", "api", "other")

#: How a figure of energy came about, best first.
TIERS = ("meter", "counter", "power", "utilisation", "nameplate", "predicted", "api")

#: What a device is.
DEVICE_KINDS = ("gpu", "cpu", "dram", "host")

#: How a span ended. `open` is a span that the ledger saw begin and never end.
STATUSES = ("ok", "error", "cancelled", "closed", "interrupted", "open")
OK, ERROR, CANCELLED, CLOSED, INTERRUPTED, OPEN = range(6)


class Device(NamedTuple):
    """One thing that draws power and can be read.

    Attributes:
        id: stable name: a GPU's UUID; `cpu:BOOT:package-0`, `dram:BOOT:0` for parts that have no
            serial number, where BOOT is the start of the boot id.
        kind: one of `DEVICE_KINDS`.
        name: what a person calls it, for instance `NVIDIA H100 80GB HBM3`.
        tier: the best tier this source can give, one of `TIERS`.
        scope: what the reading covers: `gpu`, `module` (CPU and GPU of a Grace Hopper),
            `package`, `dram`, `machine`, `share` (the part a container or VM has).
        max_w: the most it can draw in watts, None where unknown. Bounds the intervals.
        gain_low, gain_high: the sensor's gain error as factors on energy, fully correlated over
            all readings of the device (0.95 and 1.05 for a GPU).
        gain_source: where those two come from.
        wrap_nj: the counter starts again at 0 after this many nanojoules; None: it does not.
        number: the number that the driver gives it, for people; None where it has none.
        notes: facts that a reader of the figures should see ("one of two mirrored domains").
    """

    id: str
    kind: str
    name: str
    tier: str
    scope: str
    max_w: float | None = None
    gain_low: float = 1.0
    gain_high: float = 1.0
    gain_source: str = ""
    wrap_nj: int | None = None
    number: int | None = None
    notes: tuple[str, ...] = ()


class Unavailable(NamedTuple):
    """Something that cannot be measured, why, and what would change that."""

    probe: str
    what: str
    reason: str
    remedy: str
