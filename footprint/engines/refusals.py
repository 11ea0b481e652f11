"""What a master's refusal means, told once it refused the first word.

Spark's driver tries three times in a minute all the same, before it goes on without a master. A
worker has no master in it; a program of another version cannot read the objects that are sent.
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
_UNREAD = "java.io.InvalidClassException: org.apache.spark."
_NO_MASTER = "RpcEndpointNotFoundException: Cannot find endpoint: spark://Master@"

Refused = Callable[[], LedgerError | None]


@contextmanager
def watched(master: str, log: Path, java: subprocess.Popen[bytes]) -> Iterator[Refused]:
    """Ends Java where its log says that a master will have none of it; gives what that was."""
    found: list[LedgerError] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_S):
            with suppress(OSError):
                said = refusal(master, log.read_text(encoding="utf-8", errors="replace"))
                if said is not None:
                    found.append(said)
                    java.kill()
                    return

    thread = threading.Thread(target=look, name="footprint-spark-refused", daemon=True)
    thread.start()
    try:
        yield lambda: found[0] if found else None
    finally:
        over.set()
        thread.join()


def refusal(master: str, text: str) -> LedgerError | None:
    """What Spark's words mean, where they are of a master's that will refuse every other one."""
    if _NO_MASTER in text:
        return LedgerError(
            f"what answers at {master} is no Spark master but another of Spark's programs, perhaps"
            " a worker: give the port that the master's page names (7077 as a rule)"
        )
    if _UNREAD in text and "local class incompatible" in text:
        import pyspark

        return LedgerError(
            f"the cluster at {master} is of another Spark version than pyspark here"
            f" ({pyspark.__version__}): install the cluster's version of pyspark (its page names"
            " it)"
        )
    return None


__all__ = ["Refused", "refusal", "watched"]
