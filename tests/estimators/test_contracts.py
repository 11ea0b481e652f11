"""The agreements of an own file."""

from __future__ import annotations

from datetime import date

import pytest

from footprint.estimators.contracts import NONE, Contracts, contracts
from footprint.estimators.errors import EstimatorError


def test_nothing_said_is_not_that_there_is_none() -> None:
    assert contracts({}, "f") == NONE == Contracts()
    assert contracts({}, "f").instruments is None
    assert contracts({"instrument": [{"none": True}]}, "f").instruments == ()


def test_every_table_is_read() -> None:
    made = contracts(
        {
            "tariff": [{"price": "0.18 EUR"}],
            "purchase": [
                {"device": "H100 SXM", "price": "1 USD", "lifetime_years": 4, "utilisation": 0.5}
            ],
            "rental": [{"device": "H100", "price": "2 USD", "unit": "device-hour"}],
            "extra": [{"name": "licence", "price": "36 USD", "per": "hour"}],
            "exchange": [
                {"pair": "EUR/USD", "rate": "1.08", "date": date(2026, 9, 30), "source": "ECB"}
            ],
        },
        "f",
    )
    assert made.tariff is not None
    counts = (made.purchases, made.rentals, made.extras, made.rates)
    assert [len(each) for each in counts] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("table", "entry"),
    [
        ("tariff", {"price": "cheap"}),
        ("purchase", {"device": "H100"}),
        ("rental", {"price": "2 USD"}),
        ("instrument", {"name": "wind"}),
        ("extra", {"name": "x", "per": "hour"}),
        ("exchange", {"pair": "EURUSD", "rate": 1, "date": date(2026, 1, 1)}),
    ],
)
def test_a_wrong_entry_is_refused_with_its_file_and_table(table: str, entry: object) -> None:
    with pytest.raises(EstimatorError, match=f"^own.toml: {table}"):
        contracts({table: [entry]}, "own.toml")  # type: ignore[list-item]
