import json
import subprocess
import sys

import pytest

from footprint.estimators import _codecarbon, _grid_rows, grid
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, PUE
from footprint.estimators.sources import Query
from footprint.estimators.units import convert
from footprint.estimators.zones import resolve_zone


def factor(text):
    return grid.intensity(resolve_zone(text))


@pytest.fixture
def other_tables(tmp_path, monkeypatch):
    """A codecarbon whose data folder is `tmp_path/data`."""

    def clear():
        tables = (_codecarbon.table, _codecarbon.version, _codecarbon.cloud_regions)
        for cached in (*tables, _grid_rows.regions):
            cached.cache_clear()

    (tmp_path / "data" / "private_infra").mkdir(parents=True)
    monkeypatch.setattr(_codecarbon, "package_root", lambda: tmp_path)
    clear()
    yield tmp_path / "data"
    clear()


@pytest.mark.parametrize(
    ("zone", "g_per_kwh"),
    [("FRA", 56.0), ("DEU", 381.0), ("USA", 369.5), ("POL", 661.9), ("SWE", 40.7)],
)
def test_published_countries(zone, g_per_kwh):
    """Figures of codecarbon's table, 2023, as published (to their last digit)."""
    found = factor(zone)
    assert found.value.mid == pytest.approx(g_per_kwh, abs=0.06)
    assert found.value.low == found.value.mid == found.value.high
    assert (found.unit, found.zone, found.vintage) == ("g/kWh", zone, 2023)
    assert (found.license, found.used_for) == ("MIT", "carbon_location_g")
    assert "codecarbon" in found.source
    assert "Our World in Data" in found.source


def test_each_row_carries_its_own_year():
    years = {factor(zone).vintage for zone in ("FRA", "HKG", "GIB", "PRI")}
    assert {2022, 2023} <= years


def test_the_version_is_the_installed_one():
    from importlib.metadata import version

    assert factor("FRA").version == version("codecarbon")


def test_a_state_is_converted_from_pounds():
    found = factor("US-CA")
    row = _codecarbon.table("private_infra/2023/usa_emissions.json")["california"]
    assert found.value.mid == pytest.approx(convert(row["emissions"], "lb/MWh", "g/kWh"))
    assert 150 < found.value.mid < 220
    assert found.zone == "USA-CA"
    assert "eGRID" in found.source
    assert "not life cycle" in found.source
    assert factor("USA-California") == found


def test_a_province_is_its_mix_times_the_fuels():
    """Quebec: 92.1 hydro, 6.7 wind, 0.7 biomass, 0.3 petroleum, 0.2 gas, 0.01 solar of 100.01."""
    expected = (92.1 * 26 + 6.7 * 26 + 0.7 * 230 + 0.3 * 816 + 0.2 * 743 + 0.01 * 48) / 100.01
    found = factor("CAN-QC")
    assert found.value.mid == pytest.approx(expected)
    assert "derived from codecarbon" in found.source
    assert factor("Canada-Québec").zone == "CAN-QC"


def test_bidding_zones_and_chinese_provinces():
    assert factor("SE3").zone == "SWE-SE3"
    assert factor("NOR-NO4").vintage == 2025
    assert factor("CN-BJ").value.mid == 555.4
    assert "CO2 only" in factor("China-Inner Mongolia").source


def test_the_wider_rows_follow_the_narrow_one():
    found = list(grid.candidates(resolve_zone("SE3")))
    assert [f.zone for f in found] == ["SWE-SE3", "SWE"]
    assert [f.vintage for f in found] == [2025, 2023]
    assert found[0] == factor("SE3")
    assert found[1].value == factor("SWE").value
    assert found[1].why == "the row of Sweden as a whole, which stands in for SWE-SE3"


def test_a_source_of_grid_intensities_answers_for_those_of_a_place_only():
    source = grid.Codecarbon()
    assert list(source.candidates(Query(PUE, resolve_zone("FRA")))) == []
    assert list(source.candidates(Query(GRID_INTENSITY))) == []
    assert list(source.candidates(Query(GRID_INTENSITY, resolve_zone("FRA")))) == [factor("FRA")]


def test_regions_are_listed():
    assert grid.regions("SWE") == ["SWE-SE1", "SWE-SE2", "SWE-SE3", "SWE-SE4"]
    assert len(grid.regions("USA")) == 51
    assert len(grid.regions("CAN")) == 13
    assert grid.regions("FRA") == []


@pytest.mark.parametrize("zone", ["MCO", "XKX", "CAF"])
def test_no_row_or_a_row_of_zero_is_no_figure(zone):
    assert factor(zone) is None


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("CAN-Quebek", r"'CAN-QUEBEK' has no grid .*Did you mean CAN-QC\? Give CAN for the whole"),
        ("FRA-75", r"'FRA-75' has no grid intensity of its own: Give FRA for the whole country"),
        ("SWE-NO1", r"'SWE-NO1' has no grid .*Give SWE"),
    ],
)
def test_an_unknown_region_is_refused(zone, text):
    with pytest.raises(EstimatorError, match=text):
        factor(zone)


def test_codecarbon_is_not_imported():
    code = (
        "import sys; from footprint.estimators import grid, zones; "
        "grid.intensity(zones.resolve_zone('FRA')); "
        "print([m for m in sys.modules if m.split('.')[0] in ('codecarbon', 'pandas', 'numpy')])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_without_codecarbon(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    _codecarbon.package_root.cache_clear()
    _codecarbon.table.cache_clear()
    try:
        with pytest.raises(EstimatorError, match="run `pip install codecarbon`"):
            factor("FRA")
    finally:
        _codecarbon.package_root.cache_clear()


@pytest.mark.parametrize("content", ["", "[]", "{", "\udcff"])
def test_a_broken_table_is_one_line(other_tables, content):
    file = other_tables / "private_infra" / "global_energy_mix.json"
    file.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(EstimatorError, match="reinstall codecarbon") as caught:
        factor("FRA")
    assert "global_energy_mix.json" in str(caught.value)


def test_a_version_without_regional_tables_has_no_regions(other_tables):
    """codecarbon 3.2 has neither Nordic nor Chinese rows, and its states in another folder."""
    with pytest.raises(EstimatorError, match="has no grid intensity of its own: Give USA"):
        factor("US-CA")
    assert grid.regions("SWE") == []


def test_a_version_without_cloud_regions_has_the_country_for_them(other_tables):
    (other_tables / "private_infra" / "global_energy_mix.json").write_text(
        '{"FRA": {"carbon_intensity": 50, "year": 2023}}'
    )
    assert factor("gcp:europe-west9").zone == "FRA"


def cloud_table(data, impact, provider="gcp", region="europe-west9"):
    (data / "cloud").mkdir()
    (data / "cloud" / "impact.csv").write_text(
        f"\ufeffprovider,region,impact\n{provider},{region},{impact}\n", encoding="utf-8"
    )


def test_a_row_of_a_cloud_region_says_what_is_not_stated(other_tables):
    cloud_table(other_tables, 40, "aws", "eu-west-3")
    found = factor("aws:eu-west-3")
    assert (found.value.mid, found.vintage) == (40, None)
    assert found.source.endswith("what it counts and its year are not stated")


def test_a_cloud_row_without_a_figure_is_passed_over(other_tables):
    cloud_table(other_tables, "")
    (other_tables / "private_infra" / "global_energy_mix.json").write_text("{}")
    assert factor("gcp:europe-west9") is None


@pytest.mark.parametrize("impact", ["low", "nan", "-3", "inf"])
def test_a_cloud_row_that_is_no_number_is_one_line(other_tables, impact):
    cloud_table(other_tables, impact)
    with pytest.raises(EstimatorError, match=r"gcp:europe-west9 in codecarbon .* is '.*': give"):
        factor("gcp:europe-west9")


def test_a_cloud_table_of_another_layout_is_one_line(other_tables):
    (other_tables / "cloud").mkdir()
    (other_tables / "cloud" / "impact.csv").write_text("cloud,place\naws,here\n")
    with pytest.raises(EstimatorError, match=r"impact\.csv: cannot be read .*reinstall"):
        factor("gcp:europe-west9")


def test_a_layout_that_is_not_known_is_one_line(other_tables):
    (other_tables / "private_infra" / "nordic_emissions.json").write_text('{"data": {"SE1": {}}}')
    with pytest.raises(EstimatorError, match="layout that is not known"):
        factor("SE1")


def test_a_province_with_a_fuel_that_has_no_factor_has_no_row(other_tables):
    (other_tables / "private_infra" / "2023").mkdir()
    (other_tables / "private_infra" / "carbon_intensity_per_source.json").write_text(
        '{"coal": 995, "hydroelectricity": 26}'
    )
    fuels = dict.fromkeys(
        ("naturalGas", "nuclear", "petroleum", "biomass", "coal", "solar", "wind", "hydro"), 0
    )
    rows = {
        "alberta": fuels | {"coal": 10, "hydro": 90, "total": 100},
        "ontario": fuels | {"coal": 10, "biomass": 90, "total": 100},
    }
    (other_tables / "private_infra" / "2023" / "canada_energy_mix.json").write_text(
        json.dumps(rows)
    )
    assert grid.regions("CAN") == ["CAN-AB"]
    assert factor("CAN-AB").value.mid == pytest.approx(0.1 * 995 + 0.9 * 26)


def test_a_version_that_no_metadata_folder_tells(other_tables, monkeypatch):
    from importlib import metadata

    assert _codecarbon.version() == metadata.version("codecarbon")

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    _codecarbon.version.cache_clear()
    assert _codecarbon.version() == ""
