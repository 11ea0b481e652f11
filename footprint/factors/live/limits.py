"""How long and how much: what a provider may take of the caller's time and memory."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Seconds, and bytes. Raise them for a slow line, lower them where a report must not wait.

    Attributes:
        connect_s, read_s: to connect, and between two pieces of an answer.
        request_s: one request with its retries, all in all.
        query_s: all requests for one period; what was read until then is kept in the cache.
        retries: after the first try, where the status says that it may pass.
        backoff_s: before the first retry; doubles for the next one.
        rest_s: after a failure of the line or the server, in which it is not asked again, so that
            a report of many periods does not wait for each of them.
        max_bytes: of one answer.
    """

    connect_s: float = 3.0
    read_s: float = 10.0
    request_s: float = 20.0
    query_s: float = 60.0
    retries: int = 2
    backoff_s: float = 0.5
    rest_s: float = 60.0
    max_bytes: int = 8 * 1024 * 1024
