"""The rows of writers that a part of their time is booked from (`accounts.days`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from footprint.accounts.lines import Bounds
from footprint.ledger import columns
from footprint.ledger import format as fmt
from footprint.ledger.reader import Facts, Rows
from footprint.model import NS_PER_S

if TYPE_CHECKING:
    from footprint.estimators.columns import Flags

#: Readings so long before and after are looked at too, ns: a counter's edges are known better by
#: their neighbours, and shares of a moment by those around it.
MARGIN = 60 * NS_PER_S
#: A reading further away than this is not looked for: what a device used between two readings with
#: a midnight between them that are further apart is not known.
REACH = 4 * 86_400 * NS_PER_S


def within(facts: Sequence[Facts], members: Sequence[int], bounds: Bounds) -> list[Facts]:
    """The writers, and of some of them the rows that bear on [since, until).

    Spans, folds and windows that touch it, with their amounts, histograms and holds, and the spans
    that these hang below; spans that never ended; readings from `MARGIN` before to `MARGIN` after,
    and of each device the one before and the one after these, within `REACH`.
    """
    found = list(facts)
    if bounds.since is None and bounds.until is None:
        return found
    tables = calls_within(facts, members, bounds)
    for member in members:
        found[member] = facts[member].with_rows(_rows(facts[member], bounds, tables[member]))
    return found


def calls_within(
    facts: Sequence[Facts], members: Sequence[int], bounds: Bounds, folds: Bounds | None = None
) -> dict[int, list[Any]]:
    """By member, the spans, folds and open spans that `within` keeps.

    Args:
        folds: folds that touch these wider bounds are kept too.
    """
    tables = {member: list(_touching(facts[member], bounds)) for member in members}
    if folds is not None:
        for member, own in tables.items():
            own[1] = list(_touching(facts[member], folds))[1]
    forked = any(facts[member].context.get("forked_below", 0) for member in members)
    while True:
        above: set[tuple[str, int]] = set()
        for member in members:
            above.update(_above(facts[member], tables[member]))
        before = {member: sum(map(len, own)) for member, own in tables.items()}
        for member in members:
            one = facts[member]
            asked = {seq for writer, seq in above if writer in (one.writer, "")}
            tables[member] = _with_parents(one, tables[member], asked)
        # What was found may itself hang below what another process recorded before a fork.
        if not forked or before == {member: sum(map(len, own)) for member, own in tables.items()}:
            return tables


def _touching(one: Facts, bounds: Bounds) -> Iterator[Any]:
    """Spans and folds that touch a part of time, and spans that never ended."""
    since, until = bounds.closed
    spans = columns.of(one.rows, "span")
    for table in (spans, columns.of(one.rows, "fold")):
        yield table[(table["start"] < until) & (table["device_end"] >= since)]
    yield never_ended(one, until)


def never_ended(one: Facts, until: int) -> Any:
    """Rows of spans that began before an instant and did not end."""
    opened = columns.left_open(one.rows)
    return opened[opened["start"] < until]


def _above(one: Facts, tables: Sequence[Any]) -> Iterator[tuple[str, int]]:
    """(writer, sequence) of what a writer's rows hang below in another process; "": any above."""
    import numpy as np

    outer = one.context.get("parent")
    if outer is not None:
        yield outer["writer"], outer["seq"]
    forked = one.context.get("forked_below", 0)
    for table in tables:
        parents = np.unique(table["parent"])
        yield from (("", int(seq)) for seq in parents[(parents > 0) & (parents < forked)])


def _rows(one: Facts, bounds: Bounds, of_calls: Sequence[Any]) -> Rows:
    import numpy as np

    rows = Rows()

    def take(name: str, table: Any) -> None:
        row = fmt.BY_NAME[name]
        # Tables that were joined have lost the padding of their rows.
        rows.take(row, table.astype(columns.dtype(row), copy=False).tobytes())

    spans, folds, opened = of_calls
    take("span", spans)
    take("fold", folds)
    take("open", opened)
    seq = np.concatenate([spans["seq"], folds["seq"], opened["seq"]])
    for name in ("duration", "hold", "unit"):
        table = columns.of(one.rows, name)
        take(name, table[np.isin(table["seq"], seq)])
    since, until = bounds.closed
    low, high = max(since, -_FAR) - MARGIN, min(until, _FAR) + MARGIN
    windows = columns.of(one.rows, "window")
    take("window", windows[(windows["start"] <= high) & (windows["end"] >= low)])
    for name in ("point", "usage", "gpu_usage"):
        table = columns.of(one.rows, name)
        take(name, table[_around(table, low, high)])
    return rows


#: Beyond any instant, with room for a margin.
_FAR = 2**62


def _with_parents(one: Facts, tables: list[Any], asked: AbstractSet[int]) -> list[Any]:
    """Tables of spans, folds and open spans, with those of the writer's that these hang below.

    A parent may be over while its children run. Left out, they would hang below nothing.
    """
    import numpy as np

    names = ("span", "fold")
    while True:
        known = np.concatenate([table["seq"] for table in tables])
        wanted = np.unique(np.concatenate([table["parent"] for table in tables]))
        wanted = np.union1d(wanted, np.array(sorted(asked), np.uint64))
        wanted = wanted[~np.isin(wanted, known)]
        more = [
            rows[np.isin(rows["seq"], wanted)] for rows in (columns.of(one.rows, n) for n in names)
        ]
        if not sum(map(len, more)):
            return tables
        tables[:2] = [np.concatenate(each) for each in zip(tables, more, strict=False)]


def _around(table: Any, low: int, high: int) -> Flags:
    """Samples from `low` to `high`, and of each device the one before and the one after."""
    import numpy as np

    t = table["t"]
    kept: Flags = (t >= low) & (t <= high)
    devices = table["device"] if "device" in table.dtype.names else np.zeros(len(t), np.uint16)
    for device in np.flatnonzero(np.bincount(devices)).tolist():
        own = devices == device
        before, after = (t < low) & (t >= low - REACH), (t > high) & (t <= high + REACH)
        for beyond, nearest in ((before, np.argmax), (after, np.argmin)):
            others = np.flatnonzero(own & beyond)
            if len(others):
                kept[others[nearest(t[others])]] = True
    return kept
