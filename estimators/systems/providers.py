"""Who serves models: the table of providers, and what their machines and places are assumed to be.

The table is `data/providers.toml`; every figure there has its source beside it.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from footprint.estimators.quantity import Quantity
from footprint.estimators.systems.names import key, tidy, without_path

OWN = "own"
OTHER = "other"
_FILE = Path(__file__).resolve().parent.parent / "data" / "providers.toml"


class Provider(NamedTuple):
    """Who serves a model.

    Attributes:
        id: ours, or as it was written where the table has no such provider.
        name: as it is shown.
        price_id: its id in genai-prices; None for own hardware, and for `other`, which is whoever
            sells a model.
        home: the zone of the middle grid; None for own hardware, whose place the user gives.
        zones: the zones whose grids span the interval.
        pue: facility energy per IT energy; wue: L/kWh of IT energy, on site.
        source: of PUE and WUE; place: of the zones.
    """

    id: str
    name: str
    price_id: str | None
    home: str | None
    zones: tuple[str, ...]
    pue: Quantity
    wue: Quantity | None
    source: str
    place: str


@cache
def tables() -> dict[str, Any]:
    """The file's tables: `sources`, `boundary`, `batch`, `server`, `provider`, ..."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def span(values: list[float], unit: str) -> Quantity:
    """A Quantity of `[low, mid, high]`."""
    low, mid, high = (float(value) for value in values)
    return Quantity(low, mid, high, unit)


@cache
def _providers() -> dict[str, Provider]:
    return {name: _provider(name, row) for name, row in tables()["provider"].items()}


def _provider(name: str, row: dict[str, Any]) -> Provider:
    sources = tables()["sources"]

    def stated(which: str, note: str) -> str:
        parts = (sources.get(row.get(which, "")), row.get(note))
        return "; ".join(part for part in parts if part)

    wue = row.get("wue_l_per_kwh")
    return Provider(
        id=name,
        name=row["name"],
        price_id=row.get("price"),
        home=row.get("home"),
        zones=tuple(row.get("zones", ())),
        pue=span(row["pue"], "1"),
        wue=span(wue, "L/kWh") if wue else None,
        source=stated("facility_source", "facility_note"),
        place=stated("zones_source", "zones_note"),
    )


@cache
def _by_key() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, row in tables()["provider"].items():
        if name != OTHER:
            found |= {key(word): name for word in (name, row["name"], *row["aliases"])}
    return found


def listed() -> tuple[Provider, ...]:
    """All providers of the table."""
    return tuple(_providers().values())


def known(text: str) -> Provider | None:
    """The provider of the table that a name stands for; None where there is none."""
    name = _by_key().get(key(text))
    return _providers()[name] if name else None


@cache
def _organisations() -> frozenset[str]:
    return frozenset(key(name) for name in tables()["organisations"]["names"])


def is_organisation(text: str) -> bool:
    """Whether a name before a slash may be the organisation that published a model, and does not
    say who serves it."""
    return key(text) in _organisations()


def provider(text: str) -> Provider:
    """The provider that a name stands for. One that the table does not have gets `other`'s place
    and machines, under the name that was written, which is asked for in genai-prices."""
    found = known(text)
    if found is not None:
        return found
    word = tidy(text)
    if word == OTHER:
        return _providers()[OTHER]
    return _providers()[OTHER]._replace(id=word, name=text.strip(), price_id=word)


#: Beginnings of names that are one vendor's, for models that only a package knows.
_VENDORS = {
    "openai": ("gpt", "chatgpt", "o1", "o3", "o4", "textdavinci"),
    "anthropic": ("claude",),
    "google": ("gemini", "gemma"),
    "mistral": (
        "mistral",
        "mixtral",
        "codestral",
        "magistral",
        "ministral",
        "devstral",
        "pixtral",
        "voxtral",
        "openmistral",
    ),
    "x-ai": ("grok",),
    "deepseek": ("deepseek",),
    "perplexity": ("sonar",),
    "cohere": ("command",),
}


#: Beginnings of names of a vendor's open models, which it does not serve itself.
_OPEN = ("gptoss",)
#: Vendors that publish no weights of their models, and the beginnings of such names of others.
_CLOSED, _CLOSED_NAMES = ("openai", "anthropic", "perplexity"), ("gemini",)


def is_closed(model: str) -> bool:
    """Whether a name is one of a vendor's that publishes no weights: such run nowhere else."""
    return vendor_of(model) in _CLOSED or key(without_path(tidy(model))).startswith(_CLOSED_NAMES)


def vendor_of(model: str) -> str | None:
    """The provider whose names begin like this one; None where nobody's do."""
    word = key(without_path(tidy(model)))
    if word.startswith(_OPEN):
        return None
    for name, beginnings in _VENDORS.items():
        if word.startswith(beginnings):
            return name
    return None
