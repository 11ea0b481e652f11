"""Currencies that a bill can be in: the active codes of ISO 4217, from `data/currencies.csv`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "currencies.csv"


@cache
def currencies() -> dict[str, str]:
    """code -> English name, as ISO 4217 writes it."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.partition(",") for line in lines if not line.startswith("#")]
    return {code: name for code, _, name in rows[1:]}


def nearest_currency(text: str) -> str:
    """` Did you mean EUR (Euro)?` for what is no code, or an empty string.

    Codes are compared letter by letter, names as words; two letters of three must agree.
    """
    from footprint.estimators.zones import folded, nearest

    word = folded(text)
    spelled = {code.lower(): f"{code} ({name})" for code, name in currencies().items()}
    if len(word) == 3:
        return nearest(word, spelled)
    named = {folded(name): f"{code} ({name})" for code, name in currencies().items()}
    return nearest(word, named)
