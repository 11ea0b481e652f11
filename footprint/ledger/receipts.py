"""Notes of shipping: where files went, and how the clocks of two places differed.

    receipts/<chain>.json          at the destination: when a chain arrived last, by both clocks
    receipts/<chain>.moved.json    at the source: sealed files that were removed, and where they are

Notes are no facts: no hash holds them, and without them every figure is the same.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from footprint.ledger.sealed.manifest import Chain, SealedFile, canonical
from footprint.ledger.stores import Store

FOLDER = "receipts"
SCHEMA, MOVED = "footprint.shipped/1", "footprint.moved/1"
#: Clocks that differ by less, s, are said to agree: what networks without NTP drift apart in
#: months, and more than a place's stamp is rounded.
AGREE_S = 60.0
#: So many differences of a chain are kept, the newest ones.
_KEPT = 100


class Skew(NamedTuple):
    """That a host's clock and a place's differed when a chain was shipped.

    Attributes:
        ahead_s: the host's clock less the place's, s.
        utc: when, by the place's clock, ISO 8601.
    """

    chain: str
    number: int
    host: str
    ahead_s: float
    utc: str


def write(store: Store, chain: Chain) -> float:
    """Notes that a chain arrived, and gives the place's clock less this host's, s.

    The note is written twice: the place stamps the first, which says by how much the clocks
    differ, and the second keeps it. What was noted of earlier runs stays, where clocks differed.
    """
    name = f"{FOLDER}/{chain.id}.json"
    number = chain.links[-1].manifest.number
    kept = _skews(store, name)
    started_ns = time.time_ns()
    note: dict[str, Any] = {
        "schema": SCHEMA,
        "chain": chain.id,
        "number": number,
        "utc": _utc(started_ns),
        "skews": kept,
    }
    store.replace(name, canonical(note))
    taken_ns = time.time_ns()
    there_ns = store.written_utc_ns(name)
    behind = min(0, there_ns + 1_000_000_000 - started_ns)  # stamps of whole seconds
    ahead = max(0, there_ns - taken_ns)
    skew_s = (behind + ahead) / 1e9
    if abs(skew_s) >= AGREE_S:
        kept.append(
            {
                "number": number,
                "host": _host(chain),
                "ahead_s": round(-skew_s, 1),
                "utc": _utc(there_ns),
            }
        )
        store.replace(name, canonical({**note, "skews": kept[-_KEPT:]}))
    return skew_s


def skews(store: Store) -> list[Skew]:
    """The differences of clocks that were noted at a place, by chain."""
    found: list[Skew] = []
    for name, _ in store.names(FOLDER):
        chain = name.removeprefix(FOLDER + "/").removesuffix(".json")
        if name.endswith(".json") and "." not in chain:
            found += [
                Skew(
                    chain,
                    int(each["number"]),
                    str(each["host"]),
                    float(each["ahead_s"]),
                    str(each["utc"]),
                )
                for each in _skews(store, name)
            ]
    return found


def note_moved(store: Store, chain: str, files: Iterable[SealedFile], where: str) -> None:
    """Notes that files of a chain are at another place from now on."""
    known = moved(store, chain) | {file.path: where for file in files}
    places: dict[str, list[str]] = {}
    for path, place in sorted(known.items()):
        places.setdefault(place, []).append(path)
    note = {"schema": MOVED, "chain": chain, "files": places}
    store.replace(f"{FOLDER}/{chain}.moved.json", canonical(note))


def moved(store: Store, chain: str | None = None) -> dict[str, str]:
    """Sealed file -> the place that it was shipped to before it was removed here.

    Args:
        chain: of this chain only.
    """
    if chain is not None:
        names = [f"{FOLDER}/{chain}.moved.json"]
    else:
        names = [name for name, _ in store.names(FOLDER) if name.endswith(".moved.json")]
    found: dict[str, str] = {}
    for name in names:
        places = _read(store, name).get("files", {})
        if isinstance(places, dict):
            for place, paths in places.items():
                found.update(dict.fromkeys(map(str, paths), str(place)))
    return found


def _skews(store: Store, name: str) -> list[dict[str, Any]]:
    found = _read(store, name).get("skews", [])
    keys = {"number", "host", "ahead_s", "utc"}
    if not isinstance(found, list):
        return []
    return [each for each in found if isinstance(each, dict) and keys <= each.keys()]


def _read(store: Store, name: str) -> dict[str, Any]:
    """A note, or nothing where there is none that can be read: no figure rests on it."""
    try:
        found = json.loads(store.read(name))
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _host(chain: Chain) -> str:
    """The host of the newest journals of a chain: the one whose ledger it is, as a rule."""
    for link in reversed(chain.links):
        if link.manifest.journals:
            return link.manifest.journals[-1].host
    return ""


def _utc(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // 1_000_000_000, UTC):%Y-%m-%dT%H:%M:%SZ}"
