"""Reading: whatever a crash or a bad disk leaves, nothing wrong is read and nothing is silent."""

from __future__ import annotations

import itertools
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import LedgerError, LedgerVersionError
from footprint.ledger import format as fmt
from footprint.ledger import reader
from footprint.ledger.reader import read_bytes, read_journals

WRITER = bytes(range(16))
CONTEXT = {"type": "writer", "host": "h", "boot_id": "b", "t": 0, "utc_ns": 1_000, "parent": None}
PATH = {"type": "path", "path": 1, "parent": 0, "name": "work", "kind": "inference"}


def span(seq: int) -> tuple[int, ...]:
    return (seq, 0, 1, 0, 0, seq * 10, seq * 10 + 5, seq * 10 + 5)


def batches(count: int = 4) -> list[bytes]:
    """A header and `count` batches; batch n holds span n."""
    parts = [fmt.header(WRITER)]
    for number in range(count):
        sections = [fmt.section(fmt.SPAN, [span(number)])]
        if number == 0:
            sections.insert(0, fmt.json_section([CONTEXT, PATH]))
        parts.append(fmt.batch(number, sections, number * 10, number * 10 + 5))
    return parts


PARTS = batches()
JOURNAL = b"".join(PARTS)
ENDS = [sum(map(len, PARTS[: n + 1])) for n in range(len(PARTS))]


def kinds(facts: reader.Facts) -> list[str]:
    return [issue.kind for issue in facts.issues]


def test_a_whole_journal_is_read_without_a_word():
    facts = read_bytes(JOURNAL, "j")
    assert facts.rows["span"] == [span(n) for n in range(4)]
    assert (facts.issues, facts.batches, facts.size) == ([], 4, len(JOURNAL))
    assert facts.writer == WRITER.hex()
    assert facts.context == CONTEXT
    assert facts.paths[1].name == "work"
    assert facts.t_last == 35


def test_a_journal_cut_anywhere_keeps_the_batches_before():
    for cut in range(len(JOURNAL)):
        facts = read_bytes(JOURNAL[:cut], "j")
        whole = sum(end <= cut for end in ENDS[1:])
        assert facts.rows["span"] == [span(n) for n in range(whole)], cut
        assert kinds(facts) == ([] if cut in ENDS[1:] else ["torn-tail"]), cut


def test_a_journal_that_was_just_made_is_torn_and_not_foreign(tmp_path):
    for name, size in (("a", 0), ("b", 3), ("c", 10), ("d", fmt.HEADER_SIZE)):
        (tmp_path / name).write_bytes(JOURNAL[:size])
    (tmp_path / "e").write_bytes(bytes(100))  # its length reached the disk, its bytes did not
    facts, issues = read_journals(sorted(tmp_path.iterdir()))
    assert facts == []
    assert [(issue.kind, issue.where) for issue in issues] == [("torn-tail", n) for n in "abcde"]


@pytest.mark.parametrize("change", [0x01, 0x80, 0xFF])
def test_a_changed_byte_is_reported_and_costs_its_batch_only(change):
    for at in range(fmt.HEADER_SIZE, len(JOURNAL)):
        damaged = bytearray(JOURNAL)
        damaged[at] ^= change
        facts = read_bytes(bytes(damaged), "j")
        hit = next(n for n, end in enumerate(ENDS[1:]) if at < end)
        assert facts.rows["span"] == [span(n) for n in range(4) if n != hit], at
        # A length that grew looks like a batch that was cut short, where none follows.
        assert kinds(facts) == ["corrupt"] or (hit == 3 and kinds(facts) == ["torn-tail"]), at


@pytest.mark.parametrize("change", [0x01, 0x80, 0xFF])
def test_a_changed_byte_in_the_header_refuses_the_journal(change):
    for at in range(fmt.HEADER_SIZE):
        damaged = bytearray(JOURNAL)
        damaged[at] ^= change
        with pytest.raises(LedgerError, match="j is no journal") as caught:
            read_bytes(bytes(damaged), "j")
        assert not isinstance(caught.value, LedgerVersionError)


@given(
    st.integers(0, len(JOURNAL)),
    st.integers(0, len(JOURNAL)),
    st.binary(max_size=60) | st.sampled_from([*PARTS, fmt.SYNC, JOURNAL]),
)
def test_nothing_wrong_is_read_whatever_is_cut_out_or_put_in(start, end, between):
    start, end = min(start, end), max(start, end)
    damaged = JOURNAL[:start] + between + JOURNAL[end:]
    try:
        facts = read_bytes(damaged, "j")
    except LedgerError:
        assert damaged[: fmt.HEADER_SIZE] != PARTS[0]
        return
    rows = facts.rows["span"]
    assert rows == sorted(set(rows))
    assert set(rows) <= {span(n) for n in range(4)}
    cut_at_a_batch = damaged in [JOURNAL[:size] for size in ENDS[1:]]
    assert facts.issues or cut_at_a_batch


def test_missing_batches_are_counted():
    facts = read_bytes(PARTS[0] + PARTS[1] + PARTS[4], "j")
    assert facts.rows["span"] == [span(0), span(3)]
    assert [issue.kind for issue in facts.issues] == ["missing-batches"]
    assert facts.issues[0].text.startswith("2 batches")


def test_a_batch_that_was_written_twice_is_read_once():
    facts = read_bytes(b"".join([*PARTS[:3], PARTS[2], *PARTS[3:]]), "j")
    assert facts.rows["span"] == [span(n) for n in range(4)]
    assert kinds(facts) == ["corrupt"]
    assert "repetition" in facts.issues[0].text


def test_a_journal_without_its_first_batch_is_reported_and_left_out(tmp_path):
    (tmp_path / "j").write_bytes(PARTS[0] + PARTS[2])
    facts, issues = read_journals([tmp_path / "j"])
    assert facts == []
    assert {issue.kind for issue in issues} == {"corrupt", "missing-batches"}


def version(major: int, minor: int, rest: bytes = b"") -> bytes:
    head = struct.pack("<4sBB2x16s", fmt.MAGIC, major, minor, WRITER)
    return head + struct.pack("<I", zlib.crc32(head)) + rest


def test_a_newer_minor_is_read_and_what_is_unknown_is_counted():
    sections = [
        fmt.json_section([CONTEXT | {"new": 1}, PATH, {"type": "novelty"}]),
        struct.pack("<BxHI", 14, 2, 3) + b"xxyyzz",
        struct.pack("<BxHI", 1, fmt.SPAN.layout.size + 4, 1)
        + fmt.SPAN.layout.pack(*span(7))
        + b"more",
    ]
    facts = read_bytes(version(fmt.MAJOR, fmt.MINOR + 1, fmt.batch(0, sections, 0, 9)), "j")
    assert facts.rows["span"] == [span(7)]
    assert facts.newer_records == 4
    assert facts.issues == []


def test_a_newer_major_is_refused_by_name(tmp_path):
    (tmp_path / "a.fpj").write_bytes(JOURNAL)
    (tmp_path / "b.fpj").write_bytes(version(fmt.MAJOR + 1, 0, JOURNAL[fmt.HEADER_SIZE :]))
    with pytest.raises(LedgerVersionError) as caught:
        read_journals(sorted(tmp_path.iterdir()))
    assert str(caught.value) == (
        "b.fpj was written by a newer footprint (journal 3.0, this one reads 2.0):"
        " upgrade footprint to read it"
    )


def test_files_that_are_no_journals_are_named_and_do_not_stop_the_rest(tmp_path):
    (tmp_path / "a.fpj").write_bytes(b"\x7fELF, which is something else entirely" * 3)
    (tmp_path / "b.fpj").write_bytes(JOURNAL)
    (tmp_path / "c.fpj").mkdir()
    facts, issues = read_journals(sorted(tmp_path.iterdir()))
    assert [one.where for one in facts] == ["b.fpj"]
    assert [(issue.kind, issue.where) for issue in issues] == [
        ("unreadable", "a.fpj"),
        ("unreadable", "c.fpj"),
    ]


@pytest.mark.parametrize(
    "records",
    [
        b"[]\n",
        b"{\n",
        b'{"type":"device"}\n',
        b'{"type":"anchor","t":1}\n',
        b'{"type":["path"],"path":{}}\n{"type":"path","path":{},"name":"x"}\n',
        b'{"a":' * 100_000 + b"\n",
        b"\xff\n",
    ],
)
def test_records_that_make_no_sense_cost_only_their_batch(records):
    count = records.count(b"\n")
    nonsense = struct.pack("<BxHI", 16, 0, count) + struct.pack("<I", len(records)) + records
    data = PARTS[0] + PARTS[1] + fmt.batch(1, [nonsense], 10, 15) + b"".join(PARTS[3:])
    facts = read_bytes(data, "j")
    assert facts.rows["span"] == [span(0), span(2), span(3)]
    assert kinds(facts) == ["corrupt"]
    assert facts.issues[0].text.startswith("batch 1 makes no sense: ")


def test_rows_outside_the_period_are_stepped_over():
    facts = read_bytes(JOURNAL, "j", since=16, until=29)
    assert facts.rows["span"] == [span(2)]
    assert facts.context == CONTEXT
    assert read_bytes(JOURNAL, "j", since=15, until=30).rows["span"] == [span(1), span(2), span(3)]


def test_utc_comes_from_the_nearest_earlier_anchor():
    facts = reader.Facts("w", "j")
    facts.anchors = [(0, 1000), (100, 1200)]  # UTC was stepped by 100
    assert [facts.utc_ns(t) for t in (-5, 0, 99, 100, 150)] == [995, 1000, 1099, 1200, 1250]
    assert [facts.boot_ns(utc) for utc in (995, 1000, 1099, 1200, 1250)] == [-5, 0, 99, 100, 150]


def test_what_is_no_ledger_is_said_in_one_line(tmp_path):
    with pytest.raises(LedgerError, match="there is no ledger at"):
        reader.journal_files(tmp_path / "none")
    with pytest.raises(LedgerError, match=r"it has no footprint-ledger\.json: name"):
        reader.journal_files(tmp_path)
    (tmp_path / fmt.MARKER).write_text("{}")
    assert reader.journal_files(tmp_path) == []
    (tmp_path / fmt.JOURNALS).mkdir()
    for name in ("b.fpj", "a.fpj", "notes.txt"):
        (tmp_path / fmt.JOURNALS / name).touch()
    assert [path.name for path in reader.journal_files(tmp_path)] == ["a.fpj", "b.fpj"]


def stepping(anchors: list[tuple[int, int]]) -> reader.Facts:
    facts = reader.Facts(WRITER.hex(), "j")
    facts.anchors = sorted(anchors)
    return facts


ANCHORS = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(-500, 500)), max_size=12, unique_by=lambda a: a[0]
).map(lambda found: [(t, 10_000 + t + offset) for t, offset in found])


@given(ANCHORS, st.integers(-10, 1010), st.integers(9_000, 12_000))
def test_instants_are_told_by_the_anchors_before_them_whatever_utc_does(anchors, t, utc_ns):
    facts = stepping(anchors)
    before = [each for each in facts.anchors if each[0] <= t] or facts.anchors[:1] or [(0, 0)]
    assert facts.utc_ns(t) == t - before[-1][0] + before[-1][1]
    before = list(itertools.takewhile(lambda each: each[1] <= utc_ns, facts.anchors))
    at, utc = (before or facts.anchors[:1] or [(0, 0)])[-1]
    expected = utc_ns - utc + at
    if before and len(before) < len(anchors):
        expected = min(expected, facts.anchors[len(before)][0])
    assert facts.boot_ns(utc_ns) == expected


@given(ANCHORS, st.integers(9_000, 12_000), st.integers(0, 100))
def test_a_period_of_utc_is_one_of_boot_time_in_the_same_order(anchors, utc_ns, later):
    facts = stepping(anchors)
    assert facts.boot_ns(utc_ns) <= facts.boot_ns(utc_ns + later)


@given(st.integers(1, 3_600))
def test_an_hour_that_utc_has_twice_is_cut_once(back_s):
    # At 7200 s of uptime UTC is set back: what is before it is up to the second time.
    facts = stepping([(0, 0), (7200, 7200 - back_s)])
    assert facts.utc_ns(7199) == 7199
    assert facts.utc_ns(7200) == 7200 - back_s
    assert facts.boot_ns(7200 - back_s) == 7200
    assert facts.boot_ns(7200 - back_s - 1) == 7200 - back_s - 1
    assert facts.boot_ns(7200) == 7200 + back_s


def test_an_instant_that_utc_never_showed_is_when_it_was_set_forward():
    facts = stepping([(0, 0), (100, 200)])
    assert [facts.boot_ns(utc) for utc in (99, 100, 150, 200, 201)] == [99, 100, 100, 100, 101]
