"""How the whole of a report's energy and carbon became known: shares by method tier.

All that is in the totals counts: calls, runs' own time, idle, unattributed, and what providers of
APIs used. Carbon is that of the electricity, location-based; manufacture has no method tier.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from footprint.estimators.units import J_PER_KWH
from footprint.model import TIERS
from footprint.reports.beside import API
from footprint.reports.booked import Piece
from footprint.reports.places import Places
from footprint.reports.view import Amounts


class TierMix(NamedTuple):
    """Shares by tier, the best tier first; each adds up to 1.

    Attributes:
        energy: of the energy; empty where there is none.
        carbon: of location-based carbon; None where some of it is not known.
    """

    energy: Mapping[str, float]
    carbon: Mapping[str, float] | None

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            "energy": dict(self.energy),
            "carbon": None if self.carbon is None else dict(self.carbon),
        }


def tier_mix(pieces: Iterable[Piece], places: Places, api: Amounts | None) -> TierMix:
    """The mix over all pieces and what providers used (None: no API was called)."""
    joules: dict[str, list[float]] = {}
    grams: dict[str, list[float]] | None = {}
    for piece in pieces:
        if not any(piece.tiers_j.values()):
            continue
        per_kwh = places.g_per_kwh(piece.number, piece.use)
        if per_kwh is None:
            grams = None
        for tier, amount in piece.tiers_j.items():
            joules.setdefault(tier, []).append(amount)
            if grams is not None and per_kwh is not None:
                grams.setdefault(tier, []).append(amount / J_PER_KWH * per_kwh)
    if api is not None:
        if api.energy_j is not None:
            joules.setdefault(API, []).append(api.energy_j.mid)
        if api.carbon_location_g is None:
            grams = None
        elif grams is not None:
            grams.setdefault(API, []).append(api.carbon_location_g.mid)
    return TierMix(_shares(joules), None if grams is None else _shares(grams))


def _shares(amounts: Mapping[str, list[float]]) -> dict[str, float]:
    sums = {tier: math.fsum(each) for tier, each in amounts.items()}
    whole = math.fsum(sums.values())
    if not whole:
        return {}
    return {tier: sums[tier] / whole for tier in TIERS if sums.get(tier)}
