"""A call that is left behind when its time is up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def bounded(call: Callable[[], T], seconds: float) -> T:
    """What the call returns or raises, if it ends within so many seconds.

    It runs on a daemon thread, since a look-up of a name and a server that sends a byte now and
    then cannot be interrupted otherwise. The thread is not stopped: the call must end by itself
    some time, and nobody may rely on what it does after that.

    Raises:
        TimeoutError: it did not end in time.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again on the caller's thread
            errors.append(error)

    thread = threading.Thread(target=work, name="footprint-live", daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if results:
        return results[0]
    if errors:
        raise errors[0]
    raise TimeoutError
