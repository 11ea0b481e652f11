"""Who gets what of a device's energy in a tick: the rule of the books, in the rough.

A GPU's goes to the programs that have a span on it, shared alike; a host's CPU and memory by each
program's share of them. A program has a span on a device all the time where one is in flight, else
for as much of it as its calls took that ended lately: short ones are seldom seen in flight. What is
left is idle, or of programs that nobody tracks. Nothing is given twice: the parts never come to
more than the device drew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from footprint.model import Device
from footprint.top.programs import InFlight, Program, on_gpu


class Tree(NamedTuple):
    """A program and those that it started: one line of the view.

    Attributes:
        members: its writers, the outermost first.
    """

    members: tuple[Program, ...]

    @property
    def root(self) -> Program:
        """The outermost: what it tells of the host's use is of all of them."""
        return self.members[0]

    @property
    def id(self) -> str:
        """What it is known by from tick to tick."""
        return self.root.facts.writer

    @property
    def in_flight(self) -> Iterator[tuple[Program, InFlight]]:
        """Its spans in flight: calls and blocks, else whole runs."""
        found = [(each, span) for each in self.members for span in each.in_flight]
        inner = [each for each in found if not each[1].path.background]
        yield from inner or found


def trees(programs: Sequence[Program]) -> list[Tree]:
    """Programs by the one that started them."""
    by_writer = {each.facts.writer: each for each in programs}
    members: dict[str, list[Program]] = {}
    for each in programs:
        found = members.setdefault(_outermost(each, by_writer), [])
        found.append(each)
    return [
        Tree(tuple(sorted(found, key=lambda each: each.facts.writer != root)))
        for root, found in members.items()
    ]


def _outermost(program: Program, by_writer: dict[str, Program]) -> str:
    seen: list[str] = []
    at: Program | None = program
    while at is not None and at.facts.writer not in seen:  # a damaged ledger may hold a ring
        seen.append(at.facts.writer)
        at = by_writer.get((at.facts.context.get("parent") or {}).get("writer", ""))
    return seen[-1]


def shares(device: Device, boot_id: str, found: Sequence[Tree]) -> dict[str, float]:
    """By `Tree.id`: its share of what a device of a boot draws now; they come to 1 at most."""
    there = [each for each in found if each.root.facts.boot_id == boot_id]
    parts = {each.id: _at_work(each, device) for each in there}
    if device.kind != "gpu":
        parts = {each.id: parts[each.id] * each.root.share(device.kind) for each in there}
    whole = max(1.0, sum(parts.values()))
    return {tree: part / whole for tree, part in parts.items() if part}


def _at_work(tree: Tree, device: Device) -> float:
    """For how much of the time a program has a span on a device, 0 to 1."""
    is_gpu = device.kind == "gpu"
    if any(not is_gpu or on_gpu(span.path, own, device) for own, span in tree.in_flight):
        return 1.0
    lately = (
        each.many
        for own in tree.members
        for each in own.at_once
        if not each.inner and (not is_gpu or on_gpu(each.path, own, device))
    )
    return min(1.0, sum(lately))
