"""Runs each benchmark and prints its table: `python -m pytest tests/benchmarks -s [--quick]`.

Only figures that do not depend on the machine's speed can fail: accuracy, faults, loss, memory.
"""

from __future__ import annotations

import pytest

from benchmarks import run
from benchmarks.machine import describe


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", run.BENCHMARKS)
def test_benchmark(name: str, request: pytest.FixtureRequest) -> None:
    print(f"\n{describe()}")
    rows = run.run(name, quick=bool(request.config.getoption("--quick")))
    failed = [row for row in rows if row.failed]
    assert not failed, "\n".join(f"{row.case}: {row.value} {row.unit}" for row in failed)
