"""Why the energy of a device is not known for a while, as far as the ledger knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from footprint.ledger.reader import Facts
from footprint.ledger.utc_sets import sets_of
from footprint.model import NS_PER_S
from footprint.pages.total import united
from footprint.reports.audit.service import Boot, Served, covering, ends, without

#: Causes, and what each says.
CAUSES = {
    "restart": "nothing was recorded until the host had been started again: it was off, or nothing"
    " metered it",
    "killed": "the journal before it was not closed, and nothing was recorded after it: the program"
    " was killed, or the host went down",
    "unmetered": "no program that meters was running",
    "lost": "the device did not answer",
    "read-failed": "the device could not be read",
    "dropped": "records were dropped: the ledger could not be written",
    "void": "a correction voided its readings",
    "clock": "the clock was set",
    "not-read": "a program was running, and the device was not read",
}

#: Of device-hours that an organisation declares: the ledger knows of no gap, it has nothing.
DECLARED = "declared"
NEVER_RECORDED = "it is declared as in service, and the ledger has nothing of it then"


class Missing(NamedTuple):
    """A stretch of a device's service in which its energy is not known.

    Attributes:
        start, end: UTC ns.
        cause: one of `CAUSES`.
        detail: what the ledger says of it; empty: nothing.
    """

    start: int
    end: int
    cause: str
    detail: str = ""


class Causes:
    """Finds the causes of one machine's gaps.

    Args:
        boots: of the machine, in order.
    """

    def __init__(self, boots: Sequence[Boot]) -> None:
        self._boots = boots
        self._facts = [one for boot in boots for one in boot.facts]
        self._ends = [ends(one) for one in self._facts]
        self._there = list(united(each for each in self._ends if each[0] < each[1]))

    def of(self, served: Served) -> Iterator[Missing]:
        """What is missing of a device, cut where programs began or ended."""
        for start, end in served.missing():
            alive = covering(self._there, start, end)
            found = [Missing(*each, *self._while_alive(served, *each)) for each in alive]
            dark = without((start, end), alive)
            found += [Missing(*each, self._while_dark(*each)) for each in dark]
            yield from _alike(sorted(found))

    def _while_dark(self, start: int, end: int) -> str:
        """Why nothing was recorded."""
        before = [boot for boot in self._boots if boot.start < start]
        after = [boot for boot in self._boots if boot.end > end]
        if before and after and before[-1].id != after[0].id:
            return "restart"
        last = [
            one
            for one, (_, over) in zip(self._facts, self._ends, strict=True)
            if start - NS_PER_S <= over <= start
        ]
        if last and all(one.end is None for one in last):
            return "killed"
        return "clock" if self._was_set(start, end) else "unmetered"

    def _while_alive(self, served: Served, start: int, end: int) -> tuple[str, str]:
        """Why a program that ran did not know: the cause, and what the ledger says of it."""
        for boot in self._boots:
            if boot.start >= end or boot.end <= start:
                continue
            for one in boot.facts:
                if (found := _recorded(one, served.device.id, start, end)) is not None:
                    return found
        return ("clock" if self._was_set(start, end) else "not-read"), ""

    def _was_set(self, start: int, end: int) -> bool:
        """Whether UTC was set at or within a stretch."""
        for one in self._facts:
            for at in sets_of(one.anchors):
                before, after = one.utc_ns(at - 1) + 1, one.utc_ns(at)
                if min(before, after) <= end and max(before, after) >= start:
                    return True
        return False


def _recorded(one: Facts, device: str, start: int, end: int) -> tuple[str, str] | None:
    """What a writer recorded of a device's gap, or of all of them."""
    since, until = one.boot_ns(start), one.boot_ns(end)
    for name, begun, over in one.unknown:
        if name == device and begun < until and over > since:
            return "void", ""
    state = text = ""
    for gap in one.gaps:
        if gap.get("device") not in (device, None) or gap["t"] >= until:
            continue
        if gap["reason"] in ("lost", "read-failed"):
            state, text = gap["reason"], str(gap.get("text") or "")
        elif gap["reason"] == "back" and gap["t"] <= since:
            state = ""
    if state:
        return state, text
    for drop in one.dropped:
        if drop["since"] < until and drop["until"] > since:
            return "dropped", str(drop["reason"])
    return None


def _alike(pieces: Sequence[Missing]) -> Iterator[Missing]:
    """Pieces that meet and have one cause, as one."""
    last: Missing | None = None
    for each in pieces:
        same = last is not None and last[1:] == (each.start, each.cause, each.detail)
        if last is not None and same:
            last = last._replace(end=each.end)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last
