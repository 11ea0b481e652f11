"""The boot a reading belongs to."""

from __future__ import annotations

from footprint.probes.base import Machine


def boot_tag(machine: Machine) -> str:
    """Names the boot in eight characters, for the ids of parts without a serial number.

    The kernel's boot id, alike in all containers of a host; elsewhere the second it booted, in
    hexadecimal; `unknown` where neither can be had.
    """
    try:
        text = (machine.proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        if text:
            return text[:8]
    except (OSError, ValueError):
        pass
    try:
        import psutil

        return f"{int(psutil.boot_time()):08x}"
    except Exception:  # noqa: BLE001 - whatever psutil raises, the id alone is poorer
        return "unknown"
