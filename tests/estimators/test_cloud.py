import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import footprint.estimators
from footprint.estimators import _grid_rows, cloud
from footprint.estimators._countries import countries
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, LIFETIME, PUE, WUE
from footprint.estimators.sources import Query
from footprint.estimators.zones import folded, resolve_zone

DATA = Path(footprint.estimators.__file__).parent / "data"


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def figures(zone, name):
    query = Query(name, resolve_zone(zone))
    return [factor.value.mid for factor in cloud.CloudRegions().candidates(query)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("aws:eu-west-3", "FRA"),
        ("AWS: EU-West-3", "FRA"),
        ("azure:francecentral", "FRA"),
        ("gcp:europe-west9", "FRA"),
        ("gcp:us-central1", "USA-IA"),
        ("aws:ca-central-1", "CAN-QC"),
        ("aws:cn-north-1", "CHN-BJ"),
        ("aws:eu-north-1", "SWE-SE3"),
        ("azure:swedencentral", "SWE"),
        ("gcp:asia-east2", "HKG"),
        ("aws:us-gov-west-1", "USA"),
    ],
)
def test_a_region_is_at_its_place(text, place):
    zone = resolve_zone(text)
    assert zone.place == place
    assert zone.code == zone.cloud == text.replace(" ", "").casefold()


def test_every_region_comes_back_from_its_code_and_lies_where_the_tables_have_a_row():
    known = {code for code, _, _ in countries()}
    for code, region in cloud.regions().items():
        zone = resolve_zone(code)
        assert resolve_zone(zone.code) == zone
        assert zone.code == code
        assert region.country in known
        if region.subdivision:
            assert folded(region.subdivision) in _grid_rows.regions(region.country), code
        assert region.place
        assert re.search(r"retrieved \d{4}-\d\d-\d\d$", region.source)


def test_all_three_providers_are_there_once_each():
    table = rows("cloud_regions.csv")
    assert len(table) == len(cloud.regions())
    count = dict.fromkeys(cloud.PROVIDERS, 0)
    for row in table:
        count[row["provider"]] += 1
    assert count == {"aws": 39, "azure": 57, "gcp": 46}


def test_each_figure_has_a_region_a_year_and_a_source_that_is_used():
    table = rows("cloud_factors.csv")
    units = {GRID_INTENSITY: "g/kWh", PUE: "1", WUE: "L/kWh"}
    spans = {GRID_INTENSITY: (1, 1200), PUE: (1, 2), WUE: (0, 5)}
    keys = [(row["provider"], row["region"], row["name"]) for row in table]
    assert len(set(keys)) == len(keys)
    for row in table:
        assert f"{row['provider']}:{row['region']}" in cloud.regions()
        assert row["unit"] == units[row["name"]]
        low, high = spans[row["name"]]
        assert low <= float(row["value"]) <= high
        assert 2022 <= int(row["year"]) <= 2025
    sources = {row["key"] for row in rows("cloud_sources.csv")}
    assert {row["source"] for row in table + rows("cloud_regions.csv")} == sources


def test_figures_of_a_region():
    assert figures("gcp:europe-west9", GRID_INTENSITY) == [15.83]
    assert figures("aws:us-east-1", PUE) == [1.15]
    assert figures("aws:us-east-1", WUE) == [0.12]
    assert figures("azure:westus2", WUE) == [1.09]


@pytest.mark.parametrize(
    ("zone", "name"),
    [("aws:eu-west-3", PUE), ("aws:us-east-1", GRID_INTENSITY), ("FRA", PUE), ("FRA", LIFETIME)],
)
def test_what_is_not_published_for_the_place_has_no_figure(zone, name):
    assert figures(zone, name) == []


def test_a_factor_says_where_it_is_from():
    zone = resolve_zone("azure:westus3")
    (factor,) = cloud.CloudRegions().candidates(Query(PUE, zone))
    assert (factor.zone, factor.vintage, factor.unit) == ("azure:westus3", 2023, "1")
    assert factor.source.startswith("Microsoft, datacenter PUE and WUE by place")
    assert "[unverified at Microsoft]" in factor.source
    assert factor.version == "commit b2858aa2, 2026-03-12"
    assert factor.retrieved == "2026-11-22"


def test_a_query_without_a_zone_has_no_answer():
    assert list(cloud.CloudRegions().candidates(Query(PUE))) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aws:eu-wst-3", "Did you mean aws:eu-west-3"),
        ("azure:francecentrale", "Did you mean azure:francecentral"),
        ("gcp:us-centrl1", "Did you mean gcp:us-central1"),
        ("gcp:eu-west-3", "no region of Google Cloud that is known here"),
        ("aws:", "no region of Amazon Web Services"),
        ("azur:francecentral", r"provider that is not known: Did you mean azure:\?"),
        ("ovh:gra", "Give one of aws:REGION, azure:REGION, gcp:REGION, or the country"),
        (":", "of a cloud provider that is not known"),
    ],
)
def test_a_region_that_is_not_known_names_the_nearest(text, said):
    with pytest.raises(EstimatorError, match=f"zone '{text}' .*{said}"):
        resolve_zone(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("us-east-1", "aws:us-east-1"),
        ("ca-central-1", "aws:ca-central-1"),
        ("us-east1", "gcp:us-east1"),
        ("francecentral", "azure:francecentral"),
        ("EU-West-3", "aws:eu-west-3"),
    ],
)
def test_a_region_without_its_provider_is_not_taken_for_a_state(text, code):
    with pytest.raises(EstimatorError, match=f"is the name of a cloud region: .*{code}$"):
        resolve_zone(text)


def test_a_misspelt_region_without_its_provider_names_the_nearest():
    with pytest.raises(EstimatorError, match="'EU-wst-3' is not known: Did you mean aws:eu-west-3"):
        resolve_zone("EU-wst-3")


@given(st.sampled_from(["aws:", "azure:", "gcp:", ""]), st.text(max_size=25))
def test_any_text_after_a_provider_gives_a_region_or_one_line(provider, text):
    try:
        outcome = resolve_zone(f"{provider}{text}").code
    except EstimatorError as error:
        outcome = str(error)
        assert outcome.startswith("zone ")
    assert "\n" not in outcome
    assert len(outcome) < 300
