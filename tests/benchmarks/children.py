"""Runs a function of a benchmark in a process of its own, and gives back what it returns.

    call("benchmarks.overhead:ours", {"calls": 1000}, sim.environment())

Each tool gets a fresh interpreter: peers patch the driver's module, start threads and lock files,
and none of that may be seen in another's figures. The function takes keywords and returns what
JSON can hold; its module's folder and the library are found through PYTHONPATH.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
#: An `nvidia-smi`, without which codecarbon sees no GPU.
_BIN = Path(__file__).resolve().parent / "bin"
#: What a child prints before its result, so that a peer's own output is told apart.
MARK = "=== result "

#: What no child should inherit.
_NOT_OURS = ("FOOTPRINT_", "CODECARBON_", "COVERAGE_", "PYTHONDONTWRITEBYTECODE", "PYTEST_")


class ChildError(RuntimeError):
    """A benchmark's child did not give a result."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child: ours, without settings of any tool."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_OURS)}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(TESTS)]),
        "PATH": os.pathsep.join([str(_BIN), kept.get("PATH", os.defpath)]),
        "HOME": kept.get("HOME", "/"),
        **(extra or {}),
    }


def start(
    target: str,
    arguments: Mapping[str, Any] | None = None,
    extra: Mapping[str, str] | None = None,
    wrapper: tuple[str, ...] = (),
) -> subprocess.Popen[str]:
    """Starts `module:function` in a child; `wrapper` is a command to run it under."""
    command = [*wrapper, sys.executable, "-m", "benchmarks.children", target]
    return subprocess.Popen(
        [*command, json.dumps(dict(arguments or {}))],
        env=environment(extra),
        cwd=tempfile.gettempdir(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(child: subprocess.Popen[str], timeout_s: float = 900) -> Any:
    """What the child's function returned.

    Raises ChildError with the end of its stderr where it returned nothing.
    """
    out, err = child.communicate(timeout=timeout_s)
    for line in err.splitlines():
        if line.startswith("footprint: "):  # it has something to complain about
            sys.stderr.write(f"{line}\n")
    for line in out.splitlines():
        if line.startswith(MARK):
            return json.loads(line.removeprefix(MARK))
    raise ChildError(f"exit code {child.returncode}: {err[-2000:] or 'nothing on stderr'}")


def call(
    target: str,
    arguments: Mapping[str, Any] | None = None,
    extra: Mapping[str, str] | None = None,
    wrapper: tuple[str, ...] = (),
    timeout_s: float = 900,
) -> Any:
    """`start` and `finish`."""
    return finish(start(target, arguments, extra, wrapper), timeout_s)


def own_peak_mb() -> float:
    """The most memory that this program had; not, as `getrusage` says, of who started it."""
    status = Path("/proc/self/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kib) * 1024 / 1e6


def _main() -> None:
    module, _, function = sys.argv[1].partition(":")
    result = getattr(importlib.import_module(module), function)(**json.loads(sys.argv[2]))
    sys.stdout.write(f"\n{MARK}{json.dumps(result)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _main()
