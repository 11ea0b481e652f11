"""Pages on a Spark cluster: each executor reads what its page needs, and sends the page back.

The plan has one stage and no shuffle: one partition a page, the largest first. Pages are small and
add up here. An executor that is lost costs its pages, which Spark has made again elsewhere.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footprint.engines.cluster import Cluster, refused
from footprint.errors import FootprintError, UsageError
from footprint.pages.page import Page
from footprint.pages.tasks import Task, page_of

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext


class SparkEngine:
    """Makes pages on a cluster.

    Args:
        master: `spark://host:7077` (several: `spark://one:7077,two:7077`), or another that Spark
            knows (`yarn`, `k8s://...`, `local[4]`).

    Raises UsageError where none is given.
    """

    def __init__(self, master: str | None) -> None:
        if not master:
            raise UsageError("--engine spark needs the cluster: --master spark://host:7077")
        self._cluster = Cluster(master)

    def pages(self, tasks: Sequence[Task]) -> Iterator[Page]:
        """The page of each task, in their order.

        Raises LedgerError where the cluster cannot be reached or a page cannot be made, UsageError
        where Spark or Java is missing.
        """
        if not tasks:
            return
        with self._cluster.context() as context:
            try:
                found = plan(context, tasks).collect()
            except Exception as error:
                raise refused(self._cluster, error) from error
        made = {at: pickle.loads(data) for at, data in found}  # from code that we sent
        for at in range(len(tasks)):
            one = made.pop(at)
            if isinstance(one, FootprintError):
                raise one
            yield one


def plan(context: SparkContext, tasks: Sequence[Task]) -> RDD[tuple[int, bytes]]:
    """What the cluster is asked to do: a page a partition, each as (its place, itself)."""
    order = sorted(range(len(tasks)), key=lambda at: -tasks[at].size)
    work = [(at, pickle.dumps(_anywhere(tasks[at]), pickle.HIGHEST_PROTOCOL)) for at in order]
    return context.parallelize(work, len(work)).map(_made)


def _anywhere(task: Task) -> Task:
    """The task with directories by their whole path: an executor has its own current one."""
    return task._replace(
        places=tuple(
            each if "://" in each.where else each._replace(where=str(Path(each.where).absolute()))
            for each in task.places
        )
    )


def _made(work: tuple[int, bytes]) -> tuple[int, bytes]:
    """Makes a page, on an executor. What a page refuses is an answer: trying again is no help."""
    at, data = work
    made: Any
    try:
        made = page_of(pickle.loads(data))
    except FootprintError as error:
        made = error
    return at, pickle.dumps(made, pickle.HIGHEST_PROTOCOL)
