"""Kept pages as sealed files: one for each UTC date, one row a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from footprint.errors import LedgerError
from footprint.ledger.sealed.manifest import SEALED, SealedJournal
from footprint.ledger.sealed.tables import GROUP
from footprint.ledger.sealed.write import SCHEMA, Table, Written, described, group_ranges, quoted
from footprint.pages import compacted, stored
from footprint.pages.compacted import Kept

#: Pages in a row group: what `verify` can name. Pages are large.
GROUP_ROWS = 2048


def write(
    kept: Sequence[Kept],
    date: str,
    folder: Path,
    seal: str,
    journals: Sequence[SealedJournal],
) -> Written:
    """Writes the groups of a date as a file below a folder of this machine.

    Args:
        kept: of that date, of any boots.
        journals: that the boots' rows came from; at least one of each boot.

    Raises LedgerError where it cannot be written.
    """
    import duckdb
    import numpy as np
    import pandas as pd

    order = sorted(kept, key=lambda each: (each.boot, each.since, each.until))
    of_boot = {journal.boot_id: number for number, journal in enumerate(journals)}
    columns: dict[str, Any] = {
        "boot_id": [each.boot for each in order],
        "host": [journals[of_boot[each.boot]].host for each in order],
        "since_utc_ns": np.array([each.since for each in order], np.int64),
        "until_utc_ns": np.array([each.until for each in order], np.int64),
        "calls": np.array([_calls(each) for each in order], np.int64),
        "page": [stored.text(each.page, compacted.SCHEMA) for each in order],
    }
    name = f"{SEALED}/{GROUP}/date={date}/{seal}.parquet"
    local = folder / f"{GROUP}-{date}.parquet"
    try:
        with duckdb.connect() as connection:
            connection.register("kept_pages", pd.DataFrame(columns))
            connection.execute(
                f"COPY (SELECT * FROM kept_pages) TO '{quoted(local)}' (FORMAT parquet,"
                f" PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS},"
                f" KV_METADATA {{schema: '{SCHEMA}'}})"
            )
            ranges = group_ranges(connection, local)
    except duckdb.Error as error:
        raise LedgerError(
            f"cannot write a sealed file in {folder}: {' '.join(str(error).split())}: free space"
            " there, or name another place with TMPDIR"
        ) from error
    rows = Table(
        columns,
        np.array([of_boot[each.boot] for each in order], np.int32),
        columns["since_utc_ns"],
        columns["until_utc_ns"] - 1,
    )
    return Written(described(name, GROUP, date, local, rows, journals, ranges), local)


def _calls(kept: Kept) -> int:
    return sum(member.doing.calls for member in kept.page.members.values())
