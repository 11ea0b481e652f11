"""How a report is said in a language: its words, its figures, its sentences, its dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity
from footprint.reports import figures as fig
from footprint.reports.blocks import Cell
from footprint.words import Words, marked, typeset, words
from footprint.words.said import said


class Speech:
    """One language, for a report. A section asks it for all that it shows.

        say("totals.title")             # a word of the catalogue `report`
        say("head.period", start=...)   # with its placeholders
        say.middle(energy)              # Cell "12,3 kWh", which sorts by joules
        say.said(gap.why)               # a sentence that is data, in the language

    Raises UsageError for a language that is not there.
    """

    def __init__(self, lang: str = "en") -> None:
        self.lang = lang
        self._words: Words = words(lang, "report")
        self._kinds: Words = words(lang, "kinds")

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key of the catalogue `report`. KeyError for a key that is not there."""
        return self._words(key, **values)

    def named(self, kind: str, name: str) -> str:
        """The word for a name of ours (`tier.counter`, `field.model`); else the name itself."""
        return self._words.get(f"{kind}.{name}", name)

    def activity(self, kind: str) -> str:
        """A kind of activity; in English as it is declared."""
        if self.lang == "en":
            return kind
        text = self._kinds.get(f"kind.{kind}", kind)
        return text[:1].lower() + text[1:]  # in a cell, not at the head of a section

    def said(self, text: str) -> str:
        """A sentence of the report in the language."""
        return said(self.lang, text)

    def listed(self, names: Iterable[str]) -> str:
        """Names that may have commas in them, one after the other."""
        return typeset(self.lang, " ; " if self.lang == "fr" else "; ").join(names)

    def several(self, text: str) -> str:
        """Sentences or names with commas between them, each in the language."""
        return ", ".join(self.said(one) for one in text.split(", "))

    def instant(self, iso: str | None) -> str:
        """`2026-11-22 11:00:00 UTC`, `22/11/2026 11:00:00 UTC`; empty where there is none."""
        return self._words.instant(iso or "")

    def day(self, iso: str) -> str:
        """`2026-11-22`, `22/11/2026`."""
        return self._words.day(iso)

    def period(self, start: str | None, end: str | None) -> str:
        """From when to when; that nothing was recorded, where the period is open."""
        if start and end:
            return self("head.period", start=self._second(start), end=self._second(end))
        if start:
            return self("head.nothing_from", start=self._second(start))
        if end:
            return self("head.nothing_before", end=self._second(end))
        return self("head.nothing")

    def _second(self, iso: str) -> str:
        return self.instant(iso).removesuffix(" UTC")

    def exact(self, value: float) -> Cell:
        """A number with six significant digits, as factors have them."""
        return Cell(marked(self.lang, f"{value:.6g}"), value)

    def range(self, low: float, high: float) -> str:
        """From one number to another, with six significant digits."""
        return self("range", low=self.exact(low), high=self.exact(high))

    def middle(self, quantity: Quantity | None) -> Cell:
        """A quantity's best estimate with its unit; `≈12.3 kJ` where its interval is wide."""
        text = _sign(quantity) + fig.middle(quantity, self.lang)
        return Cell(text, None if quantity is None else quantity.mid)

    def interval(self, quantity: Quantity | None) -> Cell:
        """From where to where it may be, in the unit of `middle`; empty where that is exact.

        It sorts by how wide it is, as a part of the best estimate.
        """
        if quantity is None or not (text := fig.interval(quantity, self.lang)):
            return Cell("")
        width = quantity.high - quantity.low
        return Cell(text, width / abs(quantity.mid) if quantity.mid else width)

    def both(self, quantity: Quantity | None) -> Cell:
        """`12.3 kJ (11.1 to 14)`, `≈12.3 kJ (1 to 40)`."""
        text = _sign(quantity) + fig.both(quantity, self.lang)
        return Cell(text, None if quantity is None else quantity.mid)

    def amount(self, value: float | None, unit: str) -> Cell:
        """A number with the unit that keeps it short."""
        return Cell(fig.amount(value, unit, self.lang), value)

    def number(self, value: float, digits: int = 3) -> Cell:
        """A number without a unit."""
        return Cell(self._words.number(value, digits), value)

    def count(self, value: float | None) -> Cell:
        """A number of things."""
        return Cell(fig.count(value, self.lang), value)

    def share(self, value: float | None) -> Cell:
        """A part of one, in percent."""
        text = fig.NOTHING if value is None else fig.share(value, self.lang)
        return Cell(text, value)

    def money(self, cost: Mapping[str, MoneyRange]) -> Cell:
        """Amounts by currency; it sorts by the amount where there is one currency."""
        found = [
            f"{_sign(each.to_quantity())}{fig.digits(float(each.mid), self.lang)} {name}"
            for name, each in cost.items()
        ]
        alone = next(iter(cost.values())) if len(cost) == 1 else None
        return Cell(", ".join(found) or fig.NOTHING, None if alone is None else float(alone.mid))


def _sign(quantity: Quantity | None) -> str:
    """What marks a best estimate that is an order of magnitude; it is text, not a colour."""
    return fig.ABOUT if quantity is not None and quantity.is_rough else ""
