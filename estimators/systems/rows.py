"""Names of the factors that API estimates rest on, and how a model's rows are asked for.

Each is asked of the registry by name and subject (`openai/gpt-4o`: provider and model as it was
written), so that a pinned row wins over what a package says today.
"""

from __future__ import annotations

ENERGY_OUT = "API energy per output token"  # model     J/token, accelerators alone
ENERGY_IN = "API energy per input token"  #   model     J/token, accelerators alone
PARAMS = "API parameters"  #                 model     10^9, all of them
ACTIVE = "API active parameters"  #          model     10^9, of a mixture of experts
CACHED_SHARE = "API energy of a cached input token"  # 1, of that of an input token
IT_SHARE = "API IT energy per accelerator energy"  #   1, host and waiting machines
EMBODIED_PER_J = "API embodied carbon per accelerator energy"  # g/J
LOAD_DENSE = "API requests at once, dense model"  # 1, on one copy of a model
LOAD_EXPERTS = "API requests at once per accelerator, mixture of experts"  # the most
SPECULATIVE = "API energy with speculative decoding"  # 1, of that without
API_PUE = "API PUE"  #                     provider     1, facility energy per IT energy
API_WUE = "API WUE"  #                     provider     L/kWh of IT energy, on site
API_GRID = "API grid intensity"  #         provider     g/kWh, location-based
API_WATER = "API water intensity"  #       provider     L/kWh, of generation

INPUT = "API price, input"  #              model        USD/Mtok
CACHED = "API price, cached input"
OUTPUT = "API price, output"
REASONING = "API price, reasoning"  #      only where it is not that of output
REQUEST = "API price, requests"  #         model        USD/1000 requests
PRICES = (INPUT, CACHED, OUTPUT, REASONING, REQUEST)
#: All but prices by tier, which `tier_of` and `in_tier` name.
NAMES = (
    PARAMS,
    ACTIVE,
    ENERGY_OUT,
    ENERGY_IN,
    LOAD_DENSE,
    LOAD_EXPERTS,
    SPECULATIVE,
    CACHED_SHARE,
    IT_SHARE,
    EMBODIED_PER_J,
    API_PUE,
    API_WUE,
    API_GRID,
    API_WATER,
    *PRICES,
)
TIERS = 3  # at most so many thresholds are looked for; the price lists have up to two

MTOK = 1_000_000
PRICE_UNIT = dict.fromkeys(PRICES, "USD/Mtok") | {REQUEST: "USD/1000 requests"}
PER = dict.fromkeys(PRICES, MTOK) | {REQUEST: 1000}


def tier_of(number: int) -> str:
    """The name of the threshold from which tier 1, 2, ... holds, in input tokens of one call."""
    return f"API price, tier {number} above"


def in_tier(name: str, number: int) -> str:
    """The name of a price in tier 1, 2, ...; tier 0 is the price itself."""
    return f"{name}, tier {number}" if number else name
