"""The rows that a page is made from, out of sealed segments: no fewer than it needs, and few more.

`accounts.within` says which rows bear on a part of time; here they are found without reading what
lies far from it. Rows that touch it are found by the instants of row groups. What else it asks for
may lie anywhere: the reading before and the one after, spans that never ended, the parents of spans
that were over before their children. These are looked for further and further away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.accounts.lines import Bounds
from footprint.accounts.within import MARGIN, REACH, calls_within
from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.corrections.apply import correct, is_of_calls
from footprint.ledger.corrections.correction import VOID
from footprint.ledger.reader import Facts, Issue, Rows
from footprint.ledger.sealed.plan import Asked, Key
from footprint.ledger.sealed.read import Reading
from footprint.ledger.sealed.session import Session
from footprint.ledger.stores import open_store
from footprint.model import NS_PER_S

if TYPE_CHECKING:
    from footprint.pages.tasks import Task

_SPANS = ("span", "fold", "duration", "hold", "unit", "window")
_SAMPLES = ("point", "usage", "gpu_usage")
#: How far around the part samples are looked for, one after the other, ns.
FARTHER = (0, 3_600 * NS_PER_S, 86_400 * NS_PER_S, REACH)
#: How far back parents are looked for, ns; None: all the way.
_BACK = (86_400 * NS_PER_S, 30 * 86_400 * NS_PER_S, None)


def _each_once(rows: Rows) -> None:
    """A span that is open in several parts is recorded in each: the first one stays."""
    import numpy as np

    opened = columns.of(rows, "open")
    seqs, first = np.unique(opened["seq"], return_index=True)
    if len(seqs) < len(opened):
        rows.put(fmt.OPEN_SPAN, np.ascontiguousarray(opened[np.sort(first)]).tobytes())


class Loaded(NamedTuple):
    """A task's facts with the rows of their sealed journals, as corrections have them.

    Attributes:
        issues: what is missing of them.
        margin_ns: how far around the part readings were looked for until there were enough.
    """

    facts: list[Facts]
    issues: list[Issue]
    margin_ns: int


def loaded(task: Task, session: Session | None = None) -> Loaded:
    """Reads the rows of a task. Raises LedgerError where the ledger's place fails.

    Args:
        session: what it shares with what is read before and after; None: nothing.
    """
    if not task.places:
        return Loaded(list(task.facts), [], 0)
    with ExitStack() as stack:
        readings = [
            stack.enter_context(Reading(open_store(place.where), source, session))
            for place in task.places
            for source in place.sources
        ]
        loading = _Loading(task, readings)
        facts = loading.facts()
        issues = [issue for each in readings for issue in each.issues]
        return Loaded(facts, issues, loading.margin_ns)


class _Loading:
    """The rows of one task, as they are found."""

    def __init__(self, task: Task, readings: Sequence[Reading]) -> None:
        self._task = task
        self._readings = readings
        self._boots = (task.part.boot,)
        #: Packed rows, by table and sealed journal.
        self._found: dict[str, dict[Key, list[memoryview]]] = {}
        #: Of what time these are.
        self._asked: dict[tuple[str, Key], Asked] = {}
        #: (writer, table) of which there are sealed rows.
        self._recorded = {
            (journal.writer, name)
            for each in readings
            for journal in each.source.journals.values()
            for name, rows in journal.rows.items()
            if rows
        }
        #: When folds of the part last, where they get back what void ones within them had.
        self._folds: Bounds | None = None
        self.margin_ns = 0

    def facts(self) -> list[Facts]:
        """Finds the rows, and corrects them."""
        since, until = self._task.part.bounds
        if since is None and until is None:
            self._read((*_SPANS, "open", *_SAMPLES), Asked(self._boots))
            return correct(self._joined(), self._task.corrections)
        self._read(_SPANS, around(self._task, MARGIN))
        for farther in FARTHER:
            self.margin_ns = farther
            self._read(_SAMPLES, around(self._task, MARGIN + farther))
            if not self._lacks_samples():
                break
        self._open(until)
        self._folds_around()
        self._parents()
        return correct(self._joined(), self._task.corrections)

    def _folds_around(self) -> None:
        """Void folds within the folds of this part, which give back the time that they had."""
        if not any(is_of_calls(each) and each.action == VOID for each in self._task.corrections):
            return
        since, until = self._task.part.bounds
        first, last = self._task.part.bounds.closed
        for one in self._joined():
            folds = columns.of(one.rows, "fold")
            start, end = self._task.part.bounds.closed
            own = folds[(folds["start"] < end) & (folds["device_end"] >= start)]
            first, last = min([first, *own["start"].tolist()]), max([last, *own["end"].tolist()])
        bounds = Bounds(None if since is None else first, None if until is None else last)
        if bounds != self._task.part.bounds:
            self._folds = bounds
            wider = self._task._replace(part=self._task.part._replace(bounds=bounds))
            self._read(("fold",), around(wider, MARGIN))

    def _open(self, until: int | None) -> None:
        """Spans that had not ended. One that is open when a part ends is open in the next one too,
        so that the last part of a writer tells.
        """
        last: dict[str, int] = {}
        for writer, part in self._keys():
            last[writer] = max(part, last.get(writer, 0))
        everything = Asked(self._boots)
        self._read(("open",), everything, last.items())
        if until is not None:
            self._begun_before(until)
        lacking = {one.writer for one in self._joined() if _has_open(one)}
        if lacking:
            keys = [key for key in last.items() if key[0] in lacking]
            self._read(("span",), everything, keys)

    def _begun_before(self, until: int) -> None:
        import numpy as np

        layout = columns.dtype(fmt.OPEN_SPAN)
        for parts in self._found["open"].values():
            rows = np.frombuffer(b"".join(parts), layout)
            parts[:] = [memoryview(rows[rows["start"] < until].tobytes())]

    def _parents(self) -> None:
        """Spans that others hang below and that were over before: further and further back."""
        asked = around(self._task, MARGIN)
        tried: Counter[str] = Counter()
        while lacking := {each for each in self._lacking() if tried[each] < len(_BACK)}:
            for step in sorted({tried[each] for each in lacking}):
                back = _BACK[step]
                since = Asked().since_utc_ns if back is None else asked.since_utc_ns - back
                own = {each for each in lacking if tried[each] == step}
                keys = {key for key in self._keys() if key[0] in own}
                read = [self._asked[each] for each in self._asked if each[1] in keys]
                until = max((each.until_utc_ns for each in read), default=asked.until_utc_ns)
                self._read(("span", "fold"), Asked(self._boots, since, until), keys)
                tried.update(own)

    def _lacking(self) -> set[str]:
        """The writers of spans that others hang below, and that were not found yet."""
        facts, part = self._joined(), self._task.part
        tables = calls_within(facts, part.members, part.bounds, self._folds)
        return lacking_parents([facts[member] for member in part.members], list(tables.values()))

    def _keys(self) -> Iterator[Key]:
        for each in self._readings:
            yield from each.source.journals

    def _read(
        self, names: Collection[str], asked: Asked, keys: Collection[Key] | None = None
    ) -> None:
        """Reads tables, in place of what was read of them (of these journals) before.

        What was found stays where it is more than what is asked for.
        """
        for name in names:
            own = self._found.setdefault(name, {})
            for each in self._readings:
                for key, rows in each.rows(name, asked):
                    known = self._asked.get((name, key), asked)
                    if (keys is None or key in keys) and (
                        asked.since_utc_ns <= known.since_utc_ns
                        and asked.until_utc_ns >= known.until_utc_ns
                    ):
                        own[key] = [rows]
                        self._asked[name, key] = asked

    def _lacks_samples(self) -> bool:
        """Whether a device of a writer has no reading yet before or after the part."""
        since, until = self._task.part.bounds
        void = [each for each in self._task.corrections if each.target.device is not None]
        for one in correct(self._joined(), void):
            early = since is not None and one.begun < since - MARGIN
            late = until is not None and one.t_last > until + MARGIN
            for name in _SAMPLES if early or late else ():
                if (one.writer, name) not in self._recorded and not one.rows.count(name):
                    continue  # there is none anywhere
                table = columns.of(one.rows, name)
                for t in _by_device(one, name, table):
                    if early and not (len(t) and t.min() < (since or 0) - MARGIN):
                        return True
                    if late and not (len(t) and t.max() > (until or 0) + MARGIN):
                        return True
        return False

    def _joined(self) -> list[Facts]:
        """The facts with what was found: sealed parts in their order, then what travelled along."""
        found: list[Facts] = []
        for one in self._task.facts:
            rows = Rows()
            for row in fmt.ROW_TYPES:
                sealed = self._found.get(row.name, {})
                for key in sorted(key for key in sealed if key[0] == one.writer):
                    for packed in sealed[key]:
                        rows.take(row, packed)
                rows.take(row, one.rows.packed(row.name))
            _each_once(rows)
            found.append(one.with_rows(rows))
        return found


def around(task: Task, margin: int) -> Asked:
    """A task's part on UTC, with a margin, whatever the writers' clocks did meanwhile."""
    low, high = zip(*(one.utc_around(*task.part.bounds) for one in task.facts), strict=True)
    found = Asked((task.part.boot,))
    if task.part.bounds.since is not None:
        found = found._replace(since_utc_ns=min(low) - margin)
    if task.part.bounds.until is not None:
        found = found._replace(until_utc_ns=max(high) + margin)
    return found


def _by_device(one: Facts, name: str, table: Any) -> Iterator[Any]:
    """The instants of a table's samples, by device that has any to expect."""
    if name == "usage":
        yield table["t"]
        return
    wanted = [n for n, device in one.devices.items() if name == "point" or device.kind == "gpu"]
    for number in wanted:
        yield table["t"][table["device"] == number]


def _has_open(one: Facts) -> bool:
    """Whether spans of a writer are open, as far as its rows say."""
    import numpy as np

    opened = columns.of(one.rows, "open")
    return not np.isin(opened["seq"], columns.of(one.rows, "span")["seq"]).all()


def lacking_parents(facts: Sequence[Facts], tables: Sequence[Sequence[Any]]) -> set[str]:
    """The writers that some writers' spans hang below (`entries.parent_of`), and do not show it.

    Args:
        tables: of each writer its spans, folds and open spans.
    """
    import numpy as np

    by_writer = {one.writer: one for one in facts}
    there: dict[str, Any] = {}
    wanted: dict[str, list[Any]] = {}
    for one, own in zip(facts, tables, strict=True):
        there[one.writer] = np.concatenate([each["seq"] for each in own])
        parents = np.unique(np.concatenate([each["parent"] for each in own]))
        forked = one.context.get("forked_below", 0)
        wanted.setdefault(one.writer, []).append(parents[(parents > 0) & (parents >= forked)])
        outer = one.context.get("parent")
        if outer is None:
            continue
        for seq in {outer["seq"], *parents[(parents > 0) & (parents < forked)].tolist()} - {0}:
            above = _recorder(seq, outer["writer"], by_writer)
            if above is not None:
                wanted.setdefault(above, []).append(np.array([seq], np.uint64))
    return {
        writer
        for writer, seqs in wanted.items()
        if not np.isin(np.concatenate(seqs), there[writer]).all()
    }


def _recorder(seq: int, writer: str, by_writer: Mapping[str, Facts]) -> str | None:
    """Which of the processes that one descends from has a sequence from before the fork."""
    for _ in range(len(by_writer)):
        one = by_writer.get(writer)
        if one is None or seq >= one.context.get("forked_below", 0):
            return None if one is None else writer
        outer = one.context.get("parent")
        if outer is None:
            return None
        writer = outer["writer"]
    return None
