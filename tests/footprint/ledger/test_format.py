"""The journal's bytes, against their documentation and their laws."""

import json
import math
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.ledger import format as fmt
from footprint.ledger import reader

REFERENCE = Path(__file__).parents[3] / "docs/reference/ledger.md"

CODES = {
    "u8": "B",
    "u16": "H",
    "u32": "I",
    "u64": "Q",
    "i64": "q",
    "f32": "f",
    "f64": "d",
}


def documented() -> list[tuple[int, str, str, tuple[str, ...]]]:
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (.+) \|$", REFERENCE.read_text(), re.MULTILINE)
    found = []
    for number, name, fields in rows:
        layout, names = "<", []
        for field in fields.split(", "):
            what, kind = field.split()
            if what == "zero":
                layout += "x" * struct.calcsize(CODES[kind])
            else:
                layout += CODES[kind]
                names.append(what)
        found.append((int(number), name, layout, tuple(names)))
    return found


def spelled(layout: str) -> str:
    return re.sub(r"(\d+)(.)", lambda found: found[2] * int(found[1]), layout)


def test_the_reference_and_the_code_say_the_same_of_every_row():
    coded = [(r.number, r.name, spelled(r.layout.format), r.fields) for r in fmt.ROW_TYPES]
    assert documented() == coded


def test_the_reference_and_the_code_say_the_same_of_versions_and_headers():
    text = REFERENCE.read_text()
    assert f"Schema: **`{fmt.SCHEMA}`**" in text
    assert f"Journal format: **major {fmt.MAJOR}, minor {fmt.MINOR}**" in text
    sync = re.search(r"sync ((?:[0-9A-F]{2} ){4})", text)
    assert sync is not None
    assert bytes.fromhex(sync[1]) == fmt.SYNC
    assert f'header     "{fmt.MAGIC.decode()}"' in text


def test_the_reference_names_every_record_that_the_reader_knows():
    source = Path(reader.__file__).read_text()
    known = set(re.findall(r'case "(\w+)":', source))
    table = REFERENCE.read_text().partition("## JSON records")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| (\w+) \|", table, re.MULTILINE)) - {"type"}
    assert named == known


BOUNDS = {code: st.integers(0, 2 ** (8 * struct.calcsize(code)) - 1) for code in "BHIQ"} | {
    "q": st.integers(-(2**63), 2**63 - 1),
    "f": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "d": st.floats(allow_nan=False),
}


def rows_of(row: fmt.RowType) -> st.SearchStrategy[list[tuple]]:
    codes = spelled(row.layout.format)[1:].replace("x", "")
    return st.lists(st.tuples(*(BOUNDS[code] for code in codes)), max_size=5)


@given(
    st.lists(st.sampled_from(fmt.ROW_TYPES).flatmap(lambda r: st.tuples(st.just(r), rows_of(r))))
)
def test_rows_come_back_as_they_were(written):
    payload = b"".join(fmt.section(row, rows) for row, rows in written)
    read = list(fmt.sections(payload))
    assert [(each.row, each.rows) for each in read] == written


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(TEXT, JSON, max_size=4), max_size=4))
def test_records_come_back_as_they_were(records):
    (section,) = fmt.sections(fmt.json_section(records))
    assert section.records == records
    assert section.rows == []


def test_rows_can_be_stepped_over():
    payload = fmt.section(fmt.DURATION, [(1, 2, 3)]) + fmt.json_section([{"type": "end"}])
    assert [each.records for each in fmt.sections(payload, rows=False)] == [[{"type": "end"}]]


@given(st.text())
def test_any_text_can_be_recorded(text):
    (section,) = fmt.sections(fmt.json_section([{"name": text}]))
    assert section.records[0]["name"] == text.encode(errors="replace").decode()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="JSON"):
        fmt.json_section([{"value": value}])


@given(
    st.binary(min_size=16, max_size=16), st.integers(0, fmt.HEADER_SIZE - 1), st.integers(1, 255)
)
def test_a_header_comes_back_and_no_byte_of_it_can_change(writer, at, change):
    head = fmt.header(writer)
    assert len(head) == fmt.HEADER_SIZE
    assert fmt.read_header(head + b"rest") == (fmt.FIRST, fmt.MINOR, writer, 0)
    damaged = bytearray(head)
    damaged[at] ^= change
    assert fmt.read_header(bytes(damaged)) is None


@given(st.binary(min_size=16, max_size=16), st.integers(1, fmt.LAST_PART))
def test_a_further_part_is_of_a_major_that_older_readers_refuse(writer, part):
    found = fmt.read_header(fmt.header(writer, part=part))
    assert found == (2, fmt.MINOR, writer, part)
    assert found.key == (writer.hex(), part)


@given(st.integers(0, 2**32 - 1), st.binary(max_size=50), BOUNDS["q"], BOUNDS["q"])
def test_a_batch_comes_back(number, payload, t_min, t_max):
    data = b"before" + fmt.batch(number, [payload], t_min, t_max)
    head = fmt.batch_head(data, 6)
    assert head is not None
    assert head[:4] == (number, len(payload), t_min, t_max)
    assert head.holds(payload)
    assert not head.holds(payload + b"\0")
    assert fmt.batch_head(data, 0) is None
    assert fmt.batch_head(data[: 6 + fmt.BATCH_HEADER_SIZE - 1], 6) is None


def header_of(number: int, size: int, count: int) -> bytes:
    return struct.pack("<BxHI", number, size, count)


def test_rows_with_fields_of_a_newer_minor_are_read_by_what_is_known():
    rows = [(1, 2, 3), (4, 5, 6)]
    body = b"".join(fmt.DURATION.layout.pack(*row) + b"newer..." for row in rows)
    section = header_of(fmt.DURATION.number, fmt.DURATION.layout.size + 8, 2) + body
    assert [(each.row, each.rows) for each in fmt.sections(section)] == [(fmt.DURATION, rows)]


def test_types_of_a_newer_minor_are_stepped_over_and_counted():
    payload = header_of(15, 4, 3) + b"x" * 12  # rows
    payload += header_of(17, 0, 2) + struct.pack("<I", 5) + b"blob!"  # a body
    payload += fmt.section(fmt.DURATION, [(1, 2, 3)])
    read = list(fmt.sections(payload))
    assert [each.unknown for each in read] == [3, 2, 0]
    assert read[2].rows == [(1, 2, 3)]


@pytest.mark.parametrize(
    "payload",
    [
        header_of(1, fmt.SPAN.layout.size, 2) + b"x" * fmt.SPAN.layout.size,
        header_of(1, 8, 1) + b"x" * 8,
        header_of(1, 0, 1),
        b"\x01\0",
        header_of(16, 0, 1) + struct.pack("<I", 100) + b"{}\n",
        header_of(16, 0, 1) + struct.pack("<I", 3) + b"[]\n",
        header_of(16, 0, 2) + struct.pack("<I", 3) + b"{}\n",
        header_of(16, 0, 1) + struct.pack("<I", 3) + b"{x\n",
        header_of(17, 0, 1) + struct.pack("<I", 100),
    ],
)
def test_a_payload_that_makes_no_sense_is_refused(payload):
    with pytest.raises((ValueError, struct.error)):
        list(fmt.sections(payload))


def test_records_are_lines_of_plain_json():
    section = fmt.json_section([{"type": "a", "text": "line\nbreak\u2028é"}, {"type": "b"}])
    lines = section[12:].decode().split("\n")
    assert [json.loads(line)["type"] for line in lines[:-1]] == ["a", "b"]
    assert lines[-1] == ""
