"""Token prices by date: against genai-prices' own calculation, and at the edges of its history."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.estimators.factors import Factor
from footprint.estimators.money import Money
from footprint.estimators.series import Series
from footprint.estimators.sources import Query, Registry
from footprint.estimators.systems.cost import GroupCost, group_cost, token_cost
from footprint.estimators.systems.pricelist import DAY_NS
from footprint.estimators.systems.registry import resolve
from footprint.estimators.systems.rows import CACHED, INPUT, OUTPUT, in_tier, tier_of
from footprint.estimators.systems.source import SystemsSource, with_systems
from footprint.estimators.systems.use import ApiUse

genai_prices = pytest.importorskip("genai_prices")


def ns(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 10**9  # type: ignore[arg-type,misc]


def cost(model: str, provider: str | None = None, *, at: int, **tokens: float) -> GroupCost:
    counts = {"tokens_in": 1e6, "tokens_out": 0.0} | tokens
    return token_cost(ApiUse(model, provider, **counts, at_ns=at))


def usd(found: GroupCost) -> Decimal:
    assert found.priced is not None, found.gaps
    assert found.priced.cost.currency == "USD"
    return found.priced.cost.amount


IN_2026 = ns(2026, 5, 4, 12)


@pytest.mark.parametrize(
    ("model", "provider", "price_in", "price_out"),
    [
        ("GPT-4", "openai", "30", "60"),
        ("GPT-4o", "azure", "2.5", "10"),
        ("GPT-4.5", "openai", "75", "150"),
        ("GPT-5", "openai", "1.25", "10"),
        ("Claude 2", "anthropic", "8", "24"),
        ("Claude 3.5 Sonnet", "bedrock", "3", "15"),
        ("Claude Opus 4", "vertex", "15", "75"),
        ("Llama 3.1 8B", "bedrock", "0.22", "0.22"),
        ("Llama 3.1 405B", None, "3.5", "3.5"),
        ("Mistral Large 2", None, "2", "6"),
        ("Grok 3 Mini", None, "0.3", "0.5"),
        ("Phi-4", None, "0.125", "0.5"),
    ],
)
def test_prices_through_a_provider(
    model: str, provider: str | None, price_in: str, price_out: str
) -> None:
    assert usd(cost(model, provider, at=IN_2026)) == Decimal(price_in)
    spoken = cost(model, provider, at=IN_2026, tokens_in=0, tokens_out=1e6)
    assert usd(spoken) == Decimal(price_out)


def test_a_price_that_changed_is_taken_by_the_date_of_the_call() -> None:
    assert usd(cost("o3", at=ns(2025, 6, 9, 23, 59))) == 10
    assert usd(cost("o3", at=ns(2025, 6, 10))) == 2


def test_our_own_row_holds_for_the_name_without_a_date_alone() -> None:
    early = ns(2024, 9, 1)
    assert usd(cost("gpt-4o", "openai", at=early)) == 5
    assert usd(cost("gpt-4o", "openai", at=ns(2024, 10, 2))) == Decimal("2.5")
    assert usd(cost("gpt-4o-2024-08-06", "openai", at=early)) == Decimal("2.5")
    assert usd(cost("gpt-4o-2024-05-13", "openai", at=IN_2026)) == 5


def test_a_price_by_the_hour_of_the_day() -> None:
    day, night = ns(2025, 3, 1, 12), ns(2025, 3, 1, 20)
    assert usd(cost("DeepSeek-R1", at=day)) == Decimal("0.55")
    assert usd(cost("DeepSeek-R1", at=night)) == Decimal("0.135")


@pytest.mark.parametrize(
    ("when", "says"),
    [(ns(2025, 1, 1), "before the first known price, from 2025-02-27"),
     (ns(2026, 1, 1), "after 2025-07-14, when the last known price ended")],
)  # fmt: skip
def test_outside_of_its_time_the_nearest_price_is_taken_and_said(when: int, says: str) -> None:
    found = cost("GPT-4.5", at=when)
    assert usd(found) == 75
    assert found.priced is not None
    assert any(says in line for line in found.priced.assumptions)
    within = cost("GPT-4.5", at=ns(2025, 4, 1))
    assert within.priced is not None
    assert within.priced.assumptions == ()


def test_a_tier_prices_all_tokens_of_a_call_above_it() -> None:
    at = IN_2026
    below = cost("gemini-2.5-pro", at=at, tokens_in=200_000, tokens_out=1000)
    above = cost("gemini-2.5-pro", at=at, tokens_in=200_001, tokens_out=1000)
    assert usd(below) == Decimal("0.26")  # 0.2 x 1.25 + 0.001 x 10
    assert usd(above) == Decimal("200001") * Decimal("2.5") / 10**6 + Decimal("0.015")


def test_the_tier_of_folded_calls_is_that_of_one_of_them() -> None:
    many = cost("gemini-2.5-pro", at=IN_2026, tokens_in=400_000, calls=4)
    assert usd(many) == Decimal("0.5")
    assert many.priced is not None
    assert any("mean input" in line for line in many.priced.assumptions)


def test_cached_input_is_a_part_of_the_input() -> None:
    found = cost("gpt-5", at=IN_2026, tokens_in=1e6, cached_tokens_in=4e5)
    assert usd(found) == Decimal("0.6") * Decimal("1.25") + Decimal("0.4") * Decimal("0.125")
    assert found.priced is not None
    assert found.priced.parts == {
        "input tokens": Money("0.75", "USD"),
        "cached input tokens": Money("0.05", "USD"),
    }


def test_cached_input_without_a_price_costs_what_input_costs() -> None:
    found = cost("GPT-4", at=IN_2026, cached_tokens_in=1e6)
    assert usd(found) == 30
    assert found.priced is not None
    assert any("no price for cached input" in line for line in found.priced.assumptions)


def test_reasoning_is_billed_as_output_unless_it_has_a_price() -> None:
    spoken = {"tokens_in": 0.0, "tokens_out": 1e6, "reasoning_tokens": 4e5}
    assert usd(cost("o3", None, at=IN_2026, **spoken)) == 8
    deep = usd(cost("sonar-deep-research", "perplexity", at=IN_2026, **spoken))
    assert deep == Decimal("0.6") * 8 + Decimal("0.4") * 3


def test_a_fee_for_each_request_counts_calls() -> None:
    found = cost("sonar", at=IN_2026, tokens_in=1e6, calls=1000)
    assert usd(found) == 1 + 12


def test_own_hardware_has_a_gap_in_place_of_a_price() -> None:
    for model in ("Phi-3", "Orca 2 13B", "Granite 3.1 8B"):
        found = cost(model, at=IN_2026)
        assert found.priced is None
        assert [gap.what for gap in found.gaps] == ["cost_usd"]
        assert "no price by the token" in found.gaps[0].why
    assert usd(cost("Phi-3", "azure", at=IN_2026)) == Decimal("0.13")


def test_a_provider_that_does_not_sell_the_model_leaves_a_gap() -> None:
    found = cost("Claude 2", "mistral", at=IN_2026)
    assert found.priced is None
    assert "anthropic" in found.gaps[0].remedy


def prices(found: GroupCost) -> dict[str, Factor]:
    assert found.priced is not None
    return {one.name: one for one in found.priced.factors}


def test_the_factors_are_the_prices_that_were_charged() -> None:
    """Not the mean of the list's history, and no price of tokens or tiers that there were not."""
    found = prices(cost("DeepSeek-V3", at=ns(2025, 3, 1, 12), tokens_out=5.0))
    assert {name: one.value for name, one in found.items()} == {
        INPUT: Decimal("0.27"),
        OUTPUT: Decimal("1.1"),
    }
    assert found[INPUT].vintage == 2025
    assert "the price from 2025-03-01T00:30:00Z to 2025-03-01T16:30:00Z" in found[INPUT].why
    (only,) = prices(cost("o3", at=ns(2025, 6, 9, 23))).values()
    assert (only.value, only.vintage, only.subject) == (Decimal(10), 2025, "openai/o3")


def test_a_tier_that_was_charged_is_shown_with_its_threshold() -> None:
    below = prices(cost("gemini-2.5-pro", at=IN_2026, tokens_in=1000))
    assert list(below) == [INPUT]
    above = prices(cost("gemini-2.5-pro", at=IN_2026, tokens_in=200_001, tokens_out=10))
    assert {name: str(one.value) for name, one in above.items()} == {
        in_tier(INPUT, 1): "2.5",
        in_tier(OUTPUT, 1): "15",
        tier_of(1): "200000.0",
    }


def test_cached_input_that_costs_what_input_costs_is_one_price() -> None:
    assert list(prices(cost("GPT-4", at=IN_2026, cached_tokens_in=4e5))) == [INPUT]
    two = prices(cost("gpt-5", at=IN_2026, cached_tokens_in=4e5))
    assert list(two) == [INPUT, CACHED]


def test_a_call_after_the_last_price_shows_that_price_and_its_year() -> None:
    (only,) = prices(cost("GPT-4.5", at=IN_2026)).values()
    assert (only.value, only.vintage) == (Decimal(75), 2025)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 10**6)), min_size=1, max_size=6))
def test_tokens_times_the_price_shown_are_the_cost(calls: list[tuple[int, int]]) -> None:
    start = ns(2025, 3, 1)
    uses = [ApiUse("o3", None, count, 0, at_ns=start + day * DAY_NS) for day, count in calls]
    made = group_cost(with_systems(None), resolve("o3"), uses)
    assert made.priced is not None
    (only,) = made.priced.factors
    tokens = sum(count for _, count in calls)
    assert only.quantity.mid * tokens / 1e6 == pytest.approx(float(made.priced.cost.amount))
    paid = {10.0 if use.at_ns and use.at_ns < ns(2025, 6, 10) else 2.0 for use in uses}
    assert (only.quantity.low, only.quantity.high) == (min(paid), max(paid))
    assert isinstance(only.value, Decimal) == (len(paid) == 1)
    assert ("2 prices by the time of the calls, 2 to 10" in only.why) == (len(paid) == 2)


def test_history_is_a_series_and_a_period_gets_its_part() -> None:
    source = SystemsSource()
    (whole,) = source.candidates(Query(INPUT, subject="openai/o3"))
    assert isinstance(whole.value, Series)
    assert [str(value) for value in whole.value.values] == ["10", "2"]
    assert whole.value.starts[0] == ns(2025, 4, 16)
    assert whole.value.ends[-1] == ns(2026, 12, 11)
    assert whole.source.startswith("genai-prices, openai/o3 (https://")
    day = ns(2025, 8, 1)
    (part,) = source.candidates(Query(INPUT, None, "openai/o3", day, day + 86_400 * 10**9))
    assert isinstance(part.value, Series)
    assert [str(value) for value in part.value.values] == ["2"]


def test_tiers_are_factors_of_their_own() -> None:
    registry = Registry([SystemsSource()])

    def value(name: str) -> float:
        chosen = registry.find(Query(name, subject="google/gemini-2.5-pro")).chosen
        assert chosen is not None
        return chosen.quantity.mid

    assert value(tier_of(1)) == 200_000
    assert value(in_tier(OUTPUT, 1)) == 15
    assert registry.find(Query(tier_of(2), subject="google/gemini-2.5-pro")).chosen is None


_MODELS = [
    (found.id, model.id)
    for found in __import__("genai_prices.data", fromlist=["providers"]).providers
    if found.id in ("openai", "anthropic", "google", "deepseek", "mistral", "aws", "fireworks")
    for model in found.models
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(_MODELS),
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 20), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants it so
    st.integers(0, 400_000),
    st.floats(0, 1),
    st.integers(0, 20_000),
)
def test_any_call_costs_what_genai_prices_says(
    listed: tuple[str, str], when: datetime, read: int, cached_share: float, spoken: int
) -> None:
    provider, model = listed
    cached = int(read * cached_share)
    usage = genai_prices.Usage(input_tokens=read, cache_read_tokens=cached, output_tokens=spoken)
    try:
        calculated = genai_prices.calc_price(
            usage, model, provider_id=provider, genai_request_timestamp=when
        )
    except (LookupError, ValueError):
        return
    at_ns = int(when.timestamp()) * 10**9
    found = token_cost(ApiUse(model, provider, read, spoken, cached, at_ns=at_ns))
    if found.priced is None:
        assert calculated.total_price == 0
        return
    outside = any("known price" in line for line in found.priced.assumptions)
    dated = model == "gpt-4o"  # our own row goes before the list
    if not outside and not dated:
        assert found.priced.cost.amount == calculated.total_price
