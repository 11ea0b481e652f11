"""When each work was innermost, for columns of works: as `footprint.estimators.leaves` says it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from footprint.estimators.cells import FULL
from footprint.estimators.columns import Flags, Ints, fits

#: Parts of a window that are turned into densities stay below this, so that 64 bits hold them.
_LONGEST_PART = 2.0**42


class Works(NamedTuple):
    """Spans and folds, one element each; columns as the fields of `leaves.Work`."""

    start: Ints
    end: Ints
    parent: Ints
    covered_ns: Ints
    self_ns: Ints
    background: Flags


class Holds(NamedTuple):
    """What was not a span's own although no child ran: index of the work, from, to, ns held."""

    work: Ints
    start: Ints
    end: Ints
    held_ns: Ints


def firsts(entry: Ints) -> Flags:
    """Which segments are the first of their entry."""
    found = np.ones(len(entry), bool)
    found[1:] = entry[1:] != entry[:-1]
    return found


class Segments(NamedTuple):
    """Stretches in which an entry was innermost, by entry and then by time; none is empty."""

    entry: Ints
    start: Ints
    end: Ints
    density: Ints
    background: Flags

    def of(self, chosen: Flags) -> Segments:
        """Those that are chosen."""
        if chosen.all():
            return self
        return self.at(chosen)

    def at(self, which: Flags | slice) -> Segments:
        """Some of them, in this order."""
        return Segments(
            self.entry[which],
            self.start[which],
            self.end[which],
            self.density[which],
            self.background[which],
        )


class _Taken(NamedTuple):
    """Stretches that are taken out of works."""

    work: Ints
    start: Ints
    end: Ints
    density: Ints


def leaves(works: Works, holds: Holds) -> Segments:
    """The segments of works; `entry` is a work's index. Raises TooLarge."""
    real, folded = works.end > works.start, works.covered_ns >= 0
    taken = _taken(works, holds, real)
    split = np.zeros(len(works.start), bool)
    split[taken.work] = True
    entry: list[Ints] = []
    start: list[Ints] = []
    end: list[Ints] = []
    density: list[Ints] = []
    whole = np.flatnonzero(real & ~folded & ~split)
    own = np.flatnonzero(real & folded)
    thickness = _density(works.self_ns[own], (works.end - works.start)[own])
    own, thickness = own[thickness > 0], thickness[thickness > 0]
    for index, dense in ((whole, np.full(len(whole), FULL)), (own, thickness)):
        entry.append(index)
        start.append(works.start[index])
        end.append(works.end[index])
        density.append(dense)
    cut = (split & real & ~folded)[taken.work]
    rest = _rest(works, _Taken(*(column[cut] for column in taken)))
    for column, more in zip((entry, start, end, density), rest, strict=True):
        column.append(more)
    index = np.concatenate(entry)
    order = np.argsort(index, kind="stable")
    index = index[order]
    of_fold = folded[index]
    return Segments(
        index,
        np.concatenate(start)[order],
        np.concatenate(end)[order],
        np.concatenate(density)[order].astype(np.int64),
        works.background[index] & ~of_fold,
    )


def _density(part_ns: Ints, whole_ns: Ints) -> Ints:
    fits("a part of a window", part_ns, _LONGEST_PART)
    found = np.minimum(FULL, part_ns * FULL // np.maximum(whole_ns, 1))
    return np.where(whole_ns > 0, found, 0)


def _taken(works: Works, holds: Holds, real: Flags) -> _Taken:
    """What children and consumers take out of works."""
    child = np.flatnonzero((works.parent >= 0) & real)
    above = works.parent[child]
    # A fold knows its own time already, and a run has what is left.
    displaces = (works.covered_ns[above] < 0) & (~works.background[above] | works.background[child])
    child, above = child[displaces], above[displaces]
    start = np.maximum(works.start[child], works.start[above])
    end = np.minimum(works.end[child], works.end[above])
    there = end > start
    child, above, start, end = child[there], above[there], start[there], end[there]
    covered = works.covered_ns[child]
    part = _density(np.maximum(covered, 0), (works.end - works.start)[child])
    density = np.where(covered < 0, FULL, part)
    return _Taken(
        np.concatenate([above, holds.work]),
        np.concatenate([start, np.maximum(holds.start, works.start[holds.work])]),
        np.concatenate([end, np.minimum(holds.end, works.end[holds.work])]),
        np.concatenate([density, _density(holds.held_ns, holds.end - holds.start)]),
    )


def _gaps(work: int, works: Works, taken: _Taken) -> tuple[Ints, Ints, Ints, Ints]:
    """As `_rest` of one work, of which all that is taken is taken whole: what it does not cover."""
    order = np.argsort(taken.start, kind="stable")
    start, end = taken.start[order], np.maximum.accumulate(taken.end[order])
    begins = np.concatenate([works.start[work : work + 1], end])
    stops = np.concatenate([start, works.end[work : work + 1]])
    there = stops > begins
    begins, stops = begins[there], stops[there]
    return np.full(len(begins), work), begins, stops, np.full(len(begins), FULL)


def _rest(works: Works, taken: _Taken) -> tuple[Ints, Ints, Ints, Ints]:
    """What is left of works where parts of them are taken: entry, start, end, density."""
    is_cut = np.zeros(len(works.start), bool)
    is_cut[taken.work] = True
    those = np.flatnonzero(is_cut)
    if len(those) == 1 and (taken.density == FULL).all():
        return _gaps(int(those[0]), works, taken)
    number = (np.cumsum(is_cut) - 1)[taken.work]
    count = len(those)
    work = np.concatenate([number, number, np.arange(count)])
    t = np.concatenate([taken.start, taken.end, works.end[those]])
    change = np.concatenate([taken.density, -taken.density, np.zeros(count, np.int64)])
    order = np.lexsort((t, work)) if count > 1 else np.argsort(t, kind="stable")
    work, t, change = work[order], t[order], change[order]
    load = np.cumsum(change) - change  # each work's changes add up to nothing
    before = np.empty_like(t)
    if len(t):
        before[0] = works.start[those[0]]
        before[1:] = np.where(work[1:] == work[:-1], t[:-1], works.start[those[work[1:]]])
    left = FULL - np.minimum(load, FULL)
    kept = (t > before) & (left > 0)
    return those[work[kept]], before[kept], t[kept], left[kept]
