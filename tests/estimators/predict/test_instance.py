"""An instance's price and the devices of an estimate."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.estimators.contracts import NONE, Contracts, contracts
from footprint.estimators.costs.rental import shipped_rentals
from footprint.estimators.declared import declare
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import RENTAL, Factor
from footprint.estimators.predict.estimate import Estimate, estimate
from footprint.estimators.predict.instance import instance_of
from footprint.estimators.predict.training import training
from footprint.estimators.sources import Query, Registry
from footprint.estimators.standard import standard

P5 = "p5.48xlarge"


def priced(instance: str, own: Contracts = NONE, gpu: str = "H100", hours: float = 8) -> Estimate:
    declared = declare(instance=instance, tariff="0.20", carbon_intensity=100)
    return estimate(training(gpu_hours=hours, gpu=gpu), declared, contracts=own)


def own_rental(**row: object) -> Contracts:
    return contracts({"rental": [row]}, "own.toml")


def test_eight_devices_for_an_hour_cost_one_instance_hour() -> None:
    """p5.48xlarge has 8 H100: 55.04 USD for an hour of all of them."""
    found = priced(P5)
    assert found.cost["USD"].mid == Decimal("55.04")
    assert priced(P5, hours=10).cost["USD"].mid == Decimal("68.80")
    assert any("divided by its 8 accelerators" in line for line in found.assumptions)
    assert [part.name for part in found.cost_parts] == ["rental"]  # the tariff is in it


@pytest.mark.parametrize("row", [each for each in shipped_rentals() if each.instance])
def test_as_many_devices_as_an_instance_has_cost_its_price(row) -> None:
    for name in (row.instance, f"{row.cloud}:{row.instance}", row.instance.upper()):
        found = priced(name, gpu=row.device, hours=row.devices)
        assert float(found.cost["USD"].mid) == pytest.approx(float(row.price.amount), rel=1e-12)


@given(hours=st.integers(1, 10**6))
def test_the_cost_grows_with_the_device_hours(hours: int) -> None:
    cost = priced(P5, hours=hours).cost["USD"]
    assert cost.low == cost.mid == cost.high == Decimal("6.88") * hours


def test_an_instance_with_other_accelerators_is_no_price_of_this_work() -> None:
    found = priced("p4d.24xlarge")
    assert found.cost == {}
    assert found.cost_usd is None
    assert found.carbon_location_g is not None
    (gap,) = (each for each in found.gaps if each.what == "cost_usd")
    assert "p4d.24xlarge has 8 x A100 SXM 40GB" in gap.why
    assert "estimated on H100 SXM" in gap.why
    assert RENTAL not in {factor.name for factor in found.factors}
    assert not any("rental price" in line for line in found.assumptions)
    assert not any("applied as declared" in line for line in found.assumptions)
    assert priced("p4d.24xlarge", gpu="A100 SXM 40GB").cost["USD"].mid == Decimal("21.96")


def test_devices_without_a_name_are_those_of_the_instance_and_it_says_so() -> None:
    found = estimate(training(gpu_hours=8, watts=400), declare(instance=P5))
    assert found.cost["USD"].mid == Decimal("55.04")
    assert any("taken to be the H100 SXM of p5.48xlarge" in line for line in found.assumptions)


def test_a_device_as_the_subject_has_a_price_per_device_hour() -> None:
    """DeepSeek-V3: H800 at 2 dollars an hour."""
    assert priced("H800", gpu="H800", hours=2_788_000).cost["USD"].mid == 5_576_000


def test_an_own_price_is_divided_by_its_count_or_by_that_of_a_known_machine() -> None:
    counted = own_rental(instance="box", device="H100", count=4, price="8 EUR")
    assert priced("box", counted).cost["EUR"].mid == 16
    assert priced(P5, own_rental(instance=P5, price="40 USD")).cost["USD"].mid == 40
    whole = own_rental(instance=P5, device="H100", count=8, price="40 USD")
    assert priced(P5, whole).cost["USD"].mid == 40
    by_device = own_rental(instance=P5, price="5 USD", unit="device-hour", count=8)
    assert priced(P5, by_device).cost["USD"].mid == 40
    assert priced("box", own_rental(instance="box", price="3 USD")).cost["USD"].mid == 24


def test_a_price_without_a_count_is_not_taken_for_one_device() -> None:
    class Own:
        name = "own"

        def candidates(self, query: Query) -> list[Factor]:
            if query.name != RENTAL:
                return []
            return [Factor(RENTAL, Decimal(80), "USD/h", source="contract", subject=query.subject)]

    registry = Registry((Own(), *standard().sources))
    done = training(gpu_hours=8, gpu="H100")
    found = estimate(done, declare(instance="my-node"), registry)
    assert found.cost == {}
    (gap,) = (each for each in found.gaps if each.what == "cost_usd")
    assert "how many accelerators my-node has is not known" in gap.why
    assert "count" in gap.remedy
    # A machine that is known is divided by what it has, whoever states the price.
    assert estimate(done, declare(instance=P5), registry).cost["USD"].mid == 80


def test_an_instance_that_is_not_known_is_refused_with_the_nearest() -> None:
    with pytest.raises(EstimatorError, match=r"Did you mean p5\.48xlarge"):
        priced("p5.48xlarg")


def test_the_order_of_sources_is_that_of_the_price() -> None:
    own = own_rental(instance=P5, device="H100", count=2, price="9 USD")
    assert instance_of(P5, ["H100 SXM"], standard(), own).devices == 2
    assert instance_of(P5, ["H100 SXM"], standard(), NONE).devices == 8
