"""Whether a master is there is found out within seconds, whoever listens at its port."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from footprint.engines import masters
from footprint.engines.masters import reach
from footprint.errors import LedgerError, UsageError
from spark_standalone import Standalone, free_port

#: As a master of Spark 4.3 answered: a frame of 61 bytes, "the stream was not found".
NOT_FOUND = struct.pack(">qb", 61, 8) + struct.pack(">i", 10) + b"/jars/none" + b"..."


@contextmanager
def listening(answer: Callable[[socket.socket], object]) -> Iterator[int]:
    """A port at which somebody answers, once."""

    def one(server: socket.socket) -> None:
        try:
            line, _ = server.accept()
        except OSError:
            return
        with line, suppress(OSError):  # who asked has heard enough, and is gone
            answer(line)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=one, args=(server,))
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def spark(line: socket.socket) -> None:
    """What a master does: reads a frame, answers in pieces."""
    length, kind = struct.unpack(">qb", line.recv(9, socket.MSG_WAITALL))
    assert (length - 9, kind) == (len(line.recv(length - 9, socket.MSG_WAITALL)), 6)
    for at in range(len(NOT_FOUND)):
        line.sendall(NOT_FOUND[at : at + 1])


def web(line: socket.socket) -> None:
    line.recv(100)
    line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def tls(line: socket.socket) -> None:
    line.recv(100)
    line.sendall(b"\x15\x03\x03\x00\x02\x02\x46")


def silent(line: socket.socket) -> None:
    while line.recv(100):
        pass


def hanging_up(line: socket.socket) -> None:
    line.recv(1)


def test_a_master_that_does_not_answer() -> None:
    begun = time.monotonic()
    where = f"spark://127.0.0.1:{free_port()}"
    with pytest.raises(
        LedgerError, match=r"no Spark master answers at spark://127.*refused.*start"
    ):
        reach(where)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("other", [web, tls, silent, hanging_up], ids=lambda each: each.__name__)
def test_somebody_else_answers(
    other: Callable[[socket.socket], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masters, "MASTER_S", 0.3)
    begun = time.monotonic()
    with listening(other) as port, pytest.raises(LedgerError) as raised:
        reach(f"spark://127.0.0.1:{port}")
    assert time.monotonic() - begun < 3
    said = str(raised.value)
    assert said.startswith(f"what answers at spark://127.0.0.1:{port} is no Spark master: give")
    assert "\n" not in said


def test_the_second_of_two_masters_answers() -> None:
    with listening(spark) as port:
        assert reach(f"spark://127.0.0.1:{free_port()},127.0.0.1:{port}") == "127.0.0.1"


def test_a_real_master_is_told_from_its_page(master: Standalone) -> None:
    assert reach(master.master) == "127.0.0.1"
    page = f"spark://127.0.0.1:{master.page}"
    with pytest.raises(LedgerError, match=f"answers at {page} is no Spark master"):
        reach(page)


@pytest.mark.parametrize(
    "master", ["here:7077", "spark://here", "spark://:7077", "spark://here:0", "http://here", "x"]
)
def test_what_is_no_address(master: str) -> None:
    with pytest.raises(UsageError, match=r"is no address: give spark://host:7077"):
        reach(master)


@pytest.mark.parametrize("master", ["local", "local[2]", "local[*]", "yarn", "k8s://https://x:1"])
def test_masters_that_are_not_knocked_at(master: str) -> None:
    assert reach(master) is None
