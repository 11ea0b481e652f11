"""Files of pinned factors in a ledger, as files: how they are named, checked and shipped.

What is in them is read by `footprint.factors.pins`. A file says by its digest whether it is what
was written, and is never changed; the one with the highest number is asked first.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from footprint.errors import LedgerError
from footprint.ledger.stores import Store

FOLDER = "factors"

_FILE = re.compile(r"pinned(?:-(\d{4,}))?\.json")


def numbered(store: Store) -> list[tuple[int, str]]:
    """(number, name in the store) of a ledger's pins."""
    found = [
        (_FILE.fullmatch(name.removeprefix(FOLDER + "/")), name) for name, _ in store.names(FOLDER)
    ]
    return [(int(match[1] or 1), name) for match, name in found if match]


def name_of(number: int) -> str:
    """What the file of a number is called, without its folder."""
    return "pinned.json" if number == 1 else f"pinned-{number:04}.json"


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of what is pinned, without its own `digest`, as hex."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def ship(source: Store, destination: Store) -> list[int]:
    """Copies a ledger's pins to another place, in their order; gives the bytes of each copied one.

    What is there already, under any name, is not copied again. Others' pins may have the same
    names: a file then gets the next number that is free, and nothing is overwritten.

    Raises LedgerError where a file is not what was written: no place would read it.
    """
    own = [(number, name, source.read(name)) for number, name in sorted(numbered(source))]
    if not own:
        return []
    taken = {number: destination.read(name) for number, name in numbered(destination)}
    copied: list[int] = []
    for number, name, data in own:
        if data in taken.values():
            continue
        _check(f"{source.where}/{name}", data)
        free = number if number not in taken else max(taken) + 1
        while not destination.create(f"{FOLDER}/{name_of(free)}", data):
            free += 1  # another run was first
        taken[free] = data
        copied.append(len(data))
    return copied


def _check(where: str, data: bytes) -> None:
    try:
        content = json.loads(data)
        holds = content.pop("digest") == digest(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        holds = False
    if not holds:
        raise LedgerError(
            f"{where} was changed after it was written, and no pins were shipped after it: restore"
            " it from a copy, or remove it and pin again (`footprint factors pin`)"
        )


__all__ = ["FOLDER", "digest", "name_of", "numbered", "ship"]
