"""Threads for books over columns: numpy lets go of the interpreter's lock while it works.

It pays where columns are long. Where they are short, all that the threads do is to wait for the
lock: what is asked for is then done at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

#: From so many entries on.
LONG = 20_000

_P = ParamSpec("_P")
_T = TypeVar("_T")


class AtOnce(Executor):
    """Does what it is given before it returns."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """The result, which is there already; what was raised is raised here."""
        future: Future[_T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def threads(entries: int) -> Iterator[Executor]:
    """What takes the work on so many entries: a thread for each processor, or none."""
    if entries < LONG:
        yield AtOnce()
        return
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        yield pool
