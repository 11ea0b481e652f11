"""Sealed segments as `Facts`: the rows that their journals had, byte for byte and in their order.

Columns come from DuckDB as numpy arrays and go into packed rows at once; there is no loop over
rows. Files and row groups that cannot hold what is asked for are not opened (`plan`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from footprint.errors import LedgerVersionError
from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.reader import Facts, Issue
from footprint.ledger.sealed import tables, write
from footprint.ledger.sealed.intact import damaged, missing, of_groups
from footprint.ledger.sealed.manifest import Group, Manifest, SealedFile, SealedJournal
from footprint.ledger.sealed.plan import Asked, Key, Source, Stretch, index, sources, stretches
from footprint.ledger.sealed.session import Session
from footprint.ledger.stores import Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Rows that are in memory as columns at a time.
_MOST = 4_000_000


def read(
    store: Store,
    manifests: Iterable[Manifest],
    boots: Collection[str] | None = None,
    since_utc_ns: int | None = None,
    until_utc_ns: int | None = None,
    without: Collection[Key] = (),
) -> tuple[list[Facts], list[Issue]]:
    """What sealed journals recorded, one `Facts` a journal, by writer and part.

    Filtered by boot and UTC [since, until) it leaves out row groups, not rows: a row that touches
    the period is there, others may be. Writers without rows there are left out, those with some
    keep all their records.

    Args:
        store: where the files are.
        manifests: of its chains (`read_chains`).
        without: journals (writer, part) that are read elsewhere.

    Returns the facts, and what is missing: a file that is not there, or that is not what its
    manifest says, is an Issue. Raises LedgerVersionError for a file of a newer footprint,
    LedgerError where the store fails.
    """
    asked = Asked(
        boots,
        Asked().since_utc_ns if since_utc_ns is None else since_utc_ns,
        Asked().until_utc_ns if until_utc_ns is None else until_utc_ns,
    )
    facts: list[Facts] = []
    issues: list[Issue] = []
    for source in sources(manifests, asked, without):
        with Reading(store, source) as reading:
            found = reading.recorded()
            for row in fmt.ROW_TYPES:
                for key, rows in reading.rows(row.name, asked):
                    found[key].rows.take(row, rows)
            facts += [one for one in found.values() if one.context]
            issues += reading.issues
    facts.sort(key=lambda one: (one.where, one.writer))
    return facts, issues


class Reading:
    """One chain being read, of one place.

    Args:
        store: the place.
        source: what of the chain is read.
        session: what it shares with other readings; None: nothing.

    Attributes:
        issues: what is missing, as far as it was read.
    """

    def __init__(self, store: Store, source: Source, session: Session | None = None) -> None:
        self.store = store
        self.source = source
        self.issues: list[Issue] = []
        self._paths: dict[str, str | None] = {}
        #: By file, whether the row group that begins at a row is what was sealed.
        self._held: dict[str, dict[int, bool]] = {}
        self._alone = session is None
        self._session = Session() if session is None else session
        self._connection = self._session.connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        if self._alone:
            self._session.end()

    def recorded(self) -> dict[Key, Facts]:
        """What the journals' records say, without rows."""
        found = {key: _begun(journal) for key, journal in self.source.journals.items()}
        boots = {journal.boot_id for journal in self.source.journals.values()}
        for key, records in self._pieces(tables.RECORD, Asked(boots)):
            for record in _parsed(records):
                found[key].record(record)
        for key, one in found.items():
            if not one.context and not self.issues:
                text = f"its first record, the writer {key[0]}, is not in the sealed files"
                self.issues.append(Issue("corrupt", one.where, text))
        return found

    def rows(self, table: str, asked: Asked) -> Iterator[tuple[Key, memoryview]]:
        """Packed rows of a table that a question needs, and others, by journal, in its order."""
        for key, rows in self._pieces(table, asked):
            yield key, rows.view("u1").data

    def columns(
        self, table: str, names: Sequence[str], files: Iterable[SealedFile], asked: Asked
    ) -> Iterator[tuple[Key, dict[str, NDArray[Any]]]]:
        """Some columns of some files' rows by journal, a few million rows at a time.

        Of a journal the rows come in any order, those that a question needs and others.
        """
        for together in self._queries(table, asked, files):
            found = self._queried(together, names)
            if found is not None:
                for key, first, stop in found[1]:
                    yield key, {name: each[first:stop] for name, each in found[0].items()}

    def _pieces(self, table: str, asked: Asked) -> Iterator[tuple[Key, NDArray[Any]]]:
        """A table's rows (packed; JSON texts of records) of each journal, in its order."""
        import numpy as np

        found: dict[Key, list[tuple[NDArray[Any], NDArray[Any]]]] = defaultdict(list)
        for together in self._queries(table, asked, self.source.files):
            for key, positions, rows in self._fetched(table, together):
                found[key].append((positions, rows))
        for key in sorted(found):
            positions, rows = (
                each[0] if len(each) == 1 else np.concatenate(each)
                for each in zip(*found.pop(key), strict=True)
            )
            if np.any(positions[1:] < positions[:-1]):
                rows = rows[np.argsort(positions, kind="stable")]
            if table != tables.RECORD:  # joined rows have lost their padding
                rows = rows.astype(columns.dtype(fmt.BY_NAME[table]), copy=False)
            yield key, rows

    def _queries(
        self, table: str, asked: Asked, files: Iterable[SealedFile]
    ) -> Iterator[list[Stretch]]:
        """What is read with one query: one stretch of a file, or many small whole files."""
        together: list[Stretch] = []
        for each in self._sound(stretches(files, asked, table, _MOST)):
            if not each.whole:
                yield [each]
                continue
            if together and sum(one.rows for one in together) + each.rows > _MOST:
                yield together
                together = []
            together.append(each)
        if together:
            yield together

    def _sound(self, found: Iterable[Stretch]) -> Iterator[Stretch]:
        """What of some stretches is there and is what was sealed; issues say what is not."""
        for each in found:
            if not self._there(each.file):
                continue
            changed = self._changed(each)
            if not changed:
                yield each
                continue
            run: Stretch | None = None
            for group in each.file.groups:
                if each.first <= group.first < each.stop and group.first not in changed:
                    run = run or Stretch(each.file, group.first, group.first)
                    run = run._replace(stop=group.first + group.rows)
                elif run is not None:
                    yield run
                    run = None
            if run is not None:
                yield run

    def _changed(self, each: Stretch) -> set[int]:
        """First rows of the row groups of a stretch that are not what was sealed."""
        file, known = each.file, self._held.setdefault(each.file.path, {})

        def unknown(group: Group) -> bool:
            return each.first <= group.first < each.stop and group.first not in known

        if any(map(unknown, file.groups)):
            with Path(str(self._paths[file.path])).open("rb") as data:

                def at(start: int, end: int) -> bytes:
                    data.seek(start)
                    return data.read(end - start)

                for group, holds in of_groups(file, at, unknown):
                    known[group.first] = holds
                    if not holds:
                        self.issues.append(damaged(file, group))
        return {first for first, holds in known.items() if not holds}

    def _there(self, file: SealedFile) -> bool:
        """Whether a file can be read; where not, an issue says what is not in the figures."""
        if file.path not in self._paths:
            try:
                path = self.store.local(file.path)
                wrong = self._wrong(file, str(path))
            except FileNotFoundError:
                path, wrong = None, "is missing"
            if wrong:
                self.issues.append(missing(file, wrong))
            self._paths[file.path] = None if wrong else str(path)
        return self._paths[file.path] is not None

    def _wrong(self, file: SealedFile, path: str) -> str:
        """What is wrong with a file that is there, or nothing."""
        if (path, file.rows) in self._session.sound:
            return ""
        import duckdb

        try:
            schemas = self._connection.execute(
                "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'schema'",
                [path],
            ).fetchall()
            rows = self._connection.execute(
                "SELECT num_rows FROM parquet_file_metadata(?)", [path]
            ).fetchall()
        except duckdb.Error:
            return "is damaged and cannot be read"
        schema = schemas[0][0] if schemas else None
        if schema != write.SCHEMA:
            name, _, version = str(schema).rpartition("/")
            if name == write.SCHEMA.rpartition("/")[0] and version.isdigit():
                raise LedgerVersionError(
                    f"{self.store.where}/{file.path} was written by a newer footprint ({schema},"
                    f" this one reads {write.SCHEMA}): upgrade footprint to read it"
                )
            return f"is not one that footprint wrote (its schema is {schema!r})"
        if rows != [(file.rows,)]:
            return f"has {rows[0][0]} rows and not the {file.rows} of its manifest"
        self._session.sound.add((path, file.rows))
        return ""

    def _fetched(
        self, table: str, together: list[Stretch]
    ) -> Iterator[tuple[Key, NDArray[Any], NDArray[Any]]]:
        """(journal, positions, rows) of the journals that have rows in some stretches."""
        names = ("json",) if table == tables.RECORD else tables.own_columns(table)
        queried = self._queried(together, ("position", *names))
        if queried is None:
            return
        found, slices = queried
        positions = found.pop("position")
        rows = found["json"] if table == tables.RECORD else tables.to_rows(table, found)
        for key, first, stop in slices:
            yield key, positions[first:stop], rows[first:stop]

    def _queried(
        self, together: list[Stretch], names: Sequence[str]
    ) -> tuple[dict[str, NDArray[Any]], list[tuple[Key, int, int]]] | None:
        """Columns of some stretches, and where the rows of each journal are; None: unreadable."""
        import duckdb

        quoted = ", ".join(f'"{name}"' for name in names)
        paths = [self._paths[each.file.path] for each in together]
        source = "FROM read_parquet(?, file_row_number = true, filename = true)"
        if len(together) == 1 and not together[0].whole:
            first, stop = together[0].first, together[0].stop
            source += f" WHERE file_row_number BETWEEN {first} AND {stop - 1}"
        try:
            slices = self._slices(source, paths, together)
            found: dict[str, Any] = self._connection.execute(
                f"SELECT {quoted} {source}", [paths]
            ).fetchnumpy()
        except (duckdb.Error, _UnsortedError):
            # Its rows' bytes were just found good: it is its head or footer, or it went away.
            for each in together:
                self.issues.append(missing(each.file, "is damaged and cannot be read", each.rows))
            return None
        return found, [each for each in slices if each[0] in self.source.journals]

    def _slices(
        self, source: str, paths: list[str | None], together: list[Stretch]
    ) -> list[tuple[Key, int, int]]:
        """Where the rows of each journal are in the result: they stand together in a file."""
        base: dict[str | None, int] = {}
        at = 0
        for path, each in zip(paths, together, strict=True):
            base[path] = at - each.first
            at += each.rows
        found = self._connection.execute(
            "SELECT filename, writer, part, min(file_row_number), max(file_row_number) + 1,"
            f" count(*) {source} GROUP BY ALL",
            [paths],
        ).fetchall()
        if any(stop - first != count for *_, first, stop, count in found):
            raise _UnsortedError("its rows do not stand by writer")
        return [
            ((writer, part), base[name] + first, base[name] + stop)
            for name, writer, part, first, stop, _ in found
        ]


def _parsed(records: Iterable[str]) -> list[dict[str, Any]]:
    """JSON texts as what they say; as one text, which is several times as quick."""
    texts = list(records)
    found: list[dict[str, Any]] = json.loads(f"[{','.join(texts)}]")
    return found


class _UnsortedError(Exception):
    """A file whose rows are not in the order that sealing gave them."""


def _begun(journal: SealedJournal) -> Facts:
    """Facts without records and rows."""
    facts = Facts(journal.writer, journal.name, journal.part)
    facts.size = journal.size
    facts.batches = journal.batches
    facts.t_last = journal.t_last
    facts.begin(journal.begun)
    facts.issues = [Issue(kind, journal.name, text) for kind, text in journal.issues]
    return facts


__all__ = ["Reading", "index", "read"]
