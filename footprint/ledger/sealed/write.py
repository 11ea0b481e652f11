"""Journals as Parquet files: one for each table and UTC date, with the hashes of their row groups.

DuckDB writes them. Rows stand by boot, writer and part, and then as in the journal, which is the
order in which they ended; those of devices stand by device first. So the neighbours in a column
are alike, and their differences, which Parquet's delta encoding keeps, are small.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.errors import LedgerError
from footprint.ledger import columns
from footprint.ledger.reader import Facts
from footprint.ledger.sealed import tables
from footprint.ledger.sealed.manifest import SEALED, Group, SealedFile, SealedJournal

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from numpy.typing import NDArray

#: What a sealed file says of itself, in its key-value metadata.
SCHEMA = "footprint.sealed/1"
#: Rows in a row group: what `verify` can name, and what a reader can skip.
GROUP_ROWS = 122_880
_DAY = 86_400 * 1_000_000_000
#: Dates that a path can say; a clock that is further off is put at their ends.
_DATES = (0, 2_932_896)


class Content(NamedTuple):
    """A journal to be sealed: its entry in the manifest, its rows, its records as JSON lines."""

    journal: SealedJournal
    facts: Facts
    records: Sequence[tuple[str, str]]


class Written(NamedTuple):
    """A file that was written, and where it lies until it is put into the store."""

    file: SealedFile
    local: Path


class Table(NamedTuple):
    """Rows of one table from all journals, in the order of the file."""

    columns: dict[str, NDArray[Any]]
    journal: NDArray[np.int32]  # which of the journals
    first: NDArray[np.int64]  # UTC of the row's start and end
    last: NDArray[np.int64]

    def chosen(self, rows: NDArray[Any]) -> Table:
        """Some of the rows."""
        picked = {name: values[rows] for name, values in self.columns.items()}
        return Table(picked, self.journal[rows], self.first[rows], self.last[rows])


def write(contents: Sequence[Content], folder: Path, seal: str) -> list[Written]:
    """Writes journals' rows and records as files below a folder of this machine.

    Args:
        contents: the journals, all in memory at once: the caller parts them.
        folder: an empty one, on a disk with room for them.
        seal: the id that names the files.

    Raises LedgerError where they cannot be written.
    """
    import duckdb

    order = sorted(contents, key=lambda each: (each.journal.boot_id, *each.journal.key))
    found: list[Written] = []
    journals = [each.journal for each in order]
    with duckdb.connect() as connection:
        for table in tables.TABLES:
            rows = _records(order) if table == tables.RECORD else _rows(order, table)
            if rows is None:
                continue
            for date, chosen in _by_date(rows, ends=table != tables.RECORD):
                name = f"{SEALED}/{table}/date={date}/{seal}.parquet"
                local = folder / f"{table}-{date}.parquet"
                _copy(connection, chosen, journals, local)
                ranges = group_ranges(connection, local)
                file = described(name, table, date, local, chosen, journals, ranges)
                found.append(Written(file, local))
    return found


def _rows(contents: Sequence[Content], table: str) -> Table | None:
    """All rows of a kind; None where there are none."""
    parts = [
        _of_journal(one, table, number)
        for number, one in enumerate(contents)
        if one.facts.rows.count(table)
    ]
    return _joined(parts) if parts else None


def _of_journal(one: Content, table: str, number: int) -> Table:
    import numpy as np

    facts = one.facts
    rows = columns.of(facts.rows, table)
    found = {"position": np.arange(len(rows), dtype=np.int64), **tables.to_columns(table, rows)}
    starts, ends = _times(facts, table, found)
    offset = tables.offsets(facts.anchors, ends)
    first = starts + tables.offsets(facts.anchors, starts)
    if tables.TIMES[table] is not None:
        found[tables.OFFSET] = offset
    made = Table(found, np.full(len(rows), number, np.int32), first, ends + offset)
    if "device" in found:
        return made.chosen(np.argsort(found["device"], kind="stable"))
    return made


def _times(
    facts: Facts, table: str, found: dict[str, NDArray[Any]]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Start and end of each row, boot time."""
    import numpy as np

    named = tables.TIMES[table]
    if named is not None:
        return found[named[0]], found[named[1]]
    spans, folds = (columns.of(facts.rows, name) for name in ("span", "fold"))
    owners = np.concatenate([spans["seq"], folds["seq"]]).astype(np.int64)
    default = int(facts.context["t"])
    starts, ends = (
        tables.of_owners(
            found["seq"], owners, np.concatenate([spans[field], folds[field]]), default
        )
        for field in ("start", "end")
    )
    return starts, ends


def _records(contents: Sequence[Content]) -> Table | None:
    """The JSON records. Each stands for the whole period of its journal: all its rows need it."""
    import numpy as np

    parts = []
    for number, (journal, _, records) in enumerate(contents):
        count = len(records)
        found: dict[str, NDArray[Any]] = {"position": np.arange(count, dtype=np.int64)}
        for index, name in enumerate(tables.RECORD_COLUMNS):
            found[name] = np.array([record[index] for record in records], object)
        period = (np.full(count, each) for each in (journal.first_utc_ns, journal.last_utc_ns))
        parts.append(Table(found, np.full(count, number, np.int32), *period))
    return _joined(parts) if parts else None


def _joined(parts: list[Table]) -> Table:
    import numpy as np

    return Table(
        {name: np.concatenate([each.columns[name] for each in parts]) for name in parts[0].columns},
        np.concatenate([each.journal for each in parts]),
        np.concatenate([each.first for each in parts]),
        np.concatenate([each.last for each in parts]),
    )


def _by_date(table: Table, *, ends: bool) -> Iterator[tuple[str, Table]]:
    """The rows of each UTC date: when they ended; for records when their journal began."""
    import numpy as np

    days = np.clip((table.last if ends else table.first) // _DAY, *_DATES)
    found = np.unique(days)
    for day in found.tolist():
        date = datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()
        yield date, table if len(found) == 1 else table.chosen(days == day)


def _copy(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    journals: Sequence[SealedJournal],
    path: Path,
) -> None:
    """Writes one file."""
    import duckdb
    import numpy as np
    import pandas as pd

    def named(values: list[str]) -> Any:
        """A column of few texts; DuckDB writes it as text."""
        known = sorted(set(values))
        codes = {value: code for code, value in enumerate(known)}
        of_journal = np.array([codes[value] for value in values], np.int32)
        return pd.Categorical.from_codes(of_journal[table.journal], pd.Index(known))

    parts = np.array([each.part for each in journals], np.int32)
    frame = pd.DataFrame(
        {
            "boot_id": named([each.boot_id for each in journals]),
            "host": named([each.host for each in journals]),
            "writer": named([each.writer for each in journals]),
            "part": parts[table.journal],
            **table.columns,
        },
        copy=False,
    )
    try:
        connection.register("sealed_rows", frame)
        connection.execute(
            f"COPY (SELECT * FROM sealed_rows) TO '{quoted(path)}' (FORMAT parquet,"
            f" PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS},"
            f" KV_METADATA {{schema: '{SCHEMA}'}})"
        )
        connection.unregister("sealed_rows")
    except duckdb.Error as error:
        raise LedgerError(
            f"cannot write a sealed file in {path.parent}: {' '.join(str(error).split())}:"
            " free space there, or name another place with TMPDIR"
        ) from error


def described(
    name: str,
    table: str,
    date: str,
    local: Path,
    rows: Table,
    journals: Sequence[SealedJournal],
    ranges: Sequence[tuple[int, int, int]],
) -> SealedFile:
    """The manifest's entry of a file that was written."""
    groups: list[Group] = []
    whole = hashlib.sha256()
    chain = hashlib.sha256(name.encode()).digest()
    at = first = 0
    with local.open("rb") as file:
        for start, end, count in ranges:
            whole.update(file.read(start - at))
            data = file.read(end - start)
            whole.update(data)
            chain = hashlib.sha256(chain + data).digest()
            at = end
            own = slice(first, first + count)
            boots = (journals[each].boot_id for each in _different(rows.journal[own]))
            groups.append(
                Group(
                    first,
                    count,
                    start,
                    end,
                    chain.hex(),
                    tuple(dict.fromkeys(boots)),
                    int(rows.first[own].min()),
                    int(rows.last[own].max()),
                )
            )
            first += count
        whole.update(file.read())
        size = file.tell()
    return SealedFile(name, table, date, size, whole.hexdigest(), first, tuple(groups))


def group_ranges(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[int, int, int]]:
    """(first byte, byte after the last, rows) of each row group of a Parquet file, in order.

    Raises LedgerError where row groups overlap: then bytes would stand for two of them.
    """
    found = connection.execute(
        "SELECT min(coalesce(dictionary_page_offset, data_page_offset)),"
        " max(coalesce(dictionary_page_offset, data_page_offset) + total_compressed_size),"
        f" any_value(row_group_num_rows) FROM parquet_metadata('{quoted(path)}')"
        " GROUP BY row_group_id ORDER BY row_group_id"
    ).fetchall()
    if any(here[1] > after[0] for here, after in itertools.pairwise(found)):
        raise LedgerError(
            f"{path} has row groups that overlap: this version of duckdb is not known"
        )
    return [(start, end, rows) for start, end, rows in found]


def _different(values: NDArray[Any]) -> list[int]:
    """The values of a rising column, each once."""
    import numpy as np

    steps = np.flatnonzero(values[1:] != values[:-1]) + 1
    return [int(values[0]), *values[steps].tolist()]


def quoted(path: Path) -> str:
    """A path within quotes of SQL."""
    return str(path).replace("'", "''")


__all__ = [
    "GROUP_ROWS",
    "SCHEMA",
    "Content",
    "Table",
    "Written",
    "described",
    "group_ranges",
    "quoted",
    "write",
]
