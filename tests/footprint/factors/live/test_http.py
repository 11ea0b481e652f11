"""The HTTP client against a server that misbehaves in every way that we thought of."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from footprint.errors import UsageError
from footprint.estimators.sources import SourceUnavailable
from footprint.factors.live.http import Down, Http, Refused
from footprint.factors.live.limits import Limits
from live_api import Api, Clock, Reply, utc

SHORT = Limits(connect_s=0.1, read_s=0.1, request_s=0.15, rest_s=0.0)
KEY = {"auth-token": "em-token-0123456789"}


@pytest.fixture
def http(api: Api, clock: Clock) -> Iterator[Http]:
    client = Http(api.url, sleep=clock.sleep, wall_ns=clock.now_ns)
    yield client
    client.close()


def unused_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


def test_a_document_is_read(api: Api, http: Http) -> None:
    api.on("/a", Reply({"value": [1, 2.5, None, "é"]}))
    assert http.get_json("/a", {"zone": "DE & x"}, headers=KEY) == {"value": [1, 2.5, None, "é"]}
    (asked,) = api.asked
    assert asked.params == {"zone": "DE & x"}
    assert asked.headers["auth-token"] == KEY["auth-token"]
    assert asked.headers["user-agent"].startswith("footprint/")


def test_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    http = Http(f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(SourceUnavailable, match=r"cannot be reached: .*refused"):
        http.get_json("/a")


def test_accepts_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        http = Http(f"http://127.0.0.1:{server.getsockname()[1]}", SHORT._replace(request_s=5))
        with pytest.raises(SourceUnavailable, match=r"did not answer in time \(ReadTimeout"):
            http.get_json("/a")


@pytest.mark.parametrize(
    "reply", [Reply(b"[1, 2, 3, 4, 5]" * 200, trickle_s=0.01), Reply(silent=True)]
)
def test_a_trickle_ends_at_the_budget(api: Api, reply: Reply) -> None:
    """Each byte comes within the read time-out, so only the budget ends it: body and head."""
    api.on("/a", reply)
    http = Http(api.url, SHORT)
    started = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"took longer than the budget of 0\.15 s"):
        http.get_json("/a")
    assert time.monotonic() - started < 5.0  # the server would go on for 30 s, or 10 s
    api.on("/b", Reply([1]))
    http.limits = Limits()
    assert http.get_json("/b") == [1]  # the client is fit for the next request


def test_a_silent_name_server_ends_at_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: over.wait(50.0))
    http = Http("https://api.example.org", SHORT)
    started = time.monotonic()
    with pytest.raises(SourceUnavailable, match="took longer than the budget"):
        http.get_json("/a")
    assert time.monotonic() - started < 5.0
    over.set()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 501])
def test_a_refusal_is_not_tried_again(api: Api, clock: Clock, http: Http, status: int) -> None:
    api.on("/a", Reply({"error": "no, em-token-0123456789"}, status))
    with pytest.raises(Refused, match=f"HTTP {status}") as caught:
        http.get_json("/a", headers=KEY)
    assert caught.value.status == status
    assert '{"error": "no, ***"}' in str(caught.value)
    assert (len(api.asked), clock.slept) == (1, [])


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(api: Api, clock: Clock, http: Http, status: int) -> None:
    api.on("/a", Reply("busy", status), Reply([1]))
    assert http.get_json("/a") == [1]
    assert (len(api.asked), clock.slept) == (2, [0.5])


def test_it_is_tried_three_times_at_most(api: Api, clock: Clock, http: Http) -> None:
    api.on("/a", Reply("busy", 503))
    with pytest.raises(Down, match=r"HTTP 503: busy \(3 tries\)"):
        http.get_json("/a")
    assert (len(api.asked), clock.slept) == (3, [0.5, 1.0])


def test_retry_after_is_honoured(api: Api, clock: Clock, http: Http) -> None:
    until = format_datetime(utc(clock.ns) + timedelta(seconds=7), usegmt=True)
    api.on(
        "/a",
        Reply("", 429, {"Retry-After": "3"}),
        Reply("", 429, {"Retry-After": until}),
        Reply([1]),
    )
    assert http.get_json("/a") == [1]
    assert clock.slept == [3.0, 7.0]


@pytest.mark.parametrize("asked", ["0", "-5", "soon", "", "9" * 400, "Mon, 99 Foo 2026"])
def test_a_strange_retry_after_is_the_backoff(
    api: Api, clock: Clock, http: Http, asked: str
) -> None:
    api.on("/a", Reply("", 429, {"Retry-After": asked}), Reply([1]))
    assert http.get_json("/a") == [1]
    assert clock.slept == [0.5]


def test_a_wait_over_the_budget_is_not_waited(api: Api, clock: Clock, http: Http) -> None:
    api.on("/a", Reply("", 429, {"Retry-After": "3600"}))
    with pytest.raises(Down, match=r"too many requests.*wait of 3600 s.*over the budget of 20 s"):
        http.get_json("/a")
    assert (len(api.asked), clock.slept) == (1, [])


@pytest.mark.parametrize(
    ("retry_after", "rest_s"), [("1", 60.0), ("90", 90.0)], ids=["its own rest", "a longer one"]
)
def test_what_is_down_rests(api: Api, clock: Clock, retry_after: str, rest_s: float) -> None:
    passed_s = [100.0]
    http = Http(api.url, sleep=clock.sleep, monotonic=lambda: passed_s[0])
    api.on("/a", Reply("busy", 503, {"Retry-After": retry_after}))
    api.on("/b", Reply([1]))
    with pytest.raises(Down, match="HTTP 503"):
        http.get_json("/a")
    asked = len(api.asked)
    passed_s[0] += rest_s - 1
    with pytest.raises(Down, match=r"HTTP 503.*\(not asked again for 1 s\)"):
        http.get_json("/b")
    assert len(api.asked) == asked
    passed_s[0] += 1
    assert http.get_json("/b") == [1]


def test_a_refusal_is_no_reason_to_rest(api: Api, http: Http) -> None:
    api.on("/a", Reply("no such zone", 404))
    api.on("/b", Reply([1]))
    with pytest.raises(Refused):
        http.get_json("/a")
    assert http.get_json("/b") == [1]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<!doctype html><title>Maintenance</title>", "text/html; charset=utf-8"),
        ('{"data": [1, 2', "application/json"),
        ("", "application/json"),
        ('{"value": NaN}', "application/json"),
        ('{"value": -Infinity}', "application/json"),
        ("[" * 200_000, "application/json"),
        ("9" * 5000, "application/json"),
        (b"\xff\xfe\x00", "application/json"),
    ],
)
def test_no_json(api: Api, http: Http, body: str | bytes, kind: str) -> None:
    api.on("/a", Reply(body, headers={"Content-Type": kind}))
    with pytest.raises(SourceUnavailable, match="answered what is no JSON") as caught:
        http.get_json("/a")
    text = str(caught.value)
    assert kind.split(";", maxsplit=1)[0] in text
    assert len(text) < 200
    assert text.isprintable()


def test_a_body_cut_off(api: Api, http: Http) -> None:
    headers = {"Content-Length": "100", "Connection": "close"}
    api.on_each("/a", lambda _asked: Reply('{"data": [', headers=headers))
    with pytest.raises(SourceUnavailable, match=r"cannot be reached|in time"):
        Http(api.url, Limits(read_s=0.1)).get_json("/a")


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/steal", "/elsewhere", "http://[bad"])
def test_a_redirect_is_not_followed(api: Api, http: Http, target: str) -> None:
    other = Api()
    try:
        port = other.url.rsplit(":", 1)[1]
        api.on("/a", Reply("", 302, {"Location": target.format(port=port)}))
        with pytest.raises(Refused, match=r"redirects to .*, which is not followed"):
            http.get_json("/a", headers=KEY)
        assert other.asked == []
        assert len(api.asked) == 1
    finally:
        other.stop()


def test_too_large(api: Api) -> None:
    api.on("/a", Reply(b"[" + b"1," * 5000 + b"1]"))
    with pytest.raises(SourceUnavailable, match="more than 9000 bytes"):
        Http(api.url, Limits(max_bytes=9000)).get_json("/a")


def test_an_encoding_that_was_not_asked_for(api: Api, http: Http) -> None:
    api.on("/a", Reply(b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(SourceUnavailable, match="encoding that was not asked for"):
        http.get_json("/a")
    assert api.asked[0].headers["accept-encoding"] == "identity"


def test_a_key_with_a_line_break_is_not_sent_and_not_shown(api: Api, http: Http) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        http.get_json("/a", headers={"auth-token": "secret\r\nX-Other: 1"})
    assert "secret" not in str(caught.value)
    assert api.asked == []


def test_without_the_package(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(SourceUnavailable, match=r"pip install 'footprint-ledger\[live\]'"):
        Http(api.url).get_json("/a")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.org",
        "http://api.example.org",
        "ftp://127.0.0.1",
        "https://user:secret@api.example.org",
        "https://api.example.org?key=secret",
        "https://api.example.org:port",
        "http://127.0.0.1.example.org",
        "https://[bad",
    ],
)
def test_base_urls_that_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match="base_url"):
        Http(url)


def test_base_urls_that_are_taken() -> None:
    assert Http("https://api.example.org/v1/").base_url == "https://api.example.org/v1"
    assert Http("http://localhost:8080").base_url == "http://localhost:8080"
