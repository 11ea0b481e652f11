"""Factor sets of a ledger's writers: one for each sort of run, and what their sums lack."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from footprint import UsageError, report
from footprint.estimators.applied import Use
from footprint.estimators.quantity import exact
from footprint.factors.opened import opened
from footprint.reports.places import Places
from footprint.settings import Settings
from priced_ledgers import H100
from recorded import Recorded
from report_ledgers import UTC, Recorder, S

SPAN = (UTC, UTC + 10 * S)


def places(*runs: dict[str, Any], arguments: dict[str, Any] | None = None) -> Places:
    facts = [Recorded(declared=run, boot=f"boot-{at}").facts() for at, run in enumerate(runs)]
    return Places(facts, arguments or {}, Settings(), opened(Settings()), SPAN)


def test_runs_that_declare_the_same_share_a_set() -> None:
    made = places({"zone": "FRA"}, {"zone": "DEU"}, {"zone": "FRA"})
    assert list(made.of_place.values()) == [0, 1, 0]
    assert len(made.sets) == 2


def test_names_of_one_place_are_one_place() -> None:
    made = places({"zone": "FRA"}, {"zone": "France"})
    assert list(made.of_place.values()) == [0, 0]


def test_an_argument_holds_for_all() -> None:
    made = places({"zone": "FRA"}, {"zone": "DEU"}, arguments={"zone": "SWE"})
    assert list(made.of_place.values()) == [0, 0]
    assert made.sets[0].zone is not None
    assert made.sets[0].zone.code == "SWE"


def test_what_a_run_declared_wrongly_is_a_gap_and_an_argument_an_error() -> None:
    made = places({"zone": "Atlantis"})
    assert any("Atlantis" in gap.why for gap in made.gaps())
    with pytest.raises(UsageError, match="Atlantis"):
        places({}, arguments={"zone": "Atlantis"})


def test_a_figure_that_one_place_lacks_is_not_known_of_the_sum() -> None:
    made = places({"zone": "FRA", "tariff_per_kwh": "0.2"}, {"tariff_per_kwh": "0.1 EUR"})
    one, other = Use(exact(3.6e6, "J")), Use(exact(3.6e6, "J"))
    both = made.price({0: one, 1: other})
    assert made.price({0: one}).carbon_location_g is not None
    assert both.carbon_location_g is None
    assert both.energy_j == exact(7.2e6, "J")
    paid = {currency: each.mid for currency, each in both.cost.items()}
    assert paid == {"EUR": Decimal("0.1"), "USD": Decimal("0.2")}
    assert both.cost_usd is None


def test_a_place_where_nothing_was_used_or_held_does_not_matter() -> None:
    made = places({"zone": "FRA", "tariff_per_kwh": "0.2"}, {})
    nothing = Use(exact(0.0, "J"), {}, {H100.name: 0.0})
    used = made.price({0: Use(exact(3.6e6, "J")), 1: nothing})
    assert used.carbon_location_g is not None
    held = Use(exact(0.0, "J"), {}, {H100.name: 1.0})
    assert made.price({0: Use(exact(3.6e6, "J")), 1: held}).carbon_location_g is None


def test_gaps_say_of_how_many_sorts_of_runs_they_are() -> None:
    made = places({"zone": "FRA"}, {})
    (gap,) = [each for each in made.gaps() if each.what == "carbon_location_g"]
    assert gap.why.endswith("by 1 of 2 sorts of runs")


BANDS = """
[tariff]
currency = "EUR"
timezone = "Europe/Paris"
[[tariff.band]]
hours = "22:00-06:00"
price = 0.10
[[tariff.band]]
hours = "06:00-22:00"
price = 0.20
"""


def test_a_tariff_by_the_hour_over_nothing_is_no_error(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", utc_ns=UTC)
    one.counter(H100, [100.0] * 10)
    one.close()
    file = tmp_path / "own.toml"
    file.write_text(BANDS)
    made = report(tmp_path / "L", factors=file, since="2030-01-01")
    assert made.totals.cost == {}
    assert made.gaps[0].why == "nothing was recorded in the period"
    assert report(tmp_path / "L", factors=file).totals.cost["EUR"].mid > 0


def test_a_series_that_covers_the_work_needs_no_other_source(tmp_path: Path) -> None:
    """Not even for the minute before: the annual mean is neither listed nor said."""
    from priced_ledgers import stamp

    one = Recorder(tmp_path / "L", declared={"zone": "FRA"}, utc_ns=UTC)
    one.counter(H100, [100.0] * 10)
    one.span(one.path("f"), 0, S)
    one.close()
    (tmp_path / "s.csv").write_text(f"start,end,value\n{stamp(UTC)},{stamp(UTC + 60 * S)},100\n")
    file = tmp_path / "own.toml"
    file.write_text(
        '[[factor]]\nname = "grid intensity"\nzone = "FRA"\nseries = "s.csv"\nunit = "g/kWh"\n'
    )
    made = report(tmp_path / "L", factors=file)
    grids = [factor for factor in made.factors if factor.name == "grid intensity"]
    assert len(grids) == 1
    assert not any("where it has no value" in note for note in made.assumptions)
