"""Where two reports' JSON differ: path, old and new value, the largest difference first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

#: Told apart from figures: how a report was made, and of which ledger.
LEFT_OUT = ("made", "ledger_heads")

#: List -> what its entries are told from each other by; others go by their text, or their place.
_WHOSE: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "groups": lambda each: _key(each["key"]) + (" own time" if each["own_time"] else ""),
    "lines": lambda each: str(each["part"] if "part" in each else each["source"]),
    "conservation": lambda each: f"{each['host']}/{each['device']}",
    "devices": lambda each: f"{each['host']}/{each['device']}",
    "factors": lambda each: " ".join(
        str(each.get(key)) for key in ("name", "zone", "subject", "digest") if each.get(key)
    ),
    "gaps": lambda each: (
        f"{each['what']}: {each['why']}"
        if "what" in each
        else f"{each['host']}/{','.join(each['devices'])} from {each['start']}"
    ),
    "cuts": lambda each: ",".join(each["by"]),
    "rows": lambda each: _key(each["key"]),
    "periods": lambda each: str(each["start"]),
    "days": lambda each: str(each["date"]),
    "supplies": lambda each: f"zone={each['zone']}" + (" rented" if each["rented"] else ""),
    "instruments": lambda each: str(each["name"]),
    "esrs": lambda each: f"{each['requirement']} {each['name']}",
    "prices": lambda each: " ".join(
        str(each.get(key)) for key in ("name", "subject", "zone", "source") if each.get(key)
    ),
    "earlier": lambda each: str(each["report"]),
    "corrections": lambda each: str(each["id"]),
    "exclusions": lambda each: str(each["what"]),
}


class Difference(NamedTuple):
    """A value that is not what it was.

    Attributes:
        path: where in the JSON: `groups[model=minilm].energy_j.mid`.
        old, new: the values; None where there is none.
        share: how far figures lie apart, as a part of the larger one (1: one is 0, or not known);
            None where it is no figure.
    """

    path: str
    old: Any
    new: Any
    share: float | None

    @property
    def is_figure(self) -> bool:
        """Whether one of the two is a number."""
        return self.share is not None


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """All differences of two reports' JSON but for `LEFT_OUT`.

    Figures first, the largest first; then texts. A key that only one of them has is a difference.
    """
    found: list[Difference] = []
    old, new = _by_group(old), _by_group(new)
    for name in dict.fromkeys((*old, *new)):
        if name not in LEFT_OUT:
            found += _between(name, name, old.get(name), new.get(name))
    return sorted(found, key=lambda each: (not each.is_figure, -(each.share or 0.0), each.path))


def _by_group(report: Mapping[str, Any]) -> Mapping[str, Any]:
    """A report whose periods name their groups, which its JSON has in the order of a list."""
    try:
        series = report["series"]
        periods = [
            {**each, "groups": [{**whose, **own} for whose, own in _pairs(series, each)]}
            for each in series["periods"]
        ]
    except (KeyError, TypeError, ValueError):  # an older one, or an edited one: as it stands
        return report
    return {**report, "series": {**series, "periods": periods}}


def _pairs(series: Any, period: Any) -> Iterator[tuple[Any, Any]]:
    return zip(series["groups"], period["groups"], strict=True)


def _between(path: str, name: str, old: Any, new: Any) -> Iterator[Difference]:
    if old == new and type(old) is type(new):
        return
    if _is_number(old) and _is_number(new):
        if old != new:
            largest = max(abs(old), abs(new))
            yield Difference(path, old, new, min(abs(new - old) / largest, 1.0))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from _between(f"{path}.{key}", str(key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        before, after = _named(name, old), _named(name, new)
        for key in dict.fromkeys((*before, *after)):
            yield from _between(f"{path}[{key}]", "", before.get(key), after.get(key))
    elif old is not None or new is not None:
        # A figure that is not known is null; an entry that is missing stands as a whole.
        figure = _holds_figure(old) or _holds_figure(new)
        yield Difference(path, old, new, 1.0 if figure else None)


def _named(name: str, entries: Sequence[Any]) -> dict[str, Any]:
    """A list's entries by what they are of; of two with one name, the second has its number."""
    found: dict[str, Any] = {}
    for number, each in enumerate(entries):
        key = _name(name, each, number)
        while key in found:
            key += f" #{number}"
        found[key] = each
    return found


def _name(name: str, each: Any, number: int) -> str:
    if isinstance(each, str):
        return each
    whose = _WHOSE.get(name)
    if whose is not None and isinstance(each, Mapping):
        try:
            return whose(each)
        except (KeyError, TypeError, AttributeError):
            pass
    return str(number)


def _key(key: Mapping[str, Any]) -> str:
    return ",".join(f"{field}={value}" for field, value in key.items())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _holds_figure(value: Any) -> bool:
    """Whether it is a number or a quantity, or an entry that has energy or a quantity in it.

    Of an entry that is no figure of its own (a factor, a price) the numbers say what it is.
    """
    if not isinstance(value, Mapping):
        return _is_number(value)
    return is_quantity(value) or any(
        _holds_figure(each) and (isinstance(each, Mapping) or str(name).endswith(("_j", "_h")))
        for name, each in value.items()
    )


def is_quantity(value: Any) -> bool:
    """Whether it is a quantity as JSON has it."""
    return isinstance(value, Mapping) and set(value) == {"low", "mid", "high"}
