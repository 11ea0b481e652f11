import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators._countries import ALIASES, FRENCH, NATIVE, countries
from footprint.estimators._regions import regions
from footprint.estimators.errors import EstimatorError
from footprint.estimators.zones import Zone, folded, resolve_zone


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FRA", "FRA"),
        ("fr", "FRA"),
        (" France ", "FRA"),
        ("FRANCE", "FRA"),
        ("Côte d'Ivoire", "CIV"),
        ("Cote d’Ivoire", "CIV"),
        ("Türkiye", "TUR"),
        ("UK", "GBR"),
        ("U.S.A.", "USA"),
        ("United States of America", "USA"),
        ("Korea, Republic of", "KOR"),
        ("Guinea-Bissau", "GNB"),
        ("Timor-Leste", "TLS"),
        ("CA", "CAN"),
        ("US-CA", "USA-CA"),
        ("usa-ca", "USA-CA"),
        ("United States - California", "USA-CALIFORNIA"),
        ("CAN-QC", "CAN-QC"),
        ("SE3", "SWE-SE3"),
        ("no1", "NOR-NO1"),
        ("SWE-SE3", "SWE-SE3"),
        ("Kosovo", "XKX"),
        ("MCO", "MCO"),
        ("Allemagne", "DEU"),
        ("Etats-Unis", "USA"),
        ("États-Unis", "USA"),
        ("Royaume-Uni", "GBR"),
        ("Pays-Bas", "NLD"),
        ("Suède-SE3", "SWE-SE3"),
        ("États-Unis-CA", "USA-CA"),
        ("Guinea-Bissau-X", "GNB-X"),
    ],
)
def test_resolved(text, code):
    assert resolve_zone(text).code == code


def test_a_zone_names_its_country():
    assert resolve_zone("US-CA") == Zone("USA", "CA", "United States")


def test_a_cloud_region_names_its_place_and_itself():
    zone = resolve_zone("gcp:us-central1")
    assert zone == Zone("USA", "IA", "United States", "gcp:us-central1")
    assert (zone.code, zone.place) == ("gcp:us-central1", "USA-IA")


def test_the_tables_of_cloud_regions_are_read_only_where_one_is_named():
    code = (
        "import sys; from footprint.estimators.zones import resolve_zone\n"
        "resolve_zone('FRA'); resolve_zone('Pays-Bas'); print('csv' in sys.modules)\n"
        "resolve_zone('aws:eu-west-3'); print('csv' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("Frnace", r"Did you mean France \(FRA\)\?"),
        ("Germny", r"Did you mean Germany \(DEU\)"),
        ("Untied States", r"United States \(USA\)"),
        ("swedn", r"Sweden \(SWE\)"),
        ("Allemange", r"Did you mean Germany \(DEU\)"),
    ],
)
def test_a_misspelt_zone_names_the_nearest(text, nearest):
    with pytest.raises(EstimatorError, match=f"zone '{text}' is not known:.*{nearest}"):
        resolve_zone(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("California", "USA-CA"),
        ("texas", "USA-TX"),
        ("New York", "USA-NY"),
        ("Québec", "CAN-QC"),
        ("Quebec", "CAN-QC"),
        ("Guangdong", "CHN-GD"),
        ("Georgia", "GEO"),
        ("Georgie", "GEO"),
        ("US-GA", "USA-GA"),
        ("USA-Georgia", "USA-GEORGIA"),
    ],
)
def test_a_state_alone_is_found_unless_it_is_a_country(text, code):
    assert resolve_zone(text).code == code


def test_each_state_of_the_grid_tables_is_found_by_its_name():
    """The tables' own rows, where codecarbon is installed."""
    pytest.importorskip("codecarbon")
    from footprint.estimators._grid_rows import regions

    for country in ("USA", "CAN", "CHN"):
        for row in set(regions(country).values()):
            found = resolve_zone(row.name).code
            assert found == ("GEO" if row.name == "Georgia" else f"{country}-{row.code}")


def test_a_misspelt_state_is_told_with_its_country():
    with pytest.raises(EstimatorError, match=r"is not known: Did you mean .*CHN-GD"):
        resolve_zone("Guangdng")


def test_no_two_names_of_regions_are_one():
    names = [folded(name) for name in regions()]
    assert len(names) == len(set(names)) == 94
    known = {code for code, _, _ in countries()}
    assert {country for country, _ in regions().values()} <= known
    assert len(set(regions().values())) == 94


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Deutschland", "DEU"),
        ("España", "ESP"),
        ("Italia", "ITA"),
        ("Sverige", "SWE"),
        ("Polska", "POL"),
        ("Österreich", "AUT"),
        ("Schweiz", "CHE"),
        ("Suisse", "CHE"),
        ("Deutschland-BY", "DEU-BY"),
    ],
)
def test_a_country_is_found_by_its_own_name(text, code):
    assert resolve_zone(text).code == code


@pytest.mark.parametrize("text", ["U", "qqq", "???", "-", "XX-CA", "-CA", "12"])
def test_an_unknown_zone_never_becomes_a_default(text):
    with pytest.raises(EstimatorError, match=r"is not known: .*Give an ISO country code"):
        resolve_zone(text)


@pytest.mark.parametrize("text", [None, "", "  ", 33, True])
def test_not_a_name(text):
    with pytest.raises(EstimatorError, match=r"zone is .*: give a country such as FRA"):
        resolve_zone(text)


def test_every_country_is_found_by_each_of_its_names():
    table = countries()
    assert len(table) == 250
    assert len({code for code, _, _ in table}) == len({short for _, short, _ in table}) == 250
    for code, short, name in table:
        assert len(code) == 3
        assert len(short) == 2
        for text in (code, short, name, name.upper(), code.lower()):
            assert resolve_zone(text).code == code


def test_aliases_are_folded_and_point_at_countries():
    codes = {code for code, _, _ in countries()}
    assert set(ALIASES.values()) <= codes
    assert all(folded(alias) == alias for alias in ALIASES)
    english = {folded(name) for _, _, name in countries()}
    assert set(NATIVE.values()) <= codes
    assert all(folded(name) == name for name in NATIVE)
    assert not set(NATIVE) & (set(ALIASES) | set(FRENCH) | english)


def test_french_names_are_folded_point_at_countries_and_contradict_no_english_name():
    english = {folded(name): code for code, _, name in countries()} | ALIASES
    assert set(FRENCH.values()) <= {code for code, _, _ in countries()}
    for name, code in FRENCH.items():
        assert folded(name) == name
        assert english.get(name, code) == code
        assert resolve_zone(name).code == code


@given(st.text(max_size=30))
def test_any_text_gives_a_zone_or_one_line(text):
    try:
        outcome = resolve_zone(text).country
    except EstimatorError as error:
        outcome = str(error)
    assert len(outcome) == 3 or outcome.startswith("zone ")
    assert "\n" not in outcome
    assert len(outcome) < 300
