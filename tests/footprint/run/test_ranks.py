"""Real programs of several ranks on one host, under mpirun and under torchrun's variables."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from footprint.accounts.opened import open_ledger
from footprint.reports import report
from simulators.nvml import Constant, Gpu, Simulator

RANK = """
import time, footprint
with footprint.measure("step", devices=["gpu"]):
    time.sleep(1.2)
"""

#: As torchrun's agent starts its ranks: its children, with these variables (torch 2).
AGENT = """
import os, subprocess, sys
world = int(sys.argv[1])
ranks = []
for rank in range(world):
    given = {"RANK": rank, "LOCAL_RANK": rank, "GROUP_RANK": 0, "ROLE_RANK": rank}
    given |= {"WORLD_SIZE": world, "LOCAL_WORLD_SIZE": world, "GROUP_WORLD_SIZE": 1}
    given |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": 29500, "TORCHELASTIC_RESTART_COUNT": 0}
    given |= {"TORCHELASTIC_RUN_ID": "none"}
    environment = os.environ | {key: str(value) for key, value in given.items()}
    ranks.append(subprocess.Popen(sys.argv[2:], env=environment))
sys.exit(max(rank.wait() for rank in ranks))
"""
MAIN = "from footprint.cli import main; main()"
WRAPPER = [sys.executable, "-c", MAIN, "run", "--quiet", "--"]
TORCHRUN = [sys.executable, "-c", AGENT, "4"]
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "4"]


def launched(command: list[str], ledger: Path) -> None:
    # A run of a user's own, whatever this test itself runs under.
    own = ("FOOTPRINT", "OMPI_", "PMI", "SLURM_", "RANK", "WORLD_SIZE")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    ended = subprocess.run(
        command,
        env=kept | {"FOOTPRINT_LEDGER": str(ledger), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.alone
@pytest.mark.parametrize(
    "command",
    [
        pytest.param([*TORCHRUN], id="torchrun"),
        pytest.param([*WRAPPER, *TORCHRUN], id="run-torchrun"),
        pytest.param([*TORCHRUN, *WRAPPER], id="torchrun-run"),
        pytest.param([*MPIRUN], id="mpirun"),
    ],
)
def test_four_ranks_are_one_run_and_add_up_to_what_the_gpu_used(
    command: list[str], tmp_path: Path
) -> None:
    if command[0] == "mpirun" and shutil.which("mpirun") is None:
        pytest.skip("mpirun is not installed: apt-get install openmpi-bin")
    watts = 300.0
    ledger = tmp_path / "ledger"
    with Simulator([Gpu(Constant(watts))]):
        launched([*command, sys.executable, "-c", RANK], ledger)
    opened = open_ledger(ledger)
    facts, _ = opened.facts()
    assert len({one.context["run"] for one in facts}) == 1
    spans = opened.spans()
    steps = spans[spans["name"] == "step"]
    assert sorted(steps["rank"]) == [0, 1, 2, 3]
    assert steps["run_id"].nunique() == 1
    book = opened.book()
    (gpu,) = [line for line in book.devices if line.device.kind == "gpu"]
    assert gpu.metered_nj == gpu.attributed_nj + gpu.idle_nj + gpu.unattributed_nj
    # What all ranks used is what the GPU drew while any of them was at work: within the bounds,
    # which the counter's edges leave open on a busy host.
    work_s = (spans["end"].max() - spans["start"].min()).total_seconds()
    own, low, high = (spans[f"gpu_energy{bound}_j"].sum() for bound in ("", "_low", "_high"))
    assert own == pytest.approx(gpu.attributed_nj / 1e9)
    assert low <= watts * work_s <= high
    assert own == pytest.approx(watts * work_s, rel=0.15)
    split = {}
    for by in ("run", "rank", "host", "job"):
        made = report(ledger, by=by)
        energies = [group.amounts.energy_j for group in made.groups]
        split[by] = sum(each.mid for each in energies if each is not None)
    assert split == pytest.approx(dict.fromkeys(split, split["run"]))


@pytest.mark.alone
def test_only_rank_0_tells_and_a_rank_that_failed(tmp_path: Path) -> None:
    loud = [each for each in WRAPPER if each != "--quiet"]
    fails = "import os, sys; sys.exit(os.environ['RANK'] == '2' and 3)"
    command = [*TORCHRUN, *loud, sys.executable, "-c", fails]
    environment = os.environ | {"FOOTPRINT_LEDGER": str(tmp_path / "ledger")}
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 3
    told = [line for line in ended.stderr.splitlines() if line.startswith("footprint: ")]
    assert sorted(line.split(" alone")[0] for line in told) == [
        "footprint: rank 0 of 4",
        "footprint: rank 2 of 4",
    ]
