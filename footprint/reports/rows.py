"""The groups as flat rows, with units in the columns' names: for CSV and pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from footprint.estimators.quantity import Quantity
from footprint.model import TIERS
from footprint.reports.view import Amounts, Group, Report

if TYPE_CHECKING:
    import pandas as pd

Cell = str | float | None


def columns(report: Report) -> list[str]:
    """The columns' names: the key's fields first."""
    first = next(iter(report.groups), None)
    if first is None:
        return list(_row(report.by, _NOTHING))
    return list(row(first))


def row(group: Group) -> dict[str, Cell]:
    """A group's cells by column; None where not known."""
    return _row(tuple(field for field, _ in group.key), group)


def frame(report: Report) -> pd.DataFrame:
    """All groups as a pandas frame; numbers that are not known are NaN."""
    import pandas as pd

    names = columns(report)
    found = pd.DataFrame([row(group) for group in report.groups], columns=names)
    texts = {*report.by, "part", "spans", "errors", "method", "sci_unit"}
    return found.astype({name: float for name in names if name not in texts})


def _row(fields: tuple[str, ...], group: Group) -> dict[str, Any]:
    key = dict(group.key)
    cells: dict[str, Any] = {field: key.get(field) for field in fields}
    cells["part"] = "own time" if group.own_time else "calls"
    cells["spans"], cells["errors"], cells["items"] = group.spans, group.errors, group.items
    cells["tokens_in"] = group.units.get("tokens_in")
    cells["tokens_out"] = group.units.get("tokens_out")
    cells |= _amounts("", group.amounts)
    cells |= _amounts("per_item_", group.per_item or Amounts())
    latency = group.latency_ms or (None, None, None)
    for name, each in zip(("p50", "p95", "p99"), latency, strict=True):
        cells[f"latency_{name}_ms"] = each
    for name in ("busy_s", "active_s", "peak_host_memory_bytes", "peak_gpu_memory_bytes"):
        cells[name] = getattr(group, name)
    for tier in TIERS:
        cells[f"share_{tier}"] = group.tiers_energy.get(tier, 0.0) if group.tiers_energy else None
    cells |= _amounts("per_1000_calls_", group.per_1000_calls or Amounts())
    cells |= _amounts("per_1000_tokens_", group.per_1000_tokens or Amounts())
    cells |= _amounts("per_1000_tokens_out_", group.per_1000_tokens_out or Amounts())
    cells |= _amounts("per_run_", group.per_run.amounts if group.per_run else Amounts())
    cells["runs"] = group.per_run.runs if group.per_run else None
    cells |= _sci(group)
    cells["method"] = _method(group)
    cells["uncertain"] = _uncertain(group)
    return cells


def _sci(group: Group) -> dict[str, Cell]:
    """The score with its bounds, what it is for one of, and how many of them there are."""
    low, mid, high = _bounds(group.sci.g if group.sci else None)
    cells: dict[str, Cell] = {"sci_g": mid, "sci_low_g": low, "sci_high_g": high}
    cells["sci_unit"] = group.sci.functional_unit if group.sci else None
    cells["sci_units"] = group.sci.units if group.sci else None
    return cells


def _method(group: Group) -> str | None:
    """The tier that most of the energy became known by; of equals the better one."""
    shares = group.tiers_energy
    return max(TIERS, key=lambda tier: shares.get(tier, 0.0)) if shares else None


def _uncertain(group: Group) -> float | None:
    """1 where the energy's interval is wider than its best estimate (`≈` for people), else 0."""
    energy = group.amounts.energy_j
    return None if energy is None else float(energy.is_rough)


def _amounts(prefix: str, amounts: Amounts) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name, unit, quantity in (
        ("energy", "_j", amounts.energy_j),
        ("carbon_location", "_g", amounts.carbon_location_g),
        ("carbon_market", "_g", amounts.carbon_market_g),
        ("embodied", "_g", amounts.embodied_g),
        ("water", "_l", amounts.water_l),
        ("cost", "_usd", amounts.cost_usd),
    ):
        low, mid, high = _bounds(quantity)
        cells[f"{prefix}{name}{unit}"] = mid
        cells[f"{prefix}{name}_low{unit}"] = low
        cells[f"{prefix}{name}_high{unit}"] = high
    return cells


def _bounds(quantity: Quantity | None) -> tuple[Cell, Cell, Cell]:
    return (None, None, None) if quantity is None else (quantity.low, quantity.mid, quantity.high)


_NOTHING = Group(
    key=(),
    own_time=False,
    spans=0,
    errors=0,
    items=None,
    items_declared=False,
    units={},
    amounts=Amounts(),
    per_item=None,
    latency_ms=None,
    tiers_energy={},
    tiers_carbon=None,
)
