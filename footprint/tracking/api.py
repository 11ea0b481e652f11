"""Calls of somebody else's model: booked as spans that no device of ours worked for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from footprint.errors import UsageError, shown
from footprint.tracking import runtime
from footprint.tracking.site import Site, amount, checked_tags

#: No call takes longer: what is more was given in another unit.
LONGEST_S = 366 * 86_400

_sites: dict[tuple[object, ...], Site] = {}


def record_api_call(
    model: str,
    provider: str | None = None,
    *,
    tokens_in: float = 0,
    tokens_out: float = 0,
    duration_s: float = 0,
    name: str | None = None,
    project: str | None = None,
    tags: Mapping[str, str] | None = None,
    **units: float,
) -> None:
    """Books a call that was answered through an API, ended now, below the current span.

    The ledger gets what was observed: model, provider, tokens, duration. What it cost and emitted
    is estimated when reading.

    Args:
        model, provider: as the API names them.
        tokens_in, tokens_out: as it billed them.
        duration_s: how long it took.
        units: further amounts (cached_tokens_in=..., images=...).

    Raises UsageError for NaN, negatives, and what is no number; BudgetExceededError, with the call
    booked, where a limit is to stop this code (`footprint.limit`).
    """
    if not isinstance(model, str) or not model:
        raise UsageError(f"model={shown(model)} is not a name: give the model that was called")
    amounts = {"tokens_in": tokens_in, "tokens_out": tokens_out, **units}
    checked = {key: amount(key, value) for key, value in amounts.items()}
    if (seconds := amount("duration_s", duration_s)) > LONGEST_S:
        raise UsageError(f"duration_s={shown(duration_s)} is more than a year: give seconds")
    elapsed = int(seconds * 1e9)
    labels = checked_tags(model, tags)
    if runtime.off or runtime.disabled():
        return
    if provider:
        labels["provider"] = str(provider)
    key = (model, str(name), str(project), tuple(sorted(labels.items())))
    site = _sites.get(key)
    if site is None:
        # No GPU of ours: the host's share of waiting for the answer is measured like any span's.
        site = Site(name or model, "api", model, None, project, labels, devices=("cpu",))
        _sites[key] = site
    frame, token = runtime.enter(site, stop=False)  # it was answered and is owed for
    runtime.leave(token)
    frame[runtime.START] -= elapsed
    frame[runtime.UNITS] = tuple(itertools.chain.from_iterable(checked.items()))
    runtime.finish(frame, 0)
    if runtime.stopping is not None:
        runtime.stopping()
