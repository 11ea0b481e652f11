"""How large a system is: EcoLogits' entry where it has one, else our own table.

A dense entry has one number or a range; one of experts has a total and an active part. EcoLogits
gives a range for a closed model by its ends alone: the middle is their geometric mean.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any, NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity
from footprint.estimators.sources import SourceUnavailable
from footprint.estimators.systems import packages
from footprint.estimators.systems.names import key, keys, without_path
from footprint.estimators.systems.pricelist import find, sold
from footprint.estimators.systems.registry import Resolved, System
from footprint.estimators.units import checked


class Size(NamedTuple):
    """Parameters in 10^9, and where they are from; `closed`: the vendor published none."""

    total_b: Quantity
    active_b: Quantity
    source: str
    version: str
    license: str
    closed: bool = False

    @property
    def moe(self) -> bool:
        """Whether a token uses a part of the parameters only: a mixture of experts."""
        return self.active_b.mid < self.total_b.mid


def size(resolved: Resolved) -> Size | None:
    """The size of a system; None where neither EcoLogits nor our table has it.

    Raises:
        SourceUnavailable: only EcoLogits may know the name, and it is not installed, or its table
            is in a layout that is not known.
    """
    system = resolved.system
    found = None
    try:
        entry = _entry(resolved)
        if entry is not None:
            found = _read(entry)
    except SourceUnavailable:
        if system is None:
            raise
    except (KeyError, TypeError, AttributeError, EstimatorError) as error:
        if system is None:
            raise packages.unknown_layout("ecologits", error) from error
    if system is None:
        return found or _named(resolved)
    if found is None:
        closed = system.active_b.low < system.active_b.high
        source = system.params_source
        found = Size(system.total_b, system.active_b, source, "systems.toml", "", closed)
    return found if system.low_b is None else _lower(found, system)


#: `235b-a22b`: parameters, and active ones, in 10^9, as open models are named.
_SIZE = re.compile(r"(?<![0-9.x])(\d+(?:\.\d+)?)b(?:-a(\d+(?:\.\d+)?)b)?(?![a-z0-9])")
#: What a size in a name stands for: Llama 2 7B has 6.74, Gemma 7B 8.54 (EcoLogits 0.11.3).
_NOMINAL = (6.74 / 7, 1.0, 8.54 / 7)


def _named(resolved: Resolved) -> Size | None:
    """The size that a name states, of a model that the price list has; None for any other.

    A name that nobody sells may be a slip of the pen: nothing is read into it.
    """
    stated = _SIZE.search(without_path(resolved.written))
    try:
        if stated is None or (find(resolved) or sold(resolved.written)) is None:
            return None
    except (SourceUnavailable, AttributeError, KeyError, TypeError):
        return None  # the gap of its price says what is wrong with the list
    total, active = (float(each or stated[1]) for each in stated.groups())
    low, mid, high = _NOMINAL
    return Size(
        Quantity(total * low, total * mid, total * high, "10^9"),
        Quantity(active * low, active * mid, active * high, "10^9"),
        "the size in its name; for 7B models from 6.74 to 8.54 (EcoLogits 0.11.3: Llama 2, Gemma)",
        "",
        "",
    )


def _lower(found: Size, system: System) -> Size:
    """The size with its low ends taken down to what our table has a reason for."""
    total, active = system.low_b or (found.total_b.low, found.active_b.low)

    def down(range_: Quantity, low: float) -> Quantity:
        return Quantity(min(low, range_.low), range_.mid, range_.high, range_.unit)

    return found._replace(
        total_b=down(found.total_b, total),
        active_b=down(found.active_b, active),
        source=f"{found.source}; {system.low_source}",
    )


def _entry(resolved: Resolved) -> dict[str, Any] | None:
    """EcoLogits' entry: as the name was written, else the one that our table names."""
    if resolved.system is None:
        entries = _by_key()
        for word in keys(resolved.written):
            if word in entries:
                return entries[word]
        return None
    named = resolved.system.ecologits
    return None if named is None else _by_name().get(named)


@cache
def _by_name() -> dict[str, dict[str, Any]]:
    table = packages.ecologits("models")
    return {f"{entry['provider']}/{entry['name']}": entry for entry in table["models"]}


@cache
def _by_key() -> dict[str, dict[str, Any]]:
    """Entries by the key of their name without its path; the first of several is kept."""
    table = packages.ecologits("models")
    found: dict[str, dict[str, Any]] = {}
    # Providers' own entries before those of the Hugging Face Hub, whose quantised copies
    # (`-4bit`) have other sizes under longer names.
    ordered = sorted(table["models"], key=lambda entry: entry["provider"] == "huggingface_hub")
    for entry in ordered:
        found.setdefault(key(without_path(entry["name"])), entry)
    for alias in table.get("aliases", ()):
        entry = _by_name().get(f"{alias['provider']}/{alias['alias']}")
        if entry is not None:
            found.setdefault(key(alias["name"]), entry)
    return found


def _read(entry: dict[str, Any]) -> Size:
    name = f"{entry.get('provider')}/{entry.get('name')}"
    architecture = entry["architecture"]
    stated = architecture["parameters"]
    if architecture["type"] == "moe":
        total, active = _range(name, stated["total"]), _range(name, stated["active"])
    else:
        total = active = _range(name, stated)
    source = f"EcoLogits, models.json, {name}"
    closed = "model-arch-not-released" in (entry.get("warnings") or ())
    version = packages.version("ecologits")
    return Size(total, active, source, version, packages.ECOLOGITS_LICENSE, closed)


def _range(name: str, stated: Any) -> Quantity:
    ends = (stated["min"], stated["max"]) if isinstance(stated, dict) else (stated, stated)
    low, high = (checked(f"parameters of {name}", end, "10^9", low=1e-6) for end in ends)
    return Quantity(low, min(max(math.sqrt(low * high), low), high), high, "10^9")
