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

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from footprint.ledger.corrections import chosen
from footprint.ledger.corrections.active import Standing, standing
from footprint.ledger.corrections.correction import REPLACE, VOID, Correction
from footprint.ledger.reader import Facts

if TYPE_CHECKING:
    from footprint.ledger.corrections.calls import Calls


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

    The order of neither matters. Without corrections the facts are given back.
    """
    every = standing(corrections)
    if not every.all:
        return list(facts), []
    counts = {each.id: Applied(each, each.id in every.holding) for each in every.all}
    holding = [each for each in every.all if each.id in every.holding]
    found, overruled = _of_runs(facts, holding, counts)
    found = _of_readings(found, holding, counts)
    found, open_ = _of_calls(found, holding, counts)
    notes = _notes(overruled, open_)
    return found, [_remarked(counts[each.id], every, notes) for each in every.all]


class Overruled(NamedTuple):
    """A correction in whose place another one holds, and for how much of what."""

    id: str
    by: str
    many: int
    what: str


def _of_runs(
    facts: Sequence[Facts], corrections: Sequence[Correction], counts: dict[str, Applied]
) -> tuple[list[Facts], list[Overruled]]:
    """Runs with the places and prices that they should have declared, and who was overruled."""
    found = list(facts)
    overruled: list[Overruled] = []
    said: dict[tuple[int, str], Correction] = {}
    for each in corrections:
        declared = each.of_runs()
        for at, one in enumerate(facts if declared else ()):
            if not chosen.of_run(one, each.target):
                continue
            before = found[at].context.get("declared") or {}
            found[at] = copy(found[at])
            found[at].context = {**one.context, "declared": {**before, **declared}}
            counts[each.id] = _more(counts[each.id], writers=1)
            others = {
                other.id
                for name, value in declared.items()
                if (other := said.get((at, name))) and other.declared[name] != value
            }
            overruled += [Overruled(other, each.id, 1, "runs") for other in others]
            said.update({(at, name): each for name in declared})
    return found, overruled


def _of_readings(
    facts: list[Facts], corrections: Sequence[Correction], counts: dict[str, Applied]
) -> list[Facts]:
    """Without the readings that are void, and with the stretches of which nothing is known."""
    asked = [each for each in corrections if each.target.device is not None]
    if not asked:
        return facts
    from footprint.ledger.corrections.readings import without

    found: list[Facts] = []
    for one in facts:
        changed, taken = without(one, asked)
        found.append(changed)
        for name, readings in taken.items():
            counts[name] = _more(counts[name], readings=readings, writers=1)
    return found


def _of_calls(
    facts: list[Facts], corrections: Sequence[Correction], counts: dict[str, Applied]
) -> tuple[list[Facts], list[Calls]]:
    """The calls as they should have been, and what was done to them."""
    asked = [each for each in corrections if _is_of_calls(each)]
    if not asked:
        return facts, []
    from footprint.ledger.corrections.calls import Calls

    open_: dict[int, Calls] = {}
    for at, one in enumerate(facts):
        mine = [each for each in asked if chosen.of_writer(one, each.target)]
        if mine:
            open_[at] = Calls(one)
        for each in mine:
            those = open_[at].find(each)
            touched = open_[at].count(those)
            counts[each.id] = _more(counts[each.id], spans=touched.spans, calls=touched.calls)
            if each.action == VOID:
                open_[at].void(those)
            elif each.action == REPLACE:
                open_[at].replace(each, those)
    return _closed(facts, open_), list(open_.values())


def _is_of_calls(one: Correction) -> bool:
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


def _notes(overruled: Iterable[Overruled], open_: Iterable[Calls]) -> dict[str, list[str]]:
    """By correction: where others hold in its place."""
    counts: Counter[tuple[str, str, str]] = Counter()
    void_too: Counter[str] = Counter()
    for each in overruled:
        counts[each.id, each.by, each.what] += each.many
    for calls in open_:
        void_too.update(calls.void_too)
        for name, others in calls.overruled.items():
            counts.update({(name, other, "spans"): count for other, count in others.items()})
    found: dict[str, list[str]] = {}
    for (name, other, what), count in sorted(counts.items()):
        text = f"of {count} {what} another correction says otherwise, and it holds: {other}"
        found.setdefault(name, []).append(text)
    for name, count in sorted(void_too.items()):
        found.setdefault(name, []).append(f"{count} of its spans are void")
    return found


def _more(one: Applied, **counts: int) -> Applied:
    return one._replace(**{name: getattr(one, name) + count for name, count in counts.items()})


def _remarked(one: Applied, every: Standing, notes: Mapping[str, Sequence[str]]) -> Applied:
    """With what a reader should know."""
    correction = one.correction
    remarks = list(notes.get(correction.id, ()))
    known = {each.id for each in every.all}
    if correction.id in every.circular:
        remarks.append("it and others void each other: none of them holds")
    elif not one.holds:
        remarks.append(f"it is void: {', '.join(every.voided_by[correction.id])}")
    elif correction.corrects:
        remarks += [
            f"there is no correction {name} in the ledger"
            for name in correction.corrects
            if name not in known
        ]
    elif not (one.spans or one.readings or one.writers):
        remarks.append(NOTHING)
    return one._replace(remarks=tuple(remarks))


#: What is said of a correction that changes nothing.
NOTHING = "nothing in the ledger is what it is about"
