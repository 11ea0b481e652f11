"""Processes that seal, several at once or killed on their way: a program for the tests of sealing.

python sealers.py kill TEMPLATE FOLDER     seals copies of a ledger, the n-th killed by SIGKILL
                                           after its n-th change; prints how many there were
python sealers.py race LEDGER N            N processes seal one ledger at once
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from footprint.ledger.sealed.closed import Here
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore

#: A machine on which no process of any journal is there any more.
GONE = Here("boot-z", frozenset({"host-a"}), 4_000_000_000 * 10**9, lambda pid: False)
CHANGES = ("create", "replace", "put", "delete")


class Killing:
    """A store whose process is killed after its n-th change."""

    def __init__(self, store: LocalStore, after: int) -> None:
        self._store = store
        self._left = after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name not in CHANGES:
            return found

        def counted(*given: Any) -> Any:
            done = found(*given)
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return counted


def forked(work: Callable[[], object]) -> int:
    """A child that does some work; DuckDB must not have been used before."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return pid


def kill(template: Path, folder: Path) -> int:
    """Seals copies until one is not killed; gives how many were."""
    for after in itertools.count(1):
        ledger = folder / str(after)
        shutil.copytree(template, ledger)
        store: Any = Killing(LocalStore(ledger), after)
        _, status = os.waitpid(forked(lambda store=store: seal(store, GONE)), 0)
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0
            shutil.rmtree(ledger)
            return after - 1
    raise AssertionError


def race(ledger: Path, count: int) -> None:
    """Several seal at once, each until nothing is left to do."""
    pids = [forked(lambda: seal(LocalStore(ledger), GONE)) for _ in range(count)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    assert codes == [0] * count, codes


if __name__ == "__main__":
    import duckdb  # noqa: F401 - once, for all children
    import numpy  # noqa: F401
    import pandas  # noqa: F401

    if sys.argv[1] == "kill":
        print(kill(Path(sys.argv[2]), Path(sys.argv[3])))
    else:
        race(Path(sys.argv[2]), int(sys.argv[3]))
