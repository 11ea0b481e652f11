"""A writer's journals as one: a service that runs for weeks begins a new part now and then.

Each part stands alone: it repeats what its rows refer to, and the spans that are open. Read one
after the other they are what one long journal would have said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from footprint.ledger import format as fmt
from footprint.ledger.reader import RESTORE, Facts, Issue, Rows


def join(facts: Iterable[Facts]) -> tuple[list[Facts], list[Issue]]:
    """One `Facts` a writer, where its first part was; and which parts are missing.

    Args:
        facts: of journals, each once (`collected.once`); their rows need not be there.
    """
    writers: dict[str, list[Facts]] = {}
    for one in facts:
        writers.setdefault(one.writer, []).append(one)
    issues: list[Issue] = []
    joined: list[Facts] = []
    for parts in writers.values():
        parts.sort(key=lambda one: one.part)
        issues += _missing(parts)
        joined.append(_joined(parts) if len(parts) > 1 else parts[0])
    return joined, issues


def _joined(parts: Sequence[Facts]) -> Facts:
    first, last = parts[0], parts[-1]
    whole = Facts(first.writer, first.where, first.part)
    whole.context = first.context
    for one in parts:
        whole.devices |= one.devices
        whole.paths |= one.paths
        whole.names |= one.names
        whole.anchors += one.anchors
        # What a part repeats of the one before says nothing new.
        again = whole.residents and one.residents[:1] == whole.residents[-1:]
        whole.residents += one.residents[1:] if again else one.residents
        whole.gaps += one.gaps
        whole.unavailable += one.unavailable
        whole.dropped += one.dropped
        whole.corrections += one.corrections
        whole.issues += one.issues
        whole.newer_records += one.newer_records
        whole.batches += one.batches
        whole.size += one.size
        whole.t_last = max(whole.t_last, one.t_last)
    whole.rows = _rows(parts)
    whole.unknown = first.unknown
    whole.end = None if last.end is None or last.end.get("reason") == fmt.ROTATED else last.end
    whole.begin(min(one.begun for one in parts))
    return whole


def _rows(parts: Sequence[Facts]) -> Rows:
    """All rows in their order; of a span that is open in several parts the first."""
    rows = Rows()
    opened: dict[int, tuple[int, ...]] = {}
    for one in parts:
        rows.add(one.rows)
        for row in one.rows["open"]:
            opened.setdefault(row[0], row)
    if len(opened) < rows.count("open"):
        layout = fmt.OPEN_SPAN.layout
        rows.put(fmt.OPEN_SPAN, b"".join(layout.pack(*row) for row in opened.values()))
    return rows


def _missing(parts: Sequence[Facts]) -> list[Issue]:
    """A part that ended as rotated has another after it, which was begun before."""
    last = parts[-1]
    end = last.part + 1
    if last.end is not None and last.end.get("reason") == fmt.ROTATED:
        end += 1
    there = {one.part for one in parts}
    issues: list[Issue] = []
    for number in range(end):
        if number not in there:
            text = (
                f"part {number} of writer {last.writer} is missing: what was recorded there is in"
                " no figure"
            )
            issues.append(Issue("missing-part", parts[0].where, text, RESTORE))
    return issues
