"""A ledger whose figures can be worked out by heart, and budget files on it.

One GPU, 5 s from 2026-11-22T11:00:00Z: 100 W, and 300 W in the second and the fourth second.

    embed   model net, project a, 1 s to 2 s, 10 items, 200 tokens      300 J
    train   model net, project b, 3 s to 4 s, 5 items                   300 J
    idle                                                                300 J

Two calls of `tiny` (model mini) take 10 ms each at 4.5 s; 1 J each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from footprint.budgets.make import check_budgets
from footprint.budgets.view import Checked, Row
from report_ledgers import GPU, MS, Recorder, S

#: g CO2e per kWh that make 1 J of 1 mg, and dollars per kWh that make it a thousandth.
G_PER_KWH, USD_PER_KWH = 3600.0, 3600.0
PRICES = {"carbon_intensity_g_per_kwh": G_PER_KWH, "tariff_usd_per_kwh": USD_PER_KWH}
NOW = "2026-12-01"


def ledger(path: Path) -> Path:
    """Writes it; gives its directory."""
    one = Recorder(path)
    watts = [100.0] * 10 + [300.0] * 10 + [100.0] * 10 + [300.0] * 10 + [100.0] * 10
    one.counter(GPU, watts)
    embed = one.path(
        "embed", model="net", kind="inference", project="a", devices=[0], tags={"team": "search"}
    )
    train = one.path("train", model="net", kind="training", project="b", devices=[0])
    tiny = one.path("tiny", model="mini", kind="inference", devices=[0])
    one.span(embed, 1 * S, 2 * S, items=10, tokens_in=150, tokens_out=50)
    one.span(train, 3 * S, 4 * S, items=5)
    one.span(tiny, 4500 * MS, 4510 * MS)
    one.span(tiny, 4510 * MS, 4520 * MS)
    one.close()
    return path


def budget(folder: Path, text: str) -> Path:
    """Writes a budget file."""
    path = folder / "budget.toml"
    path.write_text(text, encoding="utf-8")
    return path


def check(folder: Path, text: str, **options: Any) -> Checked:
    """Holds budgets against the ledger, which is written where it is not there."""
    where = folder / "L"
    if not where.exists():
        ledger(where)
    return check_budgets(budget(folder, text), where, **{"now": NOW, **PRICES, **options})


def only(checked: Checked) -> Row:
    """The one row of a check."""
    assert len(checked.rows) == 1, checked.rows
    return checked.rows[0]
