"""What readings one after the other share: starting a DuckDB takes longer than to read a day.

A session is one thread's. It ends with the work that it was begun for: no program that only asked
for a report keeps DuckDB's threads, which would not be there in a process that it forks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import duckdb


class Session:
    """One DuckDB for many readings.

    Attributes:
        sound: (path, rows) of files whose head and footer were found to be as they should. What
            rows they have is looked at anew by each reading.
    """

    def __init__(self) -> None:
        self.sound: set[tuple[str, int]] = set()
        self._base: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Ends its DuckDB."""
        if self._base is not None:
            self._base.close()
            self._base = None

    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own; the first one starts the DuckDB."""
        import duckdb

        if self._base is None:
            self._base = duckdb.connect()
        return self._base.cursor()
