"""What a report is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from footprint.accounts.opened import Instant

#: What becomes of idle energy: a line of its own, or spread over the spans.
ABSORPTIONS = ("none", "full")


class Options(NamedTuple):
    """What a report is asked for.

    Attributes:
        by: fields of the groups' keys; None: model, name and kind, where any span has one.
        since, until: [since, until); None: open.
        declared: zone, carbon_intensity_g_per_kwh, pue, tariff_per_kwh, which win over the runs'.
        absorption: one of `ABSORPTIONS`.
        pins: the ledgers' pinned factors come before all others.
        engine, master: where it is worked out (`footprint.engines`).
        fresh: pages that were kept are made again.
    """

    by: str | Iterable[str] | None = None
    since: Instant = None
    until: Instant = None
    declared: Mapping[str, Any] = {}
    absorption: str = "none"
    pins: bool = True
    engine: str = "auto"
    master: str | None = None
    fresh: bool = False
