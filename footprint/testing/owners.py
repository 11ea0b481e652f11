"""Whose entry is whose: the test that an entry of the ledger was made by.

An entry belongs to the tests' spans above it. One that hangs below none (a thread that nobody
carried the span into, an event loop that was made before) belongs to the test that its process ran
when it began: a process runs one test at a time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence

from footprint.accounts.entries import Entry
from footprint.testing.recording import PHASE, ROUND, SESSION

#: (test, phase); the test of a sum over all tests is empty.
Key = tuple[str, str]


class Owners:
    """The tests' spans of one session of tests.

    Args:
        session: its name.
        only: one test; None: all.
    """

    def __init__(self, session: str, only: str | None = None) -> None:
        self._session = session
        self._only = only
        self._entries: Sequence[Entry] | None = None
        self._begun: dict[tuple[int, bool], list[tuple[int, int, int]]] = {}

    def is_test(self, entry: Entry) -> bool:
        """Whether an entry is a test's own span."""
        tags = entry.path.tags
        return tags.get(SESSION) == self._session and (
            self._only is None or entry.path.name == self._only
        )

    def of(self, entries: Sequence[Entry], index: int) -> list[int]:
        """The tests' spans that an entry is, hangs below, or belongs to."""
        found: list[int] = []
        at = top = index
        for _ in range(10_000):  # deeper than any program; a damaged ledger may hold a ring
            if at < 0:
                break
            if self.is_test(entries[at]):
                found.append(at)
            at, top = entries[at].parent, at
        return found or self._at(entries, entries[top])

    def keys(self, entries: Sequence[Entry], index: int) -> Iterator[Hashable]:
        """The groups that an entry belongs to: its tests', and those of all tests."""
        for at in self.of(entries, index):
            phase = phase_of(entries[at])
            yield entries[at].path.name, phase
            yield "", phase

    def _at(self, entries: Sequence[Entry], entry: Entry) -> list[int]:
        if entries is not self._entries:
            self._look(entries)
        found = []
        for is_round in (True, False):
            begun = self._begun.get((entry.writer, is_round), ())
            place = bisect_right(begun, entry.start, key=lambda one: one[0]) - 1
            if place >= 0 and entry.start < begun[place][1]:
                found.append(begun[place][2])
        return found

    def _look(self, entries: Sequence[Entry]) -> None:
        self._entries, self._begun = entries, {}
        for index, entry in enumerate(entries):
            if self.is_test(entry):
                own = self._begun.setdefault((entry.writer, phase_of(entry) == ROUND), [])
                own.append((entry.start, entry.end, index))
        for own in self._begun.values():
            own.sort()


def phase_of(entry: Entry) -> str:
    """Setup, call, teardown or round."""
    return entry.path.tags.get(PHASE, "")
