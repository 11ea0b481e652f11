"""A ledger's facts, corrected, and what each correction did.

    void calls       as if they had not been recorded: what the devices drew then is booked to what
                     else was active, or to nobody; what they called hangs below their caller
    void readings    what the device drew then is not known
    replace          calls and runs declared, and counted, what the correction says
    annotate         changes nothing

A correction chooses by what was recorded, not by what others made of it. Of two that give one call
different values the later one holds (by time, then by id). What is void stays void, whatever else
is said of it, until that correction is itself voided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from footprint.ledger.corrections import chosen
from footprint.ledger.corrections.active import Standing, standing
from footprint.ledger.corrections.correction import Correction
from footprint.ledger.reader import Facts

if TYPE_CHECKING:
    from footprint.ledger.corrections.calls import Calls
    from footprint.ledger.corrections.did import Did, Done


class Applied(NamedTuple):
    """A correction, and what became of it.

    Attributes:
        holds: False where another one voided it.
        spans: entries that it is about; a fold of short calls is one.
        calls: the calls in them.
        readings: points and windows that are void.
        writers: processes whose declarations it replaces, or that read the device.
        remarks: what a reader should know: it is void, it matches nothing, another one holds.
    """

    correction: Correction
    holds: bool
    spans: int = 0
    calls: int = 0
    readings: int = 0
    writers: int = 0
    remarks: tuple[str, ...] = ()


def apply(
    facts: Sequence[Facts], corrections: Iterable[Correction]
) -> tuple[list[Facts], list[Applied]]:
    """Facts as the corrections have them; the facts that were given are not changed.

    They are all there is, with all their rows. The order of neither matters. Without corrections
    the facts are given back.
    """
    every = standing(corrections)
    if not every.all:
        return list(facts), []
    from footprint.ledger.corrections.did import added

    found, of_runs = declared(facts, every.held)
    of_readings = _readings(found, every.held)
    found = _without(found, every.held)
    asked = {at: each for at, each in enumerate(every.held) if is_of_calls(each)}
    open_ = _opened(found, list(asked.values()))
    places = list(asked)
    of_calls = [
        {
            places[at]: did._replace(overruled={places[by]: n for by, n in did.overruled.items()})
            for at, did in calls.did().items()
        }
        for calls in open_.values()
    ]
    return _closed(found, open_), remarked(every, added([of_runs, *of_readings, *of_calls]))


def correct(facts: Sequence[Facts], corrections: Sequence[Correction]) -> list[Facts]:
    """Facts whose readings and calls are as corrections have them; nothing is counted.

    Args:
        facts: of writers that may not have all of their rows: those that are there come out as if
            all of them were, as long as what they hang below is there.
        corrections: that hold, the earliest first; those of runs are left out.
    """
    found = _without(facts, corrections)
    asked = [each for each in corrections if is_of_calls(each)]
    return _closed(found, _opened(found, asked)) if asked else found


def declared(
    facts: Sequence[Facts], corrections: Sequence[Correction]
) -> tuple[list[Facts], dict[int, Did]]:
    """Runs with the places and prices that they should have declared, and what was done to them.

    Args:
        facts: of writers; their rows need not be there.
        corrections: that hold, the earliest first.
    """
    found = list(facts)
    asked = [(at, each) for at, each in enumerate(corrections) if each.of_runs()]
    if not asked:
        return found, {}
    from footprint.ledger.corrections.did import Did, added

    done: list[Done] = []
    said: dict[tuple[int, str], int] = {}
    for number, each in asked:
        values = each.of_runs()
        for at, one in enumerate(facts):
            if not chosen.of_run(one, each.target):
                continue
            before = found[at].context.get("declared") or {}
            found[at] = copy(found[at])
            found[at].context = {**one.context, "declared": {**before, **values}}
            others = {
                other
                for name, value in values.items()
                if (other := said.get((at, name))) is not None
                and corrections[other].declared[name] != value
            }
            done.append({number: Did(writers=1)})
            done.append({other: Did(overruled={number: 1}) for other in others})
            said.update({(at, name): number for name in values})
    return found, added(done)


def _readings(facts: Sequence[Facts], corrections: Sequence[Correction]) -> list[Done]:
    """How many readings the corrections of them are about, and of how many writers."""
    asked = [(at, each) for at, each in enumerate(corrections) if each.target.device is not None]
    if not asked:
        return []
    from footprint.ledger.corrections.did import Did
    from footprint.ledger.corrections.readings import counted

    return [
        {at: Did(readings=count, writers=1)}
        for at, each in asked
        for one in facts
        if (count := counted(one, each)) is not None
    ]


def _without(facts: Sequence[Facts], corrections: Sequence[Correction]) -> list[Facts]:
    """Without the readings that are void, and with the stretches of which nothing is known."""
    asked = [each for each in corrections if each.target.device is not None]
    if not asked:
        return list(facts)
    from footprint.ledger.corrections.readings import without

    return [without(one, asked) for one in facts]


def _opened(facts: Sequence[Facts], corrections: Sequence[Correction]) -> dict[int, Calls]:
    """The writers, by index, some of whose calls may be meant, with these as they should be."""
    if not corrections:
        return {}
    from footprint.ledger.corrections.calls import Calls

    return {
        at: Calls(one, corrections)
        for at, one in enumerate(facts)
        if any(chosen.choice(one, each.target) is not None for each in corrections)
    }


def is_of_calls(one: Correction) -> bool:
    """Whether a correction is about calls: not about readings, runs or other corrections."""
    return not one.corrects and one.target.device is None and not one.of_runs()


def _closed(facts: Sequence[Facts], open_: dict[int, Calls]) -> list[Facts]:
    """All writers as their calls are now; what hung below void calls hangs below their callers."""
    from footprint.ledger.corrections.calls import Calls

    voids = {facts[at].writer: calls.voided() for at, calls in open_.items()}
    voids = {writer: void for writer, void in voids.items() if len(void.seqs)}
    by_writer = {one.writer: one for one in facts}
    found: list[Facts] = []
    for at, one in enumerate(facts):
        below = one.context.get("forked_below", 0)
        above = [voids[each].below(below) for each in _outer(one, by_writer) if each in voids]
        changed = one
        if at in open_ or (below and above):
            calls = open_.get(at) or Calls(one)
            changed = calls.facts(voids.get(one.writer), above if below else ())
        outer = one.context.get("parent")
        if outer is not None and outer["writer"] in voids:
            seq = voids[outer["writer"]].of(outer["seq"])
            changed = copy(changed)
            changed.context = {**changed.context, "parent": {**outer, "seq": seq}}
        found.append(changed)
    return found


def _outer(one: Facts, by_writer: Mapping[str, Facts]) -> list[str]:
    """The writers that one hangs below, the nearest first."""
    found: list[str] = []
    at: Facts | None = one
    while at is not None and at.context.get("parent") is not None:
        above = str(at.context["parent"]["writer"])
        if above in found:
            break  # a damaged ledger may hold a ring
        found.append(above)
        at = by_writer.get(above)
    return found


def remarked(every: Standing, done: Done) -> list[Applied]:
    """What became of all corrections.

    Args:
        done: what those that hold did, by their place among these (`Standing.held`).
    """
    held = every.held
    places = {each.id: at for at, each in enumerate(held)}
    return [
        _remarked(each, every, done.get(places[each.id]) if each.id in places else None, held)
        for each in every.all
    ]


def _remarked(
    one: Correction, every: Standing, did: Did | None, held: Sequence[Correction]
) -> Applied:
    """What became of a correction, with what a reader should know."""
    found = Applied(one, one.id in every.holding)
    remarks: list[str] = []
    if did is not None:
        found = Applied(one, True, did.spans, did.calls, did.readings, did.writers)
        what = "runs" if one.of_runs() else "spans"
        counts = sorted((held[by].id, many) for by, many in did.overruled.items() if many)
        remarks += [
            f"of {many} {what} another correction says otherwise, and it holds: {other}"
            for other, many in counts
        ]
        remarks += [f"{did.void_too} of its spans are void"] if did.void_too else []
    known = {each.id for each in every.all}
    if one.id in every.circular:
        remarks.append("it and others void each other: none of them holds")
    elif not found.holds:
        remarks.append(f"it is void: {', '.join(every.voided_by[one.id])}")
    elif one.corrects:
        remarks += [
            f"there is no correction {name} in the ledger"
            for name in one.corrects
            if name not in known
        ]
    elif not (found.spans or found.readings or found.writers):
        remarks.append(NOTHING)
    return found._replace(remarks=tuple(remarks))


#: What is said of a correction that changes nothing.
NOTHING = "nothing in the ledger is what it is about"
