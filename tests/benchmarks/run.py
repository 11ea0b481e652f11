"""Prints the benchmarks' tables: footprint beside codecarbon, zeus and pyJoules.

    python tests/benchmarks/run.py                     all of them: a quarter of an hour
    python tests/benchmarks/run.py accuracy faults     some
    python tests/benchmarks/run.py --quick             a minute: fewer calls, shorter windows

Everything runs on the simulated driver of tests/simulators, whose truth is known. The peers come
with `pip install ".[bench]"`; those that are missing are left out. Exit code 1 when a figure that
does not depend on the machine's speed misses its limit.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

if __package__ in (None, ""):  # run as a script
    _TESTS = Path(__file__).resolve().parents[1]
    sys.path[:1] = [str(_TESTS.parent), str(_TESTS)]

from benchmarks.machine import describe
from benchmarks.table import Row, show

#: The exit status where a figure misses its limit: another than that of a benchmark that broke.
MISSED = 3

#: In the order in which they are printed.
BENCHMARKS = (
    "overhead",
    "accuracy",
    "threads",
    "faults",
    "start",
    "meter_cpu",
    "loss",
    "journal",
    "memory",
    "pricing",
    "datasheets",
    "inference",
    "sealed",
    "timelines",
    "proofs",
    "compaction",
    "corrected",
    "fleet",
    "audit",
)


def run(name: str, quick: bool = False) -> list[Row]:
    """Runs one benchmark and prints its table."""
    module = importlib.import_module(f"benchmarks.{name}")
    title = (module.__doc__ or name).strip().splitlines()[0]
    print(f"\n## {name}: {title}\n", flush=True)
    began = time.perf_counter()
    rows: list[Row] = module.run(quick=quick)
    print(show(rows))
    print(f"\n({time.perf_counter() - began:.0f} s)", flush=True)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0, or `MISSED` where a figure that is exact misses its limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="each one briefly, under a minute")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}: choose from {', '.join(BENCHMARKS)}")
    print(describe())
    rows = [row for name in options.names or BENCHMARKS for row in run(name, options.quick)]
    missed = [row for row in rows if row.verdict == "MISS"]
    for row in missed:
        print(f"MISS{'' if row.exact else ' (depends on the machine)'}: {row.case}: {row.value}")
    asked = sum(row.limit is not None for row in rows)
    print(f"\n{asked} figures with a limit, {len(missed)} missed")
    return MISSED if any(row.failed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
