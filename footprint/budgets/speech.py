"""A check in words: one place for the sentences that all formats for people share."""

from __future__ import annotations

from collections.abc import Mapping

from footprint.budgets.entries import Budget, Limit, selected
from footprint.budgets.figures import LATENCY
from footprint.budgets.view import OVER, STATES, UNKNOWN, UNUSED, Checked, Note, Row
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity
from footprint.estimators.series import Series
from footprint.reports.columns import plain
from footprint.reports.figures import digits
from footprint.words import unit, words
from footprint.words.said import said

#: What stands in holes of remarks that are sentences of a report.
_SENTENCES = ("why", "remedy")

#: Of what fails so many are named in one line; the table has all.
NAMED = 3


class Speech:
    """One language. Raises UsageError for one that is not there."""

    def __init__(self, lang: str = "en") -> None:
        self.lang = lang
        self._words = words(lang, "budgets")

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key of the catalogue."""
        return self._words(key, **values)

    def counts(self, counts: Mapping[str, int]) -> str:
        """`2 over, 3 within`."""
        found = [self._count(state, counts[state]) for state in STATES if counts[state]]
        return self("separator").join(found)

    def _count(self, state: str, n: int) -> str:
        return self._counted(f"count.{state}", n)

    def _counted(self, key: str, n: int) -> str:
        return self(f"{key}.{'one' if n == 1 else 'other'}", n=n)

    def title(self, checked: Checked) -> str:
        """How it came out, in one line."""
        return self("title", counts=self.counts(checked.counts))

    def failed(self, checked: Checked) -> str:
        """What fails, in one line; of many so many are named."""
        rows = checked.failed
        named = [self("remark", where=self.where(row), text=self.said(row)) for row in rows[:NAMED]]
        if len(rows) > NAMED:
            named.append(self._counted("and_more", len(rows) - NAMED))
        key = f"failed.{'one' if len(checked.rows) == 1 else 'other'}"
        several = self("failed.separator").join(named)
        text = self(key, n=len(rows), all=len(checked.rows), named=several)
        return self("of_file", path=checked.path, text=text)

    def said_of_file(self, text: str) -> str:
        """What is odd about a budget file, in the language."""
        return said(self.lang, text)

    def budget(self, budget: Budget) -> str:
        """What a budget is called: its title, else what it selects, and its period. On one line."""
        if budget.title:
            return plain(budget.title)
        made = plain(selected(budget.select)) or self("everything")
        return made if budget.period is None else f"{made}, {budget.period.text}"

    def figure(self, limit: Limit) -> str:
        """`energy per item`."""
        figure = limit.figure
        name = self(f"figure.{figure.base if figure.source == LATENCY else figure.source}")
        return name if figure.per is None else self(f"per.{figure.per}", figure=name)

    def where(self, row: Row) -> str:
        """Which limit of which budget."""
        return self("where", title=self.budget(row.budget), figure=self.figure(row.limit))

    def amount(self, value: float | None, of: str) -> str:
        """A number with its unit."""
        if value is None:
            return self("nothing")
        return f"{digits(value, self.lang)} {unit(self.lang, of)}"

    def value(self, value: Quantity | None) -> str:
        """`12.3 (11 to 14) g`."""
        if value is None:
            return self("nothing")
        mid, named = digits(value.mid, self.lang), unit(self.lang, value.unit)
        if value.low == value.mid == value.high:
            return f"{mid} {named}"
        low, high = digits(value.low, self.lang), digits(value.high, self.lang)
        return f"{self('range', mid=mid, low=low, high=high)} {named}"

    def percent(self, share: float | None) -> str:
        """`12.3 %`."""
        if share is None:
            return self("nothing")
        return self("percent", number=digits(100 * share, self.lang))

    def beyond(self, row: Row) -> str:
        """By how much a limit is exceeded, or how much is left of it."""
        if row.beyond is None:
            return self("nothing")
        text = self.amount(abs(row.beyond), row.limit.figure.unit)
        if not row.beyond:
            return text
        return self("more" if row.beyond > 0 else "less", text=text)

    def said(self, row: Row) -> str:
        """What came of a limit, in one line."""
        limit = self._limit(row)
        value = self.value(row.value)
        if row.state == UNKNOWN:
            why = self.note(row.notes[0]) if row.notes else self("note.not_known")
            if row.value is not None and row.allowed is not None:
                return self("said.unknown_least", value=value, limit=limit, why=why)
            return self("said.unknown", why=why)
        if row.state == UNUSED:
            why = self.note(row.notes[0])
            open_ = row.allowed is None
            return self("said.unused_open" if open_ else "said.unused", limit=limit, why=why)
        if row.state == OVER and not row.allowed:
            return self("said.over_zero", value=value)
        by = self.percent((row.used or 1.0) - 1)
        return self(f"said.{row.state}", value=value, limit=limit, by=by)

    def _limit(self, row: Row) -> str:
        of = row.limit.figure.unit
        limit = self.amount(row.allowed, of)
        if row.base is None or row.base.value is None:
            return limit
        return self(
            "said.baseline",
            limit=limit,
            base=self.amount(row.base.value, of),
            path=row.base.path,
            increase=self("more", text=self.percent(row.limit.increase)),
        )

    def notes(self, row: Row) -> list[str]:
        """The remarks that `said` does not say."""
        told = row.notes[:1] if row.state in (UNKNOWN, UNUSED) else ()
        return [self.note(each) for each in row.notes[len(told) :]]

    def line(self, row: Row) -> str:
        """What came of a limit, with all remarks."""
        return "; ".join([self.said(row), *self.notes(row)])

    def note(self, note: Note) -> str:
        """A remark."""
        values = {name: self._hole(name, value) for name, value in note.values}
        return self(f"note.{note.key}", **values).removesuffix(": ").strip(" :\u00a0")

    def _hole(self, name: str, value: str | float) -> str:
        if isinstance(value, str):
            return plain(said(self.lang, value) if name in _SENTENCES else value)
        return self.percent(value) if name == "share" else digits(value, self.lang)

    def factor(self, factor: Factor) -> str:
        """A factor with its value, source and vintage."""
        name = said(self.lang, factor.name)
        if factor.zone or factor.subject:
            name = f"{name} ({factor.zone or factor.subject})"
        if isinstance(factor.value, Series):
            text = self("factor_changes", name=name, unit=unit(self.lang, factor.unit))
        else:
            value = digits(factor.quantity.mid, self.lang)
            named = "" if factor.unit == "1" else unit(self.lang, factor.unit)
            text = self("factor", name=name, value=value, unit=named).strip()
        publisher = factor.source.partition(";")[0].partition(" (")[0]  # the report has all of it
        source = f"{said(self.lang, publisher)} {factor.version}".strip()
        year = f" ({factor.vintage})" if factor.vintage else ""
        return self("from", factor=text, source=source + year)
