import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, PUE, Factor
from footprint.estimators.quantity import exact
from footprint.estimators.series import series
from footprint.estimators.sources import Query, Registry, SourceUnavailable, covering

QUERY = Query(GRID_INTENSITY)


def grid(value: float, source: str = "table") -> Factor:
    return Factor(GRID_INTENSITY, exact(value, "g/kWh"), "g/kWh", source=source)


def hourly(*steps: tuple[int, int], source: str = "live") -> Factor:
    rows = [(start, end, 50.0) for start, end in steps]
    return Factor(GRID_INTENSITY, series("live", rows, "g/kWh"), "g/kWh", source=source)


class Listed:
    """A source of a few factors, that says how often it was asked."""

    def __init__(self, name: str, *factors: Factor) -> None:
        self.name = name
        self.factors = factors
        self.asked: list[Query] = []

    def candidates(self, query: Query):
        self.asked.append(query)
        return [factor for factor in self.factors if factor.name == query.name]


class Failing(Listed):
    """A source that fails after its first factors."""

    def __init__(self, name: str, error: Exception, *factors: Factor) -> None:
        super().__init__(name, *factors)
        self.error = error

    def candidates(self, query: Query):
        yield from super().candidates(query)
        raise self.error


def test_the_first_source_that_answers_is_taken_and_the_others_stay_visible():
    one, two, three = Listed("own"), Listed("live", grid(40)), Listed("table", grid(56), grid(60))
    found = Registry([one, two, three]).find(QUERY)
    assert found.chosen == grid(40)
    assert found.candidates == (grid(40), grid(56), grid(60))
    assert found.notes == ()


def test_the_order_decides():
    one, two = Listed("a", grid(1)), Listed("b", grid(2))
    assert Registry([one, two]).find(QUERY).chosen == grid(1)
    assert Registry([two, one]).find(QUERY).chosen == grid(2)


def test_a_source_that_is_down_is_passed_over_with_a_note():
    down = Failing("live", SourceUnavailable("no answer within 5 s"), grid(40))
    found = Registry([down, Listed("table", grid(56))]).find(QUERY)
    assert found.candidates == (grid(56),)  # nothing of an answer that broke off
    assert found.notes == (
        "grid intensity from live: no answer within 5 s; the next source is asked",
    )


def test_wrong_input_is_not_passed_over():
    wrong = Failing("own", EstimatorError("factors.toml: entry 3 has no unit"))
    with pytest.raises(EstimatorError, match="entry 3 has no unit"):
        Registry([wrong, Listed("table", grid(56))]).find(QUERY)


def test_nothing_is_found_and_nothing_is_made_up():
    found = Registry([Listed("table", grid(56))]).find(Query(PUE))
    assert found.chosen is None
    assert found.candidates == ()
    assert Registry([]).find(QUERY).chosen is None


def test_each_source_is_asked_once_for_each_query():
    source = Listed("table", grid(56))
    registry = Registry([source])
    assert registry.find(QUERY) is registry.find(Query(GRID_INTENSITY))
    registry.find(Query(GRID_INTENSITY, since_ns=0, until_ns=9))
    assert len(source.asked) == 2


def test_a_name_stands_once_in_the_order():
    with pytest.raises(EstimatorError, match="source own is in the order twice"):
        Registry([Listed("own"), Listed("table"), Listed("own")])


def test_a_hole_is_covered_by_the_next_candidate():
    whole, holed, rest = hourly((0, 40)), hourly((0, 10), (20, 40)), hourly((5, 25))
    assert covering([whole, grid(56)], 0, 40) == [whole]
    assert covering([holed, grid(56)], 0, 40) == [holed, grid(56)]
    assert covering([holed, rest, grid(56)], 0, 40) == [holed, rest]
    assert covering([holed, hourly((0, 5)), grid(56)], 0, 40) == [holed, grid(56)]
    assert covering([holed, grid(56)], 20, 40) == [holed]
    assert covering([holed], 0, 40) == []
    assert covering([], 0, 40) == []


def test_a_period_without_length_is_its_instant():
    holed = hourly((0, 10), (20, 40))
    assert covering([holed, grid(56)], 5, 5) == [holed]
    assert covering([holed, grid(56)], 15, 15) == [grid(56)]
    with pytest.raises(EstimatorError, match="from 9 to 3 ns ends before it starts"):
        covering([holed], 9, 3)


pieces = st.sets(st.integers(0, 9), min_size=1).map(
    lambda places: hourly(*((place * 10, place * 10 + 10) for place in sorted(places)))
)


@given(st.lists(pieces | st.just(grid(56)), max_size=5), st.integers(0, 99), st.integers(1, 60))
def test_what_covers_knows_every_instant_and_nothing_is_in_vain(candidates, since, length):
    until = since + length
    used = covering(candidates, since, until)

    def known(factors):
        return {
            t
            for t in range(since, until)
            for factor in factors
            if not hasattr(factor.value, "at") or factor.value.at(t) is not None
        }

    if used:
        assert known(used) == set(range(since, until))
        for count in range(len(used)):
            assert known(used[:count]) < known(used[: count + 1])
    else:
        assert known(candidates) < set(range(since, until))
