"""Calls of somebody else's model."""

from __future__ import annotations

import math

import pytest

import footprint
from footprint.errors import UsageError
from footprint.tracking.site import PATHS


def test_a_call_is_a_span_that_ends_now(spans):
    with footprint.measure("block"):
        footprint.record_api_call(
            "gpt-4.5", "openai", tokens_in=812, tokens_out=420, duration_s=3.1, images=1
        )
    call, block = spans()
    assert call.parent == block.seq
    assert call.units == {"tokens_in": 812.0, "tokens_out": 420.0, "images": 1.0}
    assert call.end - call.start == pytest.approx(3.1e9, abs=1e8)
    site = PATHS[call.path][1]
    assert (site.name, site.kind, site.model) == ("gpt-4.5", "api", "gpt-4.5")
    assert (site.tags, site.devices) == ({"provider": "openai"}, ("cpu",))


def test_equal_calls_share_a_path(spans):
    for model in ("a", "a", "b"):
        footprint.record_api_call(model, tags={"k": "v"})
    assert len({span.path for span in spans()}) == 2


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"model": ""}, "model='' is not a name"),
        ({"model": None}, "model=None is not a name"),
        ({"model": "m", "tokens_in": -1}, "tokens_in=-1 must be finite and not negative"),
        ({"model": "m", "tokens_out": math.nan}, "tokens_out=nan must be"),
        ({"model": "m", "tokens_in": 5e-324}, "tokens_in=5e-324 is too near zero: nothing is 0"),
        ({"model": "m", "duration_s": "3"}, "duration_s='3' is not a number"),
        ({"model": "m", "duration_s": 1e300}, "duration_s=1e[+]300 is more than a year"),
        ({"model": "m", "images": True}, "images=True is not a number"),
        ({"model": "m", "tags": ["a"]}, "tags=.* are not names by key"),
        ({"model": "m", "project": ["a"]}, "project=.* is not a name"),
    ],
)
def test_a_wrong_argument_records_nothing(spans, given, text):
    with pytest.raises(UsageError, match=text) as caught:
        footprint.record_api_call(**given)
    assert "\n" not in str(caught.value)
    assert spans() == []


def test_nothing_is_recorded_where_that_is_switched_off(spans, monkeypatch):
    monkeypatch.setenv("FOOTPRINT_DISABLED", "1")
    footprint.record_api_call("m")
    assert spans() == []
