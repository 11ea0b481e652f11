"""The journal's bytes: docs/reference/ledger.md as code. Packs and unpacks, touches no file."""

from __future__ import annotations

import itertools
import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

SCHEMA = "footprint.ledger/1"
MAJOR, MINOR = 2, 0
#: The major of a journal that every reader understands; what is more says so in its header.
FIRST = 1
#: The major of a part that is not its writer's first: a reader that knows none takes the longest
#: part for all.
PARTED = 2
#: The greatest number of a part.
LAST_PART = 0xFFFF
#: Why a part ends that another follows.
ROTATED = "rotated"
MARKER = "footprint-ledger.json"
JOURNALS = "journals"
SUFFIX = ".fpj"

MAGIC = b"FPJ1"
SYNC = b"\xf7FPB"
JSON = 16

_HEADER = struct.Struct("<4sBBH16s")
_CRC = struct.Struct("<I")
_BATCH = struct.Struct("<IIqq")
_SECTION = struct.Struct("<BxHI")
HEADER_SIZE = _HEADER.size + _CRC.size
BATCH_HEADER_SIZE = len(SYNC) + _BATCH.size + _CRC.size

#: lag of a point whose counter had not been read before.
NO_LAG = 0xFFFFFFFF
#: The flag of a fold whose calls stand for others that were not timed.
SAMPLED = 2


class RowType(NamedTuple):
    """One kind of fixed-size row: its number, name, layout and field names."""

    number: int
    name: str
    layout: struct.Struct
    fields: tuple[str, ...]


def _row(number: int, name: str, layout: str, fields: str) -> RowType:
    return RowType(number, name, struct.Struct("<" + layout), tuple(fields.split()))


SPAN = _row(1, "span", "QQIBBxxqqq", "seq parent path status flags start end device_end")
FOLD = _row(
    2,
    "fold",
    "QQIBBxxqqqQqqq",
    "seq parent path status flags start end device_end calls busy_ns covered_ns self_ns",
)
DURATION = _row(3, "duration", "QII", "seq bucket calls")
HOLD = _row(4, "hold", "Qqqq", "seq start end held_ns")
UNIT = _row(5, "unit", "QI4xd", "seq unit value")
OPEN_SPAN = _row(6, "open", "QQI4xq", "seq parent path start")
POINT = _row(7, "point", "HHIqq", "device epoch lag_us t raw_uj")
WINDOW = _row(8, "window", "HBx4xqqq", "device tier start end energy_uj")
USAGE = _row(
    9, "usage", "qqqqqq", "t tree_cpu_ns busy_cpu_ns total_cpu_ns resident_bytes group_cpu_ns"
)
GPU_USAGE = _row(10, "gpu_usage", "Hxxfqqq", "device share t own_bytes used_bytes")

ROW_TYPES = (SPAN, FOLD, DURATION, HOLD, UNIT, OPEN_SPAN, POINT, WINDOW, USAGE, GPU_USAGE)
_BY_NUMBER = {row.number: row for row in ROW_TYPES}
BY_NAME = {row.name: row for row in ROW_TYPES}


class Header(NamedTuple):
    """What a journal says of itself before its first batch.

    Attributes:
        writer: its writer's uuid, 16 bytes.
        part: which of the writer's journals it is, counted from 0.
    """

    major: int
    minor: int
    writer: bytes
    part: int = 0

    @property
    def key(self) -> tuple[str, int]:
        """(writer, part): what a journal is known by, wherever it lies."""
        return self.writer.hex(), self.part


def header(writer: bytes, major: int = FIRST, part: int = 0) -> bytes:
    """A journal's first bytes. `major`: 2 where an older reader would compute a wrong figure."""
    major = max(major, PARTED) if part else major
    head = _HEADER.pack(MAGIC, major, MINOR, part, writer)
    return head + _CRC.pack(zlib.crc32(head))


def read_header(data: bytes) -> Header | None:
    """A journal's header, None where these bytes are not one's."""
    if len(data) < HEADER_SIZE:
        return None
    magic, major, minor, part, writer = _HEADER.unpack_from(data)
    (crc,) = _CRC.unpack_from(data, _HEADER.size)
    if magic != MAGIC or crc != zlib.crc32(data[: _HEADER.size]):
        return None
    return Header(major, minor, writer, part)


def section(row: RowType, rows: Sequence[tuple[Any, ...]]) -> bytes:
    """The rows of one type as a section."""
    body = b"".join(itertools.starmap(row.layout.pack, rows))
    return _SECTION.pack(row.number, row.layout.size, len(rows)) + body


def json_section(records: Sequence[dict[str, Any]]) -> bytes:
    """JSON records as a section. NaN and infinities are refused (ValueError).

    What UTF-8 has no bytes for (half of a surrogate pair, as in a file's name that is not UTF-8)
    becomes a question mark.
    """
    lines = [
        json.dumps(record, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
        for record in records
    ]
    body = ("\n".join(lines) + "\n").encode(errors="replace") if lines else b""
    return _SECTION.pack(JSON, 0, len(lines)) + _CRC.pack(len(body)) + body


def batch(number: int, sections: Iterable[bytes], t_min: int, t_max: int) -> bytes:
    """Sections as one batch."""
    payload = b"".join(sections)
    head = _BATCH.pack(number, len(payload), t_min, t_max)
    return SYNC + head + _CRC.pack(zlib.crc32(payload, zlib.crc32(head))) + payload


class BatchHead(NamedTuple):
    """What stands before a batch's payload."""

    number: int
    length: int
    t_min: int
    t_max: int
    crc: int

    def holds(self, payload: bytes | memoryview) -> bool:
        """Whether the payload is the one that was written."""
        head = _BATCH.pack(self.number, self.length, self.t_min, self.t_max)
        return len(payload) == self.length and self.crc == zlib.crc32(payload, zlib.crc32(head))


def batch_head(data: bytes, offset: int) -> BatchHead | None:
    """The batch head at `offset`, None where there is no sync mark or not enough bytes."""
    if data[offset : offset + len(SYNC)] != SYNC or len(data) < offset + BATCH_HEADER_SIZE:
        return None
    number, length, t_min, t_max = _BATCH.unpack_from(data, offset + len(SYNC))
    (crc,) = _CRC.unpack_from(data, offset + len(SYNC) + _BATCH.size)
    return BatchHead(number, length, t_min, t_max, crc)


def next_whole(data: bytes, offset: int) -> int | None:
    """Where the next batch begins, from `offset` on, whose CRC holds; None where there is none."""
    view = memoryview(data)
    while (offset := data.find(SYNC, offset)) >= 0:
        batch = batch_head(data, offset)
        start = offset + BATCH_HEADER_SIZE
        if batch is not None and batch.holds(view[start : start + batch.length]):
            return offset
        offset += 1
    return None


class Section(NamedTuple):
    """A section as read: rows of a known type (packed), or JSON records, or something newer."""

    row: RowType | None
    packed: bytes | memoryview
    records: list[dict[str, Any]]
    unknown: int = 0

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The rows, unpacked."""
        return [] if self.row is None else list(self.row.layout.iter_unpack(self.packed))


def sections(payload: bytes | memoryview, rows: bool = True) -> Iterator[Section]:
    """Reads a payload whose CRC held. Raises ValueError or struct.error where it makes no sense.

    With `rows` False only the JSON records are read, the rest is stepped over.
    """
    offset = 0
    while offset < len(payload):
        number, size, count = _SECTION.unpack_from(payload, offset)
        offset += _SECTION.size
        if number >= JSON:
            (length,) = _CRC.unpack_from(payload, offset)
            offset += _CRC.size
            body = payload[offset : offset + length]
            if len(body) != length:
                raise ValueError(f"section of type {number} is cut short")
            offset += length
            if number == JSON:
                records = [json.loads(line) for line in bytes(body).splitlines()]
                if len(records) != count or not all(isinstance(each, dict) for each in records):
                    raise ValueError(f"section of type {number} is not {count} JSON objects")
                yield Section(None, b"", records)
            else:
                yield Section(None, b"", [], count)
            continue
        body = payload[offset : offset + size * count]
        if len(body) != size * count:
            raise ValueError(f"section of type {number} is cut short")
        offset += size * count
        if not rows:
            continue
        row = _BY_NUMBER.get(number)
        if row is None:
            yield Section(None, b"", [], count)
        elif size == row.layout.size:
            yield Section(row, body, [])
        elif size > row.layout.size:  # a newer minor version added fields at the end of the row
            kept = row.layout.size
            parts = [body[at : at + kept] for at in range(0, len(body), size)]
            yield Section(row, b"".join(parts), [])
        else:
            raise ValueError(f"rows of type {number} have {size} bytes, not {row.layout.size}")
