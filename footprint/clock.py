"""The host's clocks: boot time for everything that is measured, UTC for people."""

from __future__ import annotations

import time
from pathlib import Path

#: CLOCK_BOOTTIME runs on through suspend and is never stepped; elsewhere the monotonic clock.
_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def now_ns() -> int:
    """Nanoseconds of the boot-time clock."""
    return time.monotonic_ns() if _BOOTTIME is None else time.clock_gettime_ns(_BOOTTIME)


def anchor() -> tuple[int, int]:
    """One instant on both clocks, (boot-time ns, UTC ns): the closest pair of three."""
    best: tuple[int, int, int] | None = None
    for _ in range(3):
        before = now_ns()
        utc = time.time_ns()
        after = now_ns()
        if best is None or after - before < best[0]:
            best = (after - before, (before + after) // 2, utc)
    assert best is not None
    return best[1], best[2]


def boot_id(proc: Path = Path("/proc")) -> str:
    """What tells this boot from others: the kernel's boot id, else the boot's UTC second."""
    try:
        return (proc / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        t, utc = anchor()
        return f"boot-{(utc - t) // 1_000_000_000}"
