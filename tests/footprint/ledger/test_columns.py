"""Columns say what unpacked rows say."""

from __future__ import annotations

import random
import struct

import pytest

from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.reader import Rows


@pytest.mark.parametrize("row", fmt.ROW_TYPES, ids=lambda row: row.name)
def test_columns_are_the_rows(row: fmt.RowType) -> None:
    packed = random.Random(row.number).randbytes(7 * row.layout.size)
    rows = Rows()
    rows.take(row, packed[: 3 * row.layout.size])
    assert rows.count(row.name) == 3
    rows.take(row, packed[3 * row.layout.size :])
    assert rows.count(row.name) == len(rows[row.name]) == 7
    found = columns.of(rows, row.name)
    assert found.dtype.names == row.fields
    for index, unpacked in enumerate(rows[row.name]):
        # compared as bytes: random doubles may be NaN
        assert row.layout.pack(*found[index].tolist()) == row.layout.pack(*unpacked)


def test_no_rows_are_no_rows() -> None:
    assert len(columns.of(Rows(), "span")) == 0
    assert Rows()["span"] == []
    with pytest.raises(KeyError):
        Rows()["nothing"]
    assert struct.calcsize("<q") == columns.dtype(fmt.POINT).fields["t"][0].itemsize
