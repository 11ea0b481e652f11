"""The registry of AI systems: a name as written -> what it is and who serves it.

The table is `data/systems.toml`. A name that it lacks may still be known to EcoLogits (size) or
genai-prices (price): it then resolves to itself, at the vendor whose names begin like it. Which
name is which system and provider is decided by our own tables alone, so that an upgrade of those
packages changes figures, never what a name means.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity
from footprint.estimators.series import utc_ns
from footprint.estimators.systems import providers as _providers
from footprint.estimators.systems.names import key, keys, tidy
from footprint.estimators.systems.providers import Provider
from footprint.estimators.units import shown

_FILE = Path(__file__).resolve().parent.parent / "data" / "systems.toml"


class System(NamedTuple):
    """An AI system of the table.

    Attributes:
        id, name, vendor: canonical id, as shown, who made it.
        total_b, active_b: parameters in 10^9; exact where published, else a range.
        params_source: where they are from, and how a range was chosen.
        low_b, low_source: (total, active) that the low end reaches below EcoLogits' entry, and why.
        ecologits: `provider/name` of EcoLogits' entry, which serves where it has one.
        precision: of the weights as served; None: the table's assumption for all.
        providers: who serves it; the first is taken where none is named.
        ids: its id in genai-prices by provider, where that is not `id`.
        released_ns, retired_ns: UTC; None where not known, or not retired.
        prices: own dated price rows.
        note: what the figures leave out.
    """

    id: str
    name: str
    vendor: str
    total_b: Quantity
    active_b: Quantity
    params_source: str
    low_b: tuple[float, float] | None
    low_source: str
    ecologits: str | None
    precision: str | None
    providers: tuple[str, ...]
    ids: dict[str, str]
    released_ns: int | None
    retired_ns: int | None
    prices: tuple[dict[str, Any], ...]
    note: str


class Resolved(NamedTuple):
    """What a name as written stands for.

    Attributes:
        subject: `provider/name as written`: the subject of its factors.
        written: the name, tidied.
        system: of the table; None where only a package may know the name.
        provider: who serves it.
        assumed: whether the provider was not named but taken from the table.
    """

    subject: str
    written: str
    system: System | None
    provider: Provider
    assumed: bool


def _ns(day: date | None) -> int | None:
    return None if day is None else utc_ns(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _size(value: float | list[float]) -> Quantity:
    return _providers.span(value if isinstance(value, list) else [value] * 3, "10^9")


def _system(row: dict[str, Any]) -> System:
    return System(
        id=row["id"],
        name=row["name"],
        vendor=row["vendor"],
        total_b=_size(row["total_b"]),
        active_b=_size(row.get("active_b", row["total_b"])),
        params_source=row["params_source"],
        low_b=tuple(row["low_b"]) if "low_b" in row else None,
        low_source=row.get("low_source", ""),
        ecologits=row.get("ecologits"),
        precision=row.get("precision"),
        providers=tuple(row["providers"]),
        ids=row.get("ids", {}),
        released_ns=_ns(row.get("released")),
        retired_ns=_ns(row.get("retired")),
        prices=tuple(row.get("price", ())),
        note=row.get("note", ""),
    )


@cache
def systems() -> dict[str, System]:
    """All systems of the table by id, in its order."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["system"]
    return {row["id"]: _system(row) for row in rows}


@cache
def _by_key() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in tomllib.loads(_FILE.read_text(encoding="utf-8"))["system"]:
        for word in (row["id"], row["name"], *row["aliases"]):
            other = found.setdefault(key(word), row["id"])
            if other != row["id"]:
                raise EstimatorError(f"systems.toml: {word!r} names {other} and {row['id']}")
    return found


def find_system(model: str) -> System | None:
    """The system of the table that a name stands for; None where there is none."""
    by_key = _by_key()
    for word in keys(model):
        if word in by_key:
            return systems()[by_key[word]]
    return None


def resolve(model: str, provider: str | None = None) -> Resolved:
    """The system and the provider of a name; never fails for a name that is not known.

    A provider may stand before the name (`azure/gpt-4o`). The organisation that published a model
    (`microsoft/Phi-3-mini-4k-instruct`) is no provider, unless it is the model's usual one.

    Raises:
        EstimatorError: the name is empty or no text.
    """
    if not isinstance(model, str) or not model.strip():
        raise EstimatorError(f"model is {shown(model)}: give a name such as gpt-4o")
    written = tidy(model)
    system = find_system(model)
    named = provider.strip() if provider is not None else ""
    if named:
        served = _providers.provider(named)
        return Resolved(f"{served.id}/{written}", written, system, served, False)
    usual = system.providers[0] if system else _providers.vendor_of(model) or _providers.OTHER
    served = _providers.provider(usual)
    prefix, _, rest = written.partition("/")
    router = _providers.known(prefix) if rest else None
    if router is not None and (router == served or not _providers.is_organisation(prefix)):
        # `azure/gpt-4o`, as routers write it
        return Resolved(f"{router.id}/{rest}", rest, system, router, False)
    return Resolved(f"{served.id}/{written}", written, system, served, True)
