"""Groups of compacted dates among the rows of `spans()`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from footprint.accounts.compacted import Group, Used
from footprint.accounts.lines import Energy, add_to, missing_share
from footprint.model import NJ_PER_J, NS_PER_S

if TYPE_CHECKING:
    import pandas as pd

_NAN = float("nan")


def with_groups(frame: pd.DataFrame, groups: Iterable[Group]) -> pd.DataFrame:
    """A frame of spans with a row for each group, by start.

    `calls` says how many calls a row stands for, `start` and `end` are those of the first and the
    last of them within the hour.
    """
    import pandas as pd

    rows = [_row(number, each) for number, each in enumerate(groups)]
    if not rows:
        return frame
    more = pd.DataFrame(rows, columns=list(frame.columns))
    for column in ("start", "end"):
        more[column] = pd.to_datetime(more[column], unit="ns", utc=True)
    more["rank"] = more["rank"].astype("Int64")
    found = pd.concat([frame, more], ignore_index=True) if len(frame) else more
    return found.sort_values(["start", "span_id"], kind="stable").reset_index(drop=True)


def _row(number: int, group: Group) -> dict[str, Any]:
    one, path = group.one, group.path
    declared = one.context.get("declared", {})
    kinds = _by_kind(group.used)
    tiers: dict[str, int] = {}
    for each in group.used:
        add_to(tiers, each.tiers)
    row: dict[str, Any] = {
        "calls": group.calls,
        "run_id": one.context.get("run", one.writer),
        "span_id": f"{one.writer}:group-{group.hour // NS_PER_S}-{number}",
        "parent_id": None,
        "host": one.host,
        "pid": one.context.get("pid"),
        "rank": (one.context.get("job") or {}).get("rank"),
        **{name: path[name] for name in ("name", "kind", "model", "version")},
        "project": path["project"] or declared.get("project"),
        "tags": path["tags"] or None,
        "start": group.start_ns,
        "end": group.end_ns,
        "duration_s": (group.end_ns - group.start_ns) / NS_PER_S,
        "busy_s": _NAN if group.busy_ns is None else group.busy_ns / NS_PER_S,
        "units": dict(group.units) or None,
        "status": group.status,
        "energy_inclusive_j": _NAN,
        "peak_host_memory_bytes": group.peak_host_bytes,
        "peak_gpu_memory_bytes": group.peak_gpu_bytes,
        "tiers": {tier: nj / NJ_PER_J for tier, nj in sorted(tiers.items())} or None,
        "metered_share": 1 - max((each.missing for each in kinds.values()), default=1.0),
    }
    for unit in ("items", "tokens_in", "tokens_out"):
        row[unit] = group.units.get(unit, _NAN)
    every = list(kinds.values())
    row |= _joules("", sum(every[1:], every[0]) if every else None)
    for kind, energy in kinds.items():
        row |= _joules(f"{kind}_", energy)
    return row


def _by_kind(used: Sequence[Used]) -> dict[str, Energy]:
    found: dict[str, Energy] = {}
    for each in used:
        missing = missing_share(each.metered_ns, each.active_ns)
        energy = Energy(each.mid_nj, each.low_nj, each.high_nj, missing)
        known = found.get(each.device_kind)
        found[each.device_kind] = energy if known is None else known + energy
    return found


def _joules(prefix: str, energy: Energy | None) -> dict[str, float]:
    names = [f"{prefix}energy_j", f"{prefix}energy_low_j", f"{prefix}energy_high_j"]
    if energy is None or energy.missing >= 1:
        return dict.fromkeys(names, _NAN)
    amounts = energy.mid_nj, energy.low_nj, energy.high_nj
    return dict(zip(names, (nj / NJ_PER_J for nj in amounts), strict=True))
