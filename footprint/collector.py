"""The collector of reference cycles, kept away from work that makes very many objects."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector for as long as much is read and added.

    That is very many objects and no cycles: going through all of them again and again takes as
    long as reading them (0.3 s of the 3 s that a million spans take). What else the program does
    meanwhile is collected afterwards.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
