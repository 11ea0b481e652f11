"""Engines: where a report's pages are made, in this process, in several, or on a cluster.

All make the same pages by the same function (`pages.tasks.page_of`), so that a figure does not
depend on where it was worked out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from footprint.errors import UsageError, nearest
from footprint.pages.page import Page
from footprint.pages.tasks import Task

#: Names of the engines; `auto` is `local` for small ledgers and `duckdb` for others.
ENGINES = ("auto", "local", "duckdb", "spark")

#: From so many rows on, several processes are quicker than one.
MANY = 3_000_000
#: A page takes as long as so many rows do, beside its own.
A_PAGE = 40_000


class Engine(Protocol):
    """Makes pages."""

    def pages(self, tasks: Sequence[Task]) -> Iterator[Page]:
        """The page of each task, in their order. Raises LedgerError where one cannot be made."""
        ...


def engine(name: str = "auto", master: str | None = None, rows: int = 0) -> Engine:
    """An engine by its name.

    Args:
        name: one of `ENGINES`.
        master: of a Spark cluster, `spark://host:7077`.
        rows: how many rows there are to go through, with `A_PAGE` for each page.

    Raises UsageError for a name that is not known, and for a master without Spark.
    """
    if name not in ENGINES:
        raise UsageError(
            f"--engine {name} is not known: use {', '.join(ENGINES)}." + nearest(name, ENGINES)
        )
    if name == "spark":
        from footprint.engines.spark import SparkEngine

        return SparkEngine(master)
    if master is not None:
        remedy = "add --engine spark"
        if name != "auto":
            remedy = f"give --engine spark in place of {name}, or leave out --master"
        raise UsageError(f"--master {master} is of a Spark cluster: {remedy}")
    if name == "local" or (name == "auto" and rows < MANY):
        from footprint.engines.local import LocalEngine

        return LocalEngine()
    from footprint.engines.processes import ProcessEngine

    return ProcessEngine()
