"""One span, cell by cell: what its devices drew between two readings, and what of that is its.

The span is booked once more with time cut at every reading, so that the books themselves say what
each stretch between two readings came to; the parts are the same integers as the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footprint.accounts.book import by_entry
from footprint.accounts.lines import Book
from footprint.errors import UsageError
from footprint.model import NJ_PER_J
from footprint.pages.rows import loaded
from footprint.pages.tasks import Task
from footprint.reports.times import stamp
from footprint.reports.tracing.address import SpanId
from footprint.reports.tracing.days import span_of
from footprint.reports.tracing.view import InCell, SpanTrace

#: So many cells are shown.
MOST = 2_000


def single(work: Sequence[Task], asked: SpanId) -> SpanTrace:
    """Traces a span. Raises UsageError where the ledger has none of this id."""
    found: list[tuple[Book, int, Task]] = []
    for task in work:
        if not any(one.writer == asked.writer for one in task.facts):
            continue
        facts = loaded(task).facts
        book = by_entry(facts, task.part)
        for index, entry in enumerate(book.entries):
            if (book.facts[entry.writer].writer, entry.seq) == asked:
                found.append((book, index, task))
    if not found:
        raise UsageError(
            f"--trace {asked.writer}:{asked.seq}: there is no such span in the report: it is of"
            " another ledger or period, or its day was compacted"
        )
    parts = [span_of(book, index, None) for book, index, _ in found]
    energy = parts[0].energy_j
    for other in parts[1:]:
        energy = energy + other.energy_j
    whole = parts[0]._replace(energy_j=energy, start=parts[0].start, end=parts[-1].end)
    cells = [cell for book, index, task in found for cell in _cells(book, index, task)]
    notes = [] if len(found) == 1 else [f"it ran over {len(found)} UTC days, booked one by one"]
    return SpanTrace(
        whole,
        tuple(_declared(*found[0][:2])),
        tuple(cells[:MOST]),
        max(0, len(cells) - MOST),
        tuple(notes),
    )


def _declared(book: Book, index: int) -> Iterator[tuple[str, str]]:
    entry = book.entries[index]
    one = book.facts[entry.writer]
    path = entry.path
    own = {
        "kind": path.kind,
        "model": path.model,
        "version": path.version,
        "project": path.project,
        **{f"tag.{key}": value for key, value in path.tags.items()},
        **{unit: f"{amount:g}" for unit, amount in entry.units.items()},
        "host": one.host,
        "pid": one.context.get("pid"),
        "run": one.context.get("run"),
        **{f"run's {name}": value for name, value in (one.context.get("declared") or {}).items()},
    }
    yield from ((name, str(value)) for name, value in own.items() if value not in (None, "", {}))


def _cells(book: Book, index: int, task: Task) -> Iterator[InCell]:
    entry = book.entries[index]
    one = book.facts[entry.writer]
    for name in book.used[index]:
        device = next(
            each for each in book.devices if each.device.id == name and each.boot == one.boot_id
        )
        timeline = device.timeline.plain()
        cells = timeline.cells
        touched = [
            cell
            for cell in range(len(cells.energy))
            if cells.edges[cell] < max(entry.end, entry.device_end)
            and cells.edges[cell + 1] > entry.start
        ]
        if not touched:
            continue
        edges = [cells.edges[cell] for cell in (*touched, touched[-1] + 1)]
        cuts = sorted({one.utc_ns(edge) for edge in edges})
        again = by_entry(book.facts, task.part, lambda _, at: [at == index], cuts)
        booked = next(part for part in again.groups[True] if part.device.id == name).by_stretch
        for number, cell in enumerate(touched):
            metered = cells.energy[cell]
            yield InCell(
                device.host,
                name,
                stamp(one.utc_ns(cells.edges[cell])),
                stamp(one.utc_ns(cells.edges[cell + 1])),
                None if metered is None else metered / NJ_PER_J,
                booked.get(number + 1, 0) / NJ_PER_J,
                timeline.tiers[cell],
                cell in cells.estimated,
            )
