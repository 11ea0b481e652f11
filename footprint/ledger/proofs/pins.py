"""Files of pinned factors held against a head: what is in them counts, and the order of them.

Shipping gives a file another number where its own is taken (`ledger.pinned`). What is asked first
goes by number, so a head proves that all its pins are there, whole, and in their order; not under
which numbers, nor which others are between them: it does not know those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from footprint.ledger.pinned import number_of, place_of
from footprint.ledger.proofs.findings import Finding

#: (bytes, SHA-256) by name in the store.
Files = Mapping[str, tuple[int, str]]

_RESTORE = "put it back from a copy"


def pins(known: Files, places: Sequence[Files]) -> Iterator[Finding]:
    """What is not as a head says.

    Args:
        known: the files that the head knows; those that are no pins are passed over.
        places: all files of pins of each place that is looked at.
    """
    wanted = _by_number(known)
    names = {number: name for name in known if (number := number_of(name)) is not None}
    there = [_by_number(place) for place in places]
    found = {number for place in there for number in _standing(wanted, place)}
    for number, content in sorted(wanted.items()):
        if number in found:
            continue
        if any(content in place.values() for place in there):
            text = (
                "the pins of the head are there in another order, and the highest number is asked"
                " first: give the files their names back, or ship their ledger again"
            )
            yield Finding("moved", names[number], text)
        elif any(number in place for place in there):
            text = (
                "it is not what it was when the head was made, nor is any other file of pinned"
                f" factors: {_RESTORE}"
            )
            yield Finding("changed", names[number], text)
        else:
            text = f"the head knows it, and no file of pinned factors is what it was: {_RESTORE}"
            yield Finding("missing", names[number], text)


def _standing(
    wanted: Mapping[int, tuple[int, str]], there: Mapping[int, tuple[int, str]]
) -> Iterator[int]:
    """The numbers of those pins that a place has, in their order."""
    last = 0
    for number, content in sorted(wanted.items()):
        at = place_of(content, there, last)
        if at is not None:
            yield number
            last = at


def _by_number(files: Files) -> dict[int, tuple[int, str]]:
    found = ((number_of(name), content) for name, content in files.items())
    return {number: content for number, content in found if number is not None}


__all__ = ["Files", "pins"]
