from datetime import date
from decimal import Decimal

import pytest

from footprint.estimators.costs.rental import (
    RentalPrices,
    checked_rentals,
    rental,
    rental_price,
    rentals,
    shipped_rentals,
    with_electricity,
)
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import PUE, RENTAL
from footprint.estimators.money import Money, priced
from footprint.estimators.quantity import exact
from footprint.estimators.sources import Query, Registry

SHIPPED = shipped_rentals()


@pytest.mark.parametrize(
    ("subject", "price"),
    [
        ("p5.48xlarge", "55.04"),
        ("aws:P5.48xlarge", "55.04"),
        ("p4d.24xlarge", "21.96"),
        ("a2-ultragpu-1g", "5.07"),
        ("NC40ads_H100_v5", "6.98"),
        ("Azure:Standard_NC40ads_H100_v5", "6.98"),
        ("g6.xlarge", "0.805"),
        ("g4dn.xlarge", "0.526"),
        ("H100", "6.88"),  # 55.04 / 8
        ("NVIDIA H100 80GB HBM3", "6.88"),
        ("A100-SXM4-40GB", "2.745"),
        ("H100 NVL", "6.98"),
        ("Tesla T4", "0.526"),
        ("H800", "2"),
    ],
)
def test_published_prices(subject, price):
    factor = rental_price(subject, SHIPPED)
    assert (factor.name, factor.value, factor.unit) == (RENTAL, Decimal(price), "USD/h")
    assert factor.subject
    assert factor.source
    assert factor.vintage in (2024, 2026)


def test_what_deepseek_v3_cost():
    factor = rental_price("H800", SHIPPED)
    cost = priced(exact(2_788_000, "h"), Money(factor.value, "USD"))
    assert cost.mid == Decimal("5576000")


def test_a_device_has_the_prices_of_all_its_instances_and_says_how():
    table = [{"instance": "box", "device": "H100 SXM", "count": 4, "price": "10 EUR"}]
    found = rentals("H100", (*checked_rentals(table), *SHIPPED))
    assert [each.factor.unit for each in found] == ["EUR/h", "USD/h"]
    assert found[0].factor.why.startswith("contract price of box, 10 EUR / 4")
    assert "H100 is taken to be H100 SXM" in found[0].factor.why
    assert found[0].row.per_device_hour() == Money("2.5", "EUR")


def test_own_rows_come_first():
    own = checked_rentals([{"instance": "p5.48xlarge", "count": 8, "price": "31.40 USD"}])
    found = rental("p5.48xlarge", (*own, *SHIPPED))
    assert found.factor.value == Decimal("31.40")
    assert (found.factor.source, found.factor.version) == ("given", "")
    assert found.row.per_device_hour() == Money("3.925", "USD")
    assert len(rentals("p5.48xlarge", (*own, *SHIPPED))) == 2


def test_regions():
    rows = checked_rentals(
        [
            {"instance": "box", "region": "eu-1", "price": "3 EUR"},
            {"instance": "box", "region": "us-1", "price": "2 USD"},
        ]
    )
    assert rental_price("box", rows, "US-1").unit == "USD/h"
    assert len(rentals("box", rows)) == 2
    with pytest.raises(EstimatorError, match="no rental price of 'box' is known in ap-1"):
        rental_price("box", rows, "ap-1")


def test_as_a_source_of_the_registry():
    registry = Registry([RentalPrices(SHIPPED)])
    chosen = registry.find(Query(RENTAL, subject="g6.xlarge")).chosen
    assert chosen is not None
    assert chosen.value == Decimal("0.805")
    assert registry.find(Query(RENTAL, subject="nothing")).chosen is None
    assert registry.find(Query(RENTAL)).chosen is None
    assert registry.find(Query(PUE, subject="g6.xlarge")).chosen is None


def test_an_unknown_instance_has_its_nearest_names():
    with pytest.raises(EstimatorError, match=r"'p5.48xlage' is known: Did you mean p5.48xlarge"):
        rental_price("p5.48xlage", SHIPPED)


@pytest.mark.parametrize(
    ("dated", "on", "days"),
    [
        ("2026-09", date(2026, 9, 30), None),
        ("2026-09", date(2027, 9, 2), None),
        ("2026-09", date(2027, 9, 3), 367),
        ("2024", date(2026, 1, 1), 731),
        ("2026-09-30", date(2024, 9, 30), 730),
        (date(2026, 9, 30), date(2026, 9, 30), None),
        ("", date(2026, 9, 30), None),
        ("2020", None, None),
    ],
)
def test_a_price_of_another_time_is_noted(dated, on, days):
    rows = checked_rentals([{"instance": "box", "price": "1 USD", "date": dated}])
    note = rental("box", rows).note(on)
    assert note is None if days is None else f"of box is of {dated}, {days} days from" in note


def test_power_is_not_paid_twice():
    assert with_electricity(False).is_added
    assert not with_electricity(None).is_added
    assert not with_electricity(True).is_added
    assert "is taken to include electricity" in with_electricity(None).assumption
    assert "includes electricity" in with_electricity(True).assumption
