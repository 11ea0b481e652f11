"""Models of the price list alone, and pairs of model and provider that nothing confirms."""

from __future__ import annotations

import pytest

from footprint.estimators.errors import EstimatorError
from footprint.estimators.predict.estimate import Estimate
from footprint.estimators.systems.api import api_footprint
from footprint.estimators.systems.estimate import api_estimate, api_use
from footprint.estimators.systems.registry import resolve

pytest.importorskip("genai_prices")


def estimate(model: str, provider: str | None = None) -> Estimate:
    return api_estimate(api_use(model, provider, tokens_in=1000, tokens_out=500))


@pytest.mark.parametrize(
    ("model", "params"),
    [
        ("qwen/qwen3-32b", 32),
        ("Qwen/Qwen3.5-9B", 9),
        ("qwen.qwen3-vl-235b-a22b-v1:0", 235),
        ("qwen.qwen3-32b-v1:0", 32),
        ("qwen3-235b-a22b", 235),
        ("Qwen3-32B", 32),
    ],
)
def test_an_open_model_of_the_price_list_resolves(model: str, params: float) -> None:
    made = estimate(model)
    assert made.energy_kwh is not None
    assert made.cost_usd is not None
    (size,) = (one for one in made.factors if one.name == "API parameters")
    assert size.quantity.mid == params
    assert any("priced as the first who sells it; genai-prices, " in s for s in made.assumptions)
    assert any("no provider was named; it may be served anywhere" in s for s in made.assumptions)


def test_where_the_provider_does_not_list_it_the_price_alone_is_missing() -> None:
    made = estimate("qwen3-235b-a22b", "bedrock")
    assert made.energy_kwh is not None
    assert made.cost_usd is None
    gap = next(gap for gap in made.gaps if gap.what == "cost_usd")
    assert gap.why == "1 entry of aws/qwen3-235b-a22b: a price by the token is not known"
    assert any(
        "no table says that AWS Bedrock serves qwen3-235b-a22b" in s for s in made.assumptions
    )


@pytest.mark.parametrize(
    ("model", "provider", "said"),
    [
        ("GPT-5", "anthropic", "no table says that Anthropic serves GPT-5;"),
        ("GPT-4", "bedrock", "no table says that AWS Bedrock serves GPT-4;"),
        ("claude-opus-4-5", "mistral", "no table says that Mistral AI serves claude-opus-4-5;"),
    ],
)
def test_a_provider_that_is_not_known_to_serve_a_model_is_said(
    model: str, provider: str, said: str
) -> None:
    made = estimate(model, provider)
    assert made.energy_kwh is not None
    assert any(said in line for line in made.assumptions)


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("GPT-4o", "azure"),
        ("Claude Opus 4", "bedrock"),
        ("Llama 3.1 8B", "own"),
        ("Phi-3", None),
        ("claude-opus-4-5", None),
        ("Orca 2 13B", "own"),
    ],
)
def test_of_a_provider_that_serves_it_nothing_is_said(model: str, provider: str | None) -> None:
    said = estimate(model, provider).assumptions
    assert not any("no table says" in line or "cannot be had" in line for line in said)


@pytest.mark.parametrize("model", ["Claude Opus 4", "gpt-4o", "claude-opus-4-5", "gpt-4.1-mini"])
def test_a_closed_model_on_own_hardware_is_refused(model: str) -> None:
    with pytest.raises(EstimatorError, match="its weights are not published"):
        estimate(model, "own")
    # In a report the rest of it stands.
    made = api_footprint([api_use(model, "own", tokens_in=10, tokens_out=10)])
    assert any("cannot be had to run it" in line for line in made.assumptions)
    assert made.cost is None


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        ("microsoft/Phi-3-mini-4k-instruct", "own/microsoft/phi-3-mini-4k-instruct"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "mistral/mistral-7b-instruct-v0.3"),
        ("openai/gpt-oss-120b", "other/openai/gpt-oss-120b"),
        ("openai/gpt-4o", "openai/gpt-4o"),
        ("anthropic/claude-sonnet-4", "anthropic/claude-sonnet-4"),
        ("azure/gpt-4o", "azure/gpt-4o"),
        ("claude", "anthropic/claude"),
    ],
)
def test_an_organisation_before_a_slash_is_no_provider(written: str, subject: str) -> None:
    assert resolve(written).subject == subject


def test_whose_work_a_factor_is() -> None:
    """The model of inference is ours, the size EcoLogits' or our table's, the price the list's."""
    from importlib.metadata import version

    pytest.importorskip("ecologits")
    made = {one.name: one for one in estimate("gpt-4o").factors}
    spoken, size = made["API energy per output token"], made["API parameters"]
    assert (spoken.version, spoken.license) == (version("footprint-ledger"), "Apache-2.0")
    assert f"for the size that EcoLogits {version('ecologits')} has (MPL-2.0)" in spoken.source
    assert (size.version, size.license) == (version("ecologits"), "MPL-2.0")
    assert made["API price, input"].license == "MIT"
    own = {one.name: one for one in estimate("o3").factors}["API energy per output token"]
    assert own.source.endswith("for the size of our table")
    assert own.license == "Apache-2.0"


def test_factors_of_a_model_name_it_and_large_numbers_are_written_out() -> None:
    made = estimate("Claude Opus 4").factors
    of_model = [
        one for one in made if one.name.startswith(("API price", "API energy per", "API p"))
    ]
    assert {one.subject for one in of_model} == {"anthropic/claude-opus-4"}
    large = {one.name: one for one in estimate("GPT-4.5").factors}["API energy per output token"]
    assert "; 64 to 11,200 requests at once;" in large.source
