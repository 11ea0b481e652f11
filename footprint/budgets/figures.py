"""What can be limited, and what it is for one of.

A limit's key is `max_FIGURE` or `max_FIGURE_per_COUNT`: max_kwh, max_g_per_item,
max_usd_per_1000_tokens. Latencies have keys of their own.
"""

from __future__ import annotations

from typing import NamedTuple

from footprint.errors import UsageError, nearest

LOCATION, MARKET = "location", "market"


class Figure(NamedTuple):
    """A figure that a budget can limit.

    Attributes:
        name: as in the keys of the file: `g_per_item`.
        base: without what it is for one of: `g`.
        unit: what a limit of it is in; of `cost` the budget's own currency.
        source: the amount of a report that it comes from (`view.Amounts`); `latency` for those.
        per: item, call, 1000_tokens; None: of all there is.
    """

    name: str
    base: str
    unit: str
    source: str
    per: str | None = None

    @property
    def key(self) -> str:
        """The key of its limit in a budget file."""
        return f"max_{self.name}"

    @property
    def adds_up(self) -> bool:
        """Whether it grows while the period goes on."""
        return self.per is None and self.source != LATENCY


LATENCY = "latency"
#: Which percentile of `latency_ms` each latency is.
PERCENTILES = {"latency_p50_ms": 0, "latency_p95_ms": 1, "latency_p99_ms": 2}
PER = ("item", "call", "1000_tokens")

#: Base -> (unit of the limit, amount of a report).
_BASES = {
    "kwh": ("kWh", "energy_j"),
    "wh": ("Wh", "energy_j"),
    "j": ("J", "energy_j"),
    "g": ("g", "carbon_location_g"),
    "kg": ("kg", "carbon_location_g"),
    "market_g": ("g", "carbon_market_g"),
    "embodied_g": ("g", "embodied_g"),
    "water_l": ("L", "water_l"),
    "usd": ("USD", "cost_usd"),
    "cost": ("", "cost"),
}

FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        *(Figure(base, base, *of) for base, of in _BASES.items()),
        *(
            Figure(f"{base}_per_{per}", base, *of, per)
            for base, of in _BASES.items()
            for per in PER
        ),
        *(Figure(name, name, "ms", LATENCY) for name in PERCENTILES),
    )
}

#: Limit's key -> figure.
KEYS = {figure.key: figure for figure in FIGURES.values()}

#: What a baseline is held to where a budget names no figures, as far as the baseline has them.
USUAL = ("j_per_item", "g_per_item", "usd_per_item")


def named(name: str) -> Figure:
    """The figure of a name. Raises UsageError for another."""
    if name not in FIGURES:
        raise UsageError(
            f"{name!r} is no figure: use {', '.join(USUAL)}, latency_p95_ms, kwh, g, ..."
            + nearest(name, FIGURES)
        )
    return FIGURES[name]


def with_carbon(figure: Figure, carbon: str) -> Figure:
    """A figure of grams by the method that a budget names; others stay as they are."""
    if carbon == MARKET and figure.source == "carbon_location_g":
        return figure._replace(source="carbon_market_g")
    return figure
