"""Days of live values on disk: `ROOT/PROVIDER/DATASET/ZONE/2026-03-29.json`.

A file holds the readings of one UTC day with the instant at which they were read and a digest
over all of it. It is written beside and renamed, so that a reader never sees half of it; what
cannot be read, or fails its digest, is as if it were not there and is asked for again. No key is
ever written.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from footprint.estimators.series import NS_PER_S
from footprint.factors.live.answers import MAX_G_PER_KWH
from footprint.factors.live.days import DAY_NS, HOUR_NS, day_name
from footprint.factors.live.provider import Reading

_FORMAT = 1
UNIT = "g/kWh"
#: No provider states when its values no longer change, so this is our choice: a day is settled
#: two days after its end, if it is whole and the provider calls none of its values provisional.
SETTLES_NS = 2 * DAY_NS
#: How long a day that is not settled is taken from the cache: the day itself and the one after
#: it, and later ones.
RECENT_NS = 900 * NS_PER_S
UNSETTLED_NS = DAY_NS


class CachedDay(NamedTuple):
    """A day's readings and when they were read, UTC ns."""

    read_ns: int
    readings: list[Reading]

    def settled(self, day_ns: int) -> bool:
        """Whether it can be kept for good."""
        return (
            self.read_ns >= day_ns + DAY_NS + SETTLES_NS
            and all(reading.final for reading in self.readings)
            and _whole(self.readings, day_ns)
        )

    def fresh(self, day_ns: int, now_ns: int) -> bool:
        """Whether it need not be asked for again."""
        age_ns = now_ns - self.read_ns
        keep_ns = RECENT_NS if self.read_ns < day_ns + 2 * DAY_NS else UNSETTLED_NS
        return age_ns >= 0 and (age_ns < keep_ns or self.settled(day_ns))


class DayCache:
    """Days of one provider's data set. Without a root it keeps nothing."""

    def __init__(self, root: Path | None, provider: str, dataset: str) -> None:
        self.root = root
        self._key = {"format": _FORMAT, "provider": provider, "dataset": dataset}

    def get(self, zone_id: str, day_ns: int) -> CachedDay | None:
        """What was kept of a day; None where nothing was, or what was is damaged."""
        path = self._path(zone_id, day_ns)
        if path is None:
            return None
        try:
            stored = json.loads(path.read_bytes())
            expected = {**self._key, "zone": zone_id, "day": day_name(day_ns), "unit": UNIT}
            if stored.pop("digest") != _digest(stored) or not expected.items() <= stored.items():
                return None
            readings = [_reading(row, day_ns) for row in stored["readings"]]
            return CachedDay(int(stored["read_ns"]), readings)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def put(self, zone_id: str, day_ns: int, day: CachedDay) -> str:
        """Keeps a day. Returns why it could not be, or an empty string."""
        path = self._path(zone_id, day_ns)
        if path is None:
            return ""
        stored: dict[str, Any] = {
            **self._key,
            "zone": zone_id,
            "day": day_name(day_ns),
            "unit": UNIT,
            "read_ns": day.read_ns,
            "readings": [list(reading) for reading in day.readings],
        }
        stored["digest"] = _digest(stored)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, json.dumps(stored, separators=(",", ":")).encode())
        except OSError as error:
            return f"the cache {self.root} cannot be written ({error.strerror or error})"
        return ""

    def _path(self, zone_id: str, day_ns: int) -> Path | None:
        if self.root is None:
            return None
        parts = (str(self._key["provider"]), str(self._key["dataset"]), zone_id)
        names = [quote(part, safe="").replace(".", "%2E") for part in parts]  # no `..`
        return self.root.joinpath(*names) / f"{day_name(day_ns)}.json"


def default_root(environ: Mapping[str, str]) -> Path | None:
    """`footprint/live` in XDG_CACHE_HOME, else in ~/.cache (XDG Base Directory 0.8); None
    where the user has no home."""
    given = environ.get("XDG_CACHE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "footprint" / "live"
    try:
        return Path.home() / ".cache" / "footprint" / "live"
    except RuntimeError:
        return None


def _whole(readings: list[Reading], day_ns: int) -> bool:
    at_ns = day_ns
    for reading in sorted(readings):
        if reading.start_ns > at_ns:
            return False
        at_ns = max(at_ns, reading.end_ns)
    return at_ns >= day_ns + DAY_NS


def _reading(row: Any, day_ns: int) -> Reading:
    start_ns, end_ns, value, kind, final = row
    reading = Reading(int(start_ns), int(end_ns), float(value), str(kind), final is True)
    if not day_ns <= reading.start_ns < day_ns + DAY_NS:
        raise ValueError("a reading of another day")
    if not reading.start_ns < reading.end_ns <= reading.start_ns + HOUR_NS:
        raise ValueError("a reading without length, or of more than an hour")
    if not (math.isfinite(reading.g_per_kwh) and 0 <= reading.g_per_kwh <= MAX_G_PER_KWH):
        raise ValueError("a value that cannot be")
    return reading


def _digest(stored: Mapping[str, Any]) -> str:
    return sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
