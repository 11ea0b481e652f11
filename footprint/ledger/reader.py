"""Reading: journals as `Facts`, one for each, with what was wrong beside them.

Nothing in a damaged journal stops the rest from being read. What was skipped is an `Issue`: where,
what, and how much. Only a journal that a newer major version wrote is refused, since whatever was
computed without it would be wrong.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from footprint.errors import LedgerError, LedgerVersionError
from footprint.ledger import format as fmt
from footprint.ledger.stored import Readable, no_ledger
from footprint.ledger.utc_sets import extent, stretches
from footprint.model import Device

_START_OF_TIME, _END_OF_TIME = -(2**63), 2**63 - 1


class Issue(NamedTuple):
    """Something in a ledger that was skipped or is missing.

    Attributes:
        kind: one word: torn-tail, corrupt, unreadable, missing-batches, missing-part, ...
        where: the journal's name, a sealed file's path, a host or a place.
        text: what it is.
        remedy: what to do, where there is something for this one alone.
    """

    kind: str
    where: str
    text: str
    remedy: str = ""

    @property
    def line(self) -> str:
        """What it is and what to do, on one line."""
        return f"{self.text}: {self.remedy}" if self.remedy else self.text


#: What is wrong with bytes that are no journal, and what to do: reports and `verify` say the same.
NO_JOURNAL = "its header is damaged or foreign: what it held is in no figure"
RESTORE = "put back the file from a copy"


class PathInfo(NamedTuple):
    """What a function or block declared, and the path of its caller."""

    parent: int
    name: str
    kind: str
    model: str | None
    version: str | None
    project: str | None
    tags: dict[str, str]
    devices: tuple[Any, ...] | None
    stream: str
    background: bool


#: Up to so many rows are unpacked sooner than numpy is imported.
_FEW = 10_000


class Rows(Mapping[str, list[tuple[Any, ...]]]):
    """A writer's rows by kind, unpacked when they are first asked for.

    `rows["span"]` is a list of tuples; `columns.of(rows, "span")` reads the same bytes as numpy
    columns (`footprint.ledger.columns`).
    """

    def __init__(self) -> None:
        self._packed: dict[str, list[bytes | memoryview]] = {row.name: [] for row in fmt.ROW_TYPES}
        self._unpacked: dict[str, list[tuple[Any, ...]]] = {}

    def __getstate__(self) -> dict[str, bytes]:
        return {name: self.packed(name) for name in self._packed if self.count(name)}

    def __setstate__(self, packed: dict[str, bytes]) -> None:
        self.__init__()  # type: ignore[misc]
        for name, rows in packed.items():
            self._packed[name].append(rows)

    def take(self, row: fmt.RowType, packed: bytes | memoryview) -> None:
        """Adds packed rows of a kind."""
        self._packed[row.name].append(packed)
        self._unpacked.pop(row.name, None)

    def put(self, row: fmt.RowType, packed: bytes) -> None:
        """Packed rows of a kind in place of those that are there."""
        self._packed[row.name] = [packed]
        self._unpacked.pop(row.name, None)

    def add(self, other: Rows) -> None:
        """Adds another's rows, after one's own."""
        for name, parts in other._packed.items():
            self._packed[name].extend(parts)
            self._unpacked.pop(name, None)

    def packed(self, name: str) -> bytes:
        """All rows of a kind as they were written."""
        parts = self._packed[name]
        if len(parts) > 1 or (parts and isinstance(parts[0], memoryview)):
            parts[:] = [b"".join(parts)]
        return bytes(parts[0]) if parts else b""

    def detach(self) -> None:
        """Takes the rows out of the journal's bytes, so that these need not stay in memory."""
        for name in self._packed:
            self.packed(name)

    def count(self, name: str) -> int:
        """How many rows of a kind there are; none is unpacked for it."""
        return sum(map(len, self._packed[name])) // fmt.BY_NAME[name].layout.size

    def least(self, name: str, field: str, default: int) -> int:
        """The least value of a field of integers; `default` where there are no rows.

        Of many rows none is unpacked for it.
        """
        count = self.count(name)
        if count > _FEW and name not in self._unpacked:
            from footprint.ledger import columns

            return int(columns.of(self, name)[field].min())
        at = fmt.BY_NAME[name].fields.index(field)
        return min((row[at] for row in self[name]), default=default)

    def __getitem__(self, name: str) -> list[tuple[Any, ...]]:
        known = self._unpacked.get(name)
        if known is None:
            layout = fmt.BY_NAME[name].layout
            known = self._unpacked[name] = list(layout.iter_unpack(self.packed(name)))
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


class Facts:
    """What one writer recorded (rows are tuples in the order of docs/reference/ledger.md).

    All of it, or one part of several (`footprint.ledger.parts.join`): `part` says which.
    """

    def __init__(self, writer: str, where: str, part: int = 0) -> None:
        self.writer = writer
        self.where = where
        self.part = part
        self.context: dict[str, Any] = {}
        self.devices: dict[int, Device] = {}
        self.paths: dict[int, PathInfo] = {}
        self.names: dict[int, str] = {}
        self.anchors: list[tuple[int, int]] = []
        self.rows = Rows()
        self.residents: list[tuple[int, tuple[str, ...] | None]] = []
        self.gaps: list[dict[str, Any]] = []
        self.unavailable: list[dict[str, Any]] = []
        self.dropped: list[dict[str, Any]] = []
        self.corrections: list[dict[str, Any]] = []
        #: (device id, start, end), boot-time ns: what it drew then is not known (a correction).
        self.unknown: tuple[tuple[str, int, int], ...] = ()
        self.issues: list[Issue] = []
        self.end: dict[str, Any] | None = None
        self.t_last = _START_OF_TIME
        self.newer_records = 0
        self.batches = 0
        self.size = 0
        self._begun: int | None = None
        #: The highest UTC of the anchors so far, anchor by anchor.
        self._summits: list[int] | None = None
        #: The latest answer of `utc_extent`, and to what.
        self._extent: tuple[tuple[int, int, int], tuple[int, int]] = (0, 0, 0), (0, 0)

    def with_rows(self, rows: Rows) -> Facts:
        """The same writer with other rows; when it began and ended stays."""
        other = copy(self)
        other.rows, other._begun = rows, self.begun
        return other

    def with_paths(self, more: Mapping[int, PathInfo]) -> Facts:
        """The same writer, which knows of more paths than it recorded."""
        other = copy(self)
        other.paths = {**self.paths, **more}
        return other

    def begin(self, begun: int) -> None:
        """Says when its work began, where not all of its rows are there."""
        self._begun = begun

    @property
    def order(self) -> tuple[str, str]:
        """By this facts are put in order: their journals' names, whatever became of them."""
        return self.where, self.writer

    @property
    def begun(self) -> int:
        """When its work began, boot-time ns: a first span may begin before its writer is there."""
        if self._begun is None:
            begun: int = self.context["t"]
            for kind in ("span", "fold", "open"):
                begun = min(begun, self.rows.least(kind, "start", begun))
            self._begun = begun
        return self._begun

    @property
    def host(self) -> str:
        """The host's name as it was recorded."""
        return str(self.context.get("host", ""))

    @property
    def boot_id(self) -> str:
        """The boot whose clock the times are of."""
        return str(self.context.get("boot_id", ""))

    def utc_ns(self, t: int) -> int:
        """UTC of a boot-time instant, by the nearest earlier anchor."""
        anchors = self.anchors or [(0, 0)]
        at, utc = anchors[max(0, bisect_right(anchors, t, key=itemgetter(0)) - 1)]
        return t - at + utc

    def boot_ns(self, utc_ns: int) -> int:
        """The boot-time instant of a UTC one; a later one has a later instant.

        Where UTC was set back over it, the last of the two; where it was set forward over it, the
        instant at which it was.
        """
        anchors = self.anchors or [(0, 0)]
        if self._summits is None or len(self._summits) != len(anchors):
            self._summits = list(accumulate((utc for _, utc in anchors), max))
        # The first anchor that is after it is where the highest UTC so far is.
        later = bisect_right(self._summits, utc_ns)
        at, utc = anchors[max(0, later - 1)]
        found = utc_ns - utc + at
        return min(found, anchors[later][0]) if 0 < later < len(anchors) else found

    def utc_extent(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last UTC of a stretch of boot time, whatever was set meanwhile."""
        asked = start, end, len(self.anchors)
        if self._extent[0] != asked:  # all that asks about a writer asks about all of its time
            self._extent = asked, extent(stretches(self.anchors, self.utc_ns, start, end))
        return self._extent[1]

    def utc_around(self, since: int | None, until: int | None) -> tuple[int | None, int | None]:
        """The first and the last UTC of [since, until] in boot-time ns, whatever was set meanwhile.

        Where UTC was set back, an hour may be there twice. None where it is open.
        """
        low = [] if since is None else [self.utc_ns(since)]
        high = [] if until is None else [self.utc_ns(until)]
        at = itemgetter(0)
        first = 0 if since is None else bisect_left(self.anchors, since, key=at)
        over = None if until is None else bisect_right(self.anchors, until, key=at)
        for t, utc in self.anchors[first:over]:
            low.append(utc)
            high.append(self.utc_ns(t - 1) + 1)
        return (
            min(low) if since is not None else None,
            max(high) if until is not None else None,
        )

    def _take(self, section: fmt.Section) -> None:
        if section.row is not None:
            self.rows.take(section.row, section.packed)
        self.newer_records += section.unknown
        for record in section.records:
            self.record(record)

    def record(self, record: dict[str, Any]) -> None:
        """Takes a JSON record; one of a type that is not known is counted."""
        match record.get("type"):
            case "writer":
                self.context = record
                self.anchors.append((record["t"], record["utc_ns"]))
            case "device":
                self.devices[record["number"]] = _device(record)
            case "path":
                self.paths[record["path"]] = _path(record)
            case "name":
                self.names[record["id"]] = record["name"]
            case "anchor":
                self.anchors.append((record["t"], record["utc_ns"]))
            case "resident":
                ids = record["devices"]
                self.residents.append((record["t"], None if ids is None else tuple(ids)))
            case "gap":
                self.gaps.append(record)
            case "unavailable":
                self.unavailable.append(record)
            case "dropped":
                self.dropped.append(record)
            case "correction":
                self.corrections.append(record)
            case "end":
                self.end = record
            case _:
                self.newer_records += 1


def _device(record: dict[str, Any]) -> Device:
    wrap = record.get("wrap_uj")
    return Device(
        id=record["id"],
        kind=record["kind"],
        name=record["name"],
        tier=record["tier"],
        scope=record["scope"],
        max_w=record.get("max_w"),
        gain_low=record.get("gain_low", 1.0),
        gain_high=record.get("gain_high", 1.0),
        gain_source=record.get("gain_source", ""),
        wrap_nj=None if wrap is None else wrap * 1000,
        number=record.get("index"),
        notes=tuple(record.get("notes", ())),
    )


def _path(record: dict[str, Any]) -> PathInfo:
    devices = record.get("devices")
    return PathInfo(
        parent=record.get("parent", 0),
        name=record["name"],
        kind=record.get("kind", "other"),
        model=record.get("model"),
        version=record.get("version"),
        project=record.get("project"),
        tags=record.get("tags") or {},
        devices=None if devices is None else tuple(devices),
        stream=record.get("stream", "own"),
        background=record.get("background", False),
    )


class NoJournalError(LedgerError):
    """A file that is named like a journal and is none, or one whose header was damaged."""


def read_bytes(
    data: bytes, where: str, since: int = _START_OF_TIME, until: int = _END_OF_TIME
) -> Facts:
    """Reads a journal's bytes; rows only of batches that touch [since, until] (boot-time ns).

    Raises LedgerVersionError for a newer major version, NoJournalError for bytes that are none.
    """
    head = fmt.read_header(data)
    if head is None and _is_torn_header(data):
        torn = Facts("", where)
        text = f"the journal ends within its header, after {len(data)} bytes: nothing is in it"
        torn.issues.append(Issue("torn-tail", where, text))
        return torn
    if head is None:
        raise NoJournalError(f"{where} is no journal: its header is damaged or foreign")
    if head.major > fmt.MAJOR:
        raise LedgerVersionError(
            f"{where} was written by a newer footprint (journal {head.major}.{head.minor}, this"
            f" one reads {fmt.MAJOR}.{fmt.MINOR}): upgrade footprint to read it"
        )
    facts = Facts(head.writer.hex(), where, head.part)
    facts.size = len(data)
    view = memoryview(data)  # what is cut out of it is not copied
    for batch, offset in _batches(data, view, facts):
        payload = view[offset : offset + batch.length]
        facts.t_last = max(facts.t_last, batch.t_max)
        facts.batches += 1
        inside = batch.t_max >= since and batch.t_min <= until
        try:
            for section in fmt.sections(payload, inside):
                facts._take(section)
        except (ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
            facts.issues.append(
                Issue("corrupt", where, f"batch {batch.number} makes no sense: {error}")
            )
    facts.rows.detach()
    if facts.size == fmt.HEADER_SIZE:
        text = "the journal ends after its header: nothing is in it"
        facts.issues.append(Issue("torn-tail", where, text))
    return facts


def read_records(data: bytes) -> Iterator[dict[str, Any]]:
    """The JSON records of a journal's bytes, in their order; what is damaged is left out."""
    view = memoryview(data)
    for batch, offset in _batches(data, view, Facts("", "")):
        for section in fmt.sections(view[offset : offset + batch.length], rows=False):
            yield from section.records


def _is_torn_header(data: bytes) -> bool:
    """Whether a writer was stopped right after it made its file: cut short, or never filled."""
    cut = len(data) < fmt.HEADER_SIZE and fmt.MAGIC.startswith(data[: len(fmt.MAGIC)])
    return cut or not data.strip(b"\0")


def _batches(data: bytes, view: memoryview, facts: Facts) -> Iterator[tuple[fmt.BatchHead, int]]:
    """The batches whose CRC holds, with their payload's offset; the rest become issues."""
    offset = fmt.HEADER_SIZE
    expected = 0
    while offset < len(data):
        batch = fmt.batch_head(data, offset)
        start = offset + fmt.BATCH_HEADER_SIZE
        if batch is not None and batch.holds(view[start : start + batch.length]):
            if batch.number < expected:
                text = f"batch {batch.number} at byte {offset} is a repetition and was skipped"
                facts.issues.append(Issue("corrupt", facts.where, text))
                offset = start + batch.length
                continue
            if batch.number > expected:
                count = batch.number - expected
                text = f"{count} batches are missing before byte {offset}"
                facts.issues.append(Issue("missing-batches", facts.where, text))
            expected = batch.number + 1
            yield batch, start
            offset = start + batch.length
            continue
        following = fmt.next_whole(data, offset + 1)
        if following is None:
            size = len(data) - offset
            kind, text = "corrupt", f"{size} bytes from byte {offset} to the end are damaged"
            is_cut = fmt.SYNC.startswith(data[offset : offset + len(fmt.SYNC)]) and (
                batch is None or start + batch.length > size + offset
            )
            # Zeros: the file's length reached the disk, its bytes did not.
            if is_cut or not data[offset:].strip(b"\0"):
                kind = "torn-tail"
                text = f"the last batch is cut short: {size} bytes from byte {offset} are lost"
            facts.issues.append(Issue(kind, facts.where, text))
            return
        text = f"bytes {offset} to {following} are damaged and were skipped"
        facts.issues.append(Issue("corrupt", facts.where, text))
        known = fmt.batch_head(data, following)
        expected = max(expected, known.number) if known is not None else expected
        offset = following


def journal_files(directory: Path) -> list[Path]:
    """The journals of a ledger, sorted by name. Raises LedgerError where it is none."""
    if not directory.exists():
        raise LedgerError(
            f"there is no ledger at {directory}: name one, or record one with `footprint run`"
        )
    journals = directory / fmt.JOURNALS
    if not (directory / fmt.MARKER).exists() and not journals.is_dir():
        raise no_ledger(str(directory))
    try:
        return sorted(path for path in journals.iterdir() if path.suffix == fmt.SUFFIX)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LedgerError(
            f"cannot read the ledger {directory}: {error.strerror}: check its permissions"
        ) from error


def read_journals(
    paths: Iterable[Readable], since: int = _START_OF_TIME, until: int = _END_OF_TIME
) -> tuple[list[Facts], list[Issue]]:
    """Reads journals; those that are not (damaged header, no permission) become issues.

    Raises LedgerVersionError for a journal of a newer major version.
    """
    facts: list[Facts] = []
    issues: list[Issue] = []
    for path in paths:
        try:
            one = read_bytes(path.read_bytes(), path.name, since, until)
        except LedgerVersionError:
            raise
        except NoJournalError:
            issues.append(Issue("unreadable", path.name, NO_JOURNAL, RESTORE))
            continue
        except (LedgerError, OSError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or str(error)
            text = f"it cannot be read ({why}): what it holds is in no figure"
            issues.append(Issue("unreadable", path.name, text, "check its permissions"))
            continue
        if one.context:
            facts.append(one)
        elif one.batches:
            issues.append(Issue("corrupt", path.name, "its first record, the writer, is lost"))
        issues.extend(one.issues)
    return facts, issues
