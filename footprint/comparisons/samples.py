"""A group's single measurements: what each call used, for how many items, in how long.

Spans called from spans of the same group belong to those: a call's energy is that of its whole
tree, as far as it is in the group. Own energies are never counted twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from footprint.accounts.entries import Entry
from footprint.accounts.lines import Book
from footprint.model import NJ_PER_J, NS_PER_S


class Sample(NamedTuple):
    """A call: when it began (UTC ns), in which run, its energy, items and time."""

    start_ns: int
    run: str
    energy_j: float
    items: float
    busy_s: float


def samples(book: Book, chosen: Sequence[int], items: Callable[[Entry], float]) -> list[Sample]:
    """The calls of some entries, by start.

    Args:
        chosen: indices of entries.
        items: how many things an entry counts for.
    """
    outermost = _outermost(book.entries, chosen)
    energy = dict.fromkeys(outermost.values(), 0)
    count: dict[int, list[float]] = {top: [] for top in energy}
    for index, top in outermost.items():
        energy[top] += sum(part.energy.mid_nj for part in book.used[index].values())
        count[top].append(items(book.entries[index]))
    found = []
    for top, joules in energy.items():
        entry = book.entries[top]
        one = book.facts[entry.writer]
        run = str(one.context.get("run", one.writer))
        start = one.utc_ns(entry.start)
        busy_s = entry.busy_ns / NS_PER_S
        found.append(Sample(start, run, joules / NJ_PER_J, math.fsum(count[top]), busy_s))
    return sorted(found)


def by_run(found: Iterable[Sample]) -> list[Sample]:
    """The same by run, in the order of their starts."""
    runs: dict[str, list[Sample]] = {}
    for sample in sorted(found):
        runs.setdefault(sample.run, []).append(sample)
    return [
        Sample(
            group[0].start_ns,
            run,
            math.fsum(each.energy_j for each in group),
            math.fsum(each.items for each in group),
            math.fsum(each.busy_s for each in group),
        )
        for run, group in runs.items()
    ]


def active_s(book: Book, chosen: Sequence[int]) -> float:
    """Seconds in which any of the entries ran; of folds, those that their calls covered."""
    stretches: list[tuple[int, int]] = []
    folded_ns = 0
    for index in set(_outermost(book.entries, chosen).values()):
        entry = book.entries[index]
        if entry.folded:
            folded_ns += entry.covered_ns
        else:
            stretches.append((book.utc_ns(entry, entry.start), book.utc_ns(entry, entry.end)))
    return (_union_ns(stretches) + folded_ns) / NS_PER_S


def elapsed_s(book: Book, chosen: Iterable[int]) -> float:
    """Seconds of the entries' runs, each from its first start to its last end; overlaps once."""
    runs: dict[str, tuple[int, int]] = {}
    for index in chosen:
        entry = book.entries[index]
        one = book.facts[entry.writer]
        run = str(one.context.get("run", one.writer))
        start, end = one.utc_ns(entry.start), one.utc_ns(entry.end)
        before = runs.get(run, (start, end))
        runs[run] = min(start, before[0]), max(end, before[1])
    return _union_ns(runs.values()) / NS_PER_S


def _union_ns(stretches: Iterable[tuple[int, int]]) -> int:
    covered = reached = 0
    for start, end in sorted(stretches):
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def _outermost(entries: Sequence[Entry], chosen: Iterable[int]) -> dict[int, int]:
    """By chosen entry, the outermost chosen one above it, or itself."""
    inside = set(chosen)
    found: dict[int, int] = {}
    for index in inside:
        top, at = index, entries[index].parent
        seen = {index}  # a damaged ledger may hold a ring
        while at >= 0 and at not in seen:
            seen.add(at)
            top = at if at in inside else top
            at = entries[at].parent
        found[index] = top
    return found
