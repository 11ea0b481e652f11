"""What was asked of an API: calls of a model, with their tokens."""

from __future__ import annotations

import math
from typing import NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import shown


class ApiUse(NamedTuple):
    """Calls of one model at one provider.

    Attributes:
        model, provider: as they were written; no provider: the model's first.
        tokens_in: all input tokens of the calls, cached ones included.
        tokens_out: all output tokens, reasoning included, as providers report them.
        cached_tokens_in: the part of `tokens_in` that was read from a cache.
        reasoning_tokens: the part of `tokens_out` that was reasoning; billed as output.
        calls: how many calls these are the tokens of.
        at_ns: when, UTC ns; None: now.
    """

    model: str
    provider: str | None
    tokens_in: float
    tokens_out: float
    cached_tokens_in: float = 0
    reasoning_tokens: float = 0
    calls: float = 1
    at_ns: int | None = None


def wrong(use: ApiUse) -> str | None:
    """What is wrong with the counts of a use; None where nothing is."""
    # One chain of comparisons is false for NaN too, and takes 0.2 us: there may be 100,000 uses.
    if (
        0 <= use.cached_tokens_in <= use.tokens_in < math.inf
        and 0 <= use.reasoning_tokens <= use.tokens_out < math.inf
        and 0 < use.calls < math.inf
        and True is not use.tokens_in
        and True is not use.tokens_out
    ):
        return None
    if not (0 <= use.tokens_in < math.inf and 0 <= use.tokens_out < math.inf):
        both = f"{shown(use.tokens_in)} in, {shown(use.tokens_out)} out"
        return f"tokens are {both}: give numbers, 0 or more"
    if not 0 <= use.cached_tokens_in <= use.tokens_in:
        return (
            f"cached tokens are {shown(use.cached_tokens_in)} of {shown(use.tokens_in)} input "
            "tokens: they are a part of them; give no more than those"
        )
    if not 0 <= use.reasoning_tokens <= use.tokens_out:
        return (
            f"reasoning tokens are {shown(use.reasoning_tokens)} of {shown(use.tokens_out)} "
            "output tokens: they are a part of them; count them into the output tokens"
        )
    return f"calls are {shown(use.calls)}: give a number above 0"


def checked_use(use: ApiUse) -> ApiUse:
    """The use itself.

    Raises:
        EstimatorError: what `wrong` says.
    """
    reason = wrong(use)
    if reason is not None:
        raise EstimatorError(reason)
    return use
