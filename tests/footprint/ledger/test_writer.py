"""From records to batches."""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.ledger import format as fmt
from footprint.ledger import journal as journals
from footprint.ledger.folding import Fold, Folded
from footprint.ledger.journal import Journal, prepare
from footprint.ledger.parts import join
from footprint.ledger.reader import Facts, read_bytes
from footprint.ledger.writer import Writer
from footprint.model import Device

CONTEXT = {"type": "writer", "t": 1000, "utc_ns": 5000, "host": "h", "boot_id": "b"}
GPU = Device("GPU-1", "gpu", "H100", "counter", "gpu", max_w=700.0, gain_low=0.95, gain_high=1.05)
PARENTS = {1: 0, 2: 1, 3: 2}


def describe(path: int) -> tuple[dict, int]:
    parent = PARENTS[path]
    return {"type": "path", "path": path, "parent": parent, "name": f"n{path}"}, parent


def make(directory: Path) -> Writer:
    prepare(directory)
    return Writer(Journal(directory, bytes(16), "j"), dict(CONTEXT), describe)


def ended(seq: int, path: int = 1, parent: int = 0, units: tuple | None = None) -> tuple:
    return (seq, parent, path, 0, 1000 + seq, 2000 + seq, units, None)


def read(writer: Writer) -> Facts:
    writer.journal.write()
    assert writer.journal.path is not None
    return read_bytes(writer.journal.path.read_bytes(), "j")


def test_everything_that_is_recorded_is_read(tmp_path):
    writer = make(tmp_path / "ledger")
    number = writer.device(GPU, 1000)
    assert writer.device(GPU, 2000) == number
    writer.point(number, 70_000, None, 1500, 12_345_678)
    writer.point(number, 1, 1_500_001, 1600, 13_000_000)
    writer.window(number, "power", 1000, 2000, 5_999)
    writer.usage(1700, 1, 2, 3, 4, 5)
    writer.gpu_usage(number, 1800, None, 5, 6)
    writer.gpu_usage(number, 1900, 0.25, 7, 8)
    fold = Fold(9, 4, 2, 1, True, 10, 90, 3, 60, 50, 40, {"items": 3.0}, {5: 2, 4: 1})
    writer.spans(Folded([ended(4, 3, 2, ("items", 1.5, "odd name", 0.0))], [fold]), {4: 9999})
    writer.hold(4, 1100, 1200, 90)
    writer.open_span(12, 4, 1, 500)
    writer.open_span(12, 4, 1, 500)
    writer.gap("GPU-1", 1, 2, "lost", "it fell off the bus")
    writer.commit(3000)
    facts = read(writer)
    assert facts.issues == []
    assert facts.devices == {0: GPU}
    assert {path: info.parent for path, info in facts.paths.items()} == PARENTS
    assert facts.names == {1: "items", 2: "odd name"}
    found = {name: rows for name, rows in facts.rows.items() if rows}
    assert found == {
        "point": [(0, 70_000 & 0xFFFF, fmt.NO_LAG, 1500, 12345), (0, 1, 1501, 1600, 13000)],
        "window": [(0, 2, 1000, 2000, 5)],
        "usage": [(1700, 1, 2, 3, 4, 5)],
        "gpu_usage": [(0, -1.0, 1800, 5, 6), (0, 0.25, 1900, 7, 8)],
        "span": [(4, 2, 3, 0, 0, 1004, 2004, 9999)],
        "fold": [(9, 4, 2, 1, fmt.SAMPLED, 10, 90, 90, 3, 60, 50, 40)],
        "duration": [(9, 4, 1), (9, 5, 2)],
        "hold": [(4, 1100, 1200, 90)],
        "unit": [(4, 1, 1.5), (4, 2, 0.0), (9, 1, 3.0)],
        "open": [(12, 4, 1, 500)],
    }
    assert facts.gaps[0]["text"] == "it fell off the bus"


def test_a_commit_of_nothing_writes_nothing(tmp_path):
    writer = make(tmp_path / "ledger")
    writer.commit(2000)
    size = read(writer).size
    writer.commit(3000)
    assert read(writer).size == size


def test_an_amount_that_grew_past_all_numbers_is_left_out(tmp_path):
    writer = make(tmp_path / "ledger")
    writer.spans(Folded([ended(1, units=("a", math.inf, "b", 2.0))], []), {})
    writer.commit(2000)
    assert [row[2] for row in read(writer).rows["unit"]] == [2.0]


@pytest.fixture
def full(tmp_path, monkeypatch) -> Writer:
    """A writer whose disk was full for long enough that batches were given up."""
    writer = make(tmp_path / "ledger")
    writer.commit(2000)
    room = len(writer.journal.pending())
    monkeypatch.setattr(journals, "MAX_WAITING", room)
    for second in range(1, 4):
        writer.device(GPU, 1000)
        writer.spans(Folded([ended(second, path=3, units=("items", 1.0))], []), {})
        writer.open_span(100 + second, 0, 3, 1000)
        writer.commit(2000 + second)
    monkeypatch.setattr(journals, "MAX_WAITING", 2**20)
    return writer


def test_what_was_given_up_is_told_when_there_is_room_again(full):
    full.commit(9000)
    facts = read(full)
    assert [issue.kind for issue in facts.issues] == ["missing-batches"]
    (dropped,) = facts.dropped
    # three times a span, its unit and an open span; definitions were kept
    assert {key: dropped[key] for key in ("rows", "since", "until")} == {
        "rows": 9,
        "since": 2000,
        "until": 9000,
    }


def test_a_loss_is_told_once(full):
    for t in (9000, 9001):
        full.spans(Folded([ended(t)], []), {})
        full.commit(t)
    assert len(read(full).dropped) == 1


def test_a_loss_is_told_even_if_telling_it_was_lost(full, monkeypatch):
    monkeypatch.setattr(journals, "MAX_WAITING", 1)
    full.commit(8000)
    monkeypatch.setattr(journals, "MAX_WAITING", 2**20)
    full.commit(9000)
    assert [dropped["rows"] for dropped in read(full).dropped] == [9]


def test_definitions_outlive_the_batch_that_was_given_up(full):
    full.spans(Folded([ended(50, path=3, units=("items", 4.0))], []), {})
    full.commit(9000)
    facts = read(full)
    assert facts.devices == {0: GPU}
    assert sorted(facts.paths) == [1, 2, 3]
    assert facts.names == {1: "items"}
    assert [row[0] for row in facts.rows["span"]] == [50]


PARENTS_OF_PATHS = st.integers(1, 3)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["span", "open", "point", "resident", "commit", "rotate"]), PARENTS_OF_PATHS
    ),
    max_size=40,
)


def play(writer: Writer, events: list[tuple[str, int]], rotates: bool) -> list[Facts]:
    """Does what the events say; gives what each part says then."""
    assert writer.journal.path is not None
    opened: list[int] = []
    for seq, (kind, path) in enumerate(events, 1):
        t = 10_000 * seq
        if kind == "span":
            number = opened.pop() if len(opened) > 1 else seq
            units = ("items", 1.0, f"unit {path}", 2.0) if path > 1 else None
            writer.spans(Folded([(number, 0, path, 0, t - 9000, t, units, None)], []), {})
        elif kind == "open":
            opened.append(seq)
            writer.open_span(seq, 0, path, t)
        elif kind == "point":
            writer.point(writer.device(GPU._replace(id=f"GPU-{path}"), t), 0, 7, t, 1000 * t)
        elif kind == "resident":
            writer.record({"type": "resident", "t": t, "devices": [f"GPU-{path}"]})
        elif kind == "commit" or not rotates:
            writer.commit(t)
            writer.journal.write()
        elif writer.journal.size:
            assert writer.rotate(t, 4000 + t)
    writer.record({"type": "end", "t": 10**6, "reason": "exit"})
    writer.commit(10**6)
    writer.journal.close()
    parts = sorted(writer.journal.path.parent.glob("*.fpj"))
    return [read_bytes(path.read_bytes(), path.name) for path in parts]


@given(EVENTS)
def test_parts_say_together_what_one_journal_says_and_each_stands_alone(events):
    with TemporaryDirectory() as folder:
        (whole,) = play(make(Path(folder) / "one"), events, rotates=False)
        parts = play(make(Path(folder) / "many"), events, rotates=True)
    (joined,), issues = join(parts)
    assert issues == [issue for one in parts for issue in one.issues] == []
    for row in fmt.ROW_TYPES:
        assert joined.rows.packed(row.name) == whole.rows.packed(row.name), row.name
    for name in ("context", "devices", "paths", "names", "residents", "end", "t_last"):
        assert getattr(joined, name) == getattr(whole, name), name
    assert [one.part for one in parts] == list(range(len(parts)))
    for one in parts:
        assert one.context["host"] == "h"
        assert {row[2] for kind in ("span", "open") for row in one.rows[kind]} <= one.paths.keys()
        assert {row[1] for row in one.rows["unit"]} <= one.names.keys()
        assert {row[0] for row in one.rows["point"]} <= one.devices.keys()
        assert {path.parent for path in one.paths.values()} <= {0, *one.paths}


def test_a_span_that_is_open_is_said_again_in_the_next_part(tmp_path):
    writer = make(tmp_path / "ledger")
    for t in (1000, 2000):
        writer.open_span(7, 0, 1, 900)
        writer.open_span(8, 0, 1, 950)
        writer.commit(t)
        writer.journal.write()
        assert writer.rotate(t, t)
        writer.spans(Folded([ended(8)], []), {})
    writer.open_span(7, 0, 1, 900)
    writer.commit(3000)
    facts = read(writer)
    assert (facts.part, [row[0] for row in facts.rows["open"]]) == (2, [7])
