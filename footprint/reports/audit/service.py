"""What was in service, and when its energy is known: machines, and the devices in them.

A machine is a host by its name, over its boots; boots of one name that ran at the same time are
machines of their own. A device is in service from the first record of a writer that saw it to the
last record of one that did, and between its machine's boots too: nobody says that it was off.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from footprint.accounts.lines import Period
from footprint.ledger.reader import Facts
from footprint.model import NS_PER_S, Device
from footprint.pages.page import DeviceLine
from footprint.pages.total import Total, united

#: [start, end) in UTC ns.
Stretch = tuple[int, int]

#: Boots of one machine may seem to overlap by so much, ns: clocks are set after a start.
_OVERLAP = 60 * NS_PER_S


class Boot(NamedTuple):
    """A boot of a machine.

    Attributes:
        id: of the boot.
        facts: its writers.
        start, end: its first and its last record, UTC ns.
        up: when it was booted, by the first writer's clock.
    """

    id: str
    facts: tuple[Facts, ...]
    start: int
    end: int
    up: int


class Served(NamedTuple):
    """A device of a machine.

    Attributes:
        host: the machine's name.
        boots: the machine's, in order.
        device: as it was seen last: a CPU has another id after each boot.
        start, end: in service, UTC ns.
        known: when its energy is known, stretches that do not meet.
        metered_nj, covered_ns: what was metered in `known`, and for how long.
    """

    host: str
    boots: tuple[Boot, ...]
    device: Device
    start: int
    end: int
    known: tuple[Stretch, ...]
    metered_nj: int
    covered_ns: int

    @property
    def expected_ns(self) -> int:
        """For how long its energy should be known."""
        return self.end - self.start

    def missing(self) -> list[Stretch]:
        """When it is not."""
        return list(without((self.start, self.end), self.known))


def served(book: Total, period: Period) -> list[Served]:
    """All devices that were in service within a period, by host and device."""
    lines: dict[str, list[DeviceLine]] = {}
    for line in book.devices:
        lines.setdefault(line.boot, []).append(line)
    found: list[Served] = []
    for host, boots in _machines(book.facts):
        slots: dict[str, list[tuple[Boot, DeviceLine]]] = {}
        for boot in boots:
            for line in lines.get(boot.id, ()):
                slots.setdefault(_slot(line.device, boot.id), []).append((boot, line))
        found += [each for own in slots.values() if (each := _served(host, boots, own, period))]
    return sorted(found, key=lambda each: (each.host, each.start, each.device.id))


def _served(
    host: str, boots: tuple[Boot, ...], own: Sequence[tuple[Boot, DeviceLine]], period: Period
) -> Served | None:
    seen = [stretch for boot, line in own for stretch in _sightings(boot, line.device.id)]
    known = list(united(each for _, line in own for each in line.known if each[1] > each[0]))
    # A first span may begin before its writer does.
    start = min([each for each, _ in (*seen, *known)], default=0)
    end = max([each for _, each in (*seen, *known)], default=0)
    start = start if period[0] is None else max(start, period[0])
    end = end if period[1] is None else min(end, period[1])
    if start >= end:
        return None
    inside = ((max(a, start), min(b, end)) for a, b in known)
    return Served(
        host,
        boots,
        own[-1][1].device,
        start,
        end,
        tuple(each for each in inside if each[0] < each[1]),
        sum(line.metered_nj for _, line in own),
        sum(line.covered_ns for _, line in own),
    )


def _sightings(boot: Boot, device: str) -> Iterator[Stretch]:
    """When writers were there that saw a device."""
    for one in boot.facts:
        if any(each.id == device for each in one.devices.values()):
            yield ends(one)


def ends(one: Facts) -> Stretch:
    """A writer's first and last record, UTC ns."""
    begun = one.begun
    return one.utc_extent(begun, max(begun, one.t_last))


def _machines(facts: Sequence[Facts]) -> Iterator[tuple[str, tuple[Boot, ...]]]:
    """(host, its boots in order); boots at the same time are of different machines."""
    by_boot: dict[str, list[Facts]] = {}
    for one in facts:
        by_boot.setdefault(one.boot_id, []).append(one)
    hosts: dict[str, list[Boot]] = {}
    for boot, own in by_boot.items():
        hosts.setdefault(own[0].host, []).append(_boot(boot, own))
    for host, boots in sorted(hosts.items()):
        machines: list[list[Boot]] = []
        for each in sorted(boots, key=lambda boot: (boot.start, boot.id)):
            free = [one for one in machines if host and one[-1].end <= each.start + _OVERLAP]
            if free:  # a host that has no name cannot be known again
                free[0].append(each)
            else:
                machines.append([each])
        yield from ((host, tuple(one)) for one in machines)


def _boot(boot: str, facts: Sequence[Facts]) -> Boot:
    stretches = [ends(one) for one in facts]
    first = min(facts, key=lambda one: (one.begun, one.writer))
    return Boot(
        boot,
        tuple(facts),
        min(start for start, _ in stretches),
        max(end for _, end in stretches),
        first.utc_ns(0),
    )


def _slot(device: Device, boot: str) -> str:
    """What a device is on any boot: the id of a CPU or of memory has the boot's in it."""
    kind, _, rest = device.id.partition(":")
    tag, colon, name = rest.partition(":")
    return f"{kind}:*:{name}" if colon and tag and boot.startswith(tag) else device.id


def without(whole: Stretch, taken: Iterable[Stretch]) -> Iterator[Stretch]:
    """What some stretches, in order, leave of a whole."""
    at, end = whole
    for start, over in taken:
        if min(start, end) > at:
            yield at, min(start, end)
        at = max(at, over)
    if at < end:
        yield at, end


def covering(stretches: Sequence[Stretch], start: int, end: int) -> list[Stretch]:
    """The parts of stretches, in order, that lie in [start, end)."""
    first = max(0, bisect_right(stretches, (start, start)) - 1)
    found: list[Stretch] = []
    for low, high in stretches[first:]:
        if low >= end:
            break
        if min(high, end) > max(low, start):
            found.append((max(low, start), min(high, end)))
    return found
