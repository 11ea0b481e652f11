"""Each device's books: metered = attributed + idle + unattributed."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.reports.blocks import LEFT, RIGHT, Block, Cell, of_columns
from footprint.reports.speech import Speech
from footprint.reports.view import Balance, Report


def conservation(report: Report, say: Speech) -> Iterator[Block]:
    """A row for each device."""
    rows = report.conservation
    if not rows:
        return
    filled: list[tuple[str, str, list[Cell]]] = []
    if any(row.filled_j for row in rows):
        filled.append((say("filled"), RIGHT, [say.amount(row.filled_j, "J") for row in rows]))
    yield of_columns(
        say("conservation.title"),
        (
            (say("field.host"), LEFT, [row.host for row in rows]),
            (say("device"), LEFT, [row.device for row in rows]),
            (say("kind"), LEFT, [say.named("device_kind", row.device_kind) for row in rows]),
            (say("tier"), LEFT, [say.named("tier_name", row.tier) for row in rows]),
            (say("metered"), RIGHT, [say.amount(row.metered_j, "J") for row in rows]),
            *filled,
            (say("attributed"), RIGHT, [say.amount(row.attributed_j, "J") for row in rows]),
            (say("idle"), RIGHT, [say.amount(row.idle_j, "J") for row in rows]),
            (
                say("unattributed_short"),
                RIGHT,
                [say.amount(row.unattributed_j, "J") for row in rows],
            ),
            (say("known_for"), RIGHT, [_covered(row, say) for row in rows]),
        ),
    )


def _covered(row: Balance, say: Speech) -> Cell:
    """For how long its energy is known, and which part of the whole that is."""
    whole = row.covered_s + row.missing_s
    if not whole:
        return Cell(say.share(0.0), 0.0)
    known = say.amount(row.covered_s, "s")
    if not row.missing_s:
        return known
    return Cell(f"{known} ({say.share(row.covered_s / whole)})", row.covered_s)
