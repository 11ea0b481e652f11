"""Which run each writer belongs to, once all writers of a ledger are known.

Ranks come to the same run without speaking to each other (`footprint.tracking.jobs`). Two things
show only when their records lie side by side: each host of a job may have been wrapped in a run of
its own, which are one; and a launcher's port and name may have come again in a later job, which
is another run, though its ranks worked out the same.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from footprint.ledger.reader import Facts
from footprint.ledger.utc_sets import extent
from footprint.model import NS_PER_S

#: Clocks of a job's hosts may differ so much, ns.
_CLOCKS_DIFFER = 300 * NS_PER_S

_NAMESPACE = uuid.UUID("3f1c9a52-7a38-5d4c-8d6f-5c1f0b7c2f11")


def roll_up(facts: Sequence[Facts]) -> None:
    """Puts the writers of one job into one run, and of two jobs into two."""
    jobs = _jobs(facts)
    if not jobs:
        return
    by_writer = {one.writer: index for index, one in enumerate(facts)}
    nodes = [_node(facts, index, by_writer, jobs) for index in range(len(facts))]
    groups = _Groups()
    for index, job in jobs.items():
        groups.join(nodes[index], job)
    names: dict[str, set[str]] = defaultdict(set)
    for node in {*nodes, *jobs.values()}:
        names[groups.of(node)].add(node)
    alone = set(jobs.values())
    for one, node in zip(facts, nodes, strict=True):
        together = names[groups.of(node)]
        wrappers = together - alone
        # One run around everything has its own name; of several, the job's is the one they share.
        run = min(wrappers) if len(wrappers) == 1 else min(together & alone or together)
        if run != one.context.get("run", one.writer):
            one.context = {**one.context, "run": run}


class _Groups:
    """Sets of names that are joined two at a time."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, name: str) -> str:
        while (above := self._above.get(name, name)) != name:
            name = above
        return name

    def join(self, one: str, other: str) -> None:
        one, other = self.of(one), self.of(other)
        self._above[max(one, other)] = min(one, other)


def _node(
    facts: Sequence[Facts], index: int, by_writer: dict[str, int], jobs: dict[int, str]
) -> str:
    """The run that a writer recorded; of a job that stands by itself, the job."""
    run = str(facts[index].context.get("run", facts[index].writer))
    seen: set[int] = set()
    at: int | None = index
    while at is not None and at not in seen:
        seen.add(at)
        context = facts[at].context
        if at in jobs and context["job"]["run"] == run:
            return jobs[at]
        at = by_writer.get((context.get("parent") or {}).get("writer", ""))
    return run


def _jobs(facts: Sequence[Facts]) -> dict[int, str]:
    """The job's run of each writer that is a rank of one, those of different times told apart."""
    found: dict[int, str] = {}
    again: dict[str, list[int]] = defaultdict(list)
    for index, one in enumerate(facts):
        job = one.context.get("job") or {}
        run = job.get("run")
        if run is None:
            continue
        found[index] = str(run)
        if job.get("reusable"):
            again[str(run)].append(index)
    for run, indices in again.items():
        for number, members in enumerate(_apart(facts, indices)):
            if number:
                first = min(facts[index].context["utc_ns"] for index in members)
                name = uuid.uuid5(_NAMESPACE, f"{run}:{first}").hex
                found.update(dict.fromkeys(members, name))
    return found


class _Launched(NamedTuple):
    """The ranks that one launcher process started, and when they were at work, UTC ns."""

    begin: int
    end: int
    boot: str
    ranks: frozenset[tuple[int | None, int | None]]
    members: list[int]

    def overlaps(self, other: _Launched, slack: int) -> bool:
        """Whether both were at work at one time, by clocks that differ by up to `slack` ns."""
        slack = 0 if self.boot == other.boot else slack
        return self.begin <= other.end + slack and other.begin <= self.end + slack

    def could_be_with(self, others: Sequence[_Launched], slack: int) -> bool:
        """Whether a job has room for these ranks, at the time that they were there."""
        taken = frozenset[tuple[int | None, int | None]]().union(*(one.ranks for one in others))
        return not taken & self.ranks and all(self.overlaps(one, slack) for one in others)


def _apart(facts: Sequence[Facts], indices: Sequence[int]) -> list[list[int]]:
    """Writers of jobs that go by the same identity, one list a job, the first job first.

    A job has each rank once. Launchers belong together where they were at work at the same time;
    where clocks leave that open, each host's launchers in their order.
    """
    launched: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index in indices:
        one = facts[index]
        launched[one.boot_id, str(one.context["job"].get("launched_by"))].append(index)
    spans = [_launched(facts, boot, members) for (boot, _), members in launched.items()]
    jobs: list[list[_Launched]] = []
    for span in sorted(spans, key=lambda each: (each.begin, each.boot)):
        homes = (
            job for slack in (0, _CLOCKS_DIFFER) for job in jobs if span.could_be_with(job, slack)
        )
        home = next(homes, None)
        if home is None:
            jobs.append([span])
        else:
            home.append(span)
    return [[index for span in job for index in span.members] for job in jobs]


def _launched(facts: Sequence[Facts], boot: str, members: list[int]) -> _Launched:
    own = [facts[index] for index in members]
    told = [one.context["job"] for one in own if one.context["job"].get("rank") is not None]
    start, end = extent(one.utc_extent(one.begun, max(one.t_last, one.begun)) for one in own)
    return _Launched(
        start,
        end,
        boot,
        frozenset((job["rank"], job.get("restart")) for job in told),
        members,
    )
