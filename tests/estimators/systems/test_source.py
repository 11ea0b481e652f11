"""The source `systems` in a registry: what is pinned wins, and nothing goes round it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from footprint.estimators.factors import Factor, restored, stored
from footprint.estimators.series import Series
from footprint.estimators.sources import Query, Registry, SourceUnavailable
from footprint.estimators.systems import packages, sizes
from footprint.estimators.systems.api import ApiFootprint, ApiUse, api_footprint
from footprint.estimators.systems.rows import INPUT
from footprint.estimators.systems.source import SystemsSource

AT = int(datetime(2025, 6, 1, 12, tzinfo=UTC).timestamp()) * 10**9
USES = [
    ApiUse("gpt4o", "openai", 250_000, 1000, 5000, at_ns=AT),
    ApiUse("gemini-2.5-pro", None, 250_000, 1000, at_ns=AT),
    ApiUse("claude-opus-4-5", "anthropic", 1000, 100, 500, 50, at_ns=AT),
    ApiUse("deepseek-r1", None, 1000, 100, at_ns=AT),
]


class Kept:
    """Rows that were stored, as a source."""

    name = "pinned"

    def __init__(self, rows: Iterable[Factor]) -> None:
        self.rows = [restored(stored(row)) for row in rows]

    def candidates(self, query: Query) -> Iterable[Factor]:
        zone = query.zone.code if query.zone else ""
        asked = (query.name, query.subject, zone)
        return [row for row in self.rows if (row.name, row.subject, row.zone) == asked]


class Nothing:
    """A list that knows nothing."""

    name = "systems"

    def candidates(self, query: Query) -> Iterable[Factor]:
        return ()


class Watched(SystemsSource):
    """The source, and what it answered."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: list[Factor] = []

    def candidates(self, query: Query) -> Iterable[Factor]:
        found = list(super().candidates(query))
        self.answered += found
        return found


def block(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if neither package of the extra were installed."""
    for name in [name for name in sys.modules if name.split(".")[0] == "genai_prices"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    sizes._by_key.cache_clear()
    sizes._by_name.cache_clear()


@pytest.fixture(autouse=True)
def _fresh() -> Iterable[None]:
    yield
    sizes._by_key.cache_clear()
    sizes._by_name.cache_clear()


def figures(found: ApiFootprint) -> tuple[object, ...]:
    return (*found[:5], *found[8:], found.assumptions, found.gaps)


def test_stored_rows_replay_the_same_figures_without_the_packages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Watched()
    first = api_footprint(USES, Registry([source]))
    kept = Kept(source.answered)
    block(monkeypatch)
    again = api_footprint(USES, Registry([kept]))
    assert figures(again) == figures(first)
    assert [row.digest for row in again.factors] == [row.digest for row in first.factors]


def test_a_pinned_price_wins_over_the_package() -> None:
    row = Factor(INPUT, Decimal("123"), "USD/Mtok", source="own", subject="openai/gpt-4o")
    found = api_footprint([ApiUse("gpt-4o", "openai", 1e6, 0, at_ns=AT)], Registry([Kept([row])]))
    assert found.cost is not None
    assert found.cost.mid == 123
    assert row in found.factors


def test_a_call_after_the_time_of_a_pin_is_priced_by_the_list_again() -> None:
    """o3 cost 10 until 10 June 2025: the pin is of the day before, the ledger grew since."""
    day = 86_400 * 10**9
    before = AT - AT % day
    query = Query(INPUT, None, "openai/o3", before, before + day)
    (row,) = SystemsSource().candidates(query)
    ended = row._replace(value=Series([before], [before + day], [Decimal(10)], row.unit))
    both = Registry([Kept([ended]), SystemsSource()])
    uses = [
        ApiUse("o3", "openai", 1e6, 0, at_ns=AT),
        ApiUse("o3", "openai", 1e6, 0, at_ns=AT + 30 * day),
    ]
    found = api_footprint(uses, both)
    assert found.cost is not None
    assert found.cost.mid == 12
    assert not any("known price" in line for line in found.assumptions)
    # Without the list the pin's last price is all there is, and that is said.
    alone = api_footprint(uses, Registry([Kept([ended]), Nothing()]))
    assert alone.cost is not None
    assert alone.cost.mid == 20
    assert any("when the last known price ended" in line for line in alone.assumptions)


def test_all_factors_come_with_a_source_and_a_digest() -> None:
    for row in api_footprint(USES).factors:
        assert row.source, row
        assert row.source != "given", row
        assert row.used_for, row
        assert len(row.digest) == 64


def test_without_the_extra_our_table_gives_energy_and_the_price_is_a_gap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    block(monkeypatch)
    found = api_footprint([ApiUse("gpt-4o", "openai", 1000, 400, at_ns=AT)])
    assert found.energy_j is not None
    assert found.carbon_location_g is not None
    # The price of 2025 is the package's; the energy is that of the table, which has its sources.
    assert found.cost is None
    whys = {gap.what: gap for gap in found.gaps}
    assert "pip install 'footprint-ledger[api]'" in whys["water_l"].remedy
    missing = [gap for gap in found.gaps if "genai-prices is not installed" in gap.why]
    assert [gap.remedy for gap in missing] == ["run pip install 'footprint-ledger[api]'"]


def test_without_the_extra_a_model_of_the_packages_is_a_gap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    block(monkeypatch)
    found = api_footprint([ApiUse("claude-opus-4-5", None, 1000, 400, at_ns=AT)])
    assert found.energy_j is None
    assert any("ecologits is not installed" in gap.why for gap in found.gaps)


def test_ecologits_is_read_without_being_imported() -> None:
    code = (
        "import sys\n"
        "from footprint.estimators.systems.api import ApiUse, api_footprint\n"
        f"found = api_footprint([ApiUse('gpt-4o', None, 1, 1, at_ns={AT})])\n"
        "print(found.energy_j is not None, 'ecologits' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "True False\n"


def test_a_broken_table_of_a_package_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "models.json"
    file.write_text("[]")
    with pytest.raises(SourceUnavailable, match="is not a table: reinstall ecologits"):
        packages._table(file)


def test_a_layout_that_is_not_known_falls_back_to_our_table_or_is_a_gap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def changed(table: str) -> dict[str, object]:
        entry = {"provider": "openai", "name": "gpt-4o", "architecture": {"kind": "moe"}}
        other = entry | {"name": "gpt-4.1-mini"}
        return {"models": [entry, other], "electricity_mixes": [{"zone": "USA"}]}

    monkeypatch.setattr(packages, "ecologits", changed)
    sizes._by_key.cache_clear()
    sizes._by_name.cache_clear()
    ours = api_footprint([ApiUse("gpt-4o", None, 1000, 400, at_ns=AT)])
    assert ours.energy_j is not None
    assert ours.water_l is None
    theirs = api_footprint([ApiUse("gpt-4.1-mini", None, 1000, 400, at_ns=AT)])
    assert theirs.energy_j is None
    assert theirs.cost is not None
    assert any("in a layout that is not known" in gap.why for gap in theirs.gaps)


def test_a_price_list_of_another_layout_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "price_list", lambda: [object()])
    found = api_footprint([ApiUse("gpt-4o", "openai", 1000, 400, at_ns=AT)])
    assert found.cost is None
    assert any("genai-prices" in gap.why and "layout" in gap.why for gap in found.gaps)


def test_other_names_are_not_answered() -> None:
    assert list(SystemsSource().candidates(Query("grid intensity", subject="openai"))) == []
    assert list(SystemsSource().candidates(Query("API nonsense"))) == []
