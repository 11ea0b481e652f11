"""Grams, litres and money of small ledgers whose figures are known exactly."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from footprint import UsageError, report
from footprint.model import Device
from footprint.reports.view import Amounts, Report
from report_ledgers import GPU, MS, UTC, Recorder, S

H100 = Device("GPU-h", "gpu", "NVIDIA H100 80GB HBM3", "counter", "gpu", max_w=700.0, number=0)


def ledger(tmp_path: Path, device: Device = GPU, t: int = UTC, **declared: object) -> Path:
    """Two seconds: 300 W in a call for the first, 100 W at rest for the second."""
    one = Recorder(tmp_path / "L", declared=declared, utc_ns=t)
    one.counter(device, [300.0] * 10 + [100.0] * 10)
    path = one.path("embed", kind="inference", model="minilm", devices=[0])
    one.span(path, 0, 1 * S, items=10)
    one.close()
    return tmp_path / "L"


def factors(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "factors.toml"
    file.write_text(text)
    return file


def amounts(made: Report, part: str) -> Amounts:
    (found,) = [each.amounts for each in made.lines if each.part == part]
    return found


def iso(ns: int) -> str:
    from footprint.estimators.series import iso as written

    return written(ns)


HOURLY = """
[[factor]]
name = "grid intensity"
zone = "FRA"
series = "fr.csv"
unit = "g/kWh"
"""


def test_a_call_over_a_change_of_the_hour_is_weighted_by_its_energy(tmp_path: Path) -> None:
    # The intensity changes from 360 to 720 g/kWh in the middle of the call: 300 J at their mean.
    where = ledger(tmp_path, zone="FRA")
    change = UTC + 500 * MS
    (tmp_path / "fr.csv").write_text(
        "start,end,value\n"
        f"{iso(UTC - 3600 * S)},{iso(change + 500 * MS)},360\n"
        f"{iso(change + 500 * MS)},{iso(UTC + 3600 * S)},720\n"
    )
    made = report(where, factors=factors(tmp_path, HOURLY))
    # 300 J at 360 g/kWh are 0.03 g; 100 J at 720 are 0.02 g.
    assert amounts(made, "calls").carbon_location_g.mid == pytest.approx(0.03)  # type: ignore[union-attr]
    assert amounts(made, "idle").carbon_location_g.mid == pytest.approx(0.02)  # type: ignore[union-attr]
    assert made.totals.carbon_location_g.mid == pytest.approx(0.05)  # type: ignore[union-attr]
    (group,) = made.groups
    assert group.amounts.carbon_location_g == amounts(made, "calls").carbon_location_g


def test_energy_within_a_call_is_weighted_where_it_was_drawn(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"}, utc_ns=UTC)
    one.counter(GPU, [100.0] * 10 + [300.0] * 10)
    one.span(one.path("train", devices=[0]), 0, 2 * S)
    one.close()
    (tmp_path / "fr.csv").write_text(
        f"start,end,value\n{iso(UTC - 3600 * S)},{iso(UTC + S)},0\n"
        f"{iso(UTC + S)},{iso(UTC + 3600 * S)},360\n"
    )
    made = report(tmp_path / "L", factors=factors(tmp_path, HOURLY))
    # 100 J at 0 and 300 J at 360 g/kWh: by time alone it would be 0.02 g.
    assert made.totals.carbon_location_g.mid == pytest.approx(0.03)  # type: ignore[union-attr]


def test_an_hour_that_a_series_lacks_is_taken_from_the_next_source_and_said(tmp_path: Path) -> None:
    where = ledger(tmp_path, zone="FRA")
    (tmp_path / "fr.csv").write_text(f"start,end,value\n{iso(UTC - 3600 * S)},{iso(UTC + S)},360\n")
    made = report(where, factors=factors(tmp_path, HOURLY))
    assert amounts(made, "calls").carbon_location_g.mid == pytest.approx(0.03)  # type: ignore[union-attr]
    # The second second has codecarbon's annual mean of France.
    annual = 100 / 3.6e6 * 56.039
    assert amounts(made, "idle").carbon_location_g.mid == pytest.approx(annual)  # type: ignore[union-attr]
    assert any("where it has no value" in note for note in made.assumptions)


def test_an_hour_that_no_source_has_leaves_the_figure_unknown(tmp_path: Path) -> None:
    where = ledger(tmp_path, zone="FRA")
    (tmp_path / "fr.csv").write_text(f"start,end,value\n{iso(UTC - 3600 * S)},{iso(UTC + S)},360\n")
    made = report(where, factors=factors(tmp_path, HOURLY), factor_sources="own")
    assert amounts(made, "calls").carbon_location_g.mid == pytest.approx(0.03)  # type: ignore[union-attr]
    assert amounts(made, "idle").carbon_location_g is None
    assert made.totals.carbon_location_g is None
    assert any("has no value at 2026-11-22T11:00:01Z" in gap.why for gap in made.gaps)


def test_a_run_over_the_change_of_clocks_pays_each_hour_once(tmp_path: Path) -> None:
    # 2026-10-25, 02:00 in Paris happens twice: from 00:00 to 02:00 UTC. One joule a second.
    start = 1792882800 * S  # 2026-10-24T23:00Z, 01:00 in Paris
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"}, utc_ns=start)
    one.counter(GPU, [100.0] * 240, step=60 * S)
    one.span(one.path("train", devices=[0]), 0, 4 * 3600 * S)
    one.close(now=4 * 3600 * S)
    file = factors(
        tmp_path,
        """
[tariff]
currency = "EUR"
timezone = "Europe/Paris"
[[tariff.band]]
hours = "02:00-03:00"
price = 1.00
[[tariff.band]]
hours = "03:00-02:00"
price = 0.10
""",
    )
    made = report(tmp_path / "L", factors=file)
    # 0.1 kWh an hour: from 01:00 one hour at 0.10, then two at 1.00, then one at 0.10.
    assert made.totals.cost["EUR"].mid == pytest.approx(Decimal("0.22"), abs=Decimal("1e-9"))


def test_water_is_on_site_and_of_generation(tmp_path: Path) -> None:
    where = ledger(tmp_path, zone="FRA")
    file = factors(
        tmp_path,
        '[[factor]]\nname = "water intensity"\nzone = "FRA"\nvalue = 3.0\nunit = "L/kWh"\n',
    )
    made = report(where, factors=file, pue=1.5, wue_l_per_kwh=0.5)
    # 400 J: 1/9000 kWh x (0.5 + 1.5 x 3.0).
    assert made.totals.water_l.mid == pytest.approx(5 / 9000)  # type: ignore[union-attr]
    assert "water_l" not in {gap.what for gap in made.gaps}


def test_embodied_carbon_goes_by_the_time_a_gpu_is_held(tmp_path: Path) -> None:
    where = ledger(tmp_path, H100)
    file = factors(
        tmp_path,
        '[[factor]]\nname = "embodied carbon"\nsubject = "NVIDIA H100 80GB HBM3"\n'
        'value = 1000\nunit = "kg"\n',
    )
    made = report(where, factors=file, lifetime_years=4)
    # 1000 kg over 4 years of 8766 h: 7.92 mg a second; the call held the GPU for one of two.
    second = 1e6 / (4 * 8766 * 3600)
    assert amounts(made, "calls").embodied_g.mid == pytest.approx(second)  # type: ignore[union-attr]
    assert amounts(made, "idle").embodied_g.mid == pytest.approx(second)  # type: ignore[union-attr]
    assert made.totals.embodied_g.mid == pytest.approx(2 * second)  # type: ignore[union-attr]
    full = report(where, factors=file, lifetime_years=4, absorption="full")
    assert amounts(full, "calls").embodied_g.mid == pytest.approx(2 * second)  # type: ignore[union-attr]
    assert full.totals.embodied_g == made.totals.embodied_g


def test_an_h100s_manufacture_is_a_range_from_the_table(tmp_path: Path) -> None:
    made = report(ledger(tmp_path, H100))
    (embodied,) = [factor for factor in made.factors if factor.name == "embodied carbon"]
    assert (embodied.quantity.low, embodied.quantity.high) == (164, 575)
    assert made.totals.embodied_g is not None


def test_a_device_nobody_knows_has_no_embodied_carbon(tmp_path: Path) -> None:
    made = report(ledger(tmp_path))
    assert made.totals.embodied_g is None
    (gap,) = [gap for gap in made.gaps if gap.what == "embodied_g"]
    assert "Test GPU" in gap.why


def test_rent_by_the_device_hour_takes_the_place_of_electricity(tmp_path: Path) -> None:
    where = ledger(tmp_path, H100, tariff_per_kwh="0.18 USD")
    made = report(where, rental_per_device_hour="3.60 USD")
    assert made.totals.cost["USD"].mid == pytest.approx(Decimal("0.002"))
    assert list(made.totals.cost_parts) == ["rental"]
    assert any("include" in note and "electricity" in note for note in made.assumptions)


def test_rent_by_the_instance_is_divided_among_its_gpus(tmp_path: Path) -> None:
    made = report(ledger(tmp_path, H100), instance="p5.48xlarge")
    # The ledger shows one GPU of the instance: all of it is paid for this one.
    assert made.totals.cost["USD"].mid == pytest.approx(Decimal("55.04") / 1800)


def test_an_instance_that_is_not_known_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"p5\.48xlarge"):
        report(ledger(tmp_path, H100), instance="p5.48xlrge")


def test_bought_hardware_is_paid_by_hours_of_use_beside_its_electricity(tmp_path: Path) -> None:
    file = factors(
        tmp_path,
        '[[purchase]]\ndevice = "H100 SXM"\nprice = "17520 USD"\nlifetime_years = 2\n'
        "utilisation = 0.5\n",
    )
    made = report(ledger(tmp_path, H100), factors=file, tariff_per_kwh="0.36")
    parts = {part: each["USD"].mid for part, each in made.totals.cost_parts.items()}
    # 2 USD for each of 8,760 used hours; 400 J at 0.36 a kWh.
    assert parts["purchase"] == pytest.approx(Decimal(2) / 1800)
    assert parts["electricity"] == pytest.approx(Decimal("0.00004"))
    assert made.totals.cost["USD"].mid == pytest.approx(sum(parts.values()))


CERTIFICATE = """
[[instrument]]
name = "wind"
kind = "certificate"
share = 0.75
g_per_kwh = 0
market = "FRA"
retired = true
[instrument.criteria]
emission_rate = true
unique_claim = true
vintage = true
same_market = true
supplier_net = "n/a"
claim_transfer = "n/a"
residual_mix = true
"""


def test_certificates_stand_beside_the_location(tmp_path: Path) -> None:
    where = ledger(tmp_path, zone="FRA")
    mix = (
        '[[factor]]\nname = "residual mix intensity"\nzone = "FRA"\nvalue = 720\nunit = "g/kWh"\n'
        '[[factor]]\nname = "grid intensity"\nzone = "FRA"\nvalue = 360\nunit = "g/kWh"\n'
    )
    made = report(where, factors=factors(tmp_path, mix + CERTIFICATE))
    # 400 J at 360 g/kWh; a quarter of them at 720.
    assert made.totals.carbon_location_g.mid == pytest.approx(0.04)  # type: ignore[union-attr]
    assert made.totals.carbon_market_g.mid == pytest.approx(0.02)  # type: ignore[union-attr]
    assert amounts(made, "calls").carbon_market_g.mid == pytest.approx(0.015)  # type: ignore[union-attr]


def test_without_a_residual_mix_the_grid_stands_in_and_is_said(tmp_path: Path) -> None:
    where = ledger(tmp_path, zone="FRA", carbon_intensity_g_per_kwh=360)
    made = report(where, factors=factors(tmp_path, CERTIFICATE))
    assert made.totals.carbon_market_g.mid == pytest.approx(0.01)  # type: ignore[union-attr]
    assert any("residual mix" in gap.what for gap in made.gaps)


def test_certificates_for_more_than_was_used_are_refused(tmp_path: Path) -> None:
    where = ledger(tmp_path, zone="FRA")
    text = CERTIFICATE.replace("share = 0.75", "kwh = 5")
    with pytest.raises(UsageError, match="wind"):
        report(where, factors=factors(tmp_path, text))


def test_no_word_on_contracts_is_no_figure(tmp_path: Path) -> None:
    made = report(ledger(tmp_path, zone="FRA"))
    assert made.totals.carbon_market_g is None
    assert any("none = true" in gap.remedy for gap in made.gaps if gap.what == "carbon_market_g")


def test_calls_of_an_api_are_a_line_of_their_own_and_priced_by_their_date(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"}, utc_ns=UTC)
    one.counter(GPU, [100.0] * 10)
    path = one.path("gpt-4o", kind="api", model="gpt-4o", tags={"provider": "openai"}, devices=[])
    one.span(path, 0, 1 * S, tokens_in=1000, tokens_out=100)
    one.close()
    made = report(tmp_path / "L")
    (group,) = made.groups
    # genai-prices: 2.50 and 10 USD for a million tokens since August 2024.
    assert group.amounts.cost["USD"].mid == Decimal("0.0035")
    assert list(group.amounts.cost_parts) == ["tokens"]
    energy = group.amounts.energy_j
    assert energy is not None
    assert energy.low < energy.mid < energy.high
    assert amounts(made, "api").energy_j == energy
    assert group.tiers_energy == {"api": 1.0}
    assert made.totals.energy_j.mid == pytest.approx(100 + energy.mid)  # type: ignore[union-attr]
    assert sum(row.metered_j for row in made.conservation) == pytest.approx(100)


def test_an_api_call_without_tokens_is_not_free(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", utc_ns=UTC)
    one.counter(GPU, [100.0] * 10)
    one.span(one.path("ask", kind="api", model="gpt-4o", devices=[]), 0, 1 * S)
    one.close()
    made = report(tmp_path / "L")
    (group,) = made.groups
    assert group.amounts.energy_j is None
    assert group.amounts.cost == {}
    assert any("declared no tokens" in gap.why for gap in made.gaps)


def test_named_extras_are_a_line_of_money(tmp_path: Path) -> None:
    file = factors(
        tmp_path,
        '[[extra]]\nname = "licence"\nprice = "36 USD"\nper = "hour"\n'
        '[[extra]]\nname = "egress"\nprice = "0.50 USD"\nper = "items"\n',
    )
    made = report(ledger(tmp_path), factors=file, tariff_per_kwh="0.36")
    parts = {part: each["USD"].mid for part, each in made.totals.cost_parts.items()}
    assert parts["licence"] == pytest.approx(Decimal("0.02"))
    assert parts["egress"] == Decimal(5)
    assert made.totals.cost["USD"].mid == pytest.approx(sum(parts.values()))
    assert amounts(made, "extras").energy_j.mid == 0  # type: ignore[union-attr]


def test_currencies_are_kept_apart_without_a_dated_rate(tmp_path: Path) -> None:
    where = ledger(tmp_path)
    made = report(where, tariff_per_kwh="0.36 EUR")
    assert made.totals.cost["EUR"].mid == pytest.approx(Decimal("0.00004"))
    assert made.totals.cost_usd is None
    rate = '[[exchange]]\npair = "EUR/USD"\nrate = "1.25"\ndate = 2026-11-20\nsource = "a bank"\n'
    with_rate = report(where, tariff_per_kwh="0.36 EUR", factors=factors(tmp_path, rate))
    assert with_rate.totals.cost_usd.mid == pytest.approx(0.00005)  # type: ignore[union-attr]
    assert "EUR/USD" in {factor.unit for factor in with_rate.factors}


def test_bought_hardware_without_a_price_of_its_power_has_no_cost(tmp_path: Path) -> None:
    file = factors(
        tmp_path,
        '[[purchase]]\ndevice = "H100 SXM"\nprice = "17520 USD"\nlifetime_years = 2\n'
        "utilisation = 0.5\n",
    )
    made = report(ledger(tmp_path, H100), factors=file)
    assert made.totals.cost == {}
    assert "cost_usd" in {gap.what for gap in made.gaps}


@pytest.mark.parametrize(
    "text",
    [
        '[[rental]]\ndevice = "H100"\nprice = "3.60 USD"\nunit = "device-hour"\n',
        '[[factor]]\nname = "rental price"\nsubject = "H100"\nvalue = 3.6\nunit = "USD/h"\n',
    ],
)
def test_rent_of_a_device_in_the_users_own_file_counts(tmp_path: Path, text: str) -> None:
    made = report(ledger(tmp_path, H100), factors=factors(tmp_path, text))
    assert made.totals.cost["USD"].mid == pytest.approx(Decimal("0.002"))


def test_an_instance_of_another_number_of_devices_is_paid_whole_and_said(tmp_path: Path) -> None:
    made = report(ledger(tmp_path, H100), instance="p5.48xlarge")
    assert any("8 x" in note and "1 were seen" in note for note in made.assumptions)


def test_a_factor_is_listed_once_with_all_its_uses(tmp_path: Path) -> None:
    where = ledger(tmp_path, zone="FRA", carbon_intensity_g_per_kwh=360, pue=1.2)
    made = report(where, factors=factors(tmp_path, CERTIFICATE))
    named = [factor.name for factor in made.factors]
    assert named.count("grid intensity") == 1
    (grid,) = [factor for factor in made.factors if factor.name == "grid intensity"]
    assert grid.used_for == "carbon_location_g, carbon_market_g"
    assert all(factor.used_for for factor in made.factors)


def test_a_total_that_is_not_known_names_the_line_that_is_not(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", utc_ns=UTC)
    one.counter(GPU, [100.0] * 10)
    path = one.path("gpt-4o", kind="api", model="gpt-4o", tags={"provider": "openai"}, devices=[])
    one.span(path, 0, 1 * S, tokens_in=1000, tokens_out=100)
    one.close()
    made = report(tmp_path / "L")
    assert made.totals.cost == {}
    (gap,) = [gap for gap in made.gaps if gap.what == "totals.cost"]
    assert "calls" in gap.why
    assert "api" not in gap.why
