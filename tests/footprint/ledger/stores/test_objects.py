"""Buckets as stores: what is particular to servers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from footprint.errors import LedgerError
from footprint.ledger.stores import copies, objects, open_store
from simulators import s3

Said = Callable[[Callable[[], object]], str]


def said(attempt: Callable[[], object]) -> str:
    with pytest.raises(LedgerError) as caught:
        attempt()
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 400
    return text


def _answering(method: str, status: str, code: str) -> s3.Fault:
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()

    def fault(request: dict[str, Any], done: Callable[[], None]) -> tuple[str, bytes] | None:
        return (status, body) if request["REQUEST_METHOD"] == method else None

    return fault


def test_of_processes_and_threads_that_create_a_name_one_wins(bucket: str) -> None:
    program = """if True:
        import sys
        from concurrent.futures import ThreadPoolExecutor
        from footprint.ledger.stores import open_store
        store = open_store(sys.argv[1])
        store.names()
        print(flush=True)
        sys.stdin.readline()
        with ThreadPoolExecutor(4) as pool:
            names = [f"{sys.argv[2]}-{n}" for n in range(4)]
            won = pool.map(lambda name: store.create("x", name.encode()), names)
            print(*(name for name, won in zip(names, won) if won))
    """
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, bucket, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for each in running:
        assert each.stdout is not None
        each.stdout.readline()
    for each in running:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    winners = "".join(each.communicate(timeout=60)[0] for each in running).split()
    assert len(winners) == 1
    assert open_store(bucket).read("x").decode() == winners[0]


def test_a_create_whose_answer_was_lost_is_won_once(s3_server: s3.Server, bucket: str) -> None:
    asked: list[str] = []

    def lose(request: dict[str, Any], done: Callable[[], None]) -> tuple[str, bytes] | None:
        if request["REQUEST_METHOD"] == "PUT" and "HTTP_IF_NONE_MATCH" in request:
            asked.append(request["PATH_INFO"])
            if len(asked) == 1:
                done()
                return "500 Internal Server Error", b""
        return None

    s3_server.faults.append(lose)
    store = open_store(bucket)
    assert store.create("manifests/c/1.json", b"mine")
    assert len(asked) >= 2
    s3_server.faults.clear()
    assert store.read("manifests/c/1.json") == b"mine"
    assert not open_store(bucket).create("manifests/c/1.json", b"mine")


def test_a_create_of_which_nobody_knows_is_an_error_and_not_lost(
    s3_server: s3.Server, bucket: str
) -> None:
    """It was done, its answer was lost, and who made the object cannot be asked."""
    asked: list[str] = []

    def lose(request: dict[str, Any], done: Callable[[], None]) -> tuple[str, bytes] | None:
        asked.append(request["REQUEST_METHOD"])
        if asked == ["PUT"]:
            done()
            return "500 Internal Server Error", b""
        return ("403 Forbidden", b"") if request["REQUEST_METHOD"] == "HEAD" else None

    s3_server.faults.append(lose)
    store = open_store(bucket)
    assert "cannot write" in said(lambda: store.create("manifests/c/1.json", b"mine"))
    assert "HEAD" in asked


def test_a_server_that_overwrites_what_is_created_is_refused(
    s3_server: s3.Server, bucket: str
) -> None:
    def forget(request: dict[str, Any], done: Callable[[], None]) -> None:
        request.pop("HTTP_IF_NONE_MATCH", None)

    s3_server.faults.append(forget)
    text = said(lambda: open_store(bucket).create("x", b"1"))
    assert f"{bucket} overwrites what is to be written once" in text
    assert "update the server, or name a bucket of another or a directory" in text


def test_a_bucket_that_is_not_there_is_named(bucket: str) -> None:
    store = open_store("s3://no-such-bucket/of/us")
    for attempt in (
        store.names,
        lambda: store.read("x"),
        lambda: store.read("x", 2, 3),
        lambda: store.create("x", b""),
        lambda: store.replace("x", b""),
    ):
        text = said(attempt)
        assert "s3://no-such-bucket/of/us" in text
        assert "there is no such bucket: make it, or correct its name" in text


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("403 Forbidden", "AccessDenied", "access is denied: ask for the right to list, read"),
        ("403 Forbidden", "InvalidAccessKeyId", "the credentials are refused: renew AWS_ACCESS"),
        ("400 Bad Request", "ExpiredToken", "the credentials are refused: renew AWS_ACCESS"),
        ("301 Moved", "PermanentRedirect", "the bucket is in another region: set AWS_REGION"),
        ("400 Bad Request", "Strange", "Strange: check the bucket, AWS_ENDPOINT_URL and"),
    ],
)
def test_what_a_server_refuses_is_one_line(
    s3_server: s3.Server, bucket: str, status: str, code: str, expected: str
) -> None:
    store = open_store(bucket)
    s3_server.faults.extend(_answering(method, status, code) for method in ("GET", "PUT"))
    assert expected in said(store.names)
    assert expected in said(lambda: store.read("x"))
    assert expected in said(lambda: store.create("x", b""))
    assert f"cannot write {bucket}/x: " in said(lambda: store.replace("x", b""))


def test_a_server_that_is_busy_for_a_moment_is_asked_again(
    s3_server: s3.Server, bucket: str
) -> None:
    asked: list[str] = []

    def busy(request: dict[str, Any], done: Callable[[], None]) -> tuple[str, bytes] | None:
        asked.append(request["REQUEST_METHOD"])
        return (
            ("503 Slow Down", b"<Error><Code>SlowDown</Code></Error>") if asked[1:] == [] else None
        )

    s3_server.faults.append(busy)
    store = open_store(bucket)
    store.replace("x", b"1")
    assert asked == ["PUT", "PUT"]
    assert store.read("x") == b"1"


def test_a_server_that_is_away_is_told_and_not_waited_for(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        store = open_store(bucket)
        start = time.monotonic()
        text = said(store.names)
        assert time.monotonic() - start < 20
    assert f"cannot list {bucket}: the server cannot be reached: check the network" in text


def test_a_server_that_says_nothing_is_told_and_not_waited_for(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "PAUSE_S", 0.1)
    monkeypatch.setattr(objects, "RETRY_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "the server cannot be reached" in said(open_store(bucket).names)


def test_without_credentials_it_says_which_to_set(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with socket.socket() as closed:  # where a cloud's machine is told its credentials
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", f"http://127.0.0.1:{closed.getsockname()[1]}")
        text = said(open_store(bucket).names)
    assert "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in text


@pytest.mark.parametrize("where", ["s3://", "s3:///a", "s3://key:secret@bucket/a", "s3://b/a?x=1"])
def test_a_url_that_names_no_bucket_is_refused(where: str) -> None:
    assert "names no bucket: give s3://bucket/prefix" in said(lambda: open_store(where))


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9000", "ftp://127.0.0.1", "http://"])
def test_an_endpoint_that_is_no_url_is_named(
    bucket: str, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert "AWS_ENDPOINT_URL" in said(lambda: open_store(bucket).names())


def test_without_obstore_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    expected = "s3://b needs the package obstore: pip install 'footprint-ledger[s3]'"
    assert said(lambda: open_store("s3://b")) == expected


def test_objects_that_the_prefix_only_begins_with_are_another_ledgers(bucket: str) -> None:
    open_store(f"{bucket}/team").create("a", b"1")
    open_store(f"{bucket}/team-b").create("b", b"22")
    assert open_store(f"{bucket}/team/").names() == [("a", 1)]
    assert open_store(bucket).names() == [("team-b/b", 2), ("team/a", 1)]


class Counted:
    """How often a bucket is asked for an object's content."""

    def __init__(self, s3_server: s3.Server) -> None:
        self.gets = 0
        s3_server.faults.append(self.count)

    def count(self, request: dict[str, Any], done: Callable[[], None]) -> None:
        self.gets += request["REQUEST_METHOD"] == "GET" and "list-type" not in str(
            request["QUERY_STRING"]
        )


def test_a_copy_is_fetched_once_and_again_when_it_changed(
    s3_server: s3.Server, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_CHUNK", 4)
    writer = open_store(bucket)
    writer.replace("sealed/a.parquet", b"0123456789")
    counted = Counted(s3_server)
    path = open_store(bucket).local("sealed/a.parquet")
    assert path.read_bytes() == b"0123456789"
    assert path.name == "a.parquet"
    assert counted.gets == 3  # in pieces of four bytes
    assert open_store(bucket).local("sealed/a.parquet") == path
    assert counted.gets == 3
    listed = open_store(bucket)
    listed.names()
    assert listed.local("sealed/a.parquet") == path
    writer.replace("sealed/a.parquet", b"9876543210")
    assert open_store(bucket).local("sealed/a.parquet").read_bytes() == b"9876543210"


def test_a_copy_of_what_changes_meanwhile_is_not_made(bucket: str) -> None:
    reader, writer = open_store(bucket), open_store(bucket)
    writer.replace("a", b"0123456789")
    reader.names()
    writer.replace("a", b"0000000000")
    assert "changed meanwhile: try again" in said(lambda: reader.local("a"))


def test_a_copy_that_breaks_off_leaves_nothing(
    s3_server: s3.Server, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_CHUNK", 4)
    store = open_store(bucket)
    store.replace("a", b"0123456789")
    asked: list[str] = []

    def stop(request: dict[str, Any], done: Callable[[], None]) -> tuple[str, bytes] | None:
        asked.append(request["REQUEST_METHOD"])
        denied = b"<Error><Code>AccessDenied</Code></Error>"
        return ("403 Forbidden", denied) if asked.count("GET") == 3 else None

    s3_server.faults.append(stop)
    assert "access is denied" in said(lambda: store.local("a"))
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    s3_server.faults.clear()
    assert store.local("a").read_bytes() == b"0123456789"


def test_a_copy_that_was_cut_short_is_fetched_again(bucket: str) -> None:
    store = open_store(bucket)
    store.replace("a", b"0123456789")
    store.local("a").write_bytes(b"01234")
    assert store.local("a").read_bytes() == b"0123456789"


def test_copies_that_nobody_asks_for_are_removed(bucket: str, tmp_path: Path) -> None:
    store = open_store(bucket)
    for name in ("old/a", "new/b", "c"):
        store.replace(name, name.encode())
    old, new = store.local("old/a"), store.local("new/b")
    long_ago = time.time() - copies.UNUSED_S - 60
    for path in (old, old.parent, old.parent.parent):
        os.utime(path, (long_ago, long_ago))
    open_store(bucket).local("c")
    assert not old.exists()
    assert new.exists()


def test_a_cache_that_cannot_be_written_is_named(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    store = open_store(bucket)
    store.replace("a", b"1")
    text = said(lambda: store.local("a"))
    assert "cannot keep a copy in" in text
    assert "XDG_CACHE_HOME" in text


def test_threads_that_want_a_copy_get_the_same_whole_one(bucket: str) -> None:
    store = open_store(bucket)
    store.replace("a", b"x" * 2_000_000)
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(store.local("a").read_bytes()))
        for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [b"x" * 2_000_000] * 8
