"""Providers of live carbon intensity, asked over HTTP when the user names them.

`make("eco2mix")` gives a `Source` for the registry's order. Nothing is asked until the first
query, and only for the query's zone and period.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from footprint.errors import UsageError, nearest, shown
from footprint.factors.live.cache import DayCache, default_root
from footprint.factors.live.carbon_intensity_uk import CarbonIntensityUk
from footprint.factors.live.eco2mix import Eco2mix
from footprint.factors.live.electricity_maps import ElectricityMaps
from footprint.factors.live.http import Http
from footprint.factors.live.limits import Limits
from footprint.factors.live.options import text_option
from footprint.factors.live.provider import Provider
from footprint.factors.live.source import LiveSource
from footprint.factors.live.watttime import WattTime

__all__ = ["PROVIDERS", "Limits", "LiveSource", "make"]

#: Name in the order of sources: what makes the provider from options and environment.
PROVIDERS: dict[str, Callable[[Mapping[str, object], Mapping[str, str]], Provider]] = {
    "electricity-maps": ElectricityMaps,
    "carbon-intensity-uk": CarbonIntensityUk,
    "eco2mix": Eco2mix,
    "watttime": WattTime,
}


def make(
    name: str,
    options: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    now_ns: Callable[[], int] = time.time_ns,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> LiveSource:
    """A live source by its name.

    Args:
        name: one of `PROVIDERS`.
        options: the provider's own (see its class); for all of them `base_url`, to reach the API
            through a gateway, and `cache`, the directory in which days are kept.
        environ: where keys and XDG_CACHE_HOME are read; the process's by default.
        limits: times and sizes; the defaults give up on a request after 20 s, on a query after 60.
        now_ns, sleep, monotonic: the clock, for tests.

    Raises:
        UsageError: a name or option that is not known, with the nearest ones; a wrong value.
    """
    factory = PROVIDERS.get(name)
    if factory is None:
        raise UsageError(
            f"live source {shown(name)} is not known:{nearest(str(name), PROVIDERS)} "
            f"Give one of {', '.join(PROVIDERS)}"
        )
    given, surroundings = options or {}, os.environ if environ is None else environ
    provider = factory(given, surroundings)
    http = Http(
        text_option(name, given, "base_url", provider.base_url),
        limits,
        sleep=sleep,
        monotonic=monotonic,
        wall_ns=now_ns,
    )
    directory = text_option(name, given, "cache")
    root = Path(directory).expanduser() if directory else default_root(surroundings)
    # A gateway may answer differently: what came from one is not taken for the other's.
    dataset = provider.dataset
    if http.base_url != provider.base_url:
        dataset = f"{dataset} at {http.base_url}"
    cache = DayCache(root, name, dataset)
    return LiveSource(provider, http, cache, now_ns=now_ns, monotonic=monotonic)
