"""The energy that the Markdown document states: rows found by their names, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from footprint.emitters.eu_ai_act.form import ENERGY
from footprint.emitters.stated import Stated
from footprint.errors import UsageError
from footprint.estimators.units import convert
from footprint.words import LANGUAGES, words

_NUMBER = re.compile(r"(\d[\d.,\u202f\u00a0]*) MWh\b")


def read(document: bytes) -> list[Stated]:
    """The energy that a document states, in J.

    Raises UsageError for what is no such document.
    """
    try:
        lines = document.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"this is no text in UTF-8: {error}: name a document of ours") from error
    found = [each for number, line in enumerate(lines, 1) for each in _row(number, line)]
    if not found and not any(_is_ours(line) for line in lines):
        raise UsageError(
            "this is no document of the EU AI Act that footprint wrote: make one with --format"
            " eu-ai-act"
        )
    return found


def _is_ours(line: str) -> bool:
    return any(line.strip() == f"## {words(lang, 'eu')('section.energy')}" for lang in LANGUAGES)


def _row(number: int, line: str) -> Iterator[Stated]:
    cells = [each.strip() for each in re.split(r"(?<!\\)\|", line)]
    if len(cells) < 4 or cells[0]:
        return
    for lang in LANGUAGES:
        w = words(lang, "eu")
        for name, kind in ENERGY.items():
            digits = _NUMBER.match(cells[2])
            if cells[1] == w(f"field.{name}") and digits:
                try:
                    mwh, step = w.parsed(digits[1])
                except ValueError:
                    raise UsageError(
                        f"line {number}: {digits[1]} is no number: write it as {w.fixed(1.5)}"
                    ) from None
                yield Stated(
                    kind, "energy_j", "total", convert(mwh, "MWh", "J"),
                    convert(step, "MWh", "J"), f"line {number}, {cells[1]}",
                )  # fmt: skip
