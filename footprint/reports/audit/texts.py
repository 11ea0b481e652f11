"""All texts of a report, one after the other, whoever added the part that they are in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

#: Fields whose values are words of ours, of a standard, or hashes: they have no names in them.
OURS = frozenset(
    {"kind", "device_kind", "tier", "tiers_energy", "tiers_carbon", "status", "part", "unit", "by"}
    | {"action", "absorption", "role", "schema", "digest", "sha256", "factors_sha256"}
    | {"used_for", "license", "version"}
)

#: A text and the field that it is of -> the text to have instead.
Say = Callable[[str, str], str]


def changed(value: Any, say: Say, field: str = "") -> Any:
    """A value with every text in it as `say` has it, but for those of `OURS`.

    Args:
        value: what reports are made of: texts, tuples, NamedTuples, mappings, figures.
        say: gives a text's replacement.
        field: what the value is of; of a group's key, the field that it was grouped by.
    """
    if isinstance(value, str):
        return value if field in OURS else say(value, field)
    fields: tuple[str, ...] | None = getattr(value, "_fields", None)
    if isinstance(value, tuple) and fields is not None:
        return type(value)(*(changed(getattr(value, name), say, name) for name in fields))
    if isinstance(value, tuple | list):
        if field == "key" and all(isinstance(each, tuple) for each in value):
            return tuple((name, changed(one, say, name)) for name, one in value)
        return type(value)(changed(each, say, field) for each in value)
    if isinstance(value, Mapping):
        found: dict[Any, Any] = {}
        for key, each in value.items():
            named = isinstance(key, str)
            kept = say(key, "") if named and field not in OURS else key
            found[kept] = changed(each, say, key if named else field)
        return found
    return value  # figures, numbers, None
