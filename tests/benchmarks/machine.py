"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

#: Distributions whose versions stand under the table.
_TOOLS = ("codecarbon", "zeus", "pyJoules", "nvidia-ml-py")


def describe() -> str:
    """One line: CPU, cores, load, Python, and the versions of all tools."""
    from footprint import __version__

    versions = [f"footprint {__version__}"]
    for name in _TOOLS:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{name} absent")
    load = os.getloadavg()[0]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"{_cpu()}, {os.cpu_count()} cores (load {load:.1f}), {platform.system()}"
        f" {platform.release().split('-')[0]}, {python}; {', '.join(versions)}"
    )


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
