"""What an estimate of API calls says where a figure is missing."""

from __future__ import annotations

from footprint.estimators.errors import Gap
from footprint.estimators.systems.registry import Resolved

OWN_HARDWARE = "on own hardware there is no price by the token: its cost is that of the hardware"


def entries(count: int) -> str:
    """`1 entry`, `3 entries`."""
    return f"{count:,} {'entry' if count == 1 else 'entries'}"


def unknown(what: str, resolved: Resolved, count: int) -> Gap:
    """A model whose size or price no source knows."""
    missing = "its size" if what == "energy_j" else "a price by the token"
    why = f"{entries(count)} of {resolved.subject}: {missing} is not known"
    others = [] if resolved.system is None else list(resolved.system.providers)
    sold = f" (the table has {', '.join(others)})" if others and what == "cost_usd" else ""
    remedy = f"check the names of model and provider{sold}, or give factors of your own"
    return Gap(what, why, remedy)


def own_hardware(resolved: Resolved) -> Gap:
    """The cost of a model that runs on hardware of one's own."""
    name = resolved.system.name if resolved.system else resolved.written
    remedy = "name who serves it (--provider), or count electricity and hardware of the run"
    return Gap("cost_usd", f"{name}: {OWN_HARDWARE}", remedy)


def reason(note: str) -> str:
    """Why a source could not answer, without what it was asked for."""
    return note.split(": ", 1)[-1].removesuffix("; the next source is asked")


def unavailable(why: str) -> Gap:
    """A package that is not installed, or a provider that is down."""
    what = "cost_usd" if "genai-prices" in why else "energy_j"
    what = "water_l" if "ecologits" in why.lower() else what
    return Gap(what, why, why.rpartition(": ")[2] if "run pip" in why else "try again")
