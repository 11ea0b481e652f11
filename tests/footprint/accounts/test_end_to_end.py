"""Whole runs on a simulated GPU: a parent and a child that meter one device, read back."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from footprint.accounts.opened import open_ledger
from simulators.nvml import Constant, Gpu, Process, Simulator

CHILD = """
import sys, time, footprint
with footprint.measure("child", devices=["gpu"]):
    time.sleep(0.8)
"""

PARENT = """
import os, subprocess, sys, time, footprint
from footprint.tracking import session
with footprint.measure("parent", devices=["gpu"]) as span:
    time.sleep(0.5)
    environment = session.child_environment(int(str(span.id).rpartition(":")[2]))
    child = {**os.environ, **environment}
    subprocess.run([sys.executable, "-c", sys.argv[1]], env=child, check=True)
    time.sleep(0.4)
"""

FORK = """
import os, time, footprint
with footprint.measure("parent", devices=["gpu"]):
    time.sleep(0.3)
    pid = os.fork()
    if pid == 0:
        with footprint.measure("child", devices=["gpu"]):
            time.sleep(0.6)
        footprint.flush()
        from footprint.tracking import session
        session.current().close("exit")
        os._exit(0)
    os.waitpid(pid, 0)
    time.sleep(0.2)
"""


def python(code: str, ledger: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        env={**os.environ, "FOOTPRINT_LEDGER": str(ledger)},
        check=True,
        timeout=60,
    )


@pytest.mark.alone
@pytest.mark.parametrize("code", [PARENT, FORK], ids=["started", "forked"])
def test_two_processes_that_meter_one_device_count_it_once(code: str, tmp_path: Path) -> None:
    with Simulator([Gpu(Constant(300.0))]):
        python(code, tmp_path / "ledger", CHILD)
    ledger = open_ledger(tmp_path / "ledger")
    assert len(ledger.facts()[0]) == 2
    book = ledger.book()
    (gpu,) = [line for line in book.devices if line.device.kind == "gpu"]
    assert gpu.attributed_nj + gpu.idle_nj + gpu.unattributed_nj == gpu.metered_nj
    edges = gpu.timeline.cells.edges
    assert gpu.metered_nj == pytest.approx(300 * (edges[-1] - edges[0]), rel=0.05)
    spans = ledger.spans().set_index("name")
    parent, child = spans.loc["parent"], spans.loc["child"]
    assert child["parent_id"] == parent["span_id"]
    assert child["gpu_energy_j"] == pytest.approx(300 * child["duration_s"], rel=0.1)
    # the parent's span is the union of both: nothing is counted twice
    both = parent["gpu_energy_j"] + child["gpu_energy_j"]
    assert both == pytest.approx(300 * parent["duration_s"], rel=0.1)
    assert parent["energy_inclusive_j"] == pytest.approx(
        parent["energy_j"] + child["energy_j"], rel=1e-6
    )
    readings = ledger.readings()
    assert readings["energy_j"].sum() == pytest.approx(
        sum(line.metered_nj for line in book.devices) / 1e9
    )


@pytest.mark.alone
def test_a_program_on_one_gpu_of_several_that_it_shares(tmp_path: Path) -> None:
    """It has a context on GPU 1 and a quarter of its time; the rest of that GPU is others'."""
    code = """
    import os, time, footprint, sys
    sys.path.insert(0, sys.argv[1])
    from simulators.nvml import Process
    from simulators.nvml_live import Live
    Live().set_processes(1, [Process(os.getpid(), 2**30, 25), Process(1, 2**30, 75)])
    with footprint.measure("work"):
        time.sleep(2.2)
    """
    tests = Path(__file__).parents[2]
    with Simulator([Gpu(Constant(60.0)), Gpu(Constant(400.0)), Gpu(Constant(60.0))]):
        python(code, tmp_path / "ledger", str(tests))
    book = open_ledger(tmp_path / "ledger").book()
    gpus = {line.device.number: line for line in book.devices if line.device.kind == "gpu"}
    assert gpus[0].attributed_nj == gpus[2].attributed_nj == 0
    assert gpus[1].attributed_nj == pytest.approx(0.25 * 400 * 2.2e9, rel=0.25)
    assert gpus[1].unattributed_nj > 2 * gpus[1].attributed_nj
    assert not book.assumed
    (peak,) = open_ledger(tmp_path / "ledger").spans()["peak_gpu_memory_bytes"]
    assert peak == 2**30


def test_a_torn_journal_is_read_up_to_its_end(tmp_path: Path) -> None:
    with Simulator([Gpu(Constant(300.0), processes=[Process(1)])]):
        python(PARENT, tmp_path / "ledger", CHILD)
    ledger = tmp_path / "ledger"
    for journal in sorted((ledger / "journals").iterdir()):
        journal.write_bytes(journal.read_bytes()[:-7])
    opened = open_ledger(ledger)
    facts, issues = opened.facts()
    assert [issue.kind for issue in issues] == ["torn-tail"] * len(facts)
    for line in opened.book().devices:
        assert line.attributed_nj + line.idle_nj + line.unattributed_nj == line.metered_nj
