"""How a datasheet says things that recur: counts, periods, devices, tiers, sentences of reports."""

from __future__ import annotations

from collections.abc import Iterable

from footprint.emitters.datasheet.printed import number
from footprint.emitters.view import Hardware
from footprint.words import words
from footprint.words.said import said


class Speech:
    """One language's words for a datasheet: `w` are its own, `kinds` those of all documents."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.w = words(lang, "datasheet")
        self.kinds = words(lang, "kinds")

    def said(self, text: str) -> str:
        """A sentence of a report."""
        return said(self.lang, text)

    def number(self, value: float, digits: int = 3) -> str:
        """A number, so many significant digits."""
        return number(value, self.w, digits)

    def count(self, noun: str, amount: float) -> str:
        """`1 call`, `2,700 calls`. `noun`: call, run, item or token."""
        is_one = abs(amount) < 2 if self.lang == "fr" else amount == 1
        return self.w(f"count.{noun}.{'one' if is_one else 'other'}", n=self.w.count(amount))

    def kind(self, kind: str) -> str:
        """A kind of activity."""
        return self.kinds.get(f"kind.{kind}", kind)

    def tier(self, tier: str) -> str:
        """How energy became known."""
        return self.kinds.get(f"tier.{tier}", tier) if tier else self.w("not_known")

    def method(self, method: str) -> str:
        """`measured`, `partly measured`, `estimated`; or that it is not known."""
        return self.kinds.get(f"method.{method}", method) if method else self.w("not_known")

    def period(self, start: str, end: str) -> str:
        """From when to when; empty where that is not known."""
        if not start:
            return ""
        return self.w("period", start=self.w.instant(start), end=self.w.instant(end))

    def hardware(self, devices: Iterable[Hardware]) -> str:
        """Devices, one after the other; empty where there is none."""
        return self.w("separator").join(self._device(one) for one in devices)

    def _device(self, one: Hardware) -> str:
        if one.kind == "dram" and one.name.startswith("memory"):  # a sentence: "memory, 23.5 GB"
            text = self.said(one.name)
        else:
            kind = self.w.get(f"hardware.{one.kind}", one.kind)
            text = self.w("hardware.one", kind=kind, name=one.name)
        return self.w("hardware.of_host", device=text, host=one.host) if one.host else text

    def nobody(self, remedy: str, **values: object) -> str:
        """That nobody filled a section, and what to do."""
        text = self.w(f"remedy.{remedy}", **values)
        return self.w("nobody", remedy=text)

    def not_filled(self, names: Iterable[str]) -> str:
        """What nobody filled in, by name."""
        return self.w("not_filled", names=self.w("separator").join(names))
