"""Names as people write them, and what they stand for."""

from __future__ import annotations

import pytest

from footprint.estimators.errors import EstimatorError
from footprint.estimators.systems.names import key, keys
from footprint.estimators.systems.providers import known, listed, provider, vendor_of
from footprint.estimators.systems.registry import (
    find_system,
    resolve,
    systems,
)

#: Every system that the estimates promise, by a name that people use.
NAMED = {
    "GPT-4": "gpt-4",
    "GPT-4o": "gpt-4o",
    "GPT-4.5": "gpt-4.5",
    "GPT-5": "gpt-5",
    "GPT-5.2": "gpt-5.2",
    "o3": "o3",
    "Claude 2": "claude-2",
    "Claude 3.5 Sonnet": "claude-3.5-sonnet",
    "Claude 3.7 Sonnet": "claude-3.7-sonnet",
    "Claude Sonnet 4": "claude-sonnet-4",
    "Claude Opus 4": "claude-opus-4",
    "Gemini 2.5 Pro": "gemini-2.5-pro",
    "Gemini 3 Pro": "gemini-3-pro",
    "Llama 2 70B": "llama-2-70b",
    "Llama 3.1 8B": "llama-3.1-8b",
    "Llama 3.1 70B": "llama-3.1-70b",
    "Llama 3.1 405B": "llama-3.1-405b",
    "Llama 3.3 70B": "llama-3.3-70b",
    "Llama 4 Scout": "llama-4-scout",
    "Llama 4 Maverick": "llama-4-maverick",
    "Mistral 7B": "mistral-7b",
    "Mistral Large 2": "mistral-large-2",
    "DeepSeek-V3": "deepseek-v3",
    "DeepSeek-R1": "deepseek-r1",
    "Perplexity Sonar": "sonar",
    "Grok 3": "grok-3",
    "Grok 3 Mini": "grok-3-mini",
    "Phi-3": "phi-3",
    "Phi-4": "phi-4",
    "Orca 2 13B": "orca-2-13b",
    "Granite 3.1 8B": "granite-3.1-8b",
}


@pytest.mark.parametrize(("written", "system"), NAMED.items())
def test_promised_systems_are_known_by_their_names(written: str, system: str) -> None:
    found = find_system(written)
    assert found is not None
    assert found.id == system


@pytest.mark.parametrize(
    ("written", "system"),
    [
        ("gpt4o", "gpt-4o"),
        ("GPT4.5", "gpt-4.5"),
        ("gpt-4.5-preview-2025-02-27", "gpt-4.5"),
        ("openai/gpt-4o", "gpt-4o"),
        ("gpt-4-0613", "gpt-4"),
        ("claude 3.5 sonnet", "claude-3.5-sonnet"),
        ("claude-3-5-sonnet-20241022", "claude-3.5-sonnet"),
        ("claude-3-5-sonnet-v2@20241022", "claude-3.5-sonnet"),
        ("us.anthropic.claude-3-7-sonnet-20250219-v1:0", "claude-3.7-sonnet"),
        ("sonnet-4", "claude-sonnet-4"),
        ("anthropic.claude-v2:1", "claude-2"),
        ("meta-llama/Meta-Llama-3.1-70B-Instruct", "llama-3.1-70b"),
        ("meta.llama3-1-8b-instruct-v1:0", "llama-3.1-8b"),
        ("llama-3.1-70b-instruct", "llama-3.1-70b"),
        ("meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8", "llama-4-maverick"),
        ("meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo", "llama-3.1-405b"),
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("phi3", "phi-3"),
        ("orca-2-13b", "orca-2-13b"),
        ("mistral-large-2407", "mistral-large-2"),
        ("deepseek-reasoner", "deepseek-r1"),
        ("granite_3.1_8b_instruct", "granite-3.1-8b"),
    ],
)
def test_aliases_paths_dates_and_versions(written: str, system: str) -> None:
    found = find_system(written)
    assert found is not None
    assert found.id == system


@pytest.mark.parametrize(
    "written",
    ["gpt-4o-mini", "gpt-4-turbo", "gpt-5-mini", "o3-mini", "grok-3-fast", "phi-4-mini-instruct",
     "claude-opus-4-5", "claude-sonnet-4-5", "llama-3.1-nemotron-70b-instruct", "sonar-reasoning",
     "mistral-large-2512", "deepseek-v3.2", "gemini-3-flash-preview"],
)  # fmt: skip
def test_a_different_model_is_never_taken_for_a_named_one(written: str) -> None:
    assert find_system(written) is None


def test_sonar_pro_is_its_own_system() -> None:
    assert resolve("sonar-pro").system is systems()["sonar-pro"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("OpenAI", "openai"),
        ("az.ai.openai", "azure"),
        ("Azure OpenAI", "azure"),
        ("AWS Bedrock", "aws"),
        ("aws.bedrock", "aws"),
        ("Vertex AI", "google"),
        ("gcp.vertex_ai", "google"),
        ("gcp.gemini", "google"),
        ("mistral_ai", "mistral"),
        ("x_ai", "x-ai"),
        ("own hardware", "own"),
        ("vLLM", "own"),
    ],
)
def test_providers_by_the_names_that_clients_record(written: str, name: str) -> None:
    found = known(written)
    assert found is not None
    assert found.id == name


def test_a_provider_that_only_the_price_list_knows_keeps_its_name() -> None:
    found = provider("fireworks")
    assert (found.id, found.price_id, found.home) == ("fireworks", "fireworks", "USA")


def test_the_first_provider_is_taken_where_none_is_named() -> None:
    resolved = resolve("Llama 3.1 70B")
    assert (resolved.provider.id, resolved.assumed) == ("aws", True)
    named = resolve("Llama 3.1 70B", "Together")
    assert (named.provider.id, named.assumed) == ("together", False)


def test_a_path_that_is_a_provider_names_it() -> None:
    routed = resolve("azure/gpt-4o")
    assert (routed.subject, routed.assumed) == ("azure/gpt-4o", False)
    repository = resolve("meta-llama/Llama-3.1-8B-Instruct")
    assert repository.subject == "aws/meta-llama/llama-3.1-8b-instruct"


def test_a_model_of_a_package_goes_to_the_vendor_whose_names_begin_like_it() -> None:
    assert resolve("claude-opus-4-5").provider.id == "anthropic"
    assert resolve("gpt-4.1-mini").provider.id == "openai"
    assert resolve("something-else").provider.id == "other"
    assert vendor_of("nobody's") is None


@pytest.mark.parametrize("written", ["", "  ", None, 3])
def test_a_model_without_a_name_is_refused(written: object) -> None:
    with pytest.raises(EstimatorError, match=r"give a name such as gpt-4o"):
        resolve(written)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_every_row_states_its_sources_and_a_sound_range() -> None:
    for system in systems().values():
        assert system.params_source, system.id
        assert system.active_b.high <= system.total_b.high, system.id
        assert system.released_ns is not None, system.id
        assert system.retired_ns is None or system.retired_ns > system.released_ns, system.id
        assert all(known(name) for name in system.providers), system.id
        assert set(system.ids) <= set(system.providers), system.id


def test_every_provider_states_where_its_figures_are_from() -> None:
    for found in listed():
        assert found.source, found.id
        assert found.place or not found.zones, found.id
        assert 1 <= found.pue.low <= found.pue.high < 2, found.id


def test_keys_go_from_the_whole_name_to_less_of_it() -> None:
    assert list(keys("gpt-4.5-preview-2025-02-27")) == [
        key("gpt-4.5-preview-2025-02-27"),
        key("gpt-4.5-preview"),
        key("gpt-4.5"),
    ]
