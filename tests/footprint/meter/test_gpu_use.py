"""Who is on a GPU: asked of a simulated driver."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from footprint.meter.gpu_use import GpuUse
from footprint.probes.base import Machine
from footprint.probes.nvidia import NvidiaProbe
from metered import Clock, S
from recorded import Recorded
from simulators.nvml import Gpu, Process, Simulator

GIB = 2**30
ASK = "nvmlDeviceGetProcessUtilization"


class Tree:
    def __init__(self, *pids: int) -> None:
        self._pids = set(pids)

    def pids(self) -> set[int]:
        return self._pids


@pytest.fixture
def simulated() -> Iterator[Simulator]:
    with Simulator([Gpu() for _ in range(8)]) as sim:
        yield sim


class Use:
    def __init__(self, sim: Simulator, *pids: int) -> None:
        self.sim, self.clock, self.recorded = sim, Clock(), Recorded(t=S)
        found = NvidiaProbe().discover(Machine(nvml_library=sim.library, environ={}))
        self.sources = found.sources
        tree = Tree(*(pids or (os.getpid(),)))
        self.tracker = GpuUse(found.sources, tree, self.recorded.writer, self.clock.now)

    def ask(self) -> list[tuple[float, int, int]]:
        """Asks once; (share, own, used) of each GPU that has a row."""
        before = len(self.recorded.facts().rows["gpu_usage"])
        self.clock.t += S
        self.tracker.poll()
        rows = self.recorded.facts().rows["gpu_usage"][before:]
        return [(round(row[1], 4), row[3], row[4]) for row in rows]

    def close(self) -> None:
        for source in self.sources:
            source.close()


@pytest.fixture
def use(simulated: Simulator) -> Iterator[Use]:
    made = Use(simulated, 100, 101)
    yield made
    made.close()


def test_nobody_on_any_gpu_is_not_known(use: Use) -> None:
    rows = use.ask()
    assert all((share, own) == (-1.0, 0) for share, own, _ in rows)
    assert use.recorded.facts().residents == []


def test_a_context_on_one_of_eight(use: Use) -> None:
    use.sim.set_processes(3, [Process(100, 2 * GIB)])
    rows = use.ask()
    assert rows[3][:2] == (1.0, 2 * GIB)
    assert rows[3][2] >= 2 * GIB
    assert sum(own for _, own, _ in rows) == 2 * GIB
    uuid = use.sources[3].device.id
    assert use.recorded.facts().residents == [(use.clock.t, (uuid,))]
    use.ask()
    assert len(use.recorded.facts().residents) == 1  # on change only
    use.sim.set_processes(3, [])
    use.ask()
    assert use.recorded.facts().residents[-1] == (use.clock.t, None)


def test_a_childs_context_is_the_trees(use: Use) -> None:
    use.sim.set_processes(0, [Process(100, GIB), Process(101, GIB)])
    assert use.ask()[0][:2] == (1.0, 2 * GIB)


def test_others_have_their_share(use: Use) -> None:
    use.sim.set_processes(0, [Process(100, GIB, 30), Process(999, GIB, 70)])
    assert use.ask()[0][:2] == (0.3, GIB)
    use.sim.set_processes(0, [Process(100, GIB, 30), Process(101, GIB, 30), Process(9, GIB, 40)])
    assert use.ask()[0][:2] == (0.6, 2 * GIB)


def test_a_gpu_that_only_others_are_on_is_not_known(use: Use) -> None:
    # in a container the driver's pids are not ours: nothing can be said
    use.sim.set_processes(0, [Process(999, GIB, 70)])
    assert use.ask()[0][:2] == (-1.0, 0)


def test_the_share_is_asked_only_where_there_are_others(use: Use) -> None:
    broken = use.sim.fail(ASK, 3)
    use.sim.set_processes(0, [Process(100, GIB)])
    use.ask()
    assert broken.fired == 0


def test_a_driver_that_tells_no_share_is_asked_once(use: Use) -> None:
    use.sim.set_processes(0, [Process(100, GIB, 30), Process(999, GIB, 70)])
    broken = use.sim.fail(ASK, 3)
    assert [use.ask()[0][0] for _ in range(3)] == [-1.0] * 3
    assert broken.fired == 1
    assert use.recorded.facts().residents


def test_a_share_that_fails_once_is_asked_again(use: Use) -> None:
    use.sim.set_processes(0, [Process(100, GIB, 30), Process(999, GIB, 70)])
    broken = use.sim.fail(ASK, 10)
    assert use.ask()[0][0] == -1.0
    broken.clear()
    assert use.ask()[0][0] == 0.3


def test_a_gpu_that_does_not_answer_for_a_moment_is_not_left(use: Use) -> None:
    for gpu in (0, 1):
        use.sim.set_processes(gpu, [Process(100, GIB)])
    use.ask()
    lost = use.sim.fail("nvmlDeviceGetMemoryInfo", 10, 1)
    use.ask()
    assert lost.fired
    assert len(use.recorded.facts().residents) == 1


def test_it_is_asked_once_a_second(use: Use) -> None:
    use.ask()
    assert use.tracker.due == use.clock.t + S
    use.tracker.wake()
    assert use.tracker.due == 0
