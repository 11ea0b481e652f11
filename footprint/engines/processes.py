"""Pages on all processors of this machine: each process reads what its page needs by DuckDB.

The processes are programs of their own (`footprint.engines.worker`) and not copies of this one:
threads of a program that asks for a report may hold locks, and its own script is none of theirs.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import IO

from footprint.errors import LedgerError
from footprint.pages.page import Page
from footprint.pages.tasks import Task, pages_of


class ProcessEngine:
    """Makes pages in as many processes as there are processors.

    Args:
        processes: how many; None: one for each processor that this one may use.
    """

    def __init__(self, processes: int | None = None) -> None:
        self._processes = processes or _processors()

    def pages(self, tasks: Sequence[Task]) -> Iterator[Page]:
        """The page of each task, in their order; the largest are begun first."""
        count = min(self._processes, len(tasks))
        if count <= 1:
            yield from pages_of(tasks)
            return
        order = sorted(range(len(tasks)), key=lambda at: -tasks[at].size)
        workers = [_Worker() for _ in range(count)]
        idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in workers:
            idle.put(worker)

        def made(task: Task) -> Page:
            worker = idle.get()
            try:
                return worker.page(task)
            finally:
                idle.put(worker)

        with ThreadPoolExecutor(count) as threads:
            try:
                futures = {at: threads.submit(made, tasks[at]) for at in order}
                for at in range(len(tasks)):
                    yield futures.pop(at).result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)
                for worker in workers:
                    worker.end()


class _Worker:
    """A process that makes one page after the other."""

    def __init__(self) -> None:
        # numpy's own threads would be too many where each processor has its process.
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "FOOTPRINT_DISABLED": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "footprint.engines.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )

    def page(self, task: Task) -> Page:
        """Makes a page. Raises LedgerError where it cannot, or where the process was killed."""
        source, sink = self._process.stdout, self._process.stdin
        assert source is not None  # both are pipes
        assert sink is not None
        try:
            write(sink, task)
            found = read(source)
        except (OSError, EOFError) as error:
            raise LedgerError(
                "a process that made a part of the report was killed, perhaps for want of memory:"
                " report on a shorter period, or use --engine local or spark"
            ) from error
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, Page)
        return found

    def end(self) -> None:
        """Ends it, whatever it does."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was left to be written is for nobody
                    continue
        self._process.wait()


def write(sink: IO[bytes], what: object) -> None:
    """Writes a value for the process at the other end of a pipe."""
    data = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    sink.write(len(data).to_bytes(8, "little"))
    sink.write(data)
    sink.flush()


def read(source: IO[bytes]) -> object:
    """Reads what `write` wrote at the other end. Raises EOFError where nobody writes any more."""
    head = source.read(8)
    if len(head) < 8:
        raise EOFError
    data = source.read(int.from_bytes(head, "little"))
    return pickle.loads(data)  # from our own process


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1
