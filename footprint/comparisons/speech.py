"""How a comparison is said in a language: its words, what its sides are, its sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from footprint.comparisons import view
from footprint.comparisons.view import Comparison, Row, Side
from footprint.comparisons.wording import exact
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.reports import figures as fig
from footprint.reports.columns import plain
from footprint.words import labelled, unit, words
from footprint.words.said import said

#: Rows of what was measured elsewhere: their names are the user's own.
_METRIC = "metric."


class Speech:
    """One language, for one comparison.

    Raises UsageError for a language that is not there.
    """

    def __init__(self, made: Comparison, lang: str = "en") -> None:
        self.lang = lang
        self._made = made
        self._words = words(lang, "compare")
        self._inputs = words(lang, "estimate")

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key of the catalogue `compare`. KeyError for a key that is not there."""
        return self._words(key, **values)

    def named(self, side: Side) -> str:
        """A side's label without control characters; a plan's sides have ours."""
        if self._made.kind == view.PLAN:
            return self._words.get(f"side.{side.label}", side.label)
        return plain(side.label)

    def label(self, row: Row) -> str:
        """The name of a figure."""
        return row.label if row.figure.startswith(_METRIC) else said(self.lang, row.label)

    def per(self) -> str:
        """What the figures are for one of."""
        return said(self.lang, self._made.per)

    def told(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Sentences of the comparison."""
        return tuple(self._sentence(text) for text in texts)

    def _sentence(self, text: str) -> str:
        """A sentence; by the token, those of one side begin with its label."""
        if self._made.kind == view.TOKENS:
            for side in self._made.sides:
                head = f"{side.label}: "
                if text.startswith(head):
                    return labelled(self.lang, side.label, said(self.lang, text[len(head) :]))
        return said(self.lang, text)

    def gap(self, gap: Gap) -> str:
        """What is not known, why, and what to do."""
        what, why = said(self.lang, gap.what), self._sentence(gap.why)
        remedy = said(self.lang, gap.remedy)
        key = "gap" if remedy else "gap_alone"
        return self(key, what=what, why=why, remedy=remedy)

    def factor(self, factor: Factor) -> str:
        """A factor's value, and where it is from."""
        entry = factor.to_json()
        of = " ".join(text for text in (entry.get("subject"), entry["zone"]) if text)
        name = said(self.lang, entry["name"])
        value = exact(entry["value"], self.lang)
        if entry["unit"] != "1":
            value += f" {unit(self.lang, entry['unit'])}"
        source = said(self.lang, entry["source"])
        return self(
            "factor",
            name=self("factor_of", name=name, of=of) if of else name,
            value=value,
            source=source + (f", {entry['vintage']}" if entry["vintage"] else ""),
        )

    def about(self, side: Side) -> str:
        """What a side is, on one line."""
        return ", ".join(self._about(side.about))

    def _about(self, about: Any) -> Iterator[str]:
        if about.get("where"):
            yield str(about["where"])
        if about.get("spans"):
            yield self._counted("calls", about["spans"])
        if about.get("counted") not in (None, "calls", "runs"):
            yield self._counted(about["counted"], about["count"])
        if about.get("runs"):
            yield self._counted("runs", about["runs"])
        yield from (said(self.lang, each) for each in about.get("devices") or ())
        if "inputs" in about:
            yield from (self._input(name, value) for name, value in about["inputs"].items())
        else:
            yield from (said(self.lang, each) for each in about.get("said") or ())

    def _counted(self, what: str, amount: float) -> str:
        """`12 calls`; a unit that was added has its own name, whatever its number."""
        count = fig.count(amount, self.lang)
        one = abs(amount) < 2 if self.lang == "fr" else amount == 1
        key = f"count.{what}.{'one' if one else 'other'}"
        return self(key, count=count) if key in self._words else f"{count} {what}"

    def _input(self, name: str, value: Any) -> str:
        """What a plan was given: `gpus 8`."""
        named = self._inputs.get(f"input.{name}", name.replace("_", " "))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"{named} {said(self.lang, str(value))}"
        text = (
            str(value) if isinstance(value, int) and self.lang == "en" else exact(value, self.lang)
        )
        return f"{named} {text}"
