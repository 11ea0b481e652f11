"""Whether a provider serves a system, as far as our tables and its prices say.

A name and a provider that do not go together still have an estimate: the system's energy on
machines such as the provider's. That the provider is not known to serve it is said beside it.
Only our own tables and the prices that were found decide, so that pins replay what was said.
"""

from __future__ import annotations

from footprint.estimators.systems.providers import OTHER, OWN, is_closed, vendor_of
from footprint.estimators.systems.registry import Resolved


def title(resolved: Resolved) -> str:
    """The system's name, or the name as it was written."""
    return resolved.system.name if resolved.system else resolved.written


def vendor(resolved: Resolved) -> str:
    """The id of a provider that serves it: the first of the table, else its vendor."""
    if resolved.system is not None:
        return resolved.system.providers[0]
    return vendor_of(resolved.written) or OTHER


def closed_at_home(resolved: Resolved) -> bool:
    """Whether it is said to run on own hardware, and its weights are not published."""
    if resolved.provider.id != OWN:
        return False
    if resolved.system is not None:
        return OWN not in resolved.system.providers
    return is_closed(resolved.written)


def not_served(resolved: Resolved, answered: bool) -> list[str]:
    """What to say of a system without a price at its provider; nothing where it serves it.

    Args:
        answered: whether the sources of prices could be asked.
    """
    name, provider = title(resolved), resolved.provider
    if closed_at_home(resolved):
        return [
            f"{resolved.subject}: {name} cannot be had to run it, its weights are not published; "
            "the energy is that of a model of its size on own hardware"
        ]
    if resolved.assumed or provider.id == OWN or not answered:
        return []
    if resolved.system is not None and provider.id in resolved.system.providers:
        return []
    return [
        f"{resolved.subject}: no table says that {provider.name} serves {name}; the energy is that "
        "of the model on machines and in places such as this provider's"
    ]
