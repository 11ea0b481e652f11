"""The book as pandas frames: one row an entry, one row a reading (docs/reference/frames.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from footprint.accounts.book import Book, Energy
from footprint.accounts.entries import Entry
from footprint.accounts.peaks import Peaks
from footprint.model import NJ_PER_J, NS_PER_S, STATUSES

if TYPE_CHECKING:
    import pandas as pd

_KINDS = ("gpu", "cpu", "dram", "host")
#: Units that have a column of their own; others are in `units`.
UNIT_COLUMNS = ("items", "tokens_in", "tokens_out")


def inclusive_nj(book: Book) -> list[int]:
    """Each entry's energy with that of everything below it, nJ."""
    totals = [sum(part.energy.mid_nj for part in used.values()) for used in book.used]
    for index in _inside_out(book.entries):
        parent = book.entries[index].parent
        if parent >= 0:
            totals[parent] += totals[index]
    return totals


def _inside_out(entries: Sequence[Entry]) -> list[int]:
    """The entries, each before the one it hangs below; those of a ring are left out."""
    children = [0] * len(entries)
    for entry in entries:
        if entry.parent >= 0:
            children[entry.parent] += 1
    order = [index for index, count in enumerate(children) if not count]
    for index in order:
        parent = entries[index].parent
        if parent >= 0:
            children[parent] -= 1
            if not children[parent]:
                order.append(parent)
    return order


def spans(book: Book) -> pd.DataFrame:
    """One row for each span or fold, by start; NaN where something is not known."""
    import pandas as pd

    inclusive = inclusive_nj(book)
    peaks = Peaks(book)
    rows = [_row(book, index, inclusive[index], peaks) for index in range(len(book.entries))]
    frame = pd.DataFrame(rows, columns=list(_columns()))
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column], unit="ns", utc=True)
    frame["rank"] = frame["rank"].astype("Int64")  # integers, with what is not known beside
    return frame.sort_values(["start", "span_id"], kind="stable").reset_index(drop=True)


def _columns() -> list[str]:
    columns = ["calls", "run_id", "span_id", "parent_id", "host", "pid", "rank"]
    columns += ["name", "kind", "model"]
    columns += ["version", "project", "tags", "start", "end", "duration_s", "busy_s"]
    columns += [*UNIT_COLUMNS, "units", "status", "energy_j", "energy_low_j", "energy_high_j"]
    columns += ["energy_inclusive_j"]
    for kind in _KINDS:
        columns += [f"{kind}_energy_j", f"{kind}_energy_low_j", f"{kind}_energy_high_j"]
    columns += ["peak_host_memory_bytes", "peak_gpu_memory_bytes"]
    return [*columns, "metered_share", "tiers"]


def _row(book: Book, index: int, inclusive: int, peaks: Peaks) -> dict[str, Any]:
    entry, energy = book.entries[index], book.energy(index)
    one = book.facts[entry.writer]
    path = entry.path
    known = any(each.missing < 1 for each in energy.values())
    row: dict[str, Any] = {
        "calls": entry.calls,
        "run_id": one.context.get("run", one.writer),
        "span_id": f"{one.writer}:{entry.seq}",
        "parent_id": _id(book, entry.parent),
        "host": one.host,
        "pid": one.context.get("pid"),
        "rank": (one.context.get("job") or {}).get("rank"),
        "name": path.name,
        "kind": path.kind,
        "model": path.model,
        "version": path.version,
        "project": path.project or one.context.get("declared", {}).get("project"),
        "tags": path.tags or None,
        "start": one.utc_ns(entry.start),
        "end": one.utc_ns(entry.end),
        "duration_s": (entry.end - entry.start) / NS_PER_S,
        "busy_s": entry.busy_ns / NS_PER_S,
        "units": entry.units or None,
        "status": STATUSES[entry.status] if entry.status < len(STATUSES) else "ok",
        "energy_inclusive_j": inclusive / NJ_PER_J if inclusive or known else float("nan"),
        "tiers": {tier: amount / NJ_PER_J for tier, amount in sorted(book.tiers[index].items())}
        or None,
        "metered_share": 1 - max((each.missing for each in energy.values()), default=1.0),
    }
    row["peak_host_memory_bytes"], row["peak_gpu_memory_bytes"] = peaks.of(entry)
    for unit in UNIT_COLUMNS:
        row[unit] = entry.units.get(unit, float("nan"))
    total = _sum(energy.values())
    _joules(row, "", total)
    for kind in _KINDS:
        _joules(row, f"{kind}_", energy.get(kind))
    return row


def _sum(parts: Any) -> Energy | None:
    total: Energy | None = None
    for part in parts:
        total = part if total is None else total + part
    return total


def _joules(row: dict[str, Any], prefix: str, energy: Energy | None) -> None:
    unknown = energy is None or energy.missing >= 1
    for name, value in (
        ("energy_j", energy and energy.mid_nj),
        ("energy_low_j", energy and energy.low_nj),
        ("energy_high_j", energy and energy.high_nj),
    ):
        row[prefix + name] = float("nan") if unknown else (value or 0) / NJ_PER_J


def _id(book: Book, index: int) -> str | None:
    if index < 0:
        return None
    entry = book.entries[index]
    return f"{book.facts[entry.writer].writer}:{entry.seq}"


def readings(book: Book) -> pd.DataFrame:
    """One row for each stretch of time in which a device's energy is known, or known missing."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for device in book.devices:
        clock = next(one for one in book.facts if one.boot_id == device.boot)
        timeline = device.timeline.plain()
        cells = timeline.cells
        for cell, energy in enumerate(cells.energy):
            rows.append(
                {
                    "host": device.host,
                    "device": device.device.id,
                    "device_kind": device.device.kind,
                    "start": clock.utc_ns(cells.edges[cell]),
                    "end": clock.utc_ns(cells.edges[cell + 1]),
                    "energy_j": float("nan") if energy is None else energy / NJ_PER_J,
                    "tier": timeline.tiers[cell] or None,
                    "estimated": cell in cells.estimated,
                }
            )
    columns = ["host", "device", "device_kind", "start", "end", "energy_j", "tier", "estimated"]
    frame = pd.DataFrame(rows, columns=columns)
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column], unit="ns", utc=True)
    return frame
