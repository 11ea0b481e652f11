"""What was booked, by device and UTC day, and the spans behind it.

Pages say what each day came to, at no cost; spans are booked one by one, which takes a tenth of a
second for a thousand. So the days with most of the figure are opened first, and no more of them
than hold so many spans.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from footprint.accounts.book import by_entry
from footprint.accounts.lines import Book, GroupEnergy
from footprint.estimators.quantity import Quantity
from footprint.ledger.reader import Facts
from footprint.model import NJ_PER_J
from footprint.pages import compacted
from footprint.pages.page import DeviceLine, Grouper, Page
from footprint.pages.rows import loaded
from footprint.pages.tasks import Task
from footprint.reports.times import stamp
from footprint.reports.tracing.figure import ATTRIBUTED, IDLE, METERED, UNATTRIBUTED, Figure
from footprint.reports.tracing.view import OnDay, SpanOf

#: So many spans are booked one by one: a minute or so.
MANY = 500_000


class Booking(NamedTuple):
    """What was booked of a device.

    Attributes:
        line: the device's books.
        energy_nj: nJ of the figure.
        filled_nj: at most so many nJ of it were filled in where no reading shows any.
    """

    line: DeviceLine
    energy_nj: int
    filled_nj: int


class Day(NamedTuple):
    """A part of the ledger in which something of the figure was booked.

    Attributes:
        task: which part.
        entries: how many spans and folds there are in it.
        devices: what was booked of each device.
        compacted: its single calls are not kept.
    """

    task: Task
    entries: int
    devices: tuple[Booking, ...]
    compacted: bool

    @property
    def energy_nj(self) -> int:
        """Of all devices, nJ."""
        return sum(each.energy_nj for each in self.devices)

    @property
    def name(self) -> str:
        """Its date, UTC."""
        return (date(1970, 1, 1) + timedelta(days=self.task.part.day)).isoformat()

    def shown(self) -> Iterator[OnDay]:
        """Device by device."""
        for line, amount, filled in self.devices:
            yield OnDay(
                self.name,
                line.boot,
                line.host,
                line.device.id,
                line.device.kind,
                line.device.tier,
                amount / NJ_PER_J,
                self.compacted,
                filled / NJ_PER_J,
            )


def days(work: Sequence[Task], pages: Iterable[Page], figure: Figure) -> list[Day]:
    """The days of a figure, those with most of it first."""
    found = [
        Day(task, page.entries, devices, _is_compacted(task))
        for task, page in zip(work, pages, strict=True)
        if (devices := tuple(_booked(page, figure)))
    ]
    return sorted(found, key=lambda each: (-each.energy_nj, each.name, each.task.part.boot))


def _is_compacted(task: Task) -> bool:
    return bool(compacted.files(task.places, task.part.boot, task.part.day))


def _booked(page: Page, figure: Figure) -> Iterator[Booking]:
    """What a page has of a figure, device by device."""
    for line in page.devices:
        if not line.metered or figure.device not in (None, (line.host, line.device.id)):
            continue
        amount = 0
        if METERED in figure.lines:
            amount = line.metered_nj
        if IDLE in figure.lines:
            amount += line.idle_nj
        if UNATTRIBUTED in figure.lines:
            amount += line.unattributed_nj
        touched = amount
        if ATTRIBUTED in figure.lines and figure.names is not None:
            own = [
                part.energy
                for (name, place), parts in page.groups.items()
                if name in figure.names and place[1] == line.boot
                for part in parts
                if part.device.id == line.device.id
            ]
            amount += sum(each.mid_nj for each in own)
            touched += sum(each.estimated_nj for each in own)  # all of a call that touches any
        if amount:
            yield Booking(line, amount, min(touched, line.estimated_nj))


class Opened(NamedTuple):
    """A day whose spans were booked one by one: its facts, and the spans of the figure."""

    day: Day
    facts: Sequence[Facts]
    spans: tuple[SpanOf, ...]
    many: int
    energy_nj: int


def opened(day: Day, figure: Figure, most: int) -> Opened:
    """Books a day span by span.

    Args:
        most: so many spans are given, those that used most first; all are counted.
    """
    facts = loaded(day.task).facts
    book = by_entry(facts, day.task.part)
    grouper = Grouper(book.facts, day.task.asked.naming)
    names = figure.names or frozenset[Hashable]()
    mine = [index for index, entry in enumerate(book.entries) if grouper.name(entry) in names]
    device = None if figure.device is None else figure.device[1]
    energies = {index: _energy_nj(book, index, device) for index in mine}
    first = heapq.nsmallest(most, mine, key=lambda index: (-energies[index], index))
    return Opened(
        day,
        book.facts,
        tuple(span_of(book, index, device) for index in first),
        len(mine),
        sum(energies.values()),
    )


def _energy_nj(book: Book, index: int, device: str | None) -> int:
    return sum(part.energy.mid_nj for part in parts_of(book, index, device))


def parts_of(book: Book, index: int, device: str | None) -> list[GroupEnergy]:
    """What a span used, of one device or of all."""
    return [part for name, part in book.used[index].items() if device in (None, name)]


def span_of(book: Book, index: int, device: str | None) -> SpanOf:
    """A span with what it used."""
    entry = book.entries[index]
    one = book.facts[entry.writer]
    parts = [part.energy for part in parts_of(book, index, device)]
    return SpanOf(
        f"{one.writer}:{entry.seq}",
        entry.path.name,
        stamp(one.utc_ns(entry.start)),
        stamp(one.utc_ns(entry.end)),
        entry.calls,
        Quantity(
            sum(each.low_nj for each in parts) / NJ_PER_J,
            sum(each.mid_nj for each in parts) / NJ_PER_J,
            sum(each.high_nj for each in parts) / NJ_PER_J,
            "J",
        ),
    )
