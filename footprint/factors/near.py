"""What to say where no source has a factor: who could have it, and the nearest things that have.

A name is compared whole and by its parts, so that `H1000` is near to `NVIDIA H100 SXM`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from footprint.estimators.sources import Query
from footprint.estimators.systems.registry import resolve
from footprint.estimators.systems.suggest import is_known, meant, models_like, nearest_providers
from footprint.estimators.zones import folded
from footprint.factors.explained import API_NAMES
from footprint.factors.listing import listed
from footprint.factors.registry import OWN, PINNED, Ordered

_MOST = 3


def near(registry: Ordered, query: Query) -> str:
    """` Did you mean A or B?` of what the sources have such a factor of, or an empty string."""
    if query.name in API_NAMES:
        return _api(query.subject)
    if not query.subject:
        return ""
    every = (one for source in registry.sources for one in listed(source).factors)
    return _alike(query.subject, (one.subject for one in every if one.name == query.name))


def able(registry: Ordered, name: str) -> list[str]:
    """The sources that have factors of a name, in their order; pins and own files may have any."""
    if name in API_NAMES:
        return [each.name for each in registry.sources if each.name in (PINNED, OWN, "systems")]
    return [
        each.name
        for each in registry.sources
        if each.name in (PINNED, OWN) or any(one.name == name for one in listed(each).factors)
    ]


def _api(subject: str) -> str:
    """The subject of a model or provider as `provider/model`."""
    provider, slash, model = subject.partition("/")
    if slash:
        like = [resolve(name, provider).subject for name in models_like(model, provider)]
        return meant(like) or nearest_providers(provider)
    like = [subject] if is_known(subject) else models_like(subject)
    return meant(resolve(name).subject for name in like) or nearest_providers(subject)


def _alike(word: str, names: Iterable[str]) -> str:
    variants: dict[str, str] = {}
    for name in names:
        for part in (name, *re.split(r"[\s:/]+", name)):
            if len(folded(part)) > 2:  # two letters are near to anything
                variants.setdefault(folded(part), name)
    close = difflib.get_close_matches(folded(word), variants, n=_MOST, cutoff=0.7)
    return meant(dict.fromkeys(variants[each] for each in close))
