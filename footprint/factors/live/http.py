"""One small HTTP client: GET a JSON document, within a budget of time and size.

Nothing waits longer than the budget of a request, whatever the other side does. Redirects are not
followed, so a key goes to the host it is for and to no other. No key appears in a message.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from footprint._version import __version__
from footprint.errors import UsageError, shown
from footprint.estimators.sources import SourceUnavailable
from footprint.factors.live.bounded import bounded
from footprint.factors.live.limits import Limits
from footprint.factors.live.masked import Masked

#: Too many requests, and errors that may pass.
RETRIED = frozenset({429, 500, 502, 503, 504})
_MEANING = {
    401: " (the key is not accepted)",
    403: " (the key may not read this)",
    429: " (too many requests)",
}
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
# Compressed answers are not asked for: a small one could unpack into a huge one.
_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "user-agent": f"footprint/{__version__}",
}


class Down(SourceUnavailable):
    """The line or the server failed; it would fail for any other question too.

    Attributes:
        rest_s: how long it asked to be left alone; 0 where it did not.
    """

    def __init__(self, text: str, rest_s: float = 0.0) -> None:
        super().__init__(text)
        self.rest_s = rest_s


class Refused(SourceUnavailable):
    """The provider answered with a status that is an error of the question's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class _Request(NamedTuple):
    url: str
    params: Mapping[str, str] | None
    headers: Mapping[str, str]
    auth: tuple[str, str] | None
    deadline: float
    masked: Masked


class _Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """A client of one provider; connections are kept until `close`. Not for two threads.

    Args:
        base_url: https, or this machine; see `checked_base_url`.
        sleep, monotonic, wall_ns: the clock.
    """

    def __init__(
        self,
        base_url: str,
        limits: Limits | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.base_url = checked_base_url(base_url)
        self.limits = limits or Limits()
        self._sleep, self._monotonic, self._wall_ns = sleep, monotonic, wall_ns
        self._client: Any = None
        self._rests: tuple[float, str] = (self._monotonic(), "")

    def get_json(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Any:
        """The JSON document at a path of the base URL.

        Args:
            headers, auth: hold keys; their values are taken out of every message.

        Raises:
            Refused: a status that is an error and does not pass.
            Down: no answer in time, or none at all, or a status that may pass, after the retries;
                or one of these less than `rest_s` ago, and nothing was asked now.
            SourceUnavailable: an answer that is too large, or no JSON.
        """
        masked = Masked(headers, auth)
        now = self._monotonic()
        until, why = self._rests
        if now < until:
            raise Down(f"{why} (not asked again for {until - now:.0f} s)")
        deadline = now + self.limits.request_s
        url = self.base_url + path
        try:
            reply = self._get(_Request(url, params, headers or {}, auth, deadline, masked))
        except Down as error:
            rest_s = max(error.rest_s, self.limits.rest_s)
            self._rests = (self._monotonic() + rest_s, str(error))
            raise
        try:
            return json.loads(masked.body(reply.body), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            kind = masked.shown(reply.headers.get("content-type", "no type").split(";")[0])
            raise SourceUnavailable(
                f"answered what is no JSON ({kind}): {masked.shown(reply.body)}"
            ) from None

    def close(self) -> None:
        """Closes kept connections; the next request opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _get(self, request: _Request) -> _Reply:
        tries = 0
        while True:
            try:
                left_s = request.deadline - self._monotonic()
                reply = bounded(lambda: self._once(request), left_s)
            except TimeoutError:
                self._client = None  # the thread that is left behind still holds it
                raise self._slow() from None
            if reply.status == 200:
                return reply
            said = self._said(reply, request.masked)
            if reply.status not in RETRIED:
                raise Refused(reply.status, said)
            wait_s = self._wait_s(reply, tries)
            if tries >= self.limits.retries:
                raise Down(f"{said} ({tries + 1} tries)", wait_s)
            if self._monotonic() + wait_s >= request.deadline:
                raise Down(
                    f"{said}; the wait of {wait_s:.0f} s before the next try is over the budget "
                    f"of {self.limits.request_s:g} s",
                    wait_s,
                )
            self._sleep(wait_s)
            tries += 1

    def _said(self, reply: _Reply, masked: Masked) -> str:
        said = f"HTTP {reply.status}{_MEANING.get(reply.status, '')}"
        if 300 <= reply.status < 400:
            target = masked.shown(reply.headers.get("location", "no place"))
            return f"{said}: redirects to {target}, which is not followed"
        return f"{said}: {masked.shown(reply.body)}" if reply.body else said

    def _wait_s(self, reply: _Reply, tries: int) -> float:
        """Retry-After in seconds or as a date (RFC 9110, 10.2.3), at least the backoff."""
        backoff_s: float = self.limits.backoff_s * 2**tries
        asked = reply.headers.get("retry-after", "").strip()
        if asked.isdecimal() and len(asked) < 10:
            return max(float(asked), backoff_s)
        try:
            return max(parsedate_to_datetime(asked).timestamp() - self._wall_ns() / 1e9, backoff_s)
        except (ValueError, OverflowError):
            return backoff_s

    def _once(self, request: _Request) -> _Reply:
        httpx2 = _httpx2()
        if self._client is None:
            self._client = httpx2.Client(follow_redirects=False)
        try:
            with self._client.stream(
                "GET",
                request.url,
                params=request.params,
                headers={**_HEADERS, **request.headers},
                auth=request.auth,
                timeout=httpx2.Timeout(self.limits.read_s, connect=self.limits.connect_s),
            ) as response:
                return self._whole(response, request.deadline)
        except httpx2.TimeoutException as error:
            raise Down(
                f"did not answer in time ({type(error).__name__}: {self.limits.connect_s:g} s to "
                f"connect, {self.limits.read_s:g} s to read)"
            ) from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            why = request.masked.shown(str(error) or type(error).__name__)
            raise Down(f"cannot be reached: {why}") from None

    def _whole(self, response: Any, deadline: float) -> _Reply:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise SourceUnavailable("answered in an encoding that was not asked for")
        body = bytearray()
        for piece in response.iter_raw():
            body += piece
            if len(body) > self.limits.max_bytes:
                raise SourceUnavailable(f"answered with more than {self.limits.max_bytes} bytes")
            if self._monotonic() > deadline:
                raise self._slow()
        return _Reply(response.status_code, response.headers, bytes(body))

    def _slow(self) -> Down:
        return Down(f"took longer than the budget of {self.limits.request_s:g} s")


def checked_base_url(url: str) -> str:
    """A base URL without its last slash.

    Raises:
        UsageError: not https (a key would travel in clear text), unless it is this machine; or it
            holds a user, a query or a fragment.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        if not host:
            raise ValueError("no host")
    except ValueError:
        raise UsageError(
            f"base_url is {shown(url)}: give a URL such as https://api.example.org"
        ) from None
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError("base_url holds a user, a query or a fragment: give scheme, host and path")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        raise UsageError(f"base_url is {shown(url)}: give https: keys must not travel in clear")
    return url.rstrip("/")


def _httpx2() -> Any:
    try:
        import httpx2
    except ImportError:
        raise SourceUnavailable(
            "needs the package httpx2: pip install 'footprint-ledger[live]'"
        ) from None
    return httpx2


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
