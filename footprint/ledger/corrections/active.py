"""Which corrections hold: one that is voided by one that holds does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from footprint.ledger.corrections.correction import VOID, Correction


class Standing(NamedTuple):
    """Corrections, each once, the earliest first.

    Attributes:
        all: all of them.
        holding: ids of those that hold.
        voided_by: id -> the ids of those that void it and hold.
        circular: ids of those that void each other in a ring: none of them holds.
    """

    all: tuple[Correction, ...]
    holding: frozenset[str]
    voided_by: dict[str, tuple[str, ...]]
    circular: frozenset[str]

    @property
    def held(self) -> tuple[Correction, ...]:
        """Those that hold, the earliest first."""
        return tuple(each for each in self.all if each.id in self.holding)


def standing(corrections: Iterable[Correction]) -> Standing:
    """Which corrections hold. Their order does not matter; one that is there twice counts once."""
    by_id: dict[str, Correction] = {}
    for each in sorted(corrections, key=lambda one: (one.order, repr(one))):
        by_id.setdefault(each.id, each)
    voids = {each.id: _known(each, by_id) for each in by_id.values() if each.action == VOID}
    against: dict[str, list[str]] = {name: [] for name in by_id}
    for name, targets in voids.items():
        for target in targets:
            against[target].append(name)
    # From those that nothing voids, inwards: each is settled when all that void it are.
    open_ = {name: len(voiders) for name, voiders in against.items()}
    settled = [name for name, count in open_.items() if not count]
    holding: set[str] = set()
    for name in settled:  # it grows
        if not any(voider in holding for voider in against[name]):
            holding.add(name)
        for target in voids.get(name, ()):
            open_[target] -= 1
            if not open_[target]:
                settled.append(target)
    return Standing(
        tuple(by_id.values()),
        frozenset(holding),
        {
            name: tuple(each for each in voiders if each in holding)
            for name, voiders in against.items()
            if any(each in holding for each in voiders)
        },
        frozenset(by_id) - frozenset(settled),
    )


def _known(one: Correction, by_id: dict[str, Correction]) -> Sequence[str]:
    return [name for name in dict.fromkeys(one.corrects) if name in by_id]
