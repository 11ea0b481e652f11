"""The names nearest to one that is not known; each of them is known.

Of a family's name alone (`claude`, `mistral`, `openai`) the newest systems of that family are
given; else names whose letters and digits are like it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from footprint.estimators.sources import SourceUnavailable
from footprint.estimators.systems import packages
from footprint.estimators.systems import providers as _providers
from footprint.estimators.systems.names import key, tidy, without_path
from footprint.estimators.systems.prices import price_factors
from footprint.estimators.systems.registry import resolve, systems
from footprint.estimators.systems.rows import INPUT, OUTPUT
from footprint.estimators.systems.sizes import size
from footprint.estimators.zones import nearest

_MOST = 3


def nearest_models(model: str, provider: str | None = None) -> str:
    """` Did you mean A or B?` over the table's names and those that the packages know.

    Args:
        provider: as it was written; each name is then known there too.
    """
    return meant(models_like(model, provider))


def models_like(model: str, provider: str | None = None) -> list[str]:
    """The names themselves; as in `nearest_models`."""
    found = [*islice(_known(_family(model), provider), _MOST)]
    return found or [*islice(_known(_alike(model), provider), _MOST)]


def meant(names: Iterable[str]) -> str:
    """` Did you mean A or B?`, or an empty string."""
    found = " or ".join(names)
    return f" Did you mean {found}?" if found else ""


def nearest_providers(provider: str) -> str:
    """` Did you mean A or B?` over the table's providers and genai-prices'."""
    own = [found.id for found in _providers.listed() if found.id != _providers.OTHER]
    with suppress(SourceUnavailable):
        own += [found.id for found in packages.price_list()]
    known: dict[str, str] = {}
    for name in own:
        known.setdefault(key(name), name)
    return nearest(key(provider), known)


def is_known(model: str, provider: str | None = None) -> bool:
    """Whether a name stands for a system, or one that a package has the size or token price of."""
    resolved = resolve(model, provider)
    if resolved.system is not None:
        return True
    with suppress(SourceUnavailable):
        if size(resolved) is not None:
            return True
    with suppress(SourceUnavailable):
        return not {INPUT, OUTPUT}.isdisjoint(price_factors(resolved))  # not those by the page
    return False


def _known(names: Iterable[str], provider: str | None) -> Iterator[str]:
    return (name for name in dict.fromkeys(names) if is_known(name, provider))


def _family(word: str) -> list[str]:
    """The systems of a family, the newest first; none where the name says more than a family's."""
    family = key(word)
    served = _providers.known(word)
    found = [
        system
        for system in systems().values()
        if key(system.id).startswith(family)
        or (served is not None and _providers.vendor_of(system.id) == served.id)
    ]
    found.sort(key=lambda system: -(system.released_ns or 0))
    return [system.name for system in found] if family else []


def _alike(model: str) -> Iterator[str]:
    known: dict[str, str] = {}
    for name in (*_own_names(), *_package_names()):
        known.setdefault(key(without_path(name)), name)
    words = [word for word in known if len(word) > 2]  # two letters are near to anything
    close = difflib.get_close_matches(key(without_path(tidy(model))), words, n=12, cutoff=0.6)
    return (known[word] for word in close)


def _own_names() -> list[str]:
    return [name for system in systems().values() for name in (system.id, system.name)]


def _package_names() -> list[str]:
    names: list[str] = []
    with suppress(SourceUnavailable):
        names += [entry["name"] for entry in packages.ecologits("models")["models"]]
    with suppress(SourceUnavailable):
        wanted = {found.price_id for found in _providers.listed()}
        names += [m.id for p in packages.price_list() if p.id in wanted for m in p.models]
    return names
