"""Files of groups: what a compaction kept in place of single calls, one row a page.

A page is text here; what is in it is `footprint.pages`' and `footprint.accounts`' (see
docs/reference/ledger.md).
"""

from __future__ import annotations

from typing import NamedTuple

from footprint.errors import LedgerError
from footprint.ledger.reader import Issue
from footprint.ledger.sealed.intact import damaged, missing, of_groups
from footprint.ledger.sealed.manifest import Group, SealedFile
from footprint.ledger.stores import Store

#: A page of so long is that of a boot's whole day, any other that of an hour of it, ns.
DAY_NS = 86_400 * 1_000_000_000


class GroupRow(NamedTuple):
    """A kept page, of [since, until) in UTC ns; `page` is its text, "" where it was left out."""

    boot: str
    since: int
    until: int
    page: str


class LostError(LedgerError):
    """A file of groups that is not there, or not what was sealed: `issue` says so."""

    def __init__(self, place: str, issue: Issue) -> None:
        super().__init__(f"{place}/{issue.where}: {issue.line}")
        self.issue = issue


def read(
    store: Store,
    file: SealedFile,
    boot: str | None = None,
    *,
    whole_days: bool | None = None,
    texts: bool = True,
) -> list[GroupRow]:
    """The rows of a file of groups, by boot and time.

    Args:
        store: where it is.
        boot: of this boot only.
        whole_days: only those of whole days, or (False) only those of hours.
        texts: read the pages too; without, only what they are of.

    Raises LostError where the file is missing, cannot be read, or was changed in what is read.
    """
    import duckdb

    try:
        path = store.local(file.path)
        with path.open("rb") as data:

            def at(start: int, end: int) -> bytes:
                data.seek(start)
                return data.read(end - start)

            def wanted(group: Group) -> bool:
                return boot is None or boot in group.boots

            for group, holds in of_groups(file, at, wanted):
                if not holds:
                    raise LostError(store.where, damaged(file, group))
        page = "page" if texts else "''"
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"SELECT boot_id, since_utc_ns, until_utc_ns, {page} FROM read_parquet($1)"
                " WHERE ($2 IS NULL OR boot_id = $2)"
                f" AND ($3 IS NULL OR (until_utc_ns - since_utc_ns = {DAY_NS}) = $3) ORDER BY ALL",
                [str(path), boot, whole_days],
            ).fetchall()
    except FileNotFoundError as error:
        raise LostError(store.where, missing(file, "is missing")) from error
    except duckdb.Error as error:
        raise LostError(store.where, missing(file, "is damaged and cannot be read")) from error
    return [GroupRow(*row) for row in rows]


__all__ = ["DAY_NS", "GroupRow", "LostError", "read"]
