"""Exact sums of doubles, so that what is added in parts comes to the same as at once.

A sum is kept as a few doubles that do not overlap, greatest first; together they are the sum
exactly. Most sums are whole numbers, and one double is enough.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

#: An exact sum; () is 0.
Sum = tuple[float, ...]


def exact_sum(values: Iterable[float]) -> Sum:
    """The sum of some doubles, which are finite."""
    rest = list(values)
    found: list[float] = []
    while (part := math.fsum(rest)) != 0.0:
        found.append(part)
        rest.append(-part)
    return tuple(found)


def rounded(amount: Sum) -> float:
    """The double that is nearest to a sum."""
    return amount[0] if amount else 0.0


def added(one: Mapping[str, Sum], other: Mapping[str, Sum]) -> dict[str, Sum]:
    """Sums by name, added; the names in order."""
    names = sorted({*one, *other})
    return {name: _both(one.get(name), other.get(name)) for name in names}


def _both(one: Sum | None, other: Sum | None) -> Sum:
    if one is None or other is None:
        return one or other or ()
    return exact_sum([*one, *other])
