"""Spark: on a standalone cluster on the loopback, the same pages as in this process."""

from __future__ import annotations

import json
import pickle
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footprint import report
from footprint.accounts.opened import open_ledger
from footprint.engines import cluster as clusters
from footprint.engines.cluster import Cluster
from footprint.engines.local import LocalEngine
from footprint.engines.spark import SparkEngine, plan
from footprint.errors import FootprintError, LedgerError
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from footprint.pages.page import Page
from footprint.pages.tasks import Asked, Task, tasks
from footprint.reports.groups import naming
from random_ledgers import LENGTH, random_journals
from recorded import MS, UTC
from sealers import GONE
from spark_standalone import Standalone

pytestmark = pytest.mark.timeout(300)

DAY = 86_400 * 1000 * MS
#: A midnight falls into each ledger, so that it has several pages.
BEGIN = -(-UTC // DAY) * DAY - LENGTH // 2 * MS
ASKED = Asked(naming(("name", "status", "host")))


def work(ledger: Path, seed: int, *, sealed: bool = True) -> list[Task]:
    """The pages to be made of a random ledger."""
    random_journals(random.Random(seed), ledger, utc=BEGIN)
    if sealed:
        seal(LocalStore(ledger), GONE)
    return list(tasks(open_ledger(ledger).outline(), ASKED))


@pytest.fixture(scope="module")
def context(cluster: Standalone) -> Iterator[Any]:
    """One connection for many plans."""
    with Cluster(cluster.master).context() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ledgers")


@pytest.fixture
def java(master: Standalone) -> Callable[[], set[int]]:
    """The Java programs that came since the test began."""
    me = psutil.Process()

    def found() -> set[int]:
        return {each.pid for each in me.children(recursive=True) if each.name() == "java"}

    before = found()
    return lambda: found() - before


def test_a_cluster_without_workers_is_not_waited_for(
    master: Standalone,
    java: Callable[[], set[int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clusters, "WORKERS_S", 1.0)
    with pytest.raises(LedgerError, match=r"has no worker with a free core.*start-worker"):
        list(SparkEngine(master.master).pages(work(tmp_path / "L", 7)))
    assert java() == set()


def test_a_report_is_the_same_and_java_ends(
    cluster: Standalone, java: Callable[[], set[int]], tmp_path: Path, capfd: Any
) -> None:
    work(tmp_path / "L", 7)
    here = json.loads(report(tmp_path / "L", engine="local", zone="FRA").to_json())
    shutil.rmtree(tmp_path / "L" / "derived", ignore_errors=True)  # pages that were kept
    capfd.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)  # executors have another current directory
        there = report("L", engine="spark", master=cluster.master, zone="FRA")
    elsewhere = json.loads(there.to_json())
    for each in (here, elsewhere):
        del each["made"]  # its command names the ledger as it was named
    assert elsewhere == here
    assert here["groups"]
    assert capfd.readouterr() == ("", "")
    assert java() == set()


def test_what_a_page_refuses_is_said_as_elsewhere(
    cluster: Standalone, java: Callable[[], set[int]], tmp_path: Path
) -> None:
    lost = [
        each._replace(places=tuple(place._replace(where="s3://") for place in each.places))
        for each in work(tmp_path / "L", 7)
    ]
    with pytest.raises(FootprintError) as local:
        list(LocalEngine().pages(lost))
    with pytest.raises(FootprintError) as spark:
        list(SparkEngine(cluster.master).pages(lost))
    assert (type(spark.value), str(spark.value)) == (type(local.value), str(local.value))
    assert java() == set()


def pages(context: Any, each: list[Task]) -> list[Page]:
    found = dict(plan(context, each).collect())
    return [pickle.loads(found[at]) for at in range(len(each))]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(0, 2**32), min_size=1, max_size=2), st.booleans())
def test_pages_of_random_ledgers(
    context: Any, folder: Path, seeds: list[int], sealed: bool
) -> None:
    each: list[Task] = []
    for seed in seeds:
        each += work(Path(tempfile.mkdtemp(dir=folder)) / "L", seed, sealed=sealed)
    assert pages(context, each) == list(LocalEngine().pages(each))


def test_the_plan_is_one_stage_of_one_page_a_partition(context: Any, folder: Path) -> None:
    each = [task for seed in range(2) for task in work(folder / f"P-{seed}", seed)]
    planned = plan(context, each)
    text = planned.toDebugString().decode()
    assert planned.getNumPartitions() == len(each) >= 4
    assert "ParallelCollectionRDD" in text
    assert "Shuffle" not in text
    found = planned.map(lambda made: made[0]).glom().collect()
    assert [len(part) for part in found] == [1] * len(each)
    sizes = [each[at].size for (at,) in found]
    assert sizes == sorted(sizes, reverse=True)


def test_executors_run_the_code_of_whoever_asks(context: Any) -> None:
    def where(_: int) -> str:
        import footprint

        return footprint.__file__

    [found] = context.parallelize([0], 1).map(where).collect()
    assert "footprint.zip" in found


def test_a_worker_that_is_killed_costs_nothing_but_time(
    cluster: Standalone, context: Any, folder: Path
) -> None:
    each = [task for seed in range(3) for task in work(folder / f"K-{seed}", seed)]
    each *= 60 // len(each)
    wanted = list(LocalEngine().pages(each))
    executors = context._jsc.sc().statusTracker().getExecutorInfos
    until = time.monotonic() + 60
    while len(executors()) < 3:  # the driver is one
        assert time.monotonic() < until, cluster.logs()
        time.sleep(0.1)
    found: list[list[Page]] = []
    thread = threading.Thread(target=lambda: found.append(pages(context, each)))
    thread.start()
    tracker = context.statusTracker()
    while True:
        assert thread.is_alive()
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        if any(stage and 0 < stage.numCompletedTasks < len(each) // 2 for stage in stages):
            break
        time.sleep(0.005)
    cluster.kill(cluster.workers[0])
    thread.join(120)
    assert len(executors()) == 2
    assert found == [wanted]
