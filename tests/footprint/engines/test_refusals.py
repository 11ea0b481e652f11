"""Who is no master, or of another version, is told once it refused the first word."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from footprint.engines.cluster import Cluster, refused
from footprint.engines.refusals import refusal, watched
from footprint.errors import LedgerError
from spark_standalone import Standalone

MASTER = "spark://here:7077"
#: As a master of Spark 3.5.5 answered a driver of 4.3.0.
SAID = (
    "java.io.InvalidClassException: org.apache.spark.rpc.netty.RpcEndpointVerifier$CheckExistence;"
    " local class incompatible: stream classdesc serialVersionUID = 5378738997755484868,"
    " local class serialVersionUID = 7789290765573734431"
)


def _waiting() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


@pytest.mark.usefixtures("spark")
def test_what_waits_is_ended_once_the_log_says_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("WARN something else\n")
    with _waiting() as java:
        with watched(MASTER, log, java) as why:
            assert why() is None
            with log.open("a") as more:
                more.write(f"Caused by: java.lang.RuntimeException: {SAID}\n")
            assert java.wait(30) < 0
        assert "is of another Spark version than pyspark here" in str(why())


def test_what_says_something_else_goes_on(tmp_path: Path) -> None:
    with _waiting() as java:
        with watched(MASTER, tmp_path / "none yet", java) as why:
            time.sleep(0.3)
        assert why() is None
        assert java.poll() is None
        java.kill()
    assert refusal(MASTER, "InvalidClassException: mine.Own; local class incompatible") is None


@pytest.mark.usefixtures("spark")
def test_a_version_that_shows_later_is_told_in_the_same_words() -> None:
    found = refused(Cluster(MASTER), RuntimeError(f"Job aborted: {SAID}"))
    assert "is of another Spark version than pyspark here" in str(found)


def test_a_worker_is_no_master(cluster: Standalone) -> None:
    worker = cluster.state()["workers"][0]
    begun = time.monotonic()
    said = pytest.raises(LedgerError, match="is no Spark master but another of Spark's programs")
    with said, Cluster(f"spark://{worker['host']}:{worker['port']}").context():
        pass
    assert time.monotonic() - begun < 55  # Java takes most of it; Spark alone tries for 60 more


@pytest.fixture
def of_another_version() -> Iterator[int]:
    """A port that answers as a master does to whom a driver's objects make no sense."""

    def answer(line: socket.socket) -> None:
        with line, suppress(OSError, struct.error):
            while True:
                length, kind = struct.unpack(">qb", line.recv(9, socket.MSG_WAITALL))
                body = line.recv(length - 9, socket.MSG_WAITALL)
                text = (body[4:] if kind == 6 else SAID.encode()) + b"."
                text = struct.pack(">i", len(text)) + text
                if kind == 3:  # a call has a number
                    text = body[:8] + text
                line.sendall(struct.pack(">qb", 9 + len(text), 8 if kind == 6 else 5) + text)

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = server.accept()
                threading.Thread(target=answer, args=(line,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.usefixtures("spark")
def test_a_driver_does_not_try_for_a_minute(of_another_version: int) -> None:
    cluster = Cluster(f"spark://127.0.0.1:{of_another_version}")
    begun = time.monotonic()
    said = pytest.raises(LedgerError, match="is of another Spark version than")
    with said as raised, cluster.context():
        pass
    assert time.monotonic() - begun < 55  # Java takes most of it; Spark alone tries for 60 more
    assert "\n" not in str(raised.value)
    assert cluster.log is not None
    assert not cluster.log.exists()
