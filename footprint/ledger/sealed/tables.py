"""The tables of sealed segments: a journal's rows as plain columns, and back, byte for byte.

A table is a kind of rows; its columns are the fields of the schema as signed integers (64 bits
where the field has 32 or 64, which every reader of Parquet knows) or doubles. One field is parted
in two, since it packs better: `raw_uj` of a point is `raw_mj` * 1000 + `raw_rest_uj`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from footprint.ledger import columns
from footprint.ledger import format as fmt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Names of the tables: the kinds of rows, and the JSON records.
RECORD = "record"
TABLES = (*(row.name for row in fmt.ROW_TYPES), RECORD)
#: What stands in place of a compacted date's calls, and the tables that it stands for.
GROUP = "group"
OF_CALLS = ("span", "fold", "duration", "hold", "unit", "open")

#: Before its own columns, every table has these: whose row it is, and which of the journal's rows
#: of this kind (from 0).
SHARED = ("boot_id", "host", "writer", "part", "position")
#: Boot time + this = UTC, ns; in tables whose rows have a time.
OFFSET = "utc_offset_ns"
RECORD_COLUMNS = ("type", "json")

#: (first, last) instant of a row of a table; None: those of the span or fold that it belongs to.
TIMES: Mapping[str, tuple[str, str] | None] = {
    "span": ("start", "end"),
    "fold": ("start", "end"),
    "duration": None,
    "hold": ("start", "end"),
    "unit": None,
    "open": ("start", "start"),
    "point": ("t", "t"),
    "window": ("start", "end"),
    "usage": ("t", "t"),
    "gpu_usage": ("t", "t"),
}

#: How wide a field is in a file, by the kind and bytes that it has in the journal.
_WIDE = {"u1": "<i4", "u2": "<i4", "u4": "<i8", "u8": "<i8", "i8": "<i8", "f4": "<f4", "f8": "<f8"}
_RAW, _MILLI, _REST = "raw_uj", "raw_mj", "raw_rest_uj"


def own_columns(table: str) -> tuple[str, ...]:
    """The columns of a table of rows that hold its fields, in their order."""
    names: list[str] = []
    for field in fmt.BY_NAME[table].fields:
        names += [_MILLI, _REST] if field == _RAW else [field]
    return tuple(names)


def to_columns(table: str, rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Packed rows (`columns.of`) as columns. No bit is lost: `to_rows` makes the same rows."""
    import numpy as np

    found: dict[str, NDArray[Any]] = {}
    for field in fmt.BY_NAME[table].fields:
        values = rows[field]
        if field == _RAW:
            found[_MILLI], rest = np.divmod(values, 1000)
            found[_REST] = rest.astype("<i4")
        else:
            found[field] = values.astype(_WIDE[values.dtype.str[1:]])  # 64 bits keep their bits
    return found


def to_rows(table: str, found: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """Columns as packed rows, with zeros where the layout has padding."""
    import numpy as np

    count = len(found[own_columns(table)[0]])
    layout = columns.dtype(fmt.BY_NAME[table])
    rows: NDArray[Any] = np.zeros(count * layout.itemsize, "u1").view(layout)
    for field in fmt.BY_NAME[table].fields:
        if field == _RAW:
            rows[field] = found[_MILLI] * 1000 + found[_REST]
        else:
            rows[field] = found[field].astype(layout[field])
    return rows


def offsets(anchors: Sequence[tuple[int, int]], times: NDArray[np.int64]) -> NDArray[np.int64]:
    """UTC minus boot time at each instant, ns, as `Facts.utc_ns` has it."""
    import numpy as np

    if not anchors:
        return np.zeros(len(times), np.int64)
    pairs = np.array(anchors, np.int64)
    if len(pairs) == 1:
        return np.full(len(times), pairs[0, 1] - pairs[0, 0])
    reached = np.searchsorted(np.maximum.accumulate(pairs[:, 0]), times, side="right")
    at = np.maximum(reached - 1, 0)
    found: NDArray[np.int64] = (pairs[:, 1] - pairs[:, 0])[at]
    return found


def of_owners(
    seqs: NDArray[Any], owners: NDArray[Any], times: NDArray[Any], default: int
) -> NDArray[np.int64]:
    """The time of the span or fold with each sequence; `default` where there is none.

    Args:
        seqs: the sequences that are asked for.
        owners: sequences of spans and folds, in any order.
        times: a time of each of them.
    """
    import numpy as np

    if not len(owners):
        return np.full(len(seqs), default, np.int64)
    order = np.argsort(owners, kind="stable")
    at = np.minimum(np.searchsorted(owners, seqs, sorter=order), len(owners) - 1)
    found: NDArray[np.int64] = np.where(owners[order[at]] == seqs, times[order[at]], default)
    return found


__all__ = [
    "GROUP",
    "OFFSET",
    "OF_CALLS",
    "RECORD",
    "RECORD_COLUMNS",
    "SHARED",
    "TABLES",
    "TIMES",
    "of_owners",
    "offsets",
    "own_columns",
    "to_columns",
    "to_rows",
]
