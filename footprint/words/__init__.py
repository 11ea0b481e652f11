"""Words, numbers and dates of the languages that documents come in.

The words live in catalogues, `catalogues/<domain>.<language>.toml`: a key is a dotted path, its
text may hold `{placeholders}`. Every domain has the same keys in every language, which a test
checks; there is no falling back from one language to another.

    w = words("fr", "datasheet")
    w("performance.title")                  # "Performances"
    w("total", calls=w.count(2700))
    w.quantity(energy)                      # "12,3 (11,1 à 14)"
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity

#: The languages that documents come in.
LANGUAGES = ("en", "fr")

#: Language -> what stands before decimals, and between thousands.
_MARKS = {"en": (".", ","), "fr": (",", "\u202f")}


class Words:
    """One language's words of one domain. Made by `words`."""

    def __init__(self, lang: str, texts: Mapping[str, str]) -> None:
        self.lang = lang
        self._texts = texts
        self._point, self._thousands = _MARKS[lang]

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key, its placeholders filled. KeyError for a key that is not there."""
        text = self._texts[key]
        return text.format_map(values) if values else text

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def get(self, key: str, default: str, /) -> str:
        """The text of a key whose last part came from outside; `default` where it is not known."""
        return self._texts.get(key, default)

    def number(self, value: float, digits: int = 3) -> str:
        """So many significant digits, never fewer than the whole part's: `1,234`, `0.0123`."""
        whole = abs(value) >= 10 ** (digits - 1)
        return self._marked(f"{value:,.0f}" if whole else f"{value:.{digits}g}")

    def fixed(self, value: float, digits: int = 3) -> str:
        """As `number`, but with its zeros and never with an exponent: `0.0000000120`."""
        if not value:
            return "0"
        places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        return self._marked(f"{value:,.{places}f}")

    def count(self, value: float) -> str:
        """A number of things, all of its digits."""
        return self._marked(f"{value:,.12g}")

    def quantity(self, quantity: Quantity, digits: int = 3) -> str:
        """`12.3 (11.1 to 14)`; the middle alone where there is no interval. Without its unit."""
        mid = self.number(quantity.mid, digits)
        if quantity.low == quantity.mid == quantity.high:
            return mid
        to = {"en": "to", "fr": "à"}[self.lang]
        low, high = self.number(quantity.low, digits), self.number(quantity.high, digits)
        return f"{mid} ({low} {to} {high})"

    def _marked(self, text: str) -> str:
        swap = {".": self._point, ",": self._thousands}
        return "".join(swap.get(letter, letter) for letter in text)

    def instant(self, iso: str) -> str:
        """An ISO 8601 instant as a date and time in UTC, to the second; empty for an empty one."""
        if not iso:
            return ""
        date, time = iso[:10], iso[11:19]
        if self.lang == "fr":
            date = "/".join(reversed(date.split("-")))
        return f"{date} {time} UTC"


@cache
def words(lang: str, domain: str) -> Words:
    """The words of a domain in a language. Raises UsageError for a language that is not there."""
    if lang not in LANGUAGES:
        raise UsageError(f"language {lang!r} is not there: use {' or '.join(LANGUAGES)}")
    return Words(lang, dict(_flat("", _read(f"{domain}.{lang}.toml"))))


def _read(name: str) -> dict[str, Any]:
    import tomllib
    from importlib.resources import files

    text = files("footprint.words").joinpath("catalogues", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _flat(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            found += _flat(f"{prefix}{key}.", value)
        else:
            found.append((prefix + key, str(value)))
    return found
