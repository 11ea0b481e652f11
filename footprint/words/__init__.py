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
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity

#: The languages that documents come in.
LANGUAGES = ("en", "fr")

#: Language -> what stands before decimals, and between thousands.
_MARKS = {"en": (".", ","), "fr": (",", "\u202f")}

#: Between the ends of an interval.
TO = {"en": "to", "fr": "à"}

#: Language -> units that have another name in it.
_UNITS: dict[str, dict[str, str]] = {
    "en": {},
    "fr": {
        "d": "j",
        "B": "o",
        "kB": "ko",
        "MB": "Mo",
        "GB": "Go",
        "TB": "To",
        "token": "jeton",
        "Mtok": "Mjeton",
        "item": "élément",
        "call": "appel",
        "hour": "heure",
        "day": "jour",
        "week": "semaine",
        "month": "mois",
        "year": "an",
        "device-hour": "heure d'appareil",
        "instance-hour": "heure d'instance",
        "1000 requests": "1\u202f000 requêtes",
        "10^9": "milliards",
    },
}

#: Digits of exponents, as they are shown and as Python reads them.
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = {raised: chr(letter) for letter, raised in _RAISED.items()}

#: Spaces that belong to a text of ours, beside the plain one.
NO_BREAK = "\u00a0\u202f"

#: Where French has a no-break space. Catalogues are written with plain ones.
_SPACE = re.compile(r"[ \u202f](?=[:;!?%»](?![\w/-]))|(?<=«) ")


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

    def parsed(self, text: str) -> tuple[float, float]:
        """What `fixed` wrote, and one of its last digit. Raises ValueError: it is no number."""
        digits = text.replace(self._marked(","), "").replace(self._marked("."), ".")
        return float(digits), 10.0 ** -len(digits.partition(".")[2])

    def count(self, value: float) -> str:
        """A number of things, all of its digits."""
        return self._marked(f"{value:,.12g}")

    def quantity(self, quantity: Quantity, digits: int = 3) -> str:
        """`12.3 (11.1 to 14)`; the middle alone where there is no interval. Without its unit."""
        mid = self.number(quantity.mid, digits)
        if quantity.low == quantity.mid == quantity.high:
            return mid
        low, high = self.number(quantity.low, digits), self.number(quantity.high, digits)
        return f"{mid} ({low} {TO[self.lang]} {high})"

    def _marked(self, text: str) -> str:
        return marked(self.lang, text)

    def instant(self, iso: str) -> str:
        """An ISO 8601 instant as a date and time in UTC, to the second; empty for an empty one."""
        return f"{self.day(iso)} {iso[11:19]} UTC" if iso else ""

    def day(self, iso: str) -> str:
        """The day of an ISO 8601 date or instant."""
        day = iso[:10]
        return "/".join(reversed(day.split("-"))) if self.lang == "fr" else day


@cache
def words(lang: str, domain: str) -> Words:
    """The words of a domain in a language. Raises UsageError for a language that is not there."""
    return Words(lang, dict(_flat("", entries(lang, domain))))


def known_language(lang: str) -> None:
    """Raises UsageError for a language that is not there."""
    if lang not in LANGUAGES:
        raise UsageError(f"language {lang!r} is not there: use {' or '.join(LANGUAGES)}")


def entries(lang: str, domain: str) -> dict[str, Any]:
    """A catalogue's tables, its texts typeset. Raises UsageError for a language not there."""
    import tomllib
    from importlib.resources import files

    known_language(lang)
    name = f"{domain}.{lang}.toml"
    text = files("footprint.words").joinpath("catalogues", name).read_text(encoding="utf-8")
    return {key: _typeset(lang, value) for key, value in tomllib.loads(text).items()}


def _typeset(lang: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _typeset(lang, each) for key, each in value.items()}
    return typeset(lang, value) if isinstance(value, str) else value


def typeset(lang: str, text: str) -> str:
    """A text with the no-break spaces of its language: French has them before `: ; ! ? %`."""
    return _SPACE.sub("\u00a0", text) if lang == "fr" else text


def labelled(lang: str, name: str, value: str) -> str:
    """A name and what it is: `energy: 3 J`, `énergie : 3 J`."""
    return f"{name}\u00a0: {value}" if lang == "fr" else f"{name}: {value}"


def unit(lang: str, name: str) -> str:
    """A unit in a language, part by part: `GB/s`, `Go/s`; most have one name in all of them."""
    return "/".join(_UNITS[lang].get(part, part) for part in name.split("/"))


def marked(lang: str, number: str) -> str:
    """A number as Python writes it (`1,234.5`, `4.11e-06`), with the marks of a language.

    `1 234,5`, `4,11×10⁻⁶`.
    """
    point, thousands = _MARKS[lang]
    swap = {".": point, ",": thousands}
    number, _, exponent = number.replace("E", "e").partition("e")
    shown = "".join(swap.get(letter, letter) for letter in number)
    return f"{shown}×10{str(int(exponent)).translate(_RAISED)}" if exponent else shown


def plain_number(text: str) -> float:
    """The number of an English text: `1,234.5`, `4.11e-06` or `4.11×10⁻⁶`.

    Raises ValueError: it is none.
    """
    return float(text.replace(",", "").replace("×10", "e").translate(_LOWERED))


def _flat(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            found += _flat(f"{prefix}{key}.", value)
        else:
            found.append((prefix + key, str(value)))
    return found
