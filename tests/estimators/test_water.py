import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.water import GENERATION, NEITHER, ON_SITE, OVERHEAD, water_l

KWH = exact(1, "kWh")
FRANCE = exact(3.6737, "L/kWh")


def quantities(unit, low=0.0):
    three = st.lists(st.floats(low, low + 10, allow_nan=False), min_size=3, max_size=3)
    return three.map(lambda values: Quantity(*sorted(values), unit))


def litres(value):
    return exact(value, "L/kWh")


def test_both_parts():
    """10 kWh x (0.5 + 1.2 x 2) L/kWh = 29 L."""
    found, gaps = water_l(
        exact(10, "kWh"), wue=litres(0.5), pue=exact(1.2, "1"), generation=litres(2)
    )
    assert found.mid == pytest.approx(29)
    assert found.unit == "L"
    assert gaps == []


def test_it_is_the_formula_of_ecologits():
    llm = pytest.importorskip("ecologits.impacts.llm")
    found, _ = water_l(exact(2, "kWh"), wue=litres(0.09), pue=exact(1.16, "1"), generation=FRANCE)
    assert found.mid == pytest.approx(
        llm.request_usage_wcf(
            request_it_energy=2,
            if_electricity_mix_wue=3.6737,
            datacenter_wue=0.09,
            datacenter_pue=1.16,
        )
    )


def test_a_joule_is_a_joule_in_any_unit():
    assert water_l(exact(3.6e6, "J"), wue=litres(1), pue=None, generation=None) == water_l(
        KWH, wue=litres(1), pue=None, generation=None
    )


def test_each_missing_part_is_a_gap():
    pue = exact(1.5, "1")
    assert water_l(KWH, wue=None, pue=pue, generation=litres(2)) == (exact(3, "L"), [ON_SITE])
    assert water_l(KWH, wue=litres(2), pue=pue, generation=None) == (exact(2, "L"), [GENERATION])
    assert water_l(KWH, wue=litres(2), pue=None, generation=litres(2)) == (
        exact(4, "L"),
        [OVERHEAD],
    )
    assert water_l(KWH, wue=None, pue=None, generation=litres(2)) == (
        exact(2, "L"),
        [ON_SITE, OVERHEAD],
    )


@pytest.mark.parametrize("pue", [None, exact(1.2, "1")])
def test_nothing_known_is_no_figure(pue):
    assert water_l(KWH, wue=None, pue=pue, generation=None) == (None, [NEITHER])


def test_no_water_is_known_to_be_none():
    found, gaps = water_l(KWH, wue=litres(0), pue=exact(1, "1"), generation=litres(0))
    assert (found, gaps) == (exact(0, "L"), [])


@given(quantities("kWh"), quantities("L/kWh"), quantities("1", 1.0), quantities("L/kWh"))
def test_the_bounds_hold_what_lies_between(energy, wue, pue, generation):
    found, gaps = water_l(energy, wue=wue, pue=pue, generation=generation)
    assert gaps == []
    for end in ("low", "mid", "high"):
        e, w, p, g = (getattr(q, end) for q in (energy, wue, pue, generation))
        assert getattr(found, end) == pytest.approx(e * (w + p * g))


@given(quantities("kWh"), quantities("L/kWh"), quantities("1", 1.0), quantities("L/kWh"))
def test_a_part_is_never_more_than_the_whole(energy, wue, pue, generation):
    whole, _ = water_l(energy, wue=wue, pue=pue, generation=generation)
    for known in ({"wue": None}, {"generation": None}, {"pue": None}):
        given = {"wue": wue, "pue": pue, "generation": generation} | known
        part, gaps = water_l(energy, **given)
        assert gaps
        assert part.mid <= whole.mid * (1 + 1e-12)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"wue": exact(1, "L")}, "WUE is in L: give it in L/kWh"),
        ({"wue": litres(-1)}, "WUE is -1.0 to -1.0 L/kWh: give 0 or more"),
        ({"pue": exact(0.9, "1")}, "PUE is 0.9 to 0.9 1: give 1 or more"),
        ({"pue": litres(1.2)}, "PUE is in L/kWh: give it in 1"),
        ({"generation": litres(-2)}, "water intensity is -2.0 to -2.0 L/kWh: give 0 or more"),
        ({"generation": exact(2, "g/kWh")}, "water intensity is in g/kWh: give it in L/kWh"),
    ],
)
def test_wrong_input_is_one_line(changed, said):
    given = {"wue": litres(1), "pue": exact(1.2, "1"), "generation": litres(2)} | changed
    with pytest.raises(EstimatorError, match=said):
        water_l(KWH, **given)


@pytest.mark.parametrize("energy", [exact(1, "L"), exact(-1, "kWh")])
def test_an_energy_is_wanted(energy):
    with pytest.raises(EstimatorError, match="give"):
        water_l(energy, wue=litres(1), pue=None, generation=None)
