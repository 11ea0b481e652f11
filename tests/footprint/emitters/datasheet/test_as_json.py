"""The datasheet's JSON: its schema, what it holds, and what it refuses to read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from footprint.emitters.datasheet import JSON
from footprint.emitters.datasheet.as_json import read
from footprint.emitters.from_report import view
from footprint.emitters.view import View
from footprint.errors import UsageError

from .conftest import rendered

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "docs/reference/datasheet.schema.json").read_text()
)


def content(shown: View, lang: str = "en") -> dict[str, Any]:
    found = json.loads(rendered(shown, JSON, lang))
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return dict(found)


def test_the_schema_is_one_and_refuses_what_is_not_in_it(full: View) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    found = content(full)
    del found["activities"][0]["floor"]
    with pytest.raises(jsonschema.ValidationError, match="floor"):
        jsonschema.validate(found, SCHEMA)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_everything_of_the_view_is_in_it(full: View, lang: str) -> None:
    found = content(full, lang)
    assert found["model"] == {"name": "net", "version": "1"}
    assert found["metrics"][1]["subgroup"] == {"sex": "female"}
    assert found["fairness"][0]["values"] == {"female": 0.93, "male": 0.70}
    assert found["fairness"][0]["below_four_fifths"] is True
    assert found["fairness"][1]["ratio"] is None
    inference = found["activities"][1]
    assert inference["kind"] == "inference"
    assert inference["total"]["energy_j"] == {"low": 9.0, "mid": 10.0, "high": 11.0}
    assert inference["total"]["cost"]["EUR"]["mid"] == 0.02
    assert inference["peak_memory_bytes"] == {"host": 3 * 2**20, "gpu": None}
    assert inference["within_target"] == {"p50": True, "p95": True, "p99": False}
    assert inference["items_per_s"] == 100.0
    stage = found["stages"][1]
    assert stage["per_1000_tokens"]["energy_j"]["mid"] == 2.5
    assert stage["per_1000_calls"]["energy_j"]["mid"] == pytest.approx(100.0)
    assert found["base"]["figures"]["energy_j"]["mid"] == 3.6e9
    assert found["given"]["data"]["uses"] == "xyzzy"
    assert found["not_filled"] == {"data": [], "card": []}
    assert [each["state"] for each in found["drift"]] == ["ok", "drifted", "unknown"]
    assert found["drift"][2]["why"] == (
        "no baseline was given" if lang == "en" else "aucune référence n'a été donnée"
    )


def test_below_the_measuring_floor_no_figure_is_stated(
    changed: Callable[..., dict[str, Any]],
) -> None:
    energy = {"low": 0.0, "mid": 12.34, "high": 50.0}
    shown = view(changed(energy_j=energy, floor="too short"), "net", "1")
    found = content(shown)
    inference = found["activities"][1]
    assert inference["floor"] == {"why": "too short", "energy_j": {"low": 0.0, "high": 50.0}}
    assert inference["total"]["energy_j"] is None
    assert found["stages"][1]["total"]["energy_j"] is None
    assert found["stages"][1]["per_call"] is None
    assert found["stages"][1]["left_out"] == 1
    assert "12.34" not in rendered(shown, JSON)
    assert [one for one in read(rendered(shown, JSON).encode()) if one.kind == "inference"] == []


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"{", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "has the schema None"),
        (b'{"schema": "footprint.report/1"}', "has the schema 'footprint.report/1'"),
        (b'{"schema": "footprint.datasheet/1"}', "is not whole"),
        (b'{"schema": "footprint.datasheet/1", "stages": [1]}', "is not whole"),
        (b"\xff\xfe\x00", "is no JSON"),
    ],
)
def test_what_is_no_datasheet_is_refused_in_one_line(document: bytes, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        read(document)
    assert "\n" not in str(caught.value)
