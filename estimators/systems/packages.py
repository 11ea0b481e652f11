"""What the packages of the extra `api` ship: EcoLogits' tables as files, genai-prices' price list.

EcoLogits' code is never imported: its tables are read where its folder lies. Of genai-prices the
price list that the installed version ships is taken, never one that a program fetched later, so
that a version says which prices they are.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from footprint.estimators.sources import SourceUnavailable

INSTALL = "pip install 'footprint-ledger[api]'"
ECOLOGITS_LICENSE = "MPL-2.0"
PRICES_LICENSE = "MIT"
#: This distribution, whose model of inference turns sizes into energies.
OURS, OUR_LICENSE = "footprint-ledger", "Apache-2.0"


def version(package: str) -> str:
    """The installed version of a distribution; empty where it has none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _missing(package: str) -> SourceUnavailable:
    return SourceUnavailable(f"{package} is not installed: run {INSTALL}")


def _folder(package: str) -> Path:
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise _missing(package)
    return Path(next(iter(spec.submodule_search_locations)))


def ecologits(table: str) -> dict[str, Any]:
    """A table of EcoLogits: `models` or `electricity_mixes`.

    Raises:
        SourceUnavailable: EcoLogits is not installed, or its file cannot be read.
    """
    return _table(_folder("ecologits") / "data" / f"{table}.json")


@cache
def _table(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceUnavailable(f"{file} cannot be read ({error}): reinstall ecologits") from error
    if not isinstance(content, dict):
        raise SourceUnavailable(f"{file} is not a table: reinstall ecologits")
    return content


def price_list() -> list[Any]:
    """The providers of genai-prices, each with its models and their prices.

    Raises:
        SourceUnavailable: genai-prices is not installed, or its list cannot be loaded.
    """
    try:
        from genai_prices.data import providers
    except ImportError as error:
        if find_spec_quietly("genai_prices"):
            raise SourceUnavailable(f"genai-prices cannot be loaded: {error}") from error
        raise _missing("genai-prices") from error
    return list(providers)


def unknown_layout(package: str, error: Exception) -> SourceUnavailable:
    """A version of a package whose tables are laid out otherwise."""
    return SourceUnavailable(
        f"{package} {version(package)} is in a layout that is not known ({error!r}): "
        "install another version"
    )


def find_spec_quietly(module: str) -> bool:
    """Whether a module can be found; a blocked or broken one cannot."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
