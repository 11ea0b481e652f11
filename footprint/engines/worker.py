"""A process that makes pages: tasks come on its standard input, pages go to its standard output."""

from __future__ import annotations

import gc
import os
import sys

from footprint.engines.processes import read, write
from footprint.errors import FootprintError
from footprint.ledger.sealed.session import Session
from footprint.pages.tasks import Task, page_of


def main() -> None:
    """Makes pages until nobody asks for more."""
    source = sys.stdin.buffer
    # Whatever prints must not come between the pages.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    gc.disable()  # what a page leaves is freed at once, and nothing goes in circles
    with Session() as session:
        while True:
            try:
                task = read(source)
            except (EOFError, KeyboardInterrupt):
                return
            assert isinstance(task, Task)
            try:
                write(sink, page_of(task, session))
            except FootprintError as error:
                write(sink, error)


if __name__ == "__main__":
    main()
