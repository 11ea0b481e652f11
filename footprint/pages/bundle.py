"""The sums of many periods, and of all of them together, kept in one file: a year is read at once.

It is the file of a question and of the day from which it is asked; what it rests on stands at its
head. So it is written again when another day was sealed, and does not grow in number.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from footprint.errors import LedgerError
from footprint.pages import stored
from footprint.pages.kept import DERIVED
from footprint.pages.sums import Sums, may_be_kept, total_of
from footprint.pages.tasks import Task
from footprint.pages.total import Total

#: Fewer pages are read as quickly as the sums of their periods.
FEW = 16


class Bundle(NamedTuple):
    """What some pages come to: all together, and period by period."""

    whole: Total
    totals: Mapping[int, Total]


class Bundles:
    """Bundles that were made before.

    Args:
        sums: says what pages rest on.
        cuts: UTC ns, increasing: instants at which a factor changes, over all pages.
    """

    def __init__(self, sums: Sums, cuts: tuple[int, ...]) -> None:
        self._sums = sums
        self._cuts = cuts

    def bundle(self, tasks: Sequence[Task], periods: Sequence[int]) -> Bundle | None:
        """What some pages come to, where it was made before.

        Args:
            periods: the number of the period that each page is of.
        """
        if not may_be_kept(tasks, FEW):
            return None
        try:
            data = self._sums.store(tasks).read(self._name(tasks))
        except (FileNotFoundError, LedgerError):
            return None
        head, _, rest = data.partition(b"\n")
        said = head.decode("ascii", "replace")
        if said not in (self._rests_on(tasks, periods, going=each) for each in (False, True)):
            return None
        return self._read(rest)

    def keep(self, tasks: Sequence[Task], periods: Sequence[int], found: Bundle) -> None:
        """Keeps a bundle, where that can be done; a place that cannot be written stays as it is."""
        if not may_be_kept(tasks, FEW) or found.whole.missing:
            return
        head = self._rests_on(tasks, periods, going=bool(found.whole.left_open))
        lines = [
            stored.text(found.whole.page),
            json.dumps(list(found.totals)),
            *(stored.text(each.page) for each in found.totals.values()),
        ]
        body = zlib.compress("\n".join(lines).encode(), 6)
        with contextlib.suppress(LedgerError):
            self._sums.store(tasks).replace(self._name(tasks), head.encode() + b"\n" + body)

    def _read(self, data: bytes) -> Bundle | None:
        try:
            whole, numbers, *every = zlib.decompress(data).split(b"\n")
            pages = [stored.of_text(each) for each in (whole, *every)]
            totals = [total_of(page, self._cuts) for page in pages if page is not None]
            if len(totals) < len(pages):
                return None
            return Bundle(totals[0], dict(zip(json.loads(numbers), totals[1:], strict=True)))
        except (zlib.error, ValueError):
            return None

    def _name(self, tasks: Sequence[Task]) -> str:
        """Where the bundle of a question is; its content says what it rests on."""
        asked, first = tasks[0].asked, min(each.part.day for each in tasks)
        text = json.dumps([stored.SCHEMA, asked.name, asked.period, first], default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return f"{DERIVED}/{digest[:2]}/{digest}.all.z"

    def _rests_on(self, tasks: Sequence[Task], periods: Sequence[int], *, going: bool) -> str:
        """A hash of all that it rests on."""
        text = f"{self._sums.digest(tasks, going=going)} {json.dumps(list(periods))}"
        return hashlib.sha256(text.encode()).hexdigest()
