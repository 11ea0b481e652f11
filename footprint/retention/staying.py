"""Rows of compacted dates that later days need: they stay as they are.

A span may have begun before its process died, be over before what hangs below it, or have work on
a GPU that ended after midnight. Later days are booked from such rows too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from footprint.accounts.days import DAY_NS, Part, parts
from footprint.accounts.lines import Bounds
from footprint.accounts.outline import Place
from footprint.accounts.within import within
from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.reader import Facts, Rows
from footprint.ledger.sealed.manifest import SealedFile, SealedJournal
from footprint.ledger.sealed.plan import Asked, Key, Source
from footprint.ledger.sealed.read import Reading
from footprint.ledger.sealed.tables import OF_CALLS
from footprint.ledger.sealed.write import Content
from footprint.ledger.stores import Store
from footprint.pages.rows import loaded
from footprint.pages.tasks import Asked as Pages
from footprint.pages.tasks import Task

_OWNERS = ("span", "fold", "open")

#: By writer and table, sequences of calls.
Needed = Mapping[str, Mapping[str, Any]]


def needed(facts: Sequence[Facts], places: tuple[Place, ...], day: int) -> Needed:
    """The calls that are needed for what is after a day.

    Args:
        facts: of all writers; those of sealed journals without their rows.
        places: where these rows are.
        day: since 1970-01-01, UTC.
    """
    found: dict[str, dict[str, Any]] = {}
    boots: dict[str, list[Facts]] = {}
    for one in facts:
        boots.setdefault(one.boot_id, []).append(one)
    for boot, own in boots.items():
        later = parts(own, ((day + 1) * DAY_NS, None))
        if not later:
            continue
        bounds = Bounds(later[0].bounds.since, None)
        every = Part(boot, day + 1, bounds, False, tuple(range(len(own))))
        keys = {
            key
            for place in places
            for source in place.sources
            for key, journal in source.journals.items()
            if journal.boot_id == boot
        }
        task = Task(every, tuple(own), tuple(place.of(keys) for place in places), Pages(_unnamed))
        there = loaded(task).facts
        for one in within(there, every.members, bounds):
            found[one.writer] = {name: columns.of(one.rows, name)["seq"] for name in _OWNERS}
    return found


def _unnamed(*_: object) -> None:
    """The task is for its rows alone."""


def staying(
    store: Store,
    journals: Mapping[Key, SealedJournal],
    sealed: Mapping[Key, Facts],
    files: Iterable[SealedFile],
    wanted: Needed,
) -> list[Content]:
    """Those rows of some files, as what is to be written of their journals.

    Args:
        journals, sealed: of the chain, and what they recorded.
        files: that are to be replaced.
        wanted: as `needed` says.
    """
    if not any(len(seqs) for own in wanted.values() for seqs in own.values()):
        return []
    found: dict[Key, Rows] = {}
    with Reading(store, Source(journals, tuple(files))) as reading:
        for name in OF_CALLS:
            for key, packed in reading.rows(name, Asked()):
                rows = _chosen(name, packed, wanted.get(key[0], {}))
                if len(rows):
                    found.setdefault(key, Rows()).take(fmt.BY_NAME[name], rows.tobytes())
    return [
        Content(journals[key], sealed[key].with_rows(rows), ())
        for key, rows in sorted(found.items())
    ]


def _chosen(name: str, packed: memoryview, wanted: Mapping[str, Any]) -> Any:
    import numpy as np

    table: Any = np.frombuffer(packed, columns.dtype(fmt.BY_NAME[name]))
    if name in _OWNERS:
        seqs = wanted.get(name, ())
    else:
        seqs = np.concatenate([np.array([], np.uint64), *wanted.values()])
    return table[np.isin(table["seq"], np.asarray(seqs, np.uint64))]
