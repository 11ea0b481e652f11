import json
import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators import _codecarbon, _ecologits
from footprint.estimators._countries import countries
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import (
    EMBODIED,
    GRID_INTENSITY,
    PUE,
    WATER_INTENSITY,
    WUE,
    Factor,
)
from footprint.estimators.packaged import Ecologits, counted, differences, packaged, stale
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import Series
from footprint.estimators.sources import Query, Registry
from footprint.estimators.zones import resolve_zone

pytest.importorskip("ecologits")


def found(zone, name=GRID_INTENSITY):
    return Registry(packaged()).find(Query(name, resolve_zone(zone)))


def candidates(zone, name=GRID_INTENSITY):
    return found(zone, name).candidates


@pytest.fixture
def ecologits_at(tmp_path, monkeypatch):
    """An ecologits whose folder is `tmp_path`, with a table that the test writes."""
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(_ecologits, "package_root", lambda: tmp_path)
    _ecologits.mixes.cache_clear()
    yield tmp_path / "data" / "electricity_mixes.json"
    _ecologits.mixes.cache_clear()


def test_the_sources_are_named():
    assert [source.name for source in packaged()] == ["cloud-regions", "codecarbon", "ecologits"]


@pytest.mark.parametrize(
    ("zone", "codecarbon", "ecologits"),
    [
        ("FRA", 56.0, 41.4),
        ("DEU", 381.0, 329.7),
        ("USA", 369.5, 384.4),
        ("POL", 661.9, 588.6),
        ("SWE", 40.7, 35.3),
    ],
)
def test_both_published_figures_of_a_country(zone, codecarbon, ecologits):
    first, second = candidates(zone)
    assert first.value.mid == pytest.approx(codecarbon, abs=0.06)
    assert second.value.mid == pytest.approx(ecologits, abs=0.06)
    assert (first.vintage, second.vintage) == (2023, None)
    assert (first.license, second.license) == ("MIT", "MPL-2.0")
    assert first.version == _codecarbon.version()
    assert second.version == _ecologits.version()


def test_the_conversion_leaves_no_trace():
    assert candidates("USA")[1].value.mid == 384.4


def test_a_country_stands_in_for_its_region():
    own, country, other = candidates("US-CA")
    assert (own.zone, country.zone, other.zone) == ("USA-CA", "USA", "USA")
    assert "stands in" not in own.why
    assert "stands in for USA-CA" in country.why
    assert "stands in for USA-CA" in other.why


def test_a_cloud_region_uses_the_row_of_its_state():
    own, state, country = candidates("gcp:us-central1")[1:4]
    assert own.zone == "gcp:us-central1"
    assert own.value.mid == 430
    assert own.vintage is None
    assert (state.zone, country.zone) == ("USA-IA", "USA")
    assert state.why == "gcp:us-central1 is in Iowa: the row of Iowa"
    assert "stands in for gcp:us-central1" in country.why


def test_a_cloud_region_in_a_country_without_regions():
    first, second = candidates("aws:eu-west-3")
    assert (first.zone, second.zone) == ("FRA", "FRA")
    assert "which stands in for the region" in first.why
    assert first.value == candidates("FRA")[0].value


def test_a_misspelt_row_is_still_found():
    assert candidates("gcp:me-central1")[1].value.mid == 575


def test_googles_own_figure_comes_first():
    first = candidates("gcp:europe-west9")[0]
    assert (first.value.mid, first.vintage, first.retrieved) == (15.83, 2025, "2026-11-22")


def test_every_cloud_region_has_a_grid_intensity():
    from footprint.estimators import cloud

    for code in cloud.regions():
        factors = candidates(code)
        assert factors, code
        for factor in factors:
            assert 0 < factor.value.mid < 1500
            assert factor.source
            assert factor.version
            assert factor.why


def test_water_of_generation():
    (france,) = candidates("FRA", WATER_INTENSITY)
    assert (france.value, france.unit, france.zone) == (exact(3.6737, "L/kWh"), "L/kWh", "FRA")
    assert "consumed" in france.source
    assert france.used_for == "water_l"


def test_water_that_is_the_worlds_mean_says_so():
    (factor,) = candidates("HKG", WATER_INTENSITY)
    assert factor.value.mid == 3.908
    assert factor.zone == ""
    assert "the world's mean, which stands in for Hong Kong" in factor.why


@pytest.mark.parametrize("name", [EMBODIED, PUE, WUE])
def test_tables_of_grids_answer_for_grids_only(name):
    assert candidates("FRA", name) == ()


def test_an_unknown_region_stays_an_error():
    with pytest.raises(EstimatorError, match=r"'CAN-QUEBEK' has no grid .*Did you mean CAN-QC"):
        candidates("CAN-Quebek")


def test_a_country_in_no_table_has_no_candidates():
    assert candidates("MCO") == ()


def test_every_country_gives_factors_or_none():
    sources = packaged()
    for code, _, _ in countries():
        for name in (GRID_INTENSITY, WATER_INTENSITY):
            for factor in Registry(sources).find(Query(name, resolve_zone(code))).candidates:
                assert factor.value.mid > 0
                assert len(factor.digest) == 64


def test_without_ecologits_there_are_no_rows_and_no_note(monkeypatch):
    monkeypatch.setattr(_ecologits, "package_root", lambda: None)
    _ecologits.mixes.cache_clear()
    try:
        answer = found("FRA")
        assert [factor.license for factor in answer.candidates] == ["MIT"]
        assert answer.notes == ()
        assert candidates("FRA", WATER_INTENSITY) == ()
    finally:
        _ecologits.mixes.cache_clear()


def test_without_codecarbon_the_next_source_stands_in_and_the_note_says_why(monkeypatch):
    def no_codecarbon():
        raise EstimatorError("codecarbon's tables are not installed: run `pip install codecarbon`")

    monkeypatch.setattr(_codecarbon, "package_root", no_codecarbon)
    answer = found("FRA")
    assert [factor.license for factor in answer.candidates] == ["MPL-2.0"]
    assert (
        "grid intensity from codecarbon: codecarbon's tables are not installed" in (answer.notes[0])
    )


def test_the_package_is_looked_for_and_not_imported():
    _ecologits.package_root.cache_clear()
    assert _ecologits.package_root().name == "ecologits"
    code = (
        "import sys\n"
        "from footprint.estimators.packaged import packaged\n"
        "from footprint.estimators.sources import Query, Registry\n"
        "from footprint.estimators.zones import resolve_zone\n"
        "for name in ('grid intensity', 'water intensity', 'PUE'):\n"
        "    Registry(packaged()).find(Query(name, resolve_zone('aws:eu-west-3')))\n"
        "slow = ('codecarbon', 'ecologits', 'pydantic', 'pandas', 'numpy')\n"
        "print([m for m in sys.modules if m.split('.')[0] in slow])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_package_that_is_not_there(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    _ecologits.package_root.cache_clear()
    assert _ecologits.package_root() is None
    _ecologits.package_root.cache_clear()


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"electricity_mixes": [{"name": "FRA"}]}', "\udcff"]
)
def test_a_broken_table_is_one_line(ecologits_at, content):
    ecologits_at.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(EstimatorError, match="reinstall ecologits") as caught:
        list(Ecologits().candidates(Query(GRID_INTENSITY, resolve_zone("FRA"))))
    assert "electricity_mixes.json" in str(caught.value)


def test_a_row_of_zero_is_no_figure(ecologits_at):
    row = {"name": "FRA", "gwp": 0, "wue": 0, "warnings": None}
    ecologits_at.write_text(json.dumps({"electricity_mixes": [row]}))
    for name in (GRID_INTENSITY, WATER_INTENSITY):
        assert list(Ecologits().candidates(Query(name, resolve_zone("FRA")))) == []


def test_a_cloud_region_falls_back_to_its_country_where_codecarbon_has_no_states(monkeypatch):
    monkeypatch.setattr("footprint.estimators.grid._regions", lambda country: {})
    assert [factor.zone for factor in candidates("aws:us-east-1")] == ["USA", "USA"]


def test_how_candidates_differ():
    lines = differences(candidates("US-CA"))
    assert lines == [
        "USA: 369.473 g/kWh; 2.06 times the first; life cycle against direct emissions; "
        "from codecarbon private_infra/global_energy_mix.json: Our World in Data (Ember, Energy "
        "Institute; life cycle)",
        "USA: 384.4 g/kWh; 2.15 times the first; of a year not stated against 2023; life cycle "
        "against direct emissions; from ecologits data/electricity_mixes.json: Our World in Data "
        "(life cycle)",
    ]


def test_differences_of_series_intervals_zeros_and_other_units():
    hour = 3_600_000_000_000
    series = Series((0, hour), (hour, 2 * hour), (100.0, 300.0), "g/kWh")
    first = Factor(GRID_INTENSITY, exact(100, "g/kWh"), "g/kWh", "FRA")
    others = [
        first._replace(value=series),
        first._replace(value=Quantity(50.0, 80.0, 120.0, "g/kWh"), zone=""),
        first._replace(value=exact(1, "L/kWh"), unit="L/kWh"),
    ]
    assert differences([first, *others]) == [
        "FRA: 200 g/kWh (100 to 300); 2 times the first; a series against one value",
        "everywhere: 80 g/kWh (50 to 120); 0.8 times the first",
        "FRA: 1 L/kWh; not compared with g/kWh",
    ]
    nothing = first._replace(value=exact(0, "g/kWh"))
    assert differences([nothing, first]) == ["FRA: 100 g/kWh; no ratio: the first is 0"]
    assert differences([first]) == differences([]) == []


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("FRA", "life cycle"),
        ("US-CA", "direct emissions"),
        ("CN-BJ", "direct emissions of CO2 only"),
        ("SE3", "life cycle"),
        ("CAN-QC", "life cycle"),
        ("gcp:europe-west9", "direct emissions"),
    ],
)
def test_what_a_row_counts(zone, words):
    assert counted(candidates(zone)[0]) == words


def test_what_a_given_factor_counts_is_not_stated():
    factor = Factor(GRID_INTENSITY, exact(100, "g/kWh"), "g/kWh")
    assert counted(factor) == "what is counted is not stated"


def test_an_old_factor_is_named():
    factor = candidates("HKG")[0]
    assert factor.vintage == 2022
    assert stale(factor, date(2025, 12, 31)) is None
    line = stale(factor, date(2026, 1, 1))
    assert line.startswith("grid intensity of HKG is of 2022, 4 years before 2026 (codecarbon ")
    assert stale(factor, date(2024, 1, 1), years=1).startswith("grid intensity of HKG is of 2022")


def test_a_year_that_is_not_stated_is_not_known_to_be_old():
    assert stale(candidates("FRA")[1], date(2099, 1, 1)) is None


@given(st.integers(1990, 2100), st.integers(1990, 2100), st.integers(0, 20))
def test_stale_is_the_difference_of_years(vintage, year, years):
    factor = Factor(PUE, exact(1.2, "1"), "1", vintage=vintage)
    line = stale(factor, date(year, 6, 1), years)
    assert (line is not None) == (year - vintage > years)


@pytest.mark.parametrize("years", [-1, 1.5, True, float("nan")])
def test_years_are_a_whole_number(years):
    with pytest.raises(EstimatorError, match="years is"):
        stale(candidates("FRA")[0], date(2026, 1, 1), years)
