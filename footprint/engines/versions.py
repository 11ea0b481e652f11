"""Whether a master is of another Spark version, told once it has refused the first word.

Spark's programs send each other Java objects. A master of another version cannot read them and says
so at once; Spark tries three times all the same, in a minute, before its driver goes on without it.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from footprint.errors import LedgerError

#: How often Java's log is looked at, s. It is short.
_LOOK_S = 0.2
_SAID = b"java.io.InvalidClassException: org.apache.spark."


@contextmanager
def watched(log: Path, java: subprocess.Popen[bytes]) -> Iterator[Callable[[], bool]]:
    """Ends Java where its log says that who it speaks to is of another version.

    Gives a function that says whether it was.
    """
    found, over = threading.Event(), threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_S):
            with suppress(OSError):
                if is_said(log.read_bytes()):
                    found.set()
                    java.kill()
                    return

    thread = threading.Thread(target=look, name="footprint-spark-version", daemon=True)
    thread.start()
    try:
        yield found.is_set
    finally:
        over.set()
        thread.join()


def is_said(text: bytes) -> bool:
    """Whether one of Spark's programs could not read what another one sent."""
    return _SAID in text and b"local class incompatible" in text


def other_version(master: str) -> LedgerError:
    """What is to be said then."""
    import pyspark

    return LedgerError(
        f"the cluster at {master} is of another Spark version than pyspark here"
        f" ({pyspark.__version__}): install the cluster's version of pyspark (its page names it)"
    )


__all__ = ["is_said", "other_version", "watched"]
