"""What the sources have, counted and listed; and one query explained, source by source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import exact
from footprint.estimators.series import series
from footprint.estimators.sources import Query, SourceUnavailable
from footprint.estimators.standard import sources
from footprint.estimators.zones import resolve_zone
from footprint.factors.explained import Explained, explain, question
from footprint.factors.listing import Listed, inventory, listed, places
from footprint.factors.pinned import of_answers
from footprint.factors.pins import pinned_source, write
from footprint.factors.registry import Ordered, registry
from footprint.factors.tables import WIDTH, counts, described, explanation, rows
from footprint.ledger.journal import prepare

FRA = resolve_zone("FRA")
GRID = Query("grid intensity", FRA)
OLD = Factor("grid intensity", exact(20.0, "g/kWh"), "g/kWh", "FRA", "an old table", vintage=2010)


class Fixed:
    """A source of given factors."""

    def __init__(self, name: str, *factors: Factor) -> None:
        self.name = name
        self._factors = factors

    def candidates(self, query: Query) -> Iterator[Factor]:
        return (one for one in self._factors if one.name == query.name)


class Down:
    """A source that cannot be asked."""

    name = "far away"

    def candidates(self, query: Query) -> Iterator[Factor]:
        raise SourceUnavailable("no answer within 20 s")


def by_name(found: list[Listed]) -> dict[str, Listed]:
    return {each.source: each for each in found}


def test_every_shipped_table_lists_what_it_answers() -> None:
    """Each factor that is listed is one that the source gives for its own place or device."""
    for source in sources():
        found = listed(source)
        assert found.factors, source.name
        assert len(set(found.factors)) == len(found.factors)
        for one in [one for one in found.factors if one.zone or one.subject][:20]:
            zone = resolve_zone(one.zone or "FRA")
            query = Query(one.name, None if one.subject else zone, one.subject)
            assert same(one) in [same(each) for each in source.candidates(query)]


def same(factor: Factor) -> Factor:
    """Without what was said of why it was taken."""
    return factor._replace(why="")


def test_places_are_countries_regions_and_cloud_regions() -> None:
    codes = {zone.code for zone in places()}
    assert {"FRA", "USA-CA", "SWE-SE3", "aws:eu-west-3"} <= codes
    assert len(codes) == len(places())


def test_a_filter_leaves_what_it_names(tmp_path: Path) -> None:
    own = tmp_path / "f.toml"
    own.write_text('[[factor]]\nname="PUE"\nvalue=1.1\nsource="s"\n')
    order = registry(own=own).sources
    found = by_name(inventory(order, zone="France", name="pue"))
    assert [one.quantity.mid for one in found["own"].factors] == [1.1]
    assert not found["codecarbon"].factors
    devices = by_name(inventory(order, subject="NVIDIA H100 80GB HBM3", name="embodied_carbon"))
    assert [one.subject for one in devices["hardware"].factors] == ["H100 SXM"]
    with pytest.raises(UsageError, match="Did you mean PUE"):
        inventory(order, name="PUEE")
    with pytest.raises(EstimatorError, match="Did you mean France"):
        inventory(order, zone="Frnce")


def test_what_cannot_be_listed_says_why() -> None:
    assert listed(Down()) == Listed("far away", (), "no answer within 20 s")
    (live,) = [each for each in registry(["eco2mix"]).sources if each.name == "eco2mix"]
    assert listed(live).note == "is asked when a place and a period are"
    text = "\n".join(counts([listed(Down()), Listed("fixed", (OLD,))]))
    assert "far away: no answer within 20 s" in text
    assert "grid intensity  fixed        1  2010" in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("grid", None, None), "'grid' is no factor's name"),
        (("PUE", None, None), "PUE of which place? Say it with --zone FRA"),
        (("lifetime", "FRA", None), "lifetime of what? Say it with --subject"),
        (("exchange rate", None, None), "Say it with --subject EUR/USD"),
        (("PUE", "FRA", "x"), "is of a place, not of 'x'"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    given: tuple[str, str | None, str | None], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        question(*given)
    assert said in str(caught.value)


def test_all_sources_are_told_in_their_order() -> None:
    order = Ordered([Down(), Fixed("nothing"), Fixed("a", OLD), *sources()])
    found = explain(order, GRID, date(2026, 1, 1))
    assert found.used == (OLD,)
    assert [each.source for each in found.answers][:3] == ["far away", "nothing", "a"]
    assert found.answers[0].problem == "no answer within 20 s"
    assert found.source_of(OLD) == "a"
    assert [found.source_of(one) for one, _ in found.others] == ["codecarbon", "ecologits"]
    assert all("times the first" in said for _, said in found.others)
    assert found.stale == (
        "grid intensity of FRA is of 2010, 16 years before 2026 (an old table): update the package "
        "that it comes from, or give a newer figure",
    )
    text = list(explanation(found))
    assert max(map(len, text)) <= WIDTH
    joined = " ".join(" ".join(text).split())
    assert "far away could not answer: no answer within 20 s" in joined
    assert "nothing has none" in joined
    assert "a 1 found, used" in joined
    assert "old: grid intensity of FRA is of 2010" in joined


def holed(*steps: tuple[int, int, float]) -> Factor:
    return OLD._replace(value=series("s", steps, "g/kWh"), vintage=None)


def test_stand_ins_and_holes_are_told() -> None:
    first, second = holed((0, 10, 1.0), (20, 30, 3.0)), holed((10, 15, 2.0))
    period = Query("grid intensity", FRA, "", 0, 30)
    whole = explain(Ordered([Fixed("a", first), Fixed("b", OLD)]), period)
    assert (whole.used, whole.holes) == ((first, OLD), ())
    assert "and where it has no value" in list(described(whole))
    left = explain(Ordered([Fixed("a", first), Fixed("b", second)]), period)
    assert left.used == (first,)
    assert left.holes == (("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),)
    assert "not covered by any source" in "\n".join(explanation(left))


def test_where_there_is_nothing_that_is_said() -> None:
    found = explain(Ordered([Fixed("a")]), GRID)
    assert (found.used, found.others, found.stale) == ((), (), ())
    assert "no source has one" in "\n".join(explanation(found))
    assert found.to_json()["used"] == []
    assert list(rows([Listed("a", ())])) == ["No source has such a factor."]


def test_a_pin_answers_alone_and_the_others_are_still_shown(tmp_path: Path) -> None:
    prepare(tmp_path / "L")
    order = registry(order=["ecologits"])
    taken = order.find(GRID).chosen
    write(tmp_path / "L", of_answers(order.answers))
    again = Ordered([pinned_source([tmp_path / "L"]), *sources()])
    found = explain(again, GRID)
    assert found.used == (taken,)
    assert found.source_of(found.used[0]) == "pinned"
    assert [each.is_asked for each in found.answers[:3]] == [True, False, False]
    assert "the pin answers alone" in " ".join(" ".join(explanation(found)).split())


def test_the_json_has_every_factor_with_its_source() -> None:
    found: Explained = explain(registry(), GRID)
    made = found.to_json()
    assert [each["from"] for each in made["used"] + made["others"]] == ["codecarbon", "ecologits"]
    assert made["used"][0]["digest"] == found.used[0].digest
    assert {each["source"] for each in made["sources"]} == {s.name for s in registry().sources}


def test_lines_align_and_stay_narrow() -> None:
    for lines in (
        list(counts(inventory(sources()))),
        list(rows(inventory(sources(), zone="USA-CA"))),
    ):
        assert max(map(len, lines)) <= WIDTH
        table = [line for line in lines if "  " in line]
        column = table[0].index("source")
        assert all(line[column - 1] == " " for line in table)


def test_models_behind_apis_are_found_by_provider_and_model() -> None:
    query = question("api price, OUTPUT", None, "openai/gpt-4o")
    assert query == Query("API price, output", None, "openai/gpt-4o")
    found = explain(registry(), query)
    assert [found.source_of(one) for one in found.used] == ["systems"]
    known = by_name(inventory(registry().sources, subject="openai/gpt-4o", name="API price output"))
    assert [one.name for one in known["systems"].factors] == ["API price, output"]
    assert listed(registry().sources[-1]).note.startswith("is asked for a model")


def test_a_thing_has_no_period() -> None:
    assert question("lifetime", None, "H100", 0, 10) == Query("lifetime", None, "H100")
    assert question("grid intensity", "fr", None, 0, 10) == Query("grid intensity", FRA, "", 0, 10)
