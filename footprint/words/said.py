"""What a report says, in the language of a document: boundary, assumptions, gaps, factors.

Reports and ledgers hold their sentences in English: they are data, and some are years old. Each is
found again by its template in `catalogues/said.<language>.toml`, English on the left:

    "{kept:number} of {all:number} days from the cache" = "{kept} jours sur {all} viennent du cache"

A hole takes any text (at least one letter), or what its kind allows:

    {x:number}  a number, with its unit or its interval or not; shown with the language's marks
    {x:name}    words that each have a capital, a digit, a hyphen or a slash
    {x:said}    a sentence of the catalogue, translated
    {x:list}    several of these, with commas between them
    {x:maybe}   a sentence of the catalogue, or any text, which stays as it is

Where the translation is a table, `one` and `other` are chosen by the first number of the English.
Of several templates that fit, the one with the most words of its own is taken.

A text that no template fits is the user's or another program's own, and stays as it is. Such texts
can be anything: the search gives up on long ones, and after a fixed number of steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from footprint.words import TO, entries, marked, plain_number, typeset, unit

#: Holes have one of these kinds, or none.
KINDS = ("number", "name", "said", "list", "maybe")

#: No sentence of ours is as long, lists in it included.
_LONGEST = 4_000
#: Sentences within sentences within ...
_DEEPEST = 4
#: How often a hole is tried with a longer text, and steps in all for one text.
_TRIES, _STEPS = 8, 2_000

_HOLE = re.compile(r"\{(\w+)(?::(\w+))?\}")
_NUMBER = re.compile(
    r"([-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+|×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)(?:( ?)([^\s\d]\S{0,9}))?"
)
#: `0.89 (0.54 to 1)`: a number and its interval.
_RANGED = re.compile(r"([^()]+) \(([^()]+) to ([^()]+)\)")
#: What tells a word of a name from a word of a sentence: `gpt-4o`, `GPU`, `mistral/large`.
_NAMED = re.compile(r"[A-Z0-9/]|\w-\w")
#: Keys of a report, alone or with commas between them: `energy_j`, `groups.items`.
_CODE = re.compile(r"[\w.]+(, [\w.]+)*")


class Template(NamedTuple):
    """One line of a catalogue.

    Attributes:
        literals: what stands before, between and after the holes.
        holes: (name, kind).
        texts: the translation for one, and for any other number.
    """

    literals: tuple[str, ...]
    holes: tuple[tuple[str, str], ...]
    texts: tuple[str, str]

    @property
    def own(self) -> int:
        """How many letters are its own."""
        return sum(map(len, self.literals))


def said(lang: str, text: str) -> str:
    """A sentence of a report in a language; one that is not known stays as it is.

    Raises UsageError for a language that is not there.
    """
    found = _found(lang, text)
    return text if found is None else found


def untranslated(lang: str, texts: Iterable[str]) -> list[str]:
    """Those that `said` would leave in English; keys of a report's JSON need no translation."""
    return [text for text in texts if not _CODE.fullmatch(text) and _found(lang, text) is None]


def template(english: str, translation: str | Mapping[str, str]) -> Template:
    """A catalogue's entry, read. Raises ValueError for one that cannot be read."""
    parts = _HOLE.split(english)
    literals, names, kinds = parts[::3], parts[1::3], [kind or "" for kind in parts[2::3]]
    if "" in literals[1:-1] or set(kinds) - {"", *KINDS}:
        raise ValueError(f"not a template: {english!r}")
    if isinstance(translation, str):
        translation = {"one": translation, "other": translation}
    return Template(
        tuple(literals),
        tuple(zip(names, kinds, strict=True)),
        (translation["one"], translation["other"]),
    )


@cache
def templates(lang: str) -> tuple[Template, ...]:
    """All of a language, the most particular first. Raises UsageError for a language not there."""
    found = (
        template(english, translation)
        for section in entries(lang, "said").values()
        for english, translation in section.items()
    )
    return tuple(sorted(found, key=lambda each: -each.own))


@lru_cache(maxsize=4096)
def _found(lang: str, text: str) -> str | None:
    if lang == "en":
        return text
    whole, open_ = _catalogue(lang)
    found = _Search(lang, whole, open_).of(text)
    return _number(lang, text) if found is None else found  # `0.5 GB` is no sentence


@cache
def _catalogue(lang: str) -> tuple[dict[str, str], tuple[tuple[str, Template], ...]]:
    """(whole sentences, (longest literal, template) of those with holes)."""
    every = templates(lang)
    whole = {each.literals[0]: each.texts[1] for each in every if not each.holes}
    return whole, tuple((max(t.literals, key=len), t) for t in every if t.holes)


class _Search:
    """The search for one text's translation."""

    def __init__(
        self, lang: str, whole: Mapping[str, str], open_: Sequence[tuple[str, Template]]
    ) -> None:
        self._lang, self._whole, self._open = lang, whole, open_
        self._known: dict[str, str | None] = {}
        self._steps = _STEPS

    def of(self, text: str, depth: int = 0) -> str | None:
        """The translation; None where nothing fits."""
        if text in self._whole:
            return self._whole[text]
        if depth > _DEEPEST or len(text) > _LONGEST:
            return None
        if text not in self._known:
            self._known[text] = self._fitting(text, depth)
        return self._known[text]

    def _fitting(self, text: str, depth: int) -> str | None:
        for longest, each in self._open:
            if longest not in text or not text.startswith(each.literals[0]):
                continue
            if text.endswith(each.literals[-1]):
                parts = self._parts(each, text, 0, len(each.literals[0]), depth)
                if parts is not None:
                    return _filled(each, parts)
        return None

    def _parts(
        self, each: Template, text: str, hole: int, at: int, depth: int
    ) -> list[tuple[str, str]] | None:
        """(as it stood, as it is shown) of the holes from one on; the shortest that fit."""
        kind, literal = each.holes[hole][1], each.literals[hole + 1]
        last = hole + 1 == len(each.holes)
        end = len(text) - len(literal) if last else text.find(literal, at + 1)
        for _ in range(1 if last else _TRIES):
            self._steps -= 1
            if end <= at or self._steps < 0:
                return None
            part = text[at:end]
            shown = self._shown(kind, part, depth)
            if shown is not None:
                if last:
                    return [(part, shown)]
                rest = self._parts(each, text, hole + 1, end + len(literal), depth)
                if rest is not None:
                    return [(part, shown), *rest]
            end = text.find(literal, end + 1)
        return None

    def _shown(self, kind: str, part: str, depth: int) -> str | None:
        """A hole's text as its kind shows it; None where it is not of that kind."""
        if kind == "number":
            return _number(self._lang, part)
        if kind == "name":
            return part if _is_name(part) else None
        if kind == "said":
            return self.of(part, depth + 1)
        if kind == "list":
            several = [self.of(one, depth + 1) for one in part.split(", ")]
            shown = [one for one in several if one is not None]
            return ", ".join(shown) if len(shown) == len(several) else None
        if kind == "maybe":
            return self.of(part, depth + 1) or part
        return part


def _number(lang: str, text: str) -> str | None:
    """`12.3 kWh`, or `12.3 (11 to 14)`, in a language; None for what is neither."""
    if ranged := _RANGED.fullmatch(text):
        mid, low, high = (_number(lang, part) for part in ranged.groups())
        known = mid is not None and low is not None and high is not None
        return f"{mid} ({low} {TO[lang]} {high})" if known else None
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    number, space, name = found[1], found[2] or "", found[3] or ""
    shown = "×10".join([marked(lang, number.partition("×10")[0]), *number.split("×10")[1:]])
    if name == "%":
        return shown + typeset(lang, " %")
    return shown + space + (unit(lang, name) if space else name)  # 8B are eight billion, 8 B bytes


def _is_name(text: str) -> bool:
    return all(_NAMED.search(word) for word in text.split(" "))


def _filled(each: Template, parts: Sequence[tuple[str, str]]) -> str:
    numbers = (
        part for (_, kind), (part, _) in zip(each.holes, parts, strict=True) if kind == "number"
    )
    text = each.texts[0 if _is_one(next(numbers, "")) else 1]
    shown = {name: part for (name, _), (_, part) in zip(each.holes, parts, strict=True)}
    return _HOLE.sub(lambda hole: shown[hole[1]], text)


def _is_one(number: str) -> bool:
    """Whether French says it in the singular: below two."""
    found = _NUMBER.fullmatch(number)
    return found is not None and abs(plain_number(found[1])) < 2
