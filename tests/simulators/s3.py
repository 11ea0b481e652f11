"""A server that speaks S3, in this process, on a free port of the loopback: moto's.

moto looks whether an object is there and then writes it, with nothing between the two that keeps
others out; S3 promises that `If-None-Match` is one step. Writes therefore go one by one here.
"""

from __future__ import annotations

import logging
import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Server(NamedTuple):
    """A running server: its URL, and what it asks of every request (see `serving`)."""

    url: str
    faults: list[Fault]

    def environment(self) -> dict[str, str]:
        """The variables with which a program finds the server."""
        return {
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.url,
            "NO_PROXY": "127.0.0.1",
        }

    def make(self, bucket: str) -> str:
        """Makes a bucket and gives its URL."""
        request = urllib.request.Request(f"{self.url}/{bucket}", method="PUT")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10):
            return f"s3://{bucket}"


#: Given the request and the application, may answer in its place: (status, body), or None.
Fault = Callable[[dict[str, Any], Callable[[], None]], tuple[str, bytes] | None]


@contextmanager
def serving() -> Iterator[Server]:
    """Serves until it is left. `faults` answer before the server does, while they are in it."""
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    real: Application = DomainDispatcherApplication(create_backend_app)
    faults: list[Fault] = []
    one_by_one = threading.Lock()

    def application(request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def done() -> None:
            with one_by_one:
                list(real(request, lambda *_: None))

        for fault in tuple(faults):
            answer = fault(request, done)
            if answer is not None:
                start(answer[0], [("Content-Length", str(len(answer[1])))])
                return [answer[1]]
        if request["REQUEST_METHOD"] in {"GET", "HEAD"}:
            return real(request, start)
        with one_by_one:
            return real(request, start)

    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}", faults)
    finally:
        server.shutdown()
        thread.join(timeout=10)
