"""Parts of a writer's journal, joined, are what one long journal would have said."""

from __future__ import annotations

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.collected import Found, once
from footprint.ledger.parts import join
from footprint.ledger.reader import Facts, read_bytes

WRITER = bytes(range(16))
BEGIN = {"type": "writer", "host": "h", "boot_id": "b", "parent": None}
PATH = {"type": "path", "path": 1, "parent": 0, "name": "work", "kind": "inference"}
END = {"type": "end", "t": 10**6, "reason": "exit"}


def opening(t: int) -> dict:
    return BEGIN | {"t": t, "utc_ns": t + 1000}


def journal(part: int, sections: list[list[bytes]], writer: bytes = WRITER) -> bytes:
    """A journal of these batches."""
    batches = [fmt.batch(number, each, 0, 10 * part + 9) for number, each in enumerate(sections)]
    return fmt.header(writer, part=part) + b"".join(batches)


def part(number: int, rows: list[tuple[fmt.RowType, tuple]], *records: dict) -> Facts:
    sections = [fmt.json_section([opening(100 * number), PATH, *records])]
    sections += [fmt.section(row, [fields]) for row, fields in rows]
    return read_bytes(journal(number, [sections]), f"j{number}")


def ended(t: int) -> dict:
    return {"type": "end", "t": t, "reason": fmt.ROTATED}


def rows_of(facts: Facts) -> dict[str, bytes]:
    return {name: facts.rows.packed(name) for name in facts.rows}


@given(st.integers(0, 2**32), st.integers(1, 4))
def test_rows_of_parts_are_those_of_one_journal(seed, count):
    rnd = random.Random(seed)
    kinds = [row for row in fmt.ROW_TYPES if row is not fmt.OPEN_SPAN]
    rows = [
        [
            (kind, kind.layout.unpack(rnd.randbytes(kind.layout.size)))
            for kind in rnd.choices(kinds, k=5)
        ]
        for _ in range(count)
    ]
    rows = [[each for each in part if all(v == v for v in each[1])] for part in rows]
    parts = [
        part(number, own, *([ended(99)] if number < count - 1 else [END]))
        for number, own in enumerate(rows)
    ]
    whole = part(0, list(itertools.chain.from_iterable(rows)), END)
    rnd.shuffle(parts)
    (joined,), issues = join(parts)
    assert issues == []
    assert rows_of(joined) == rows_of(whole)
    assert (joined.context, joined.end, joined.writer) == (whole.context, END, WRITER.hex())
    assert joined.where == "j0"
    assert joined.t_last == 10 * (count - 1) + 9
    assert joined.anchors == [(100 * n, 100 * n + 1000) for n in range(count)]


def test_a_span_that_is_open_in_several_parts_is_one():
    first = part(0, [(fmt.OPEN_SPAN, (7, 0, 1, 30)), (fmt.OPEN_SPAN, (8, 0, 1, 31))], ended(90))
    second = part(1, [(fmt.OPEN_SPAN, (7, 0, 1, 30)), (fmt.SPAN, (8, 0, 1, 0, 0, 31, 120, 120))])
    (joined,), _ = join([first, second])
    assert joined.rows["open"] == [(7, 0, 1, 30), (8, 0, 1, 31)]
    assert columns.left_open(joined.rows)["seq"].tolist() == [7]
    assert joined.end is None
    assert joined.begun == 0


def test_what_holds_on_is_said_once():
    held = {"type": "resident", "t": 5, "devices": ["GPU-0"]}
    changed = {"type": "resident", "t": 150, "devices": []}
    (joined,), _ = join([part(0, [], held, ended(90)), part(1, [], held, changed)])
    assert joined.residents == [(5, ("GPU-0",)), (150, ())]


def test_missing_parts_are_told():
    def missing(*numbers: int, rotated: bool = False) -> list[str]:
        parts = [part(n, [], *([ended(9)] if rotated or n < max(numbers) else [])) for n in numbers]
        (joined,), issues = join(parts)
        assert joined.part == min(numbers)
        assert {(issue.kind, issue.where) for issue in issues} <= {
            ("missing-part", f"j{min(numbers)}")
        }
        return [issue.text.partition(" of ")[0] for issue in issues]

    assert missing(0) == missing(0, 1, 2) == []
    assert missing(1) == ["part 0"]
    assert missing(0, 3) == ["part 1", "part 2"]
    assert missing(0, 1, rotated=True) == ["part 2"]


def test_writers_stay_in_their_order_and_whole_ones_are_left_alone():
    other = read_bytes(journal(0, [[fmt.json_section([opening(0), PATH])]], bytes(16)), "other")
    first, second = part(0, [], ended(90)), part(1, [])
    (joined, alone), issues = join([first, other, second])
    assert issues == []
    assert alone is other
    assert joined.writer == WRITER.hex()


def test_of_a_part_that_is_there_twice_the_longest_copy_counts():
    row = (fmt.SPAN, (8, 0, 1, 0, 0, 31, 120, 120))
    first, copy = part(0, [], ended(90)), part(0, [])
    second = part(1, [row])
    facts, _ = once([Found("a", copy), Found("b", first), Found("b", second)])
    (joined,), issues = join(facts)
    assert issues == []
    assert joined.rows["span"] == [row[1]]
