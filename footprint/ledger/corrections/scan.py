"""What corrections do in a ledger, without the rows of its sealed segments.

Of these few columns are read (`effects`), date by date. A date's answer is kept beside the sealed
segments, under the hash of all that it rests on: its files, and what is chosen there. Like pages
(`footprint.pages.kept`) it can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from footprint.errors import LedgerError
from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.corrections.chosen import Choice
from footprint.ledger.corrections.correction import VOID, Correction
from footprint.ledger.corrections.did import Did
from footprint.ledger.corrections.effects import NEEDED, Choices, Effects, Touched, total
from footprint.ledger.corrections.readings import Taken
from footprint.ledger.reader import Facts, Issue
from footprint.ledger.sealed.manifest import SealedFile
from footprint.ledger.sealed.plan import Asked, Key, Source
from footprint.ledger.sealed.read import Reading
from footprint.ledger.stores import Store, open_store

DERIVED = "derived/corrections"
#: Changes whenever what is kept would come out otherwise.
SCHEMA = "footprint.effects/1"


class Touch(NamedTuple):
    """A correction changes calls that last from `first` to `last`, boot-time ns."""

    correction: Correction
    first: int
    last: int


class Scan(NamedTuple):
    """What corrections do in a ledger.

    Attributes:
        effects: what they did, and where.
        touches: by boot, what of its time they touch; the earliest correction first.
        missing: what could not be read.
    """

    effects: Effects
    touches: Mapping[str, Sequence[Touch]]
    missing: tuple[Issue, ...]


def scan(
    facts: Sequence[Facts],
    places: Iterable[tuple[str, Source]],
    held: Sequence[Correction],
    *,
    fresh: bool = False,
) -> Scan:
    """What corrections do in a ledger.

    Args:
        facts: of all writers; without the rows that are sealed.
        places: where these are, chain by chain.
        held: the corrections that hold, the earliest first.
        fresh: what was kept is worked out again.

    Raises LedgerError where a place fails.
    """
    choices = Choices(facts, held)
    scanning = _Scanning(facts, choices, fresh=fresh)
    parts = [choices.of_memory(one) for one in facts]
    opened: dict[str, list[Any]] = {
        one.writer: [columns.left_open(one.rows)] for one in facts if one.writer in choices.calls
    }
    places = list(places)
    for where, source in places:
        parts += scanning.sealed(where, source)
    parts += scanning.opened(places, opened)
    found = total([Effects(choices.writers(), {}), *parts])
    files = [file for _, source in places for file in source.files if file.table == "fold"]
    return Scan(found, scanning.touches(found, files), tuple(scanning.missing))


class _Scanning:
    """A ledger that is gone through."""

    def __init__(self, facts: Sequence[Facts], choices: Choices, *, fresh: bool) -> None:
        self._by_writer = {one.writer: one for one in facts}
        self._fresh = fresh
        self._choices = choices
        self.missing: list[Issue] = []
        #: By boot and correction, first and last UTC of what is chosen there.
        self._utc: dict[str, dict[int, tuple[int, int]]] = {}
        for own in (choices.calls, choices.readings):
            for writer, chosen in own.items():
                for at, each in chosen.items():
                    self._note(at, self._by_writer[writer], each)

    def _note(self, at: int, one: Facts, each: Choice | Taken) -> None:
        first, last = one.utc_around(each.since, each.until)
        mine = self._utc.setdefault(one.boot_id, {})
        low, high = mine.get(at, (_EVER, -_EVER))
        low = min(low, -_EVER if first is None else first)
        mine[at] = low, max(high, _EVER if last is None else last)

    # -- sealed rows

    def sealed(self, where: str, source: Source) -> Iterator[Effects]:
        """What corrections do among the sealed rows of a chain, date by date."""
        dates: dict[str, list[SealedFile]] = {}
        for file in source.files:
            if file.table in NEEDED:
                dates.setdefault(file.date, []).append(file)
        asked = {date: self._asked(files) for date, files in dates.items()}
        if not any(asked.values()):
            return
        store = open_store(where)
        with _Opened(store, source) as reading:
            for date, files in sorted(dates.items()):
                if asked[date]:
                    yield self._of_date(store, reading, source, files, asked[date])

    def _asked(self, files: Iterable[SealedFile]) -> list[int]:
        """The corrections that can be about rows of some files."""
        found: set[int] = set()
        for file in files:
            kind = self._choices.kind(file.table)
            for group in file.groups:
                for boot in group.boots:
                    for at, (low, high) in self._utc.get(boot, {}).items():
                        if at in kind and group.first_utc_ns < high and group.last_utc_ns >= low:
                            found.add(at)
        return sorted(found)

    def _of_date(
        self,
        store: Store,
        reading: _Opened,
        source: Source,
        files: Sequence[SealedFile],
        asked: Sequence[int],
    ) -> Effects:
        """What corrections do among a date's rows; it may be known from before."""
        files = [file for file in files if self._choices.kind(file.table) & set(asked)]
        boots = {boot for boot, own in self._utc.items() if own.keys() & set(asked)}
        first = min(group.first_utc_ns for file in files for group in file.groups)
        last = max(group.last_utc_ns for file in files for group in file.groups)
        keys = {
            key
            for key, each in source.journals.items()
            if each.boot_id in boots and each.first_utc_ns <= last and each.last_utc_ns >= first
        }
        name = self._name(files, keys, asked)
        known = None if self._fresh else _kept(store, name, asked)
        if known is not None:
            return known
        issues = len(self.missing)
        parts: list[Effects] = []
        chosen = [self._utc[boot][at] for boot in boots for at in asked if at in self._utc[boot]]
        since, until = min(low for low, _ in chosen), max(high for _, high in chosen)
        for table, names in NEEDED.items():
            own = [file for file in files if file.table == table]
            wanted = Asked(boots, since, until)
            for key, rows in reading.reading.columns(table, names, own, wanted) if own else ():
                if key in keys:
                    parts.append(self._choices.effects(key[0], table, rows, asked))
        self.missing += reading.told()
        found = total(parts)
        if len(self.missing) == issues:
            _keep(store, name, asked, found)
        return found

    def _name(
        self, files: Sequence[SealedFile], keys: Collection[Key], asked: Sequence[int]
    ) -> str:
        """What a date's answer is kept as: whatever it rests on is in its name."""
        writers = {writer for writer, _ in keys}
        held = [self._choices.held[at] for at in asked]
        rests_on = {
            "schema": SCHEMA,
            "files": sorted(file.sha256 for file in files),
            "journals": sorted(keys),
            "said": [[one.action, one.of_calls(), one.amounts, one.scales] for one in held],
            "chosen": [
                [
                    [writer, own[writer][at]]
                    for own in (self._choices.calls, self._choices.readings)
                    for writer in sorted(writers & own.keys())
                    if at in own[writer]
                ]
                for at in asked
            ],
        }
        text = json.dumps(rests_on, separators=(",", ":"), sort_keys=True, default=dict)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return f"{DERIVED}/{digest[:2]}/{digest}.json"

    # -- spans that never ended

    def opened(
        self, places: Sequence[tuple[str, Source]], opened: dict[str, list[Any]]
    ) -> Iterator[Effects]:
        """What corrections do among the spans of all writers that never ended.

        Args:
            opened: by writer, those that are in memory; others are added.
        """
        import numpy as np

        last: dict[str, int] = {}
        for _, source in places:
            for writer, part in source.journals:
                last[writer] = max(part, last.get(writer, 0))
        boots = {self._by_writer[writer].boot_id for writer in opened}
        layout = columns.dtype(fmt.OPEN_SPAN)
        for where, source in places:
            if not any(file.table == "open" for file in source.files):
                continue
            with Reading(open_store(where), source) as reading:
                for key, packed in reading.rows("open", Asked(boots)):
                    # One that is open when a part ends is open in the next one too.
                    if key[0] in opened and last[key[0]] == key[1]:
                        opened[key[0]].append(np.frombuffer(packed, layout))
                self.missing += reading.issues
        there = {writer: np.concatenate(each) for writer, each in opened.items()}
        there = {writer: rows for writer, rows in there.items() if self._chosen(writer, rows)}
        ended = self._ended(places, there)
        for writer, rows in there.items():
            one = self._by_writer[writer]
            gone = np.concatenate([columns.of(one.rows, "span")["seq"], *ended.get(writer, ())])
            own = rows[~np.isin(rows["seq"], gone)]
            own = own[np.unique(own["seq"], return_index=True)[1]]
            if len(own):
                yield self._choices.of_open(one, own)

    def _chosen(self, writer: str, opened: Any) -> bool:
        """Whether any correction is about spans that may be open."""
        done = self._choices.of_open(self._by_writer[writer], opened).done
        return any(did.spans for did in done.values())

    def _ended(
        self, places: Sequence[tuple[str, Source]], opened: Mapping[str, Any]
    ) -> dict[str, list[Any]]:
        """By writer, sequences of sealed spans that ended, where some of a writer's may be open."""
        import numpy as np

        found: dict[str, list[Any]] = {}
        boots = {self._by_writer[writer].boot_id for writer in opened}
        begun = [self._by_writer[w].utc_ns(int(rows["start"].min())) for w, rows in opened.items()]
        for where, source in places if opened else ():
            with Reading(open_store(where), source) as reading:
                asked = Asked(boots, since_utc_ns=min(begun))
                for key, rows in reading.columns("span", ("seq",), source.files, asked):
                    if key[0] in opened:
                        seqs = rows["seq"].view(np.uint64)
                        mine = seqs[np.isin(seqs, opened[key[0]]["seq"])]
                        found.setdefault(key[0], []).append(mine)
                self.missing += reading.issues
        return found

    # -- what is touched

    def touches(self, found: Effects, folds: Sequence[SealedFile]) -> dict[str, list[Touch]]:
        """By boot, what of its time is touched."""
        held = self._choices.held
        touches: dict[str, list[Touch]] = {}
        for (at, writer), each in sorted(found.touches.items(), key=lambda item: item[0]):
            one = self._by_writer[writer]
            first, last = each.first, each.last
            if each.folds is not None and held[at].action == VOID:
                first, last = self._around(one, each.folds, folds, (first, last))
            touches.setdefault(one.boot_id, []).append(Touch(held[at], first, last))
        return touches

    def _around(
        self,
        one: Facts,
        void: tuple[int, int],
        files: Sequence[SealedFile],
        found: tuple[int, int],
    ) -> tuple[int, int]:
        """How far folds around void ones can reach: they get time back, wherever they are."""
        rows = columns.of(one.rows, "fold")
        rows = rows[(rows["start"] <= void[1]) & (rows["end"] >= void[0])]
        first, last = [found[0], *rows["start"].tolist()], [found[1], *rows["end"].tolist()]
        since, until = one.utc_ns(void[0]), one.utc_ns(void[1])
        for file in files:
            for group in file.groups:
                near = group.first_utc_ns <= until and group.last_utc_ns >= since
                if near and one.boot_id in group.boots:
                    first.append(one.boot_ns(group.first_utc_ns))
                    last.append(one.boot_ns(group.last_utc_ns))
        return min(first), max(last)


#: Before and after all that a clock can show, ns.
_EVER = 2**62


class _Opened:
    """A chain that is opened when the first of its rows are read."""

    def __init__(self, store: Store, source: Source) -> None:
        self._store, self._source = store, source
        self._reading: Reading | None = None
        self._told = 0

    def __enter__(self) -> _Opened:
        return self

    def __exit__(self, *_: object) -> None:
        if self._reading is not None:
            self._reading.__exit__()

    @property
    def reading(self) -> Reading:
        """The chain being read."""
        if self._reading is None:
            self._reading = Reading(self._store, self._source)
        return self._reading

    def told(self) -> list[Issue]:
        """What is missing, as far as it was not told before."""
        issues = self._reading.issues[self._told :] if self._reading is not None else []
        self._told += len(issues)
        return issues


# -- what is kept


def _kept(store: Store, name: str, asked: Sequence[int]) -> Effects | None:
    """What was kept under a name; None where there is nothing."""
    try:
        found = json.loads(store.read(name))
        return _of(found, asked)
    except (FileNotFoundError, LedgerError, ValueError, KeyError, TypeError, IndexError):
        return None


def _keep(store: Store, name: str, asked: Sequence[int], found: Effects) -> None:
    """Keeps a date's answer, where that can be done."""
    places = {at: number for number, at in enumerate(asked)}
    text = {
        "done": [
            [places[at], *did[:-1], [[places[by], n] for by, n in did.overruled.items()]]
            for at, did in found.done.items()
        ],
        "touches": [
            [places[at], writer, each.first, each.last, sorted(each.paths), each.folds]
            for (at, writer), each in found.touches.items()
        ],
    }
    with contextlib.suppress(LedgerError):
        store.replace(name, json.dumps(text, separators=(",", ":")).encode())


def _of(found: Mapping[str, Any], asked: Sequence[int]) -> Effects:
    done = {
        asked[at]: Did(
            spans, calls, readings, writers, void_too, {asked[by]: many for by, many in overruled}
        )
        for at, spans, calls, readings, writers, void_too, overruled in found["done"]
    }
    touches = {
        (asked[at], str(writer)): Touched(
            first, last, frozenset(paths), None if folds is None else (folds[0], folds[1])
        )
        for at, writer, first, last, paths, folds in found["touches"]
    }
    return Effects(done, touches)
