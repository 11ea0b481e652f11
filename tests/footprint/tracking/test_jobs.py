"""Which rank of which job a process is, by what its launcher sets; and what makes two jobs two."""

from __future__ import annotations

import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.tracking.jobs import Job, job
from footprint.tracking.processes import Process

#: As `torchrun --nnodes 2 --nproc-per-node 2` sets it (torch 2, local_elastic_agent).
TORCH = {
    "RANK": "3",
    "LOCAL_RANK": "1",
    "GROUP_RANK": "1",
    "WORLD_SIZE": "4",
    "LOCAL_WORLD_SIZE": "2",
    "MASTER_ADDR": "node-a",
    "MASTER_PORT": "29500",
    "TORCHELASTIC_RUN_ID": "none",
    "TORCHELASTIC_RESTART_COUNT": "0",
}
#: As Debian's Open MPI 4.1.4 sets it; the hosts of one mpirun share namespace and key.
OPENMPI = {
    "OMPI_COMM_WORLD_RANK": "1",
    "OMPI_COMM_WORLD_SIZE": "4",
    "OMPI_COMM_WORLD_LOCAL_RANK": "1",
    "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
    "OMPI_COMM_WORLD_NODE_RANK": "1",
    "OMPI_MCA_orte_precondition_transports": "646071fce3ebf43e-39c174e92a6dec9a",
    "PMIX_NAMESPACE": "611385345",
    "PMIX_RANK": "1",
}
SLURM = {
    "SLURM_CLUSTER_NAME": "alps",
    "SLURM_JOB_ID": "4711",
    "SLURM_JOB_START_TIME": "1772160331",
    "SLURM_STEP_ID": "0",
    "SLURM_PROCID": "5",
    "SLURM_STEP_NUM_TASKS": "8",
    "SLURM_NTASKS": "8",
    "SLURM_LOCALID": "1",
    "SLURM_NODEID": "1",
}


def found(environ: dict[str, str], pid: int = 100, started: int = 5_000) -> Job:
    one = job(environ, lambda _: Process(pid, started, 1))
    assert one is not None
    return one


def test_without_a_launcher_there_is_no_job():
    assert job({}, lambda _: None) is None
    assert job({"RANK": "first", "WORLD_SIZE": "2", "MASTER_ADDR": "x"}, lambda _: None) is None
    # A batch script is no task of a step.
    assert job({**SLURM, "SLURM_STEP_ID": ""}, lambda _: None) is None


def test_each_launcher_tells_the_rank():
    torch, mpi, slurm = found(TORCH), found(OPENMPI), found(SLURM)
    assert torch[:2] == ("torchrun", None)
    assert (torch.rank, torch.world_size, torch.local_rank, torch.node_rank) == (3, 4, 1, 1)
    assert (mpi.launcher, mpi.id, mpi.rank, mpi.world_size, mpi.local_rank) == (
        *("openmpi", "611385345"),
        *(1, 4, 1),
    )
    assert (slurm.launcher, slurm.id) == ("slurm", "4711.0")
    assert (slurm.rank, slurm.world_size, slurm.local_rank, slurm.node_rank) == (5, 8, 1, 1)
    hydra = found({"PMI_RANK": "2", "PMI_SIZE": "4", "MPI_LOCALRANKID": "0"})
    assert (hydra.launcher, hydra.rank, hydra.world_size, hydra.local_rank) == ("hydra", 2, 4, 0)
    pmix = found({"PMIX_RANK": "2", "PMIX_NAMESPACE": "prterun-a-77@1"})
    assert (pmix.launcher, pmix.id, pmix.rank) == ("pmix", "prterun-a-77@1", 2)


def test_torchrun_below_slurm_has_its_ranks_and_slurms_job():
    ranks = [found({**SLURM, **TORCH, "RANK": str(rank)}, pid=rank) for rank in range(4)]
    assert [one.rank for one in ranks] == [0, 1, 2, 3]
    assert {(one.launcher, one.scheduler, one.id) for one in ranks} == {
        ("torchrun", "slurm", "4711.0")
    }
    assert len({one.run for one in ranks}) == 1
    assert found(SLURM).run == ranks[0].run  # the task that runs torchrun, and its wrapper


def test_mpirun_in_a_batch_script_is_one_job_on_nodes_with_and_without_a_step():
    batch = {key: value for key, value in SLURM.items() if key != "SLURM_STEP_ID"}
    assert found({**batch, **OPENMPI}).run == found({**SLURM, **OPENMPI}, pid=7).run


@pytest.mark.parametrize(
    "changed",
    [
        {"SLURM_JOB_ID": "4712"},
        {"SLURM_STEP_ID": "1"},
        {"SLURM_RESTART_COUNT": "1"},
        {"SLURM_CLUSTER_NAME": "other"},
        {"SLURM_JOB_START_TIME": "1872160331"},  # numbers count from 1 again after a reset
    ],
)
def test_another_job_step_or_requeue_of_slurm_is_another_run(changed):
    assert found({**SLURM, **changed}).run != found(SLURM).run


def test_on_one_host_the_launcher_process_makes_two_jobs_of_one_port_two():
    alone = {**TORCH, "WORLD_SIZE": "2", "RANK": "1"}
    assert found(alone).run == found({**alone, "RANK": "0"}).run
    assert found(alone, started=5_001).run != found(alone).run
    assert found({**alone, "TORCHELASTIC_RESTART_COUNT": "1"}).run == found(alone).run
    assert not found(alone).reusable
    hydra = {"PMI_RANK": "2", "PMI_SIZE": "4", "MPI_LOCALRANKID": "0"}
    assert found(hydra, started=1).run != found(hydra, started=2).run


def test_on_several_hosts_torchrun_says_the_same_everywhere_and_that_it_may_come_again():
    here, there = found(TORCH, pid=1), found({**TORCH, "RANK": "0", "GROUP_RANK": "0"}, pid=2)
    assert here.run == there.run
    assert here.reusable
    assert here.launched_by != there.launched_by
    assert found({**TORCH, "MASTER_PORT": "29501"}).run != here.run
    assert found({**TORCH, "TORCHELASTIC_RUN_ID": "mine"}).run != here.run


def test_open_mpi_has_a_random_key():
    other = {**OPENMPI, "OMPI_MCA_orte_precondition_transports": "0-1"}
    assert found(other).run != found(OPENMPI).run
    assert found(OPENMPI, pid=1).run == found(OPENMPI, pid=2).run


def test_a_declared_name_goes_before_everything():
    named = {"FOOTPRINT_JOB": "nightly-2026-11-22"}
    a, b = found({**TORCH, **named}), found({**OPENMPI, **named})
    assert a.run == b.run
    assert (a.id, a.rank, b.rank) == ("nightly-2026-11-22", 3, 1)
    assert found(named).launcher == "declared"


def test_a_job_of_one_process_is_no_run_of_several():
    one = found({**SLURM, "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"})
    assert (one.id, one.run) == ("4711.0", None)


def test_rays_session_tells_clusters_apart(monkeypatch):
    worker = {"RAY_JOB_ID": "01000000"}
    session = ["session_2026-11-22_10-00-00_1"]
    ray = types.SimpleNamespace(
        is_initialized=lambda: bool(session),
        get_runtime_context=lambda: types.SimpleNamespace(get_session_name=lambda: session[0]),
    )
    monkeypatch.setitem(sys.modules, "ray", ray)
    first = found(worker, pid=1)
    assert (first.launcher, first.id, first.rank) == ("ray", "01000000", None)
    assert found(worker, pid=2).run == first.run  # a worker on another node
    session[0] = "session_2026-11-23_10-00-00_1"
    assert found(worker, pid=1).run != first.run
    session.clear()
    assert found(worker, pid=1).run != found(worker, pid=2).run  # Ray does not tell: by raylet


def test_what_is_recorded_is_the_list_alone():
    secret = {**SLURM, **TORCH, **OPENMPI, "SECRET": "hunter2", "SLURM_JOB_USER": "me"}
    record = found(secret).record()
    assert set(record) <= set(Job._fields)
    text = str(record)
    for value in ("hunter2", "me'", "node-a", "29500", "646071fce3ebf43e"):
        assert value not in text


@given(
    st.dictionaries(
        st.sampled_from(sorted({*TORCH, *OPENMPI, *SLURM, "FOOTPRINT_JOB", "RAY_JOB_ID"})),
        st.text(max_size=20),
    ),
    st.booleans(),
)
def test_no_environment_is_too_odd(environ, known):
    one = job(environ, lambda _: Process(2, 3, 1) if known else None)
    if one is not None:
        assert one.run is None or len(one.run) == 32
        assert all(number is None or number >= 0 for number in one[4:9])
