"""What a provider of live grid intensity is: one Protocol, and the readings it gives.

A provider knows its API: paths, parameters, and how an answer says what. It does not know the
clock, the cache or the registry; `source.LiveSource` joins them.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from footprint.estimators.zones import Zone
from footprint.factors.live.http import Http


class Reading(NamedTuple):
    """One value as a provider stated it.

    Attributes:
        start_ns, end_ns: it holds over [start, end), UTC ns.
        g_per_kwh: the intensity.
        kind: what the provider says it is: `measured`, `estimated`, `forecast`, `real-time`, ...
        final: whether the provider gives no hint that it will be replaced.
    """

    start_ns: int
    end_ns: int
    g_per_kwh: float
    kind: str
    final: bool


class Answer(NamedTuple):
    """The readings of one stretch of time.

    Attributes:
        readings: in any order; steps without a value are left out.
        note: what the reader should know of them.
        partial: it reaches over a part of the stretch only; what was read before of the rest is
            kept.
    """

    readings: list[Reading]
    note: str = ""
    partial: bool = False


class Provider(Protocol):
    """One API of grid intensity."""

    @property
    def name(self) -> str:
        """What the order of sources calls it."""
        ...

    @property
    def base_url(self) -> str:
        """Where its API is, without a slash at the end."""
        ...

    @property
    def dataset(self) -> str:
        """What is asked for, as a short key; values of two datasets are never mixed in a cache."""
        ...

    @property
    def source(self) -> str:
        """Publisher and data set, and what is counted: life cycle or direct, mean or marginal."""
        ...

    @property
    def version(self) -> str:
        """The API's."""
        ...

    @property
    def license(self) -> str:
        """The terms that the publisher states."""
        ...

    @property
    def max_days(self) -> int:
        """The most days that one request may span."""
        ...

    def zone_id(self, zone: Zone) -> str | None:
        """What the provider calls a zone; None where it does not cover it."""
        ...

    def read(self, http: Http, zone_id: str, since_ns: int, until_ns: int, now_ns: int) -> Answer:
        """The readings that start in [since, until); others may come along.

        Raises:
            SourceUnavailable: it cannot be asked, refuses, or answers what cannot be right.
        """
        ...
