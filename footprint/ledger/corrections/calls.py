"""One writer's calls, corrected: what they declared, what they counted, and which are void.

Everything is chosen by what was recorded, so that a correction means the same whatever others say.
Columns all along: a writer may have millions of calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.corrections import chosen
from footprint.ledger.corrections.correction import REPLACE, TAG, VOID, Correction
from footprint.ledger.corrections.did import Did, added, counted
from footprint.ledger.reader import Facts, PathInfo, Rows

if TYPE_CHECKING:
    from footprint.estimators.columns import Flags

#: Kinds of rows that are calls, and those that belong to a call.
CALLS = ("span", "fold", "open")
OF_A_CALL = ("duration", "hold", "unit")


class Void(NamedTuple):
    """Calls that are void.

    Attributes:
        seqs: their sequences, increasing.
        kept: of each the nearest call around it that is not void; 0: none.
    """

    seqs: Any
    kept: Any

    def around(self, seqs: Any) -> Any:
        """The sequences; those of void calls become those of the calls around them."""
        if not len(self.seqs):
            return seqs
        at = np.minimum(np.searchsorted(self.seqs, seqs), len(self.seqs) - 1)
        return np.where(self.seqs[at] == seqs, self.kept[at], seqs)

    def of(self, seq: int) -> int:
        """One sequence, or that of the call around it."""
        return int(self.around(np.array([seq], np.uint64))[0])

    def below(self, seq: int) -> Void:
        """Those with smaller sequences."""
        few = self.seqs < np.uint64(seq)
        return Void(self.seqs[few], self.kept[few])


def void_of(seqs: Any, parents: Any) -> Void:
    """Void calls from their sequences and parents."""
    order = np.argsort(seqs, kind="stable")
    found = Void(seqs[order], parents[order])
    for _ in range(64):  # each round looks twice as far up
        kept = found.around(found.kept)
        if np.array_equal(kept, found.kept):
            break
        found = found._replace(kept=kept)
    ring = np.isin(found.kept, found.seqs)  # a damaged ledger may hold one
    return found._replace(kept=np.where(ring, np.uint64(0), found.kept))


class Calls:
    """The calls of one writer, corrected.

    Args:
        one: the writer.
        corrections: those of calls that hold, the earliest first.
    """

    def __init__(self, one: Facts, corrections: Sequence[Correction] = ()) -> None:
        self.one = one
        self._corrections = corrections
        self._tables = {kind: columns.of(one.rows, kind) for kind in CALLS}
        spans = self._tables["span"]["seq"]
        # A span that ended has a row of each kind; what it says when it ended counts.
        self._own = {kind: np.ones(len(table), bool) for kind, table in self._tables.items()}
        opened = self._tables["open"]["seq"]
        first = np.zeros(len(opened), bool)  # each part of a journal says it again
        first[np.unique(opened, return_index=True)[1]] = True
        self._own["open"] = first & ~np.isin(opened, spans)
        self._ends = {kind: self._tables[kind]["end"] for kind in ("span", "fold")}
        self._ends["open"] = np.maximum(self._tables["open"]["start"], one.t_last)
        self._paths = {kind: table["path"].copy() for kind, table in self._tables.items()}
        self._new_paths = dict(one.paths)
        self._units = columns.of(one.rows, "unit")
        self._names = dict(one.names)
        self._void = {kind: np.zeros(len(table), bool) for kind, table in self._tables.items()}
        self._found: dict[int, dict[str, Flags]] = {}
        self._changed = self._amounts_changed = False
        for at, each in enumerate(corrections):
            choice = chosen.choice(one, each.target)
            if choice is not None:
                self._take(at, each, choice)

    def _take(self, at: int, correction: Correction, choice: chosen.Choice) -> None:
        """Takes what one of the corrections says, in their order."""
        found = self._found[at] = {
            kind: choice.of(table["path"], table["seq"], self._ends[kind]) & self._own[kind]
            for kind, table in self._tables.items()
        }
        if correction.action == VOID:
            for kind, flags in found.items():
                self._void[kind] |= flags
        elif correction.action == REPLACE:
            self._replace(correction, found)

    def did(self) -> dict[int, Did]:
        """What each correction did, by its place among them."""
        return added(
            counted(
                {at: found[kind] for at, found in self._found.items()},
                self._corrections,
                table["calls"] if kind == "fold" else None,
            )
            for kind, table in self._tables.items()
        )

    # -- replace

    def _replace(self, correction: Correction, found: Mapping[str, Flags]) -> None:
        """Takes what calls should have declared and counted."""
        declared = correction.of_calls()
        if declared:
            for kind, flags in found.items():
                self._declare(kind, flags, declared)
        for name, value in correction.amounts.items():
            self._set(name, value, found)
        for name, factor in correction.scales.items():
            numbers = [number for number, known in self._names.items() if known == name]
            those = np.isin(self._units["unit"], np.array(numbers, np.uint32))
            those &= np.isin(self._units["seq"], self._seqs(found))
            if those.any():
                self._units = self._units.copy()
                self._units["value"][those] *= factor
                self._amounts_changed = True

    def _declare(self, kind: str, flags: Flags, declared: Mapping[str, Any]) -> None:
        paths = self._paths[kind]
        for number in np.unique(paths[flags]).tolist():
            before = self._new_paths.get(number)
            if before is None:
                continue  # its path is lost: nothing is known of what it declared
            after = replaced(before, declared)
            if after == before:
                continue
            # Callers are named by number: the path that was recorded stays beside the new one.
            other = max(self._new_paths) + 1
            self._new_paths[other] = after
            paths[flags & (paths == number)] = other
            self._changed = True

    def _set(self, name: str, value: float, found: Mapping[str, Flags]) -> None:
        """Each call is given an amount; a fold of many that of all of them."""
        number = next((each for each, known in self._names.items() if known == name), None)
        if number is None:
            number = max(self._names, default=0) + 1
            self._names[number] = name
        numbers = [each for each, known in self._names.items() if known == name]
        seqs = self._seqs(found)
        if not len(seqs):
            return
        gone = np.isin(self._units["unit"], np.array(numbers, np.uint32))
        gone &= np.isin(self._units["seq"], seqs)
        rows = np.zeros(len(seqs), self._units.dtype)
        rows["seq"], rows["unit"], rows["value"] = seqs, number, value
        folds = self._tables["fold"]["calls"][found["fold"]]
        at = int(found["span"].sum())
        rows["value"][at : at + len(folds)] *= folds
        self._units = np.concatenate([self._units[~gone], rows])
        self._amounts_changed = True

    def _seqs(self, found: Mapping[str, Flags]) -> Any:
        return np.concatenate([self._tables[kind]["seq"][found[kind]] for kind in CALLS])

    # -- void

    def voided(self) -> Void:
        """The void calls, and what hung below them hangs below instead."""
        tables = [self._tables[kind][self._void[kind]] for kind in CALLS]
        return void_of(*(np.concatenate([t[name] for t in tables]) for name in ("seq", "parent")))

    def facts(self, own: Void | None, above: Sequence[Void] = ()) -> Facts:
        """The writer with its calls as they are now.

        Args:
            own: its void calls, where it has any.
            above: those of the processes that it was forked from, the nearest first.
        """
        own = own or void_of(np.empty(0, np.uint64), np.empty(0, np.uint64))
        if not (self._changed or self._amounts_changed or len(own.seqs) or above):
            return self.one
        rows = Rows()
        # The row of a span that had begun goes with that of its end.
        kept = {kind: ~np.isin(t["seq"], own.seqs) for kind, t in self._tables.items()}
        for kind, table in self._tables.items():
            changed = table.copy()
            changed["path"] = self._paths[kind]
            if kind == "fold" and len(own.seqs):
                self._give_back(changed, own)
            changed = changed[kept[kind]]
            for void in (own, *above):
                changed["parent"] = void.around(changed["parent"])
            _put(rows, kind, changed)
        for kind in OF_A_CALL:
            table = self._units if kind == "unit" else columns.of(self.one.rows, kind)
            _put(rows, kind, table[~np.isin(table["seq"], own.seqs)])
        for row in fmt.ROW_TYPES:
            if row.name not in (*CALLS, *OF_A_CALL):
                rows.take(row, self.one.rows.packed(row.name))
        other = self.one.with_rows(rows)
        other.paths, other.names = self._new_paths, self._names
        return other

    def _give_back(self, folds: Any, own: Void) -> None:
        """What void folds had of the time of the folds around them is theirs again.

        A fold that was over before, or began after, had none of it.
        """
        gone = folds[self._void["fold"]]
        if not len(gone):
            return
        around = own.around(gone["seq"])
        order = np.argsort(folds["seq"], kind="stable")
        at = order[np.minimum(np.searchsorted(folds["seq"], around, sorter=order), len(folds) - 1)]
        there = folds["seq"][at] == around
        there &= (gone["start"] <= folds["end"][at]) & (gone["end"] >= folds["start"][at])
        own_ns = folds["self_ns"].copy()
        np.add.at(own_ns, at[there], gone["self_ns"][there])
        given = np.unique(at[there])
        folds["self_ns"][given] = np.minimum(own_ns, folds["covered_ns"])[given]


def replaced(path: PathInfo, declared: Mapping[str, Any]) -> PathInfo:
    """A path with other declarations."""
    tags = dict(path.tags)
    fields: dict[str, Any] = {}
    for name, value in declared.items():
        if not name.startswith(TAG):
            fields[name] = tuple(value) if name == "devices" and value is not None else value
        elif value is None:
            tags.pop(name[len(TAG) :], None)
        else:
            tags[name[len(TAG) :]] = value
    return path._replace(**fields, tags=tags)


def _put(rows: Rows, kind: str, table: Any) -> None:
    row = fmt.BY_NAME[kind]
    rows.take(row, table.astype(columns.dtype(row), copy=False).tobytes())
