"""What holding hardware comes to: rent, purchase, manufacture."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from footprint.estimators.context import NO_DEVICE, resolve
from footprint.estimators.contracts import NONE, Contracts, contracts
from footprint.estimators.declared import declare
from footprint.estimators.errors import EstimatorError
from footprint.estimators.holding import Hardware
from footprint.estimators.pricing import FactorSet
from footprint.estimators.sources import Registry
from footprint.factors.registry import registry

H100 = Hardware("NVIDIA H100 80GB HBM3", "gpu", devices=4)
A100 = Hardware("NVIDIA A100-SXM4-80GB", "gpu", devices=4)
EPYC = Hardware("AMD EPYC 7742 64-Core Processor", "cpu")
DRAM = Hardware("memory", "dram")


def found(*hardware: Hardware, agreed: Contracts = NONE, **said: Any) -> FactorSet:
    return resolve(declare(**said), None, hardware, contracts=agreed)


def test_a_rent_is_for_gpus_where_there_are_any() -> None:
    rates = found(H100, A100, EPYC, rental="2.10 EUR").rates
    assert [(rate.part, rate.subject, rate.per_hour.mid) for rate in rates] == [
        ("rental", H100.name, Decimal("2.10")),
        ("rental", A100.name, Decimal("2.10")),
    ]


def test_else_for_cpus() -> None:
    assert [rate.subject for rate in found(EPYC, DRAM, rental="0.10").rates] == [EPYC.name]


def test_an_instances_price_is_divided_among_all_its_devices() -> None:
    rates = found(H100, A100, instance="p5.48xlarge").rates
    assert [rate.per_hour.mid for rate in rates] == [Decimal("55.04") / 8] * 2


def test_rent_without_a_device_is_a_gap_and_not_a_tariff() -> None:
    made = found(DRAM, rental="2.10", tariff="0.18")
    assert (made.rates, made.tariff) == ((), ())
    assert NO_DEVICE in made.gaps


def test_rent_includes_electricity_unless_its_entry_says_otherwise() -> None:
    made = found(H100, rental="2.10", tariff="0.18")
    assert made.tariff == ()
    row = {
        "instance": "metal",
        "price": "8 USD",
        "unit": "instance-hour",
        "device": "H100",
        "count": 4,
        "includes_electricity": False,
    }
    made = found(H100, agreed=contracts({"rental": [row]}, "f"), instance="metal", tariff="0.18")
    assert [rate.per_hour.mid for rate in made.rates] == [2]
    assert [factor.value for factor in made.tariff] == [Decimal("0.18")]


def test_own_rental_prices_go_before_the_shipped_ones() -> None:
    row = {
        "instance": "p5.48xlarge",
        "price": "8 EUR",
        "unit": "instance-hour",
        "device": "H100",
        "count": 8,
    }
    made = found(H100, agreed=contracts({"rental": [row]}, "f"), instance="p5.48xlarge")
    assert [str(rate.per_hour.mid) for rate in made.rates] == ["2"]
    assert made.rates[0].per_hour.currency == "EUR"


def test_an_unknown_instance_names_the_nearest() -> None:
    with pytest.raises(EstimatorError, match=r"Did you mean p5\.48xlarge"):
        found(H100, instance="p5.48xlrge")


def test_what_was_bought_is_paid_beside_its_electricity() -> None:
    row = {"device": "H100 SXM", "price": "17520 USD", "lifetime_years": 2, "utilisation": 0.5}
    agreed = contracts({"purchase": [row]}, "f")
    made = found(H100, EPYC, agreed=agreed, tariff="0.18")
    assert [(rate.part, rate.subject) for rate in made.rates] == [("purchase", H100.name)]
    assert made.rates[0].per_hour.mid == pytest.approx(Decimal(2), rel=Decimal("0.001"))
    assert made.tariff


def test_manufacture_is_of_gpus_and_cpus_and_each_that_lacks_it_is_named() -> None:
    made = found(H100, Hardware("Nobody's GPU", "gpu"), DRAM)
    assert list(made.embodied) == [H100.name]
    (gap,) = [gap for gap in made.gaps if gap.what == "embodied_g"]
    assert "Nobody's GPU" in gap.why


def test_a_part_of_a_machine_has_no_manufacture() -> None:
    made = found(EPYC._replace(whole=False))
    assert made.embodied == {}
    assert any("is a part of a machine" in gap.why for gap in made.gaps)


def test_what_the_user_gives_of_a_part_of_a_machine_is_of_that_part(tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_text(
        f'[[factor]]\nname = "embodied carbon"\nsubject = "{EPYC.name}"\nvalue = 3\nunit = "kg"\n'
    )
    sources = registry(own=file)
    made = resolve(declare(), sources, (EPYC._replace(whole=False),))
    (carbon, kept) = made.embodied[EPYC.name]
    assert (carbon.quantity.mid, carbon.is_own, kept.is_own) == (3, True, False)
    assert not [gap for gap in made.gaps if gap.what == "embodied_g"]
    assert any("taken to be given for that part" in each for each in made.assumptions)
    whole = resolve(declare(), sources, (EPYC,))
    assert whole.embodied[EPYC.name][0] == carbon
    assert not any("that part" in each for each in whole.assumptions)


def test_a_lifetime_that_lacks_is_not_called_a_lack_of_carbon(tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_text(
        f'[[factor]]\nname = "embodied carbon"\nsubject = "{EPYC.name}"\nvalue = 3\nunit = "kg"\n'
    )
    own = registry(own=file).own
    assert own is not None
    made = resolve(declare(), Registry([own]), (EPYC,))
    (gap,) = [gap for gap in made.gaps if gap.what == "embodied_g"]
    assert "for how long" in gap.why
    assert "--lifetime" in gap.remedy


def test_a_lifetime_that_was_declared_holds_for_all() -> None:
    pairs = found(H100, EPYC, lifetime=5).embodied.values()
    assert {kept.quantity.mid for _, kept in pairs} == {5 * 8766.0}
