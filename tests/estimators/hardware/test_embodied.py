"""Embodied carbon: SCI's M, and the table of published ranges."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import EMBODIED, GRID_INTENSITY, LIFETIME
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.hardware.embodied import (
    HOURS_PER_YEAR,
    Hardware,
    embodied_g,
    embodied_rows,
    find_embodied,
)
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.sources import Query, Registry

HOURS = st.floats(0, 1e6)
KG = st.floats(0.1, 1e5)
YEARS = st.floats(0.5, 20)


def years(number: float) -> Quantity:
    return exact(number * HOURS_PER_YEAR, "h")


def test_a_tonne_over_four_years_is_28_5_g_an_hour() -> None:
    grams = embodied_g(exact(1000, "kg"), 3600, years(4))
    assert grams.mid == pytest.approx(28.5, abs=0.03)
    assert grams.mid == pytest.approx(1e6 / (4 * 365.25 * 24), rel=1e-12)


def test_the_whole_lifetime_is_the_whole_device_and_half_of_it_half() -> None:
    whole = years(5).to("s").mid
    assert embodied_g(exact(250, "kg"), whole, years(5)).mid == pytest.approx(250_000)
    assert embodied_g(exact(250, "kg"), whole, years(5), share=0.5).mid == pytest.approx(125_000)


def test_blooms_embodied_carbon() -> None:
    """Luccioni et al. 2022, section 4.1: 11.2 t over 1,082,990 GPU-hours, 8 GPUs a server.

    150 kg a GPU and 2,500 kg a server; six years at 85 % use.
    """
    used = years(6 * 0.85)
    gpus = embodied_g(exact(150, "kg"), 1_082_990 * 3600, used)
    servers = embodied_g(exact(2500, "kg"), 1_082_990 / 8 * 3600, used)
    assert (gpus + servers).mid / 1e6 == pytest.approx(11.2, rel=0.01)


@given(kg=KG, hours=HOURS, life=YEARS, share=st.floats(0, 1))
def test_it_is_linear_in_time_and_share(kg: float, hours: float, life: float, share: float) -> None:
    one = embodied_g(exact(kg, "kg"), hours * 3600, years(life))
    two = embodied_g(exact(kg, "kg"), 2 * hours * 3600, years(life), share)
    assert two.mid == pytest.approx(2 * share * one.mid, rel=1e-9, abs=1e-300)


@given(
    kg=st.tuples(KG, KG, KG).map(sorted),
    life=st.tuples(YEARS, YEARS, YEARS).map(sorted),
    hours=HOURS,
    at=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_the_interval_holds_every_device_and_lifetime_inside_its_ranges(
    kg: list[float], life: list[float], hours: float, at: tuple[float, float]
) -> None:
    ranged = embodied_g(Quantity(*kg, "kg"), hours * 3600, Quantity(*life, "h"))
    mass = kg[0] + at[0] * (kg[2] - kg[0])
    kept = life[0] + at[1] * (life[2] - life[0])
    one = embodied_g(exact(mass, "kg"), hours * 3600, exact(kept, "h")).mid
    assert ranged.low * (1 - 1e-9) <= one <= ranged.high * (1 + 1e-9)


def test_a_range_of_hours_widens_it() -> None:
    held = Quantity(1, 2, 4, "h")
    found = embodied_g(exact(8.766, "kg"), held, years(1))
    assert (found.low, found.mid, found.high) == pytest.approx((1, 2, 4))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"share": 1.1}, "share of the device is 1.1"),
        ({"share": True}, "share of the device is True"),
        ({"reserved_s": -1}, "reserved time is -1"),
        ({"reserved_s": math.nan}, "reserved time is nan"),
        ({"lifetime": exact(0, "h")}, "lifetime is 0.0 h"),
        ({"te_kg": exact(-1, "kg")}, "embodied carbon is -1000.0 g"),
        ({"te_kg": exact(1, "kWh")}, "cannot convert kWh"),
        ({"lifetime": exact(1, "kg")}, "cannot convert kg"),
    ],
)
def test_wrong_input_is_refused(change: dict[str, object], said: str) -> None:
    arguments = {"te_kg": exact(1, "kg"), "reserved_s": 1.0, "lifetime": years(4)} | change
    with pytest.raises(EstimatorError, match=said):
        embodied_g(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("row", embodied_rows(), ids=lambda row: row.name)
def test_every_row_is_a_range_with_its_sources(row: object) -> None:
    found = find_embodied(row.name)  # type: ignore[attr-defined]
    assert found is row
    assert found.source
    assert found.lifetime_source
    assert 0 < found.kg.low <= found.kg.mid <= found.kg.high
    assert 3 <= found.lifetime_years.low <= found.lifetime_years.high <= 6
    if found.kind == "accelerator":
        for name in (found.name, *found.aliases):
            assert accelerator(name).name == name


def test_published_ranges() -> None:
    h100 = find_embodied("NVIDIA H100 80GB HBM3")
    assert h100 is not None
    assert (h100.kg.low, h100.kg.high) == (164, 575)
    assert h100.kg.mid == pytest.approx(math.sqrt(164 * 575))
    server = find_embodied("p5.48xlarge")
    assert server is not None
    assert (server.kg.low, server.kg.mid, server.kg.high) == (7673, 10300, 16800)


def test_a_name_of_the_device_finds_its_row() -> None:
    names = ("A100", "NVIDIA A100-SXM4-80GB", "a100-pcie-80gb")
    assert {find_embodied(name).name for name in names} == {"A100 SXM 80GB"}  # type: ignore[union-attr]
    assert find_embodied("Abacus") is None
    assert find_embodied("TPU v4") is None  # in the table of accelerators, not in this one


@pytest.mark.parametrize(
    ("system", "row"),
    [
        ("AMD EPYC 7742 64-Core Processor", "EPYC 7742"),
        ("AMD EPYC 9654P 96-Core Processor", "EPYC 9654"),
        ("Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz", "Xeon Platinum 8375C"),
        ("Intel(R) Xeon(R) Platinum 8480+", "Xeon Platinum 8480+"),
    ],
)
def test_a_cpu_is_found_as_the_system_names_it(system: str, row: str) -> None:
    found = find_embodied(system)
    assert found is not None
    assert found.name == row


@pytest.mark.parametrize("system", ["AMD EPYC 7742P", "Intel Xeon Processor", "EPYC", ""])
def test_no_cpu_is_taken_for_its_neighbour(system: str) -> None:
    assert find_embodied(system) is None


def test_boaviztas_formula_gives_the_low_end_of_a_cpu() -> None:
    """9.14 kg and 0.0197 kg per mm2 of die: 1600 mm2 of an EPYC 7742."""
    found = find_embodied("EPYC 7742")
    assert found is not None
    assert found.kg.low == pytest.approx(9.14 + 0.0197 * 1600, abs=0.05)


def test_it_is_a_source_of_factors() -> None:
    registry = Registry([Hardware()])
    made = registry.find(Query(EMBODIED, subject="H100")).chosen
    kept = registry.find(Query(LIFETIME, subject="H100")).chosen
    assert made is not None
    assert kept is not None
    assert made.unit == "kg"
    assert made.subject == "H100 SXM"
    assert "HGX H100" in made.source
    assert kept.quantity == Quantity(3 * 8766, 4 * 8766, 6 * 8766, "h")
    assert registry.find(Query(EMBODIED, subject="Abacus")).chosen is None
    assert registry.find(Query(EMBODIED)).chosen is None
    assert registry.find(Query(GRID_INTENSITY, subject="H100")).chosen is None


@pytest.mark.parametrize(
    ("name", "device", "row"),
    [
        ("H800", "H800 SXM", "H100 SXM"),
        ("NVIDIA A100-PCIE-40GB", "A100 PCIe 40GB", "A100 SXM 40GB"),
        ("Tesla V100-SXM2-16GB", "V100 SXM2 16GB", "V100 SXM2 32GB"),
    ],
)
def test_a_figure_of_another_device_says_that_it_stands_in(
    name: str, device: str, row: str
) -> None:
    registry = Registry((Hardware(),))
    made = registry.find(Query(EMBODIED, subject=name)).chosen
    kept = registry.find(Query(LIFETIME, subject=name)).chosen
    own = registry.find(Query(EMBODIED, subject=row)).chosen
    assert made is not None
    assert kept is not None
    assert own is not None
    assert made.subject == kept.subject == device
    assert made.source.startswith(f"that of {row} stands in; ")
    assert made.value == own.value
    assert "stands in" not in own.source
