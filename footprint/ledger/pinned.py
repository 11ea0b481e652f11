"""Files of pinned factors in a ledger, as files: how they are named, checked and shipped.

What is in them is read by `footprint.factors.pins`. A file says by its digest whether it is what
was written, and is never changed; the one with the highest number is asked first.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from footprint.errors import LedgerError
from footprint.ledger.stores import Store

FOLDER = "factors"

_FILE = re.compile(r"pinned(?:-(\d{4,}))?\.json")


_Content = TypeVar("_Content")


def number_of(name: str) -> int | None:
    """The number of a file of pins, by its name in the store; None for any other file."""
    match = _FILE.fullmatch(name.removeprefix(FOLDER + "/"))
    return int(match[1] or 1) if match and name.startswith(FOLDER + "/") else None


def numbered(store: Store) -> list[tuple[int, str]]:
    """(number, name in the store) of a ledger's pins."""
    found = ((number_of(name), name) for name, _ in store.names(FOLDER))
    return [(number, name) for number, name in found if number is not None]


def place_of(content: _Content, there: Mapping[int, _Content], after: int) -> int | None:
    """The number that a ledger's pin has in a place to which it may have been shipped, or None.

    Numbers say no more than which pin is asked first: shipping gives others where they are taken.

    Args:
        content: what is in it, or a hash of that.
        there: the place's pins by number.
        after: the number there of the ledger's pin before this one; 0 for its first.
    """
    found = (number for number, each in there.items() if number > after and each == content)
    return min(found, default=None)


def name_of(number: int) -> str:
    """What the file of a number is called, without its folder."""
    return "pinned.json" if number == 1 else f"pinned-{number:04}.json"


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of what is pinned, without its own `digest`, as hex."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def ship(source: Store, destination: Store) -> list[int]:
    """Copies a ledger's pins to another place, in their order; gives the bytes of each copied one.

    What is there already, in this order and under any number, is not copied again. Others' pins may
    have the same names: a file then gets the next number that is free, and nothing is overwritten.

    Raises LedgerError where a file is not what was written: no place would read it.
    """
    own = [(number, name, source.read(name)) for number, name in sorted(numbered(source))]
    if not own:
        return []
    taken = {number: destination.read(name) for number, name in numbered(destination)}
    copied: list[int] = []
    last = 0
    for number, name, data in own:
        at = place_of(data, taken, last)
        if at is None:
            _check(f"{source.where}/{name}", data)
            is_free = number not in taken and number > last
            at = number if is_free else max(taken) + 1
            while not destination.create(f"{FOLDER}/{name_of(at)}", data):
                at += 1  # another run was first
            taken[at] = data
            copied.append(len(data))
        last = at
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


__all__ = ["FOLDER", "digest", "name_of", "number_of", "numbered", "place_of", "ship"]
