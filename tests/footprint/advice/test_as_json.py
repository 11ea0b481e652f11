"""JSON of advice against its schema: every kind of suggestion, and what there is beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from footprint.advice.make import advise
from json_schema import valid
from report_ledgers import GPU, Recorder, S
from turn_ledgers import Way, write

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs/reference/advise.schema.json").read_text(encoding="utf-8")
)
H100 = GPU._replace(name="NVIDIA H100 80GB HBM3", gain_low=0.95, gain_high=1.05)
TOKENS = {"items": 1.0, "tokens_in": 200.0, "tokens_out": 160.0}
#: Values of France by the hour, from the one in which ledgers start; a year's mean of Sweden.
OWN = """
[[factor]]
name = "grid intensity"
zone = "FRA"
series = "grid.csv"
column = "value"
unit = "g/kWh"
[[factor]]
name = "grid intensity"
zone = "SWE"
value = 1.5
unit = "g/kWh"
"""


def way(precision: str, watts: float) -> Way:
    tags = {"precision": precision, "batch": "8"}
    return Way(watts, TOKENS, {"tags": tags})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    at = tmp_path_factory.mktemp("advice")
    hours = ("11:00:00", 90.0), ("12:00:00", 10.0), ("13:00:00", 50.0)
    rows = [f"2026-11-22T{hour}Z,{value}" for hour, value in hours]
    (at / "grid.csv").write_text("\n".join(["start,value", *rows]))
    (at / "own.toml").write_text(OWN)
    ledger = write(
        at / "L", [way("bf16", 400.0), way("int4", 160.0)], model="llama-3.1-8b", device=H100
    )
    unused = Recorder(ledger, 2, host="host-b", boot="boot-b", declared={"zone": "FRA"})
    unused.counter(GPU._replace(id="GPU-b"), [100.0] * 20)
    unused.close(now=2 * S)
    made = advise(
        ledger,
        factors=at / "own.toml",
        zone_candidates=["SWE"],
        apis=["gpt-4o-mini"],
        rental_per_device_hour="0.5 USD",
        shift_inference=True,
        within=1,
        hardware=["A100"],
        every=True,
    )
    found: dict[str, Any] = json.loads(made.render("json"))
    return found


@pytest.fixture(scope="module", autouse=True)
def _extra() -> None:
    pytest.importorskip("ecologits")
    pytest.importorskip("genai_prices")


def test_json_keeps_its_schema(data: dict[str, Any]) -> None:
    assert valid(data, SCHEMA, SCHEMA) == []
    kinds = {each["kind"] for each in data["suggestions"]}
    assert kinds == {"zone", "hour", "api", "precision", "batch", "hardware", "idle"}
    assert data["own_or_api"]


def test_the_schema_refuses_what_is_none_of_it(data: dict[str, Any]) -> None:
    first, *rest = data["suggestions"]
    for broken in (
        {**data, "more": 1},
        {**data, "left_out": -1},
        {**data, "suggestions": [{**first, "kind": "magic"}, *rest]},
        {**data, "suggestions": [{**first, "tier": None}, *rest]},
        {**data, "own_or_api": [{**data["own_or_api"][0], "tokens_per_month": 5}]},
    ):
        assert valid(broken, SCHEMA, SCHEMA)
