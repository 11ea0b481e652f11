import csv

import pytest

from footprint.estimators import _codecarbon, cpu_power
from footprint.estimators.cpu_power import cpu_tdp


@pytest.mark.parametrize(
    ("model", "watts"),
    [
        ("Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz", 300),
        ("AMD EPYC 7742 64-Core Processor", 225),
        ("AMD EPYC 7R13 Processor", 225),
        ("Apple M1", 10),
        ("Apple M2 Ultra", 105),
        ("Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz", 145),
        ("Intel(R) Xeon(R) CPU E3-1230 V2 @ 3.30GHz", 69),
        ("13th Gen Intel(R) Core(TM) i9-13900K", 125),
        ("Intel(R) Core(TM) i7 CPU         920  @ 2.67GHz", 130),
        ("Intel(R) Core(TM)2 Duo CPU     E8400  @ 3.00GHz", 65),
        ("AMD Ryzen 7 PRO 4750U with Radeon Graphics", 15),
        ("AMD Opteron(tm) Processor 6276", 115),
        ("AMD A10-7850K Radeon R7, 12 Compute Cores 4C+8G", 95),
        ("INTEL(R) XEON(R) PLATINUM 8592+", 350),
        ("AMD Ryzen 5 6600HS", 35),
        ("Intel Core i7-2720QM", 45),
    ],
)
def test_names_as_systems_give_them(model, watts):
    factor = cpu_tdp(model)
    assert factor is not None
    assert factor.value.to_json() == {"low": watts, "mid": watts, "high": watts}
    assert (factor.unit, factor.license) == ("W", "MIT")
    assert factor.version == _codecarbon.version()
    assert repr(model) in factor.why


@pytest.mark.parametrize(
    "model",
    [
        "",
        "Intel(R) Xeon(R) Processor @ 2.50GHz",
        "Intel(R) Xeon(R) CPU @ 2.20GHz",
        "AMD EPYC Processor",
        "AMD EPYC-Milan-v2 Processor",
        "QEMU Virtual CPU version 2.5+",
        "AMD EPYC 7742P",
        "AMD EPYC 774",
        "Apple M1 Max",
        "Intel(R) Xeon(R) CPU E5-2686 v3 @ 2.30GHz",
        "Intel(R) Xeon(R) CPU E5-2686 @ 2.30GHz",
        "Intel(R) Xeon(R) Platinum 8488C",
        "AMD Ryzen 7 4750U",
        "Intel Xeon Gold 8375C",
        "Neoverse-N1",
        "7742",
        "8375C, 7742",
        'a "quoted, 7742',
    ],
)
def test_no_name_finds_its_neighbour(model):
    assert cpu_tdp(model) is None


def test_rows_that_differ_give_a_range():
    assert cpu_tdp("AMD Phenom(tm) II X4 945 Processor").value.to_json() == {
        "low": 95.0,
        "mid": 110.0,
        "high": 125.0,
    }


def test_a_row_that_is_not_a_number_is_not_there():
    """The table has `Intel Celeron 1000A,27.29.5`, and a Quark of 0.0 W."""
    assert cpu_tdp("Intel Celeron 1000A") is None
    assert cpu_tdp("Intel Quark Microcontroller D1000") is None


def test_rows_find_themselves():
    text = _codecarbon.path("hardware/cpu_power.csv").read_text(encoding="utf-8")
    for name, watts in list(csv.reader(text.splitlines()))[1::97]:
        factor = cpu_tdp(name)
        assert factor is not None, name
        assert factor.value.low <= float(watts) <= factor.value.high


def test_without_the_table(monkeypatch, tmp_path):
    monkeypatch.setattr(_codecarbon, "package_root", lambda: tmp_path)
    assert cpu_tdp("AMD EPYC 7742 64-Core Processor") is None


@pytest.mark.parametrize(
    "factor",
    [
        cpu_power.VCPU_FULL_W,
        cpu_power.VCPU_IDLE_W,
        cpu_power.IDLE_SHARE,
        cpu_power.RAM_W_PER_GB,
    ],
)
def test_defaults_say_where_they_come_from_and_how_far_they_may_be_off(factor):
    entry = factor.to_json()
    assert entry["low"] < entry["value"] < entry["high"]
    assert "Cloud Carbon Footprint" in entry["source"]
    assert entry["license"] == "Apache-2.0"
    assert entry["unit"] == factor.value.unit


def test_defaults_hold_the_other_published_figures():
    def inside(factor, value):
        return factor.value.low <= value <= factor.value.high

    assert inside(cpu_power.VCPU_FULL_W, 4.0)  # codecarbon's default per thread
    assert inside(cpu_power.VCPU_FULL_W, 1.69)  # EPYC, 2nd generation
    assert inside(cpu_power.VCPU_FULL_W, 4.26)  # median of GCP
    assert inside(cpu_power.RAM_W_PER_GB, 3 / 8)  # Crucial
    assert inside(cpu_power.RAM_W_PER_GB, 0.408)  # Micron
    ratio = cpu_power.VCPU_IDLE_W.value.mid / cpu_power.VCPU_FULL_W.value.mid
    assert ratio == pytest.approx(cpu_power.IDLE_SHARE.value.mid, abs=0.005)
