"""What people read of time and completeness: exact cells, in both languages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from footprint import report
from footprint.reports.blocks import Cell, Listed, Table
from footprint.reports.sections.completeness import completeness
from footprint.reports.sections.over_time import by_hour, over_time
from footprint.reports.speech import Speech
from footprint.reports.view import Report
from report_ledgers import GPU, Recorder, S


@pytest.fixture
def made(tmp_path: Path) -> Report:
    """Two hours on a Friday and one on a Monday, on a host that was started in between."""
    for number, (at, hours) in enumerate((("2026-11-20T10:00", 2), ("2026-11-23T10:00", 1)), 1):
        utc_ns = int(datetime.fromisoformat(f"{at}+00:00").timestamp()) * S
        one = Recorder(tmp_path / "L", number, boot=f"boot-{number}", utc_ns=utc_ns)
        one.counter(GPU, [1000.0] * (60 * hours), step=60 * S)
        one.span(one.path("a"), 0, hours * 1800 * S)
        one.close(hours * 3600 * S)
    return report(tmp_path / "L", zone="FRA", tariff_per_kwh="0.20 EUR")


def tables(made: Report, lang: str = "en") -> dict[str, Table]:
    say = Speech(lang)
    blocks = [each for of in (over_time, by_hour, completeness) for each in of(made, say)]
    return {each.title: each for each in blocks if isinstance(each, Table)}


def test_each_day_has_a_row_and_one_without_records_is_empty(made: Report) -> None:
    table = tables(made)["By day (UTC)"]
    heads = [name for name, _ in table.headings]
    rows = [dict(zip(heads, row, strict=True)) for row in table.rows]
    assert [row["period"] for row in rows] == [f"2026-11-{day}" for day in (20, 21, 22, 23)]
    assert [row["energy"] for row in rows] == ["2 kWh", "-", "-", "1,000 Wh"]
    assert [row["cost"] for row in rows] == ["0.4 EUR", "-", "-", "0.2 EUR"]
    assert rows[0]["attributed"] == rows[0]["idle"] == "1,000 Wh"
    energy = table.rows[0][heads.index("energy")]
    assert isinstance(energy, Cell)
    assert energy.value == 7.2e6


def test_hours_are_rows_and_days_of_the_week_columns(made: Report) -> None:
    table = tables(made)["Mean energy metered in an hour, by hour and day of the week (UTC)"]
    assert table.headings[0][0] == "hour"
    assert [name for name, _ in table.headings[1:]] == ["Monday", "Friday"]  # the others are empty
    assert [tuple(row) for row in table.rows] == [
        ("10:00", "1,000 Wh", "1,000 Wh"),
        ("11:00", "-", "1,000 Wh"),
    ]


def test_gaps_are_listed_with_their_cause_and_the_remedy(made: Report) -> None:
    said = next(each for each in completeness(made, Speech("en")) if isinstance(each, Listed))
    assert said.items[0] == (
        "the energy is known of 3 h of 3.04 d of device time that was expected (4.11 %)"
    )
    assert any("footprint meter" in each for each in said.items)
    (row,) = tables(made)["When the energy is not known"].rows
    assert row[:2] == ("host-a", "GPU-1")
    assert "2026-11-20 12:00:00 UTC" in row
    assert any("it was off, or nothing metered it" in cell for cell in row)


def test_french_is_french_to_the_last_cell(made: Report) -> None:
    found = tables(made, "fr")
    assert set(found) == {
        "Par jour (UTC)",
        "Énergie moyenne mesurée en une heure, par heure et jour de la semaine (UTC)",
        "Complétude par appareil",
        "Quand l'énergie n'est pas connue",
    }
    assert found["Par jour (UTC)"].rows[0][0] == "20/11/2026"
    (row,) = found["Quand l'énergie n'est pas connue"].rows
    assert any("il était éteint" in cell for cell in row)


def test_one_period_alone_is_no_table(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, [100.0] * 4, step=S)
    one.close(4 * S)
    found = report(tmp_path / "L")
    assert not list(over_time(found, Speech("en")))
    assert not list(completeness(report(tmp_path / "L", since="2027-01-01"), Speech("en")))
