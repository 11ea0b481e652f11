"""What holds for a run, its hardware, and a span's result beside the report on the same ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint import UsageError, report
from footprint.accounts.pricing import at_instants, cuts, declared_of, hardware_of, held_s, together
from footprint.accounts.result import Footprint, span_result
from footprint.estimators.applied import Use
from footprint.estimators.factors import GRID_INTENSITY, Factor
from footprint.estimators.holding import Hardware
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import exact
from footprint.estimators.series import Series
from footprint.factors.opened import opened
from footprint.model import Device
from footprint.settings import Settings
from priced_ledgers import DRAM, EPYC, H100, steps
from recorded import Recorded
from report_ledgers import MS, UTC, Recorder, S

FILE = """
[[factor]]
name = "PUE"
zone = "FRA"
value = 1.5
unit = "1"
[[factor]]
name = "grid intensity"
zone = "FRA"
value = 20
unit = "g/kWh"
[tariff]
price = "0.5 EUR"
"""
RUN = {"zone": "FRA", "pue": 1.1, "carbon_intensity_g_per_kwh": 57, "tariff_per_kwh": "0.1 EUR"}


def declared(tmp_path: Path, *, given: bool, arguments: dict[str, Any] | None = None, **own: Any):  # type: ignore[no-untyped-def]
    file = tmp_path / "own.toml"
    file.write_text(FILE)
    origin = "given" if given else "pyproject.toml"
    settings = Settings(factors=file, origins={"factors": origin}, **own)
    context = {"declared": RUN}
    return declared_of(context, arguments or {}, settings, opened(settings), None)


def test_a_file_given_for_the_report_goes_before_the_run(tmp_path: Path) -> None:
    found = declared(tmp_path, given=True)
    assert found.zone == "FRA"
    assert (found.pue, found.carbon_intensity_g_per_kwh, found.tariff_per_kwh) == (None, None, None)


def test_the_readers_own_file_does_not(tmp_path: Path) -> None:
    found = declared(tmp_path, given=False)
    assert (found.pue, found.carbon_intensity_g_per_kwh) == (1.1, 57)
    assert str(found.tariff_per_kwh) == "0.1 EUR"


def test_an_argument_goes_before_all(tmp_path: Path) -> None:
    found = declared(tmp_path, given=True, arguments={"pue": 1.7, "tariff_per_kwh": "0.9"})
    assert (found.pue, str(found.tariff_per_kwh)) == (1.7, "0.9 USD")
    assert found.origin("pue") == "report argument"


def test_a_file_on_another_place_leaves_the_run_as_it_is(tmp_path: Path) -> None:
    found = declared(tmp_path, given=True, arguments={"zone": "DEU"})
    # The intensity was that of the run's zone; the PUE is the run's own.
    assert (found.zone, found.carbon_intensity_g_per_kwh, found.pue) == ("DEU", None, 1.1)


def test_the_reader_comes_last(tmp_path: Path) -> None:
    found = declared(tmp_path, given=False, pue=1.9, wue_l_per_kwh=0.4)
    assert (found.pue, found.wue_l_per_kwh) == (1.1, 0.4)


def test_what_is_wrong_is_one_line() -> None:
    with pytest.raises(UsageError, match=r"^pue is 'x'"):
        declared_of({}, {"pue": "x"}, Settings(), opened(Settings()), None)


def recorded(*devices: Device) -> Recorded:
    one = Recorded()
    for device in devices:
        one.power(device, [10.0])
    return one


def test_hardware_is_counted_by_name() -> None:
    second = H100._replace(id="GPU-2", number=1)
    (found,) = hardware_of([recorded(H100, second, EPYC, DRAM).facts()]).values()
    assert found == (
        Hardware(EPYC.name, "cpu"),
        Hardware(H100.name, "gpu", devices=2),
    )


def test_a_name_is_there_once_whatever_its_scope() -> None:
    """Two entries would be paid twice."""
    part = EPYC._replace(id="cpu:1", scope="share")
    (found,) = hardware_of([recorded(EPYC, part).facts()]).values()
    assert found == (Hardware(EPYC.name, "cpu", whole=False, devices=2),)


def test_writers_of_a_boot_share_its_hardware() -> None:
    short = Recorded()
    short.span(0, S)
    (found,) = hardware_of([recorded(H100).facts(), short.facts()]).values()
    assert [each.name for each in found] == [H100.name]


def changing(*instants: int) -> FactorSet:
    series = Series(instants[:-1], instants[1:], [1.0] * (len(instants) - 1), "g/kWh")
    return FactorSet(intensity=(Factor(GRID_INTENSITY, series, "g/kWh"),))


def test_books_are_cut_where_any_factor_changes() -> None:
    sets = [changing(0, 10, 20, 30), changing(0, 15, 40), FactorSet()]
    assert cuts(sets, (5, 25)) == (10, 15, 20)
    assert cuts([FactorSet()], (5, 25)) == ()
    # One that says the same all along is asked still.
    assert cuts([changing(0, 100)], (5, 25)) == (6,)


@given(st.lists(st.integers(0, 1000), min_size=2, unique=True).map(sorted), st.integers(0, 1000))
def test_a_stretch_stands_at_an_instant_within_it(bounds: list[int], at: int) -> None:
    stretch = sum(cut <= at for cut in bounds)
    (instant,) = at_instants({stretch: 5}, bounds)
    assert sum(cut <= instant for cut in bounds) == stretch


def test_uses_add_up_and_what_is_not_known_stays_so() -> None:
    one = Use(exact(1, "J"), {1: 2}, held_s(H100, S))
    other = Use(exact(2, "J"), {1: 3, 4: 1}, held_s(H100, S // 2))
    both = together([one, other, Use(exact(0, "J"), {}, held_s(DRAM, S))])
    assert both == Use(exact(3.0, "J"), {1: 5, 4: 1}, {H100.name: 1.5})
    assert together([one, Use(exact(1, "J"))]).held_s is None


# -- a span's result and the report on the same ledger

OWN = """
[[factor]]
name = "grid intensity"
zone = "FRA"
series = "s.csv"
unit = "g/kWh"
[[purchase]]
device = "H100 SXM"
price = "17520 USD"
lifetime_years = 2
utilisation = 0.5
[tariff]
price = "0.36 USD"
"""


def both(tmp_path: Path, text: str = OWN, **declared: Any):  # type: ignore[no-untyped-def]
    """(result, group) of the one span of a ledger."""
    one = Recorder(tmp_path / "L", declared={"zone": "FRA", "pue": 1.2, **declared}, utc_ns=UTC)
    one.counter(H100, [100.0] * 10 + [300.0] * 10)
    one.counter(EPYC, [50.0] * 20)
    number = one.span(one.path("train", devices=[0]), 250 * MS, 1750 * MS)
    one.close()
    file = tmp_path / "own.toml"
    file.write_text(text)
    (tmp_path / "s.csv").write_text(steps([100.0, 400.0], [1 * S]))
    settings = Settings(factors=file)
    result = span_result(one.journal, one.writer_id.hex, number, settings, provisional=False)
    (group,) = report(tmp_path / "L", factors=file).groups
    return result, group.amounts


@pytest.mark.usefixtures("_alone")
def test_a_spans_result_is_what_the_report_says_of_it(tmp_path: Path) -> None:
    result, amounts = both(tmp_path)
    assert isinstance(result, Footprint)
    for name in ("energy_j", "carbon_location_g", "embodied_g", "water_l", "cost_usd"):
        own, other = getattr(result, name), getattr(amounts, name)
        assert own is not None, name
        for bound in ("low", "mid", "high"):
            assert getattr(own, bound) == pytest.approx(getattr(other, bound), rel=1e-9), name
    assert result.cost["USD"].mid == pytest.approx(amounts.cost["USD"].mid)
    # 75 + 37.5 J at 100 g/kWh and 225 + 37.5 J at 400: the mean is over joules.
    grams = result.carbon_location_g.mid / 1.2 / result.energy_j.mid * 3.6e6
    assert grams == pytest.approx(310)


@pytest.mark.usefixtures("_alone")
def test_contracts_are_of_a_period_and_a_result_says_so(tmp_path: Path) -> None:
    text = OWN + "[[instrument]]\nnone = true\n"
    result, amounts = both(tmp_path, text)
    assert result.carbon_market_g is None
    assert amounts.carbon_market_g is not None
    (gap,) = [gap for gap in result.gaps if gap.what == "carbon_market_g"]
    assert "footprint report" in gap.remedy


@pytest.mark.usefixtures("_alone")
def test_what_a_program_declares_goes_before_its_own_file(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared=RUN, utc_ns=UTC)
    one.counter(H100, [100.0] * 10)
    number = one.span(one.path("train", devices=[0]), 0, S)
    one.close()
    file = tmp_path / "own.toml"
    file.write_text(FILE)
    settings = Settings(factors=file, origins={"factors": "given"})
    result = span_result(one.journal, one.writer_id.hex, number, settings, provisional=False)
    grams = result.carbon_location_g
    assert grams is not None
    assert grams.mid == pytest.approx(100 / 3.6e6 * 1.1 * 57)
    # A report to which the file is given takes the file's: 1.5 x 20.
    grams = report(tmp_path / "L", factors=file).totals.carbon_location_g
    assert grams is not None
    assert grams.mid == pytest.approx(100 / 3.6e6 * 1.5 * 20)


@pytest.mark.usefixtures("_alone")
def test_a_result_asks_nobody_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object) -> None:
        raise AssertionError("a result must not open a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    one = Recorder(tmp_path / "L", declared={"zone": "GBR"}, utc_ns=UTC)
    one.counter(H100, [100.0] * 10)
    number = one.span(one.path("train", devices=[0]), 0, S)
    one.close()
    named = "carbon-intensity-uk"
    settings = Settings(factor_sources=(named, "codecarbon"), live={named: {}})
    result = span_result(one.journal, one.writer_id.hex, number, settings, provisional=False)
    assert result.carbon_location_g is not None
    assert all(named not in note for note in result.assumptions)


@pytest.fixture
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting from the environment, a home or a pyproject.toml reaches a test."""
    import os

    for name in list(os.environ):
        if name.startswith("FOOTPRINT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
