"""Shares over columns: as `accounts.shares` has them, number for number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from footprint.accounts import shares as plain
from footprint.accounts.shares import GPU_REACH, NEAR, ONE, ancestors
from footprint.estimators.columns import Flags, Floats, Ints
from footprint.estimators.columns.cells import CellColumns
from footprint.ledger import columns
from footprint.ledger.reader import Facts
from footprint.model import Device


def whole(edges: Ints) -> Floats:
    """All of every cell."""
    return np.ones(max(0, len(edges) - 1))


def of_host(
    device: Device, edges: Ints, facts: Sequence[Facts], members: Sequence[int]
) -> Floats | None:
    """A family's share of each cell of a CPU or of memory; None where no member sampled it."""
    usage = {member: columns.of(facts[member].rows, "usage") for member in members}
    known = [member for member in members if len(usage[member])]
    if not known:
        return None
    if any((rows["t"][1:] < rows["t"][:-1]).any() for rows in usage.values()):
        found = plain.of_host(device, edges.tolist(), facts, members)
        return None if found is None else np.array(found)
    above = ancestors(facts, members)
    known.sort(key=lambda member: (len(above[member]), member))
    shares = {member: _of_one(device, edges, facts[member], usage[member]) for member in known}
    if len(known) == 1:
        return shares[known[0]]
    taken: dict[int, Flags] = {}
    total = np.zeros(max(0, len(edges) - 1))
    for member in known:
        times = usage[member]["t"]
        at = np.searchsorted(times, edges[:-1] - NEAR)
        last = len(times) - 1
        near = (at <= last) & (times[np.minimum(at, last)] <= edges[1:] + NEAR)
        for other in above[member] & taken.keys():
            near &= ~taken[other]
        taken[member] = near
        total += np.where(near, shares[member], 0.0)
    anybody = np.logical_or.reduce(list(taken.values()))
    return np.where(anybody, np.minimum(1.0, total), shares[known[0]])


def _of_one(device: Device, edges: Ints, one: Facts, usage: Any) -> Floats:
    if device.kind == "dram":
        return memory(edges, usage, one.context.get("hardware", {}).get("memory_bytes") or 0)
    return cpu(edges, usage, of_group=device.scope == "share")


def cpu(edges: Ints, usage: Any, *, of_group: bool) -> Floats:
    """The tree's part of the busy CPU time of the machine, or of its control group."""
    times = usage["t"]
    done = np.diff(_at_each(edges, times, usage["tree_cpu_ns"]))
    all_done = np.diff(_at_each(edges, times, usage["group_cpu_ns" if of_group else "busy_cpu_ns"]))
    some = all_done > 0
    shares = np.divide(done, all_done, out=np.zeros(len(done)), where=some)
    shares = np.where(some, np.clip(shares, 0.0, 1.0), 0.0)
    # Before the first sample and after the last, the nearest that is known.
    first = int(np.searchsorted(edges[1:], times[0], "right"))
    last = int(np.searchsorted(edges[:-1], times[-1])) - 1
    if first <= last:
        shares[:first], shares[last + 1 :] = shares[first], shares[last]
    return shares


def memory(edges: Ints, usage: Any, total: float) -> Floats:
    """The tree's part of the memory."""
    usage = usage[usage["resident_bytes"] != 0]  # 0: not known then
    if not total or not len(usage):
        return np.zeros(max(0, len(edges) - 1))
    used = _at_each(edges, usage["t"], usage["resident_bytes"])
    found: Floats = np.minimum(1.0, (used[:-1] + used[1:]) / 2 / total)
    return found


def _at_each(instants: Ints, times: Ints, values: Ints) -> Floats:
    """A cumulative field at instants, between samples in proportion; held at the ends."""
    after = np.searchsorted(times, instants, "right")
    right = np.clip(after, min(1, len(times) - 1), len(times) - 1)
    left = np.maximum(right - 1, 0)
    t0, v0 = times[left], values[left]
    part = (instants - t0) / np.maximum(times[right] - t0, 1)
    found = v0 + (values[right] - v0) * part
    found = np.where(after == 0, float(values[0]), found)
    return np.where(after == len(times), float(values[-1]), found)


def while_alive(edges: Ints, of_cells: Floats, begun: int, over: int) -> Floats:
    """A family's shares, and nothing in the cells before it began and after it was over."""
    return np.where((edges[1:] > begun) & (edges[:-1] < over), of_cells, 0.0)


class _Told(NamedTuple):
    """What a writer was told of a GPU: from, to, share or -1."""

    start: Ints
    end: Ints
    share: Floats


def of_gpu(
    device: Device, edges: Ints, facts: Sequence[Facts], families: Mapping[int, list[int]]
) -> Floats:
    """The part of each cell of a GPU that belongs to any tracked family; 1 where not known."""
    by_family = [
        [rows for member in members if len((rows := _told(device, facts[member])).end)]
        for members in families.values()
    ]
    told = [writers for writers in by_family if writers]
    every = [rows for writers in told for rows in writers]
    if all((each.share == 1.0).all() for each in every):
        return whole(edges)
    if any((each.end[1:] < each.end[:-1]).any() for each in every):
        return np.array(plain.of_gpu(device, edges.tolist(), facts, families))
    size = max(0, len(edges) - 1)
    total = np.zeros(size)
    anybody, nobody_knows = np.zeros((2, size), bool)
    for writers in told:
        most, heard = np.full(size, -1.0), np.zeros(size, bool)
        for each in writers:
            mean, asked, known = _mean(each, edges)
            heard |= asked
            most = np.where(known, np.maximum(most, mean), most)
        anybody |= heard
        nobody_knows |= heard & (most < 0)
        total += np.where(most < 0, 0.0, most)
    return np.where(~anybody | nobody_knows, 1.0, np.minimum(1.0, total))


def _told(device: Device, one: Facts) -> _Told:
    rows = columns.of(one.rows, "gpu_usage")
    own = [number for number, each in one.devices.items() if each.id == device.id]
    rows = rows[np.isin(rows["device"], own)]
    end = rows["t"].astype(np.int64)
    start = end - GPU_REACH
    start[1:] = np.maximum(start[1:], end[:-1])
    return _Told(start, end, rows["share"].astype(np.float64))


def _mean(rows: _Told, edges: Ints) -> tuple[Floats, Flags, Flags]:
    """The mean share within each cell, whether anything was asked then, and whether it is known."""
    left, right = edges[:-1], edges[1:]
    first = np.searchsorted(rows.end, left)
    count = np.maximum(np.searchsorted(rows.start, right) - first, 0)
    cell = np.repeat(np.arange(len(left)), count)
    row = first[cell] + np.arange(len(cell)) - np.repeat(np.cumsum(count) - count, count)
    part = np.minimum(rows.end[row], right[cell]) - np.maximum(rows.start[row], left[cell])
    part = np.maximum(part, 0)
    size = len(left)
    unknown = np.bincount(cell, (part > 0) & (rows.share[row] < 0), size) > 0
    amount = np.bincount(cell, rows.share[row] * part, size)
    length = np.bincount(cell, part, size)
    mean = np.divide(amount, length, out=np.zeros(size), where=length > 0)
    return mean, (length > 0) | unknown, (length > 0) & ~unknown


def split(cells: CellColumns, shares: Sequence[Floats]) -> list[CellColumns]:
    """A device's cells, divided by shares; where these exceed 1 together, in proportion."""
    if len(shares) == 1 and (shares[0] == 1.0).all():
        return [cells]
    total = np.zeros(cells.size)
    for each in shares:
        total += each
    total = np.maximum(1.0, total)
    # An amount times a share of 30 bits is more than 64 bits: its upper part is divided first.
    upper, lower = cells.energy // ONE, cells.energy % ONE
    parts: list[CellColumns] = []
    for each in shares:
        scale = (each / total * ONE).astype(np.int64)
        parts.append(cells._replace(energy=upper * scale + lower * scale // ONE))
    return parts
