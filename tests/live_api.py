"""An HTTP server on 127.0.0.1 that speaks as providers document, and misbehaves on order."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from footprint.estimators.factors import GRID_INTENSITY, Factor
from footprint.estimators.series import Series, parse_utc_ns
from footprint.estimators.sources import Query
from footprint.estimators.zones import resolve_zone
from footprint.factors.live import Limits, LiveSource, make

DATA = Path(__file__).parent / "footprint/factors/live/data"
NOW = "2026-06-01T12:00:00Z"
ENVIRON = {
    "FOOTPRINT_ELECTRICITY_MAPS_TOKEN": "em-token-0123456789",
    "FOOTPRINT_WATTTIME_USER": "ada-of-watttime",
    "FOOTPRINT_WATTTIME_PASSWORD": "correct horse battery",
}


class Asked(NamedTuple):
    """One request as it came."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]


class Reply(NamedTuple):
    """What to send.

    Attributes:
        body: text or bytes as they are; anything else as JSON.
        trickle_s: seconds between single bytes of the body.
        silent: sends a byte of the head now and then, and never the rest.
    """

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = {"Content-Type": "application/json"}
    trickle_s: float = 0.0
    silent: bool = False

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body).encode()


Answering = Callable[[Asked], "Reply | None"]


class Api:
    """The server: answers by path, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[tuple[str, list[Reply] | Answering]] = []
        self.over = threading.Event()
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(parts.path, dict(parse_qsl(parts.query)), headers)
                api.asked.append(asked)
                try:
                    self._send(api.reply(asked))
                except OSError:
                    self.close_connection = True  # the other side has gone: some tests want that

            def _send(self, reply: Reply) -> None:
                if reply.silent:
                    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"." * 1000:
                        self.wfile.write(bytes([byte]))
                        if api.over.wait(0.01):
                            break
                    self.close_connection = True
                    return
                content = reply.content
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in reply.headers:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if not reply.trickle_s:
                    self.wfile.write(content)
                    return
                for byte in content:
                    self.wfile.write(bytes([byte]))
                    if api.over.wait(reply.trickle_s):
                        return

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def on(self, path: str, *replies: Reply) -> None:
        """Answers a path (and what lies below) with replies in turn; the last one stays."""
        self.answers.insert(0, (path, list(replies)))

    def on_each(self, path: str, answer: Answering) -> None:
        """Answers a path (and what lies below) by a function."""
        self.answers.insert(0, (path, answer))

    def reply(self, asked: Asked) -> Reply:
        for path, answer in self.answers:
            if not asked.path.startswith(path):
                continue
            if callable(answer):
                found = answer(asked)
                if found is not None:
                    return found
            else:
                return answer.pop(0) if len(answer) > 1 else answer[0]
        return Reply({"error": "no such path"}, 404)

    def stop(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


class Clock:
    """UTC now, moved by hand; sleeping is noted and takes no time."""

    def __init__(self) -> None:
        self.ns = at(NOW)
        self.slept: list[float] = []

    def now_ns(self) -> int:
        return self.ns

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Live:
    """Makes live sources that ask the server, and asks them."""

    def __init__(self, api: Api, clock: Clock, cache: Path) -> None:
        self.api, self.clock, self.cache = api, clock, cache

    def source(
        self,
        name: str,
        *,
        environ: Mapping[str, str] = ENVIRON,
        limits: Limits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        **options: object,
    ) -> LiveSource:
        given = {"base_url": self.api.url, "cache": str(self.cache), **options}
        return make(
            name,
            given,
            environ=environ,
            limits=limits,
            now_ns=self.clock.now_ns,
            sleep=self.clock.sleep,
            monotonic=monotonic,
        )

    def factor(self, source: LiveSource, zone: str, since: str, until: str) -> Factor:
        (found,) = source.candidates(query(zone, since, until))
        return found


def at(text: str) -> int:
    """UTC ns of a time."""
    return parse_utc_ns("time", text)


def utc(t_ns: int) -> datetime:
    """The time of UTC ns."""
    return datetime.fromtimestamp(t_ns // 10**9, UTC)


def query(zone: str, since: str, until: str) -> Query:
    return Query(GRID_INTENSITY, resolve_zone(zone), "", at(since), at(until))


def steps(factor: Factor) -> Series:
    assert isinstance(factor.value, Series)
    return factor.value


def documented(name: str) -> Any:
    """The response of a file in data/."""
    return json.loads((DATA / f"{name}.json").read_text())["response"]
