"""What holds for every store: directories and buckets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from footprint.errors import LedgerError
from footprint.ledger.stores import Store

#: Opens one more handle on the same place.
Open = Callable[[], Store]


@pytest.fixture
def store(opened: Open) -> Store:
    return opened()


def test_of_a_place_that_holds_nothing_nothing_is_listed(store: Store) -> None:
    assert store.names() == []
    assert store.names("journals/") == []


def test_what_was_created_is_read_and_not_created_again(store: Store) -> None:
    assert store.create("manifests/c/00000001.json", b"first")
    assert not store.create("manifests/c/00000001.json", b"second")
    assert store.read("manifests/c/00000001.json") == b"first"
    assert store.names() == [("manifests/c/00000001.json", 5)]


def test_what_is_replaced_is_another(store: Store) -> None:
    store.replace("footprint-ledger.json", b"one")
    store.replace("footprint-ledger.json", b"longer")
    assert store.read("footprint-ledger.json") == b"longer"
    assert store.names() == [("footprint-ledger.json", 6)]


@pytest.mark.parametrize("size", [0, 1, 3 * 2**20 + 1])
def test_a_file_that_is_put_is_the_same(store: Store, tmp_path: Path, size: int) -> None:
    path = tmp_path / "segment"
    path.write_bytes(bytes(range(251)) * (size // 251) + b"x" * (size % 251))
    store.put("sealed/span/date=2026-11-22/a.parquet", path)
    assert store.read("sealed/span/date=2026-11-22/a.parquet") == path.read_bytes()
    assert store.local("sealed/span/date=2026-11-22/a.parquet").read_bytes() == path.read_bytes()
    path.write_bytes(b"another")
    store.put("sealed/span/date=2026-11-22/a.parquet", path)
    assert store.read("sealed/span/date=2026-11-22/a.parquet") == b"another"
    assert store.local("sealed/span/date=2026-11-22/a.parquet").read_bytes() == b"another"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, None, b"0123456789"),
        (3, None, b"3456789"),
        (3, 6, b"345"),
        (0, 0, b""),
        (6, 3, b""),
        (10, None, b""),
        (12, 15, b""),
        (8, 15, b"89"),
    ],
)
def test_a_range_is_cut_as_a_slice_is(
    store: Store, start: int, end: int | None, expected: bytes
) -> None:
    store.create("journals/a.fpj", b"0123456789")
    assert store.read("journals/a.fpj", start, end) == expected


def test_a_range_of_an_empty_file_is_empty(store: Store) -> None:
    store.create("journals/a.fpj", b"")
    assert store.read("journals/a.fpj") == b""
    assert store.read("journals/a.fpj", 0, 10) == b""
    assert store.read("journals/a.fpj", 4) == b""


def test_names_are_sorted_recursive_and_below_whole_parts(store: Store) -> None:
    for name in ("sealed/span/b", "sealed/span/a", "sealed/span-b", "sealedx/a", "z", "sealed/a/b"):
        store.create(name, name.encode())
    expected = [(name, len(name)) for name in ("sealed/a/b", "sealed/span-b")]
    spans = [("sealed/span/a", 13), ("sealed/span/b", 13)]
    assert store.names("sealed") == store.names("sealed/") == expected + spans
    assert store.names("sealed/span") == spans
    assert [name for name, _ in store.names()] == [
        "sealed/a/b",
        "sealed/span-b",
        "sealed/span/a",
        "sealed/span/b",
        "sealedx/a",
        "z",
    ]
    assert store.names("seal") == []
    assert store.names("z") == []
    assert store.names("z/below") == []


def test_names_keep_their_characters(store: Store) -> None:
    for name in ("sealed/span/date=2026-11-22/a b+c%20é#?&.parquet", "sealed/~%2F"):
        store.create(name, name.encode())
        assert store.read(name) == name.encode()
        assert (name, len(name.encode())) in store.names("sealed")
        store.delete(name)
    assert store.names() == []


def test_what_is_deleted_is_gone_and_its_name_is_free(store: Store) -> None:
    store.create("journals/a.fpj", b"a")
    store.delete("journals/a.fpj")
    store.delete("journals/a.fpj")
    assert store.names() == []
    assert store.create("journals/a.fpj", b"b")
    assert store.read("journals/a.fpj") == b"b"


def test_what_is_missing_is_missing(store: Store) -> None:
    store.create("journals/a.fpj", b"a")
    for name in ("journals/b.fpj", "manifests/c/1.json"):
        with pytest.raises(FileNotFoundError):
            store.read(name)
        with pytest.raises(FileNotFoundError):
            store.read(name, 1, 2)
        with pytest.raises(FileNotFoundError):
            store.local(name)


def test_when_a_file_was_written_is_told_by_the_places_clock(store: Store) -> None:
    before = time.time_ns() - 2_000_000_000  # a bucket keeps whole seconds
    store.create("journals/a.fpj", b"a")
    assert before < store.written_utc_ns("journals/a.fpj") < time.time_ns() + 2_000_000_000
    with pytest.raises(FileNotFoundError):
        store.written_utc_ns("journals/b.fpj")


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/passwd", "a/../../b", "", "a//b", "a/", ".half", "a/.b", "a\\b"]
)
def test_a_name_that_leads_elsewhere_is_refused(store: Store, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    tries: list[Callable[[], object]] = [
        lambda: store.read(name),
        lambda: store.create(name, b""),
        lambda: store.replace(name, b""),
        lambda: store.put(name, tmp_path / "file"),
        lambda: store.delete(name),
        lambda: store.local(name),
    ]
    for attempt in tries:
        with pytest.raises(LedgerError, match="is no name of a ledger's file"):
            attempt()
    assert store.names() == []


def test_of_many_that_create_a_name_one_wins(opened: Open) -> None:
    stores = [opened() for _ in range(4)]
    start = threading.Barrier(16)

    def create(who: int) -> bool:
        start.wait(timeout=30)
        return stores[who % 4].create("manifests/c/00000002.json", b"%d" % who * 1000)

    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(create, range(16)))
    assert won.count(True) == 1
    assert stores[0].read("manifests/c/00000002.json") == b"%d" % won.index(True) * 1000
    assert [name for name, _ in stores[0].names()] == ["manifests/c/00000002.json"]


def test_who_reads_while_it_is_replaced_sees_all_of_the_one_or_the_other(opened: Open) -> None:
    writer, reader = opened(), opened()
    whole = {b"a" * 100_000, b"b" * 150_000}
    writer.replace("footprint-ledger.json", b"a" * 100_000)
    done = threading.Event()

    def replace() -> None:
        for _ in range(20):
            writer.replace("footprint-ledger.json", b"b" * 150_000)
            writer.replace("footprint-ledger.json", b"a" * 100_000)
        done.set()

    thread = threading.Thread(target=replace)
    thread.start()
    seen = set()
    while not done.is_set():
        seen.add(reader.read("footprint-ledger.json"))
    thread.join()
    assert seen <= whole
