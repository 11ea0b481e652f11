"""What corrections do, told from few columns of rows, and which stretches of time they touch.

A report is made of pages (docs/decisions/0017), and most of them have nothing to do with a given
correction. So it is told first which rows each correction is about: how many there are, and from
when to when they last. For that the ends, paths and sequences of calls are read, and the instants
of readings; and only of dates, hosts and devices that a correction can be about.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from footprint.ledger import columns
from footprint.ledger.corrections import chosen
from footprint.ledger.corrections.apply import is_of_calls
from footprint.ledger.corrections.correction import ANNOTATE, VOID, Correction
from footprint.ledger.corrections.did import Did, Done, added, counted
from footprint.ledger.corrections.readings import READINGS, Taken, taken
from footprint.ledger.reader import Facts

if TYPE_CHECKING:
    from footprint.estimators.columns import Flags

#: The columns that tell what a correction is about, by table.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "span": ("seq", "path", "start", "end", "device_end"),
    "fold": ("seq", "path", "start", "end", "device_end", "calls"),
    **READINGS,
}


class Touched(NamedTuple):
    """Which of a writer's calls a correction changes.

    Attributes:
        first, last: from the first one's start to when the last one's work was done, boot-time ns.
        paths: numbers of their paths.
        folds: (first, last) of the void folds among them: they give time back to those around
            them. None where there are none.
    """

    first: int
    last: int
    paths: frozenset[int]
    folds: tuple[int, int] | None = None

    def plus(self, other: Touched) -> Touched:
        """These calls and others."""
        folds = [each for each in (self.folds, other.folds) if each is not None]
        return Touched(
            min(self.first, other.first),
            max(self.last, other.last),
            self.paths | other.paths,
            (min(each[0] for each in folds), max(each[1] for each in folds)) if folds else None,
        )


#: (a correction's place in their order, writer)
Touches = Mapping[tuple[int, str], Touched]


class Effects(NamedTuple):
    """What corrections do among some rows. They add up.

    Attributes:
        done: what each did, by its place in their order.
        touches: the calls that each changes, by (its place, writer).
    """

    done: Done
    touches: Touches


def total(parts: Iterable[Effects]) -> Effects:
    """What corrections do among all rows."""
    done: list[Done] = []
    touches: dict[tuple[int, str], Touched] = {}
    for part in parts:
        done.append(part.done)
        for key, each in part.touches.items():
            touches[key] = touches[key].plus(each) if key in touches else each
    return Effects(added(done), touches)


class Choices:
    """Which rows of which writers corrections are about.

    Attributes:
        held: the corrections, which hold, the earliest first.
        calls, readings: by writer, and by a correction's place in `held`, what is chosen there.
    """

    def __init__(self, facts: Iterable[Facts], held: Sequence[Correction]) -> None:
        self.held = held
        self.calls: dict[str, dict[int, chosen.Choice]] = {}
        self.readings: dict[str, dict[int, Taken]] = {}
        of_calls = [(at, each) for at, each in enumerate(held) if is_of_calls(each)]
        of_readings = [(at, each) for at, each in enumerate(held) if each.target.device is not None]
        for one in facts:
            for at, each in of_calls:
                choice = chosen.choice(one, each.target)
                if choice is not None:
                    self.calls.setdefault(one.writer, {})[at] = choice
            for at, each in of_readings:
                which = taken(one, each)
                if which is not None:
                    self.readings.setdefault(one.writer, {})[at] = which
        self._of_calls = {at for at, _ in of_calls}
        self._of_readings = {at for at, _ in of_readings}

    def kind(self, table: str) -> set[int]:
        """The corrections of a table's kind, by their places."""
        return self._of_readings if table in READINGS else self._of_calls

    def of(self, table: str) -> Mapping[str, Mapping[int, chosen.Choice | Taken]]:
        """What is chosen among a table's rows."""
        return self.readings if table in READINGS else self.calls

    def writers(self) -> dict[int, Did]:
        """How many writers read the devices that corrections are about."""
        return added({at: Did(writers=1)} for own in self.readings.values() for at in own)

    def effects(
        self, writer: str, table: str, rows: Any, asked: Container[int] | None = None
    ) -> Effects:
        """What corrections do among some rows of a writer.

        Args:
            rows: columns by name, or a structured array: at least those of `NEEDED`.
            asked: the places of those that can be about these rows; None: all.
        """
        own = {
            at: each
            for at, each in self.of(table).get(writer, {}).items()
            if asked is None or at in asked
        }
        if table in READINGS:
            found = {
                at: Did(readings=int(np.count_nonzero(each.of(table, rows))))
                for at, each in own.items()
                if isinstance(each, Taken)
            }
            return Effects(found, {})
        flags = {
            at: each.of(rows["path"], rows["seq"].view(np.uint64), rows["end"])
            for at, each in own.items()
            if isinstance(each, chosen.Choice)
        }
        calls = rows["calls"] if table == "fold" else None
        return Effects(counted(flags, self.held, calls), self._touches(writer, table, rows, flags))

    def of_memory(self, one: Facts) -> Effects:
        """What corrections do among the rows that a writer has in memory, but for open spans."""
        return total(
            self.effects(one.writer, table, columns.of(one.rows, table))
            for table in NEEDED
            if one.writer in self.of(table) and one.rows.count(table)
        )

    def of_open(self, one: Facts, opened: Any) -> Effects:
        """What corrections do among a writer's spans that never ended.

        Args:
            opened: their rows, each once.
        """
        ends = np.maximum(opened["start"], one.t_last)
        rows = {name: opened[name] for name in ("seq", "path", "start")}
        return self.effects(one.writer, "open", {**rows, "end": ends, "device_end": ends})

    def _touches(
        self, writer: str, table: str, rows: Any, flags: Mapping[int, Flags]
    ) -> dict[tuple[int, str], Touched]:
        found: dict[tuple[int, str], Touched] = {}
        for at, mine in flags.items():
            if self.held[at].action == ANNOTATE or not mine.any():
                continue
            first, last = int(rows["start"][mine].min()), int(rows["device_end"][mine].max())
            gives = table == "fold" and self.held[at].action == VOID
            paths = frozenset(np.unique(rows["path"][mine]).tolist())
            found[at, writer] = Touched(first, last, paths, (first, last) if gives else None)
        return found
