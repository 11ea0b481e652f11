"""Names that are suggested: near, of the family, and always known."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.estimators.errors import EstimatorError
from footprint.estimators.systems.estimate import api_estimate, api_use
from footprint.estimators.systems.registry import systems
from footprint.estimators.systems.suggest import is_known, nearest_models, nearest_providers

pytest.importorskip("genai_prices")
pytest.importorskip("ecologits")


def suggested(text: str) -> list[str]:
    found = re.search(r" Did you mean (.+)\?$", text)
    return found[1].split(" or ") if found else []


def test_unknown_names_get_the_nearest() -> None:
    assert "gpt-4o" in suggested(nearest_models("gtp-4o"))
    assert "claude-sonnet-4-5" in suggested(nearest_models("claude-sonet-4-5"))
    assert "openai" in suggested(nearest_providers("opnai"))
    assert nearest_models("zzzz") == ""


@pytest.mark.parametrize(
    ("family", "first"),
    [
        ("claude", "Claude Sonnet 4"),
        ("mistral", "Mistral Large 2"),
        ("deepseek", "DeepSeek-R1"),
        ("gemini", "Gemini 3 Pro"),
        ("openai", "GPT-5.2"),
        ("Llama", "Llama 4 Scout"),
    ],
)
def test_a_familys_name_gets_its_newest_systems(family: str, first: str) -> None:
    assert suggested(nearest_models(family))[0] == first
    with pytest.raises(EstimatorError, match=f"'{family.casefold()}' is not known. Did you mean"):
        api_estimate(api_use(family, tokens_in=10, tokens_out=10))


_NAMES = [
    *systems(),
    "qwen3-32b",
    "Qwen/Qwen3.5-9B",
    "qwen.qwen3-vl-235b-a22b-v1:0",
    "claude-opus-4-5",
    "gemini-2.5-flash",
    "mixtral-8x7b",
]


def test_what_is_priced_by_the_page_is_not_suggested() -> None:
    assert not is_known("mistral-ocr-4-1")


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(_NAMES),
    st.integers(0, 30),
    st.sampled_from(["", "x", "-", "4"]),
    st.sampled_from([None, "bedrock", "azure", "groq"]),
)
def test_whatever_is_suggested_is_known(
    name: str, cut: int, instead: str, provider: str | None
) -> None:
    at = cut % len(name)
    slip = name[:at] + instead + name[at + 1 :]
    for each in suggested(nearest_models(slip, provider)) if slip else []:
        assert is_known(each, provider)
        made = api_estimate(api_use(each, provider, tokens_in=10, tokens_out=10))
        assert made.energy_kwh is not None or made.cost_usd is not None
