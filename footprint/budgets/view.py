"""What a check of budgets says: immutable values, made once, rendered often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.budgets.entries import Budget, Limit
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "footprint.check/1"

OK, MAYBE, OVER, UNKNOWN, UNUSED = "ok", "may_be_over", "over", "unknown", "unused"
STATES = (OVER, UNKNOWN, MAYBE, UNUSED, OK)


class Note(NamedTuple):
    """A remark: a key of the catalogue `budgets` (`note.KEY`), and what stands in its holes."""

    key: str
    values: tuple[tuple[str, str | float], ...] = ()


def note(key: str, /, **values: str | float) -> Note:
    """A remark."""
    return Note(key, tuple(values.items()))


class Base(NamedTuple):
    """The figure of a baseline that a limit comes from: the file, and what it has; its unit."""

    path: str
    value: float | None


class Progress(NamedTuple):
    """A period that is not over.

    Attributes:
        elapsed: the part of it that is gone, 0 to 1.
        projected: what the figure comes to at its end at the same rate; None: it does not add up.
        over: whether that is more than the limit.
    """

    elapsed: float
    projected: float | None
    over: bool


class Row(NamedTuple):
    """One limit of one budget, judged.

    Attributes:
        budget, limit: which.
        period: the period that was judged: (start, end), ISO 8601; None where open.
        value: the figure, in its unit; None: not known, and `notes` say why.
        allowed: at most so much; None: the baseline does not know.
        state: ok, may_be_over, over, unknown, or unused.
        used: the judged end of `value` over `allowed`; None where that makes no sense.
        beyond: the judged end of `value` less `allowed`; negative: so much is left.
        within: whether `allowed` lies within the figure's interval.
        base: where `allowed` comes from, for a baseline.
        progress: for a period that is not over.
        notes: remarks.
    """

    budget: Budget
    limit: Limit
    period: tuple[str | None, str | None]
    value: Quantity | None
    allowed: float | None
    state: str
    used: float | None = None
    beyond: float | None = None
    within: bool = False
    base: Base | None = None
    progress: Progress | None = None
    notes: tuple[Note, ...] = ()


class Checked(NamedTuple):
    """A check of a budget file against ledgers. Made by `footprint.check_budgets`.

    Attributes:
        path: of the budget file.
        ledgers: as they were named.
        now: when the check is of, ISO 8601.
        rows: one a limit, in the file's order.
        warnings: what is odd about the file, one line each.
        factors, gaps: what the figures rest on, and what is missing from them.
        strict: what may be over fails too.
        allow_unknown: what is not known does not fail.
    """

    path: str
    ledgers: tuple[str, ...]
    now: str
    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()
    factors: tuple[Factor, ...] = ()
    gaps: tuple[Gap, ...] = ()
    strict: bool = False
    allow_unknown: bool = False

    def fails(self, row: Row) -> bool:
        """Whether a row fails the check."""
        return (
            row.state == OVER
            or (row.state == UNKNOWN and not self.allow_unknown)
            or (row.state == MAYBE and self.strict)
        )

    @property
    def failed(self) -> tuple[Row, ...]:
        """The rows for which `footprint check` leaves with exit code 1."""
        return tuple(row for row in self.rows if self.fails(row))

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows there are of each state."""
        return {state: sum(row.state == state for row in self.rows) for state in STATES}

    def render(self, format: str = "text", lang: str = "en") -> str:  # noqa: A002
        """As `text`, `json`, `junit`, `github`, `gitlab`, `metrics` or `md`."""
        from footprint.budgets.formats import rendered

        return rendered(self, format, lang)

    def to_json(self) -> str:
        """JSON in the schema `footprint.check/1` (docs/reference/check.md)."""
        return self.render("json")

    def to_pandas(self) -> pd.DataFrame:
        """One row a limit; NaN where not known."""
        import pandas as pd

        from footprint.budgets.as_json import flat

        rows: list[dict[str, Any]] = [flat(row) for row in self.rows]
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        return self.render()
