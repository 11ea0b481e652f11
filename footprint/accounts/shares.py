"""The part of a device's energy that a tracked tree of processes answers for, cell by cell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from footprint.estimators.attribution import Cells
from footprint.ledger.format import USAGE
from footprint.ledger.reader import Facts
from footprint.model import NS_PER_S, Device

Row = tuple[int, ...]

TREE, BUSY, RESIDENT, GROUP = (
    USAGE.fields.index(name)
    for name in ("tree_cpu_ns", "busy_cpu_ns", "resident_bytes", "group_cpu_ns")
)
#: Shares as integers, so that parts never add up to more than there is.
ONE = 1 << 30
#: A writer that took a sample this near to a cell speaks for it, ns.
NEAR = NS_PER_S
#: A GPU's share is asked once a second: an answer is of at most so long before, ns.
GPU_REACH = 1_500_000_000


def of_host(
    device: Device, edges: Sequence[int], facts: Sequence[Facts], members: Sequence[int]
) -> list[float] | None:
    """A family's share of each cell of a CPU or of memory; None where no member sampled it.

    Each member knows of itself and what it started. The outermost speaks for all; where it was
    quiet or is over, those below it do.
    """
    known = [member for member in members if facts[member].rows["usage"]]
    if not known:
        return None
    above = ancestors(facts, members)
    known.sort(key=lambda member: (len(above[member]), member))
    shares = {member: _of_one(device, edges, facts[member]) for member in known}
    if len(known) == 1:
        return shares[known[0]]
    times = {member: [row[0] for row in facts[member].rows["usage"]] for member in known}
    found: list[float] = []
    for cell in range(len(edges) - 1):
        taken: set[int] = set()
        total = 0.0
        for member in known:
            at = bisect_left(times[member], edges[cell] - NEAR)
            near = at < len(times[member]) and times[member][at] <= edges[cell + 1] + NEAR
            if near and not above[member] & taken:
                taken.add(member)
                total += shares[member][cell]
        found.append(min(1.0, total) if taken else shares[known[0]][cell])
    return found


def ancestors(facts: Sequence[Facts], members: Sequence[int]) -> dict[int, set[int]]:
    index = {facts[member].writer: member for member in members}
    above: dict[int, set[int]] = {}
    for member in members:
        chain: set[int] = set()
        outer = facts[member].context.get("parent")
        while outer is not None and (at := index.get(outer["writer"])) is not None:
            if at in chain:
                break
            chain.add(at)
            outer = facts[at].context.get("parent")
        above[member] = chain
    return above


def _of_one(device: Device, edges: Sequence[int], one: Facts) -> list[float]:
    usage = one.rows["usage"]
    if device.kind == "dram":
        return memory(edges, usage, one.context.get("hardware", {}).get("memory_bytes") or 0)
    return cpu(edges, usage, of_group=device.scope == "share")


def while_alive(
    edges: Sequence[int], of_cells: Sequence[float], begun: int, over: int
) -> list[float]:
    """A family's shares, and nothing in the cells before it began and after it was over.

    Another run of the same ledger had those: of six runs, one after the other, the first would
    be left a sixth of its own energy.
    """
    return [
        share if edges[cell + 1] > begun and edges[cell] < over else 0.0
        for cell, share in enumerate(of_cells)
    ]


def cpu(edges: Sequence[int], usage: Sequence[Row], *, of_group: bool) -> list[float]:
    """The tree's part of the busy CPU time of the machine, or of its control group."""
    times = [row[0] for row in usage]
    tree = _at_each(edges, times, usage, TREE)
    busy = _at_each(edges, times, usage, GROUP if of_group else BUSY)
    shares: list[float] = []
    for index in range(len(edges) - 1):
        done, all_done = tree[index + 1] - tree[index], busy[index + 1] - busy[index]
        # Two clocks with ticks of 10 ms: a tree can seem busier than its machine.
        shares.append(min(1.0, max(0.0, done / all_done)) if all_done > 0 else 0.0)
    # Before the first sample and after the last, the nearest that is known.
    first = next((cell for cell in range(len(shares)) if edges[cell + 1] > times[0]), len(shares))
    last = next((cell for cell in range(len(shares) - 1, -1, -1) if edges[cell] < times[-1]), -1)
    if first <= last:
        shares[:first] = [shares[first]] * first
        shares[last + 1 :] = [shares[last]] * (len(shares) - last - 1)
    return shares


def memory(edges: Sequence[int], usage: Sequence[Row], total: float) -> list[float]:
    """The tree's part of the memory."""
    usage = [row for row in usage if row[RESIDENT]]  # 0: not known then
    if not total or not usage:
        return [0.0] * max(0, len(edges) - 1)
    times = [row[0] for row in usage]
    used = _at_each(edges, times, usage, RESIDENT)
    return [
        min(1.0, (used[index] + used[index + 1]) / 2 / total) for index in range(len(edges) - 1)
    ]


def _at_each(
    instants: Sequence[int], times: Sequence[int], rows: Sequence[Row], field: int
) -> list[float]:
    """A cumulative field at instants, between samples in proportion; held at the ends.

    Instants and samples are in order, so that both are gone through once. What is divided are
    times: a product of two integers would have to be exact to be the same over columns.
    """
    values = [row[field] for row in rows]
    found: list[float] = []
    after, count = 0, len(times)
    for t in instants:
        while after < count and times[after] <= t:
            after += 1
        if after == 0:
            found.append(float(values[0]))
        elif after == count:
            found.append(float(values[-1]))
        else:
            t0, v0 = times[after - 1], values[after - 1]
            found.append(v0 + (values[after] - v0) * ((t - t0) / max(times[after] - t0, 1)))
    return found


def of_gpu(
    device: Device, edges: Sequence[int], facts: Sequence[Facts], families: Mapping[int, list[int]]
) -> list[float]:
    """The part of each cell of a GPU that belongs to any tracked family; 1 where not known."""
    by_family = [
        [rows for member in members if (rows := _gpu_rows(device, facts[member]))]
        for members in families.values()
    ]
    told = [writers for writers in by_family if writers]
    if all(share == 1.0 for writers in told for rows in writers for _, _, share in rows):
        return whole(edges)
    shares: list[float] = []
    for cell in range(len(edges) - 1):
        left, right = edges[cell], edges[cell + 1]
        known: list[float | None] = []
        for writers in told:
            found = [_mean(rows, left, right) for rows in writers]
            heard = [each for each in found if each is not _SILENT]
            if heard:  # who started the others knows of them too
                known.append(max((each for each in heard if each is not None), default=None))
        total = added(each or 0.0 for each in known)
        shares.append(1.0 if not known or None in known else min(1.0, total))
    return shares


#: (from, to, share or -1) of what a writer was told.
_Told = tuple[int, int, float]
_SILENT = float("nan")


def _gpu_rows(device: Device, one: Facts) -> list[_Told]:
    rows: list[_Told] = []
    before = -(2**63)
    for number, share, t, _, _ in one.rows["gpu_usage"]:
        if number in one.devices and one.devices[number].id == device.id:
            rows.append((max(before, t - GPU_REACH), t, share))
            before = t
    return rows


def _mean(rows: Sequence[_Told], left: int, right: int) -> float | None:
    """The mean share within a cell; None: not told, _SILENT: nothing was asked then."""
    amount = length = 0.0
    at = bisect_left(rows, left, key=lambda row: row[1])
    while at < len(rows) and rows[at][0] < right:
        start, end, share = rows[at]
        part = min(end, right) - max(start, left)
        if part > 0 and share < 0:
            return None
        amount, length = amount + share * max(part, 0), length + max(part, 0)
        at += 1
    return amount / length if length else _SILENT


def whole(edges: Sequence[int]) -> list[float]:
    """All of every cell."""
    return [1.0] * max(0, len(edges) - 1)


def split(cells: Cells, shares: Sequence[Sequence[float]]) -> list[Cells]:
    """A device's cells, divided by shares; where these exceed 1 together, in proportion.

    Whole nJ, rounded down: the parts of a cell never add up to more than it holds.
    """
    if len(shares) == 1 and all(share == 1.0 for share in shares[0]):
        return [cells]
    parts: list[list[int | None]] = [[] for _ in shares]
    for cell, amount in enumerate(cells.energy):
        total = max(1.0, added(each[cell] for each in shares))
        for part, each in zip(parts, shares, strict=True):
            scale = int(each[cell] / total * ONE)
            part.append(None if amount is None else amount * scale // ONE)
    return [cells._replace(energy=part) for part in parts]


def added(shares: Iterable[float]) -> float:
    """Shares, one after the other: `sum` would round differently from Python 3.12 on."""
    total = 0.0
    for share in shares:
        total += share
    return total


#: A stretch of time, and the GPUs on which a context was seen in it; None: not known.
Residence = tuple[int, int, tuple[str, ...] | None]


def residence(one: Facts) -> Iterator[Residence]:
    """On which GPUs the writer's tree had a context, and when."""
    for index, (t, devices) in enumerate(one.residents):
        until = one.residents[index + 1][0] if index + 1 < len(one.residents) else 2**63 - 1
        # Asked once a second: a context found just after a span's end was there before it.
        yield t - GPU_REACH, until, devices


def resident(one: Facts, start: int, end: int) -> set[str] | None:
    """GPUs on which the writer's tree had a context at some time between; None: not known."""
    found: set[str] = set()
    known = False
    for since, until, devices in residence(one):
        if devices is not None and since <= end and until >= start:
            found.update(devices)
            known = True
    return found if known else None
