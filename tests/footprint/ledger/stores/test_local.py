"""Directories as stores: what is particular to file systems."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from footprint.errors import LedgerError
from footprint.ledger.stores import local, open_store
from footprint.ledger.stores.local import LocalStore


def _create(root: Path, who: int) -> bool:
    return LocalStore(root).create("manifests/c/00000001.json", str(who).encode())


def test_of_many_processes_that_create_a_name_one_wins(tmp_path: Path) -> None:
    with ProcessPoolExecutor(16) as pool:
        won = [each.result() for each in [pool.submit(_create, tmp_path, who) for who in range(16)]]
    assert won.count(True) == 1
    assert LocalStore(tmp_path).read("manifests/c/00000001.json") == b"%d" % won.index(True)


def test_a_url_of_a_file_is_its_path(tmp_path: Path) -> None:
    place = tmp_path / "a b"
    store = open_store(f"file://{tmp_path}/a%20b")
    store.create("x", b"1")
    assert (place / "x").read_bytes() == b"1"
    assert store.local("x") == place / "x"


@pytest.mark.parametrize("where", ["gopher://host/x", "file://elsewhere/x", "https://host/x"])
def test_a_place_of_no_known_kind_is_refused(where: str) -> None:
    with pytest.raises(LedgerError, match="is no place for a ledger: give a directory"):
        open_store(where)


def test_what_was_left_half_written_is_unseen_and_removed_after_a_day(tmp_path: Path) -> None:
    old, new, foreign = (tmp_path / name for name in (".a.1.half", ".b.2.half", ".keep"))
    for path in (old, new, foreign):
        path.write_bytes(b"half")
        long_ago = time.time() - local.STALE_S - 60
        os.utime(path, times=(long_ago, long_ago))
    os.utime(new)
    store = LocalStore(tmp_path)
    assert store.names() == []
    store.create("a", b"")
    assert not old.exists()
    assert new.exists()
    assert foreign.exists()


def test_killed_while_it_writes_it_leaves_the_old_file_whole(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.replace("x", b"old")
    program = (
        "import sys; from footprint.ledger.stores.local import LocalStore\n"
        "store = LocalStore(sys.argv[1])\n"
        "for size in range(10**6): store.replace('x', b'n' * 500_000); print(flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        run.stdout.readline()
        time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
    assert store.read("x") in {b"old", b"n" * 500_000}
    assert [name for name, _ in store.names()] == ["x"]


def test_a_link_whose_answer_was_lost_is_found_by_its_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def lost(source: Path, target: Path) -> None:
        link(source, target)
        raise FileExistsError(errno.EEXIST, "over NFS: the second try meets the first")

    monkeypatch.setattr(os, "link", lost)
    store = LocalStore(tmp_path)
    assert store.create("a", b"mine")
    assert store.read("a") == b"mine"
    assert store.names() == [("a", 4)]


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_where_there_are_no_links_one_still_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def no_links(source: Path, target: Path) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", no_links)
    store = LocalStore(tmp_path)
    assert store.create("a", b"first")
    assert not store.create("a", b"second")
    assert store.read("a") == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_directory_that_links_to_its_parent_is_listed_once(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "ledger")
    store.create("sealed/a", b"1")
    (tmp_path / "ledger/sealed/up").symlink_to(tmp_path / "ledger")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/b").write_bytes(b"22")
    (tmp_path / "ledger/journals").symlink_to(tmp_path / "elsewhere")
    assert store.names() == [("journals/b", 2), ("sealed/a", 1)]


def _refusing(code: int) -> Callable[..., int]:
    def opened(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    return opened


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "No space left on device: free space there"),
        (errno.EROFS, "Read-only file system: mount it for writing"),
        (errno.EACCES, "Permission denied: ask for access"),
        (errno.ESTALE, "mount it again"),
        (errno.EIO, "check the directory"),
    ],
)
def test_what_the_file_system_refuses_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    store = LocalStore(tmp_path)
    monkeypatch.setattr(os, "open", _refusing(code))
    with pytest.raises(LedgerError) as caught:
        store.create("manifests/a", b"")
    assert said in str(caught.value)
    assert str(tmp_path / "manifests/a") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path) -> None:
    """A real full device: what is put there fails at its first byte."""
    source = tmp_path / "source"
    source.write_bytes(b"x")
    store = LocalStore(tmp_path / "place")
    store.create("a", b"old")

    def full(_: object) -> None:
        with Path("/dev/full").open("wb") as device:
            device.write(b"x")

    with pytest.raises(LedgerError, match="free space"), store._said("write", "a"):  # noqa: SIM117
        with store._half(tmp_path / "place/a", full):
            raise AssertionError
    assert [path.name for path in (tmp_path / "place").iterdir()] == ["a"]


def test_a_file_in_the_way_of_a_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = LocalStore(tmp_path / "file")
    with pytest.raises(LedgerError, match=r"file: Not a directory: name a directory"):
        store.names()
    with pytest.raises(LedgerError, match="Not a directory: name a directory"):
        store.create("a", b"")
    with pytest.raises(LedgerError, match="Not a directory: name a directory"):
        store.read("a")
