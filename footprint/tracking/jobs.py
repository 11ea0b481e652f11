"""Which rank of which job this process is, from its launcher's variables alone.

Nothing is sent and nothing is locked: each rank works the same identity out of what its launcher
gave to all of them. Ports and job numbers come again, so what makes a job unique goes into it: the
time a scheduler started it, its launcher's random key, or the launcher process where one process
started all ranks (docs/how-to/distributed.md says what is left).

The rank is the innermost launcher's (torchrun below MPI below Slurm); the identity is the
outermost's that names all ranks. Only what is listed in `Job` is recorded: no host of the
environment, no address and no other variable.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from footprint.tracking.processes import Process, launcher

#: A name that the user gives to all processes of a job, over everything that is recognised.
JOB_VARIABLE = "FOOTPRINT_JOB"

_NAMESPACE = uuid.UUID("6a0f6f4e-4f4e-5d0a-9a37-0d6a8e0f7c51")
_LONGEST_ID = 100

Launcher = Callable[[str], Process | None]


class Job(NamedTuple):
    """A process's place in a job of several processes.

    Attributes:
        launcher: what gave the rank: torchrun, openmpi, hydra, pmix, pmi, slurm, ray, or
            declared (by FOOTPRINT_JOB alone).
        scheduler: slurm, where that started the launcher; else None.
        id: the job's id, as its launcher shows it; digits of the run's where it has none.
        run: the run that all ranks share, 32 hex digits; None where each is a run of its own.
        rank, world_size, local_rank, node_rank: as given; None where not told.
        restart: how often the job was started again before.
        launched_by: the launcher process on this host, hashed.
        reusable: a later job may come to the same `run`: readers tell them apart by time.
    """

    launcher: str
    scheduler: str | None
    id: str
    run: str | None
    rank: int | None
    world_size: int | None
    local_rank: int | None
    node_rank: int | None
    restart: int | None
    launched_by: str | None
    reusable: bool

    def record(self) -> dict[str, Any]:
        """What the writer record says of it; what is not known is left out."""
        given = self._asdict()
        if not self.reusable:
            given.pop("reusable")
        return {key: value for key, value in given.items() if value is not None}


class _Rank(NamedTuple):
    launcher: str
    by: str  # the variable that a rank has and its launcher has not
    rank: int | None
    world: int | None
    local: int | None
    node: int | None
    restart: int | None = None


def job(environ: Mapping[str, str] | None = None, started_by: Launcher = launcher) -> Job | None:
    """The job that this process is a rank of; None where no launcher shows.

    Args:
        environ: the environment; None: this process's.
        started_by: finds the launcher process by a variable that it gave.
    """
    given = os.environ if environ is None else environ
    rank = _rank(given)
    declared = given.get(JOB_VARIABLE, "").strip()
    if rank is None and not declared:
        return None
    rank = rank or _Rank("declared", JOB_VARIABLE, None, None, None, None)
    process = started_by(rank.by)
    name, identity, reusable = _identity(given, rank, process)
    if declared:
        name, identity, reusable = declared, f"declared:{declared}", False
    alone = rank.world == 1 and not declared
    return Job(
        launcher=rank.launcher,
        scheduler="slurm" if rank.launcher != "slurm" and given.get("SLURM_JOB_ID") else None,
        id=_shown(name) or (run_of(identity)[:12] if identity else "unknown"),
        run=None if alone or identity is None else run_of(identity),
        rank=rank.rank,
        world_size=rank.world,
        local_rank=rank.local,
        node_rank=rank.node,
        restart=rank.restart,
        launched_by=None if process is None else run_of(process.name)[:16],
        reusable=reusable,
    )


def run_of(identity: str) -> str:
    """The run that an identity names: the same in every process that works it out."""
    return uuid.uuid5(_NAMESPACE, identity).hex


def _shown(name: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in name)[:_LONGEST_ID]


def _rank(given: Mapping[str, str]) -> _Rank | None:
    """The innermost launcher's rank."""

    def number(*names: str) -> int | None:
        for name in names:
            text = given.get(name, "")
            if text.isascii() and text.isdigit() and len(text) < 10:
                return int(text)
        return None

    if number("RANK") is not None and number("WORLD_SIZE") is not None and "MASTER_ADDR" in given:
        restart = number("TORCHELASTIC_RESTART_COUNT")
        node = number("GROUP_RANK", "NODE_RANK")
        # Ray Train sets the same names inside its workers.
        by = "ray" if "RAY_JOB_ID" in given and "TORCHELASTIC_RUN_ID" not in given else "torchrun"
        variable = "RAY_JOB_ID" if by == "ray" else "RANK"
        places = number("RANK"), number("WORLD_SIZE"), number("LOCAL_RANK"), node
        return _Rank(by, variable, *places, restart)
    if number("OMPI_COMM_WORLD_RANK") is not None:
        places = (
            number("OMPI_COMM_WORLD_RANK"),
            number("OMPI_COMM_WORLD_SIZE"),
            number("OMPI_COMM_WORLD_LOCAL_RANK"),
            None,
        )
        return _Rank("openmpi", "OMPI_COMM_WORLD_RANK", *places)
    step = given.get("SLURM_STEP_ID") and number("SLURM_PROCID") is not None
    if number("PMI_RANK") is not None and number("MPI_LOCALRANKID") is not None:
        # Hydra's own (MPICH, Intel MPI); Slurm's PMI has no MPI_LOCALRANKID.
        places = number("PMI_RANK"), number("PMI_SIZE"), number("MPI_LOCALRANKID"), None
        return _Rank("hydra", "PMI_RANK", *places)
    if step:
        return _Rank(
            "slurm",
            "SLURM_PROCID",
            number("SLURM_PROCID"),
            number("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"),
            number("SLURM_LOCALID"),
            number("SLURM_NODEID"),
            number("SLURM_RESTART_COUNT"),
        )
    if number("PMIX_RANK") is not None and given.get("PMIX_NAMESPACE"):
        return _Rank("pmix", "PMIX_RANK", number("PMIX_RANK"), None, None, None)
    if number("PMI_RANK") is not None:
        return _Rank("pmi", "PMI_RANK", number("PMI_RANK"), number("PMI_SIZE"), None, None)
    if given.get("RAY_JOB_ID"):
        return _Rank("ray", "RAY_JOB_ID", None, None, None, None)
    return None


def _identity(
    given: Mapping[str, str], rank: _Rank, process: Process | None
) -> tuple[str, str | None, bool]:
    """(id to show, what names the job, whether that may come again); None: nothing names it."""
    slurm = _slurm(given)
    step = given.get("SLURM_STEP_ID")
    if rank.launcher == "openmpi":
        return _openmpi(given, slurm, process)
    if slurm and step:
        # Every process of a step has its number. A Hydra below it is a step of its own.
        shown = f"{given['SLURM_JOB_ID']}.{step}"
        return shown, f"{slurm}:{step}", "SLURM_JOB_START_TIME" not in given
    if rank.launcher == "ray":
        return _ray(given, process)
    if rank.launcher == "torchrun":
        return _torchrun(given, rank, slurm, process)
    if rank.launcher == "pmix":
        name = given["PMIX_NAMESPACE"]
        return name, _unless_none("pmix", slurm, name, process), False
    # Hydra tells its ranks nothing that all hosts share: the ranks of each host are a run.
    return "", _unless_none(rank.launcher, slurm, "", process), False


def _slurm(given: Mapping[str, str]) -> str:
    """The scheduler's job: numbers come again after a reset, a start time with them does not."""
    if not given.get("SLURM_JOB_ID"):
        return ""
    names = ("SLURM_CLUSTER_NAME", "SLURM_JOB_ID", "SLURM_RESTART_COUNT", "SLURM_JOB_START_TIME")
    return "slurm:" + ":".join(given.get(name, "") for name in names)


def _openmpi(
    given: Mapping[str, str], slurm: str, process: Process | None
) -> tuple[str, str | None, bool]:
    namespace = given.get("PMIX_NAMESPACE") or given.get("OMPI_MCA_ess_base_jobid", "")
    key = given.get("OMPI_MCA_orte_precondition_transports")
    if key:  # Open MPI up to 4: 128 random bits, the same in all ranks
        return namespace, f"openmpi:{namespace}:{key}", False
    if given.get("OMPI_COMM_WORLD_LOCAL_SIZE") == given.get("OMPI_COMM_WORLD_SIZE") and process:
        return namespace, f"openmpi:{namespace}:{process.name}", False
    # From 5 on: mpirun's host and pid; the pid may come again.
    return namespace, f"openmpi:{slurm}:{namespace}" if namespace else None, True


def _torchrun(
    given: Mapping[str, str], rank: _Rank, slurm: str, process: Process | None
) -> tuple[str, str | None, bool]:
    own = given.get("TORCHELASTIC_RUN_ID", "")
    name = "" if own == "none" else own  # what it is called where nobody names it
    on_one_host = str(rank.world) == given.get("LOCAL_WORLD_SIZE")
    if on_one_host and process is not None:
        return name, f"torchrun:{process.name}", False
    address = f"{given.get('MASTER_ADDR')}:{given.get('MASTER_PORT')}"
    return name, f"torchrun:{slurm}:{own}:{address}", True


def _ray(given: Mapping[str, str], process: Process | None) -> tuple[str, str | None, bool]:
    """A Ray job's number counts from 1 in every cluster: its session's name tells them apart."""
    number = given.get("RAY_JOB_ID", "")
    session = _ray_session()
    if session:
        return number, f"ray:{session}:{number}", False
    return number, _unless_none("ray", "", number, process), False


def _ray_session() -> str:
    """The session of the cluster that this process is in; "" where Ray does not tell.

    Only asked where the program has Ray, and has it running: asking must start nothing.
    """
    ray = sys.modules.get("ray")
    try:
        if ray is None or not ray.is_initialized():
            return ""
        return str(ray.get_runtime_context().get_session_name())
    except Exception:  # noqa: BLE001 - another version of Ray, or a half-made module
        return ""


def _unless_none(kind: str, slurm: str, name: str, process: Process | None) -> str | None:
    return None if process is None else f"{kind}:{slurm}:{name}:{process.name}"
