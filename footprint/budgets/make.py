"""`check_budgets`: from a budget file and ledgers to a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from footprint import reports
from footprint.accounts.opened import Instant, Ledger, open_ledger, parse_instant, parse_period
from footprint.budgets import baseline
from footprint.budgets.entries import Budget, Limit
from footprint.budgets.figures import LATENCY
from footprint.budgets.judge import chosen, judge, progress, remarks
from footprint.budgets.names import as_reported, without_names
from footprint.budgets.parts import Matched, Read, of_report
from footprint.budgets.periods import Period
from footprint.budgets.read import read
from footprint.budgets.seen import Known
from footprint.budgets.view import UNKNOWN, UNUSED, Base, Checked, Note, Row, note
from footprint.errors import UsageError
from footprint.estimators.factors import Factor
from footprint.ledger.stored import is_url
from footprint.model import NS_PER_S
from footprint.reports.audit.attached import known_names
from footprint.reports.audit.privacy import Names
from footprint.reports.build import figures
from footprint.reports.keys import FIELDS
from footprint.reports.view import Report

#: [start, end) of a report; None: open.
Span = tuple[datetime | None, datetime | None]


def check_budgets(
    budget: str | Path,
    *ledgers: str | Path,
    since: Instant = None,
    until: Instant = None,
    now: Instant = None,
    strict: bool = False,
    allow_unknown: bool = False,
    **options: Any,
) -> Checked:
    """Holds a budget file against one or more ledgers, which are read as one.

    Args:
        budget: the file (docs/how-to/budgets.md).
        ledgers: directories or URLs; none: the one that the settings name.
        since, until: the period of budgets that name none.
        now: what counts as now, for periods that are going on; what came later is left out.
            None: the clock's time, and nothing is left out.
        strict: what may be over, as the limit lies within the figure's interval, fails too.
        allow_unknown: figures that are not known do not fail.
        options: zone, tariff_per_kwh, factors, ... as of `footprint.report`.

    Raises UsageError for wrong arguments, a file that is not right and a baseline that is none;
    LedgerError for what is no ledger.
    """
    if "by" in options:
        raise UsageError("by is not an option of a check: its budgets say what they are about")
    at = _instant("now", now) or datetime.now(UTC)
    file = read(Path(budget), at)
    opened = open_ledger(*(each if is_url(each) else Path(each) for each in ledgers))
    asked = _asked(since, until)
    budgets = [each if each.period else each._replace(period=asked) for each in file.budgets]
    known = known_names(opened, reports.asked_of(**options)[1])
    work = _Work(file.path, opened, at, now is not None, options, known)
    work.plan(budgets)
    rows = tuple(row for each in budgets for row in work.rows(each))
    checked = Checked(
        path=str(budget),
        ledgers=tuple(map(str, opened.places)),
        now=_iso(at) or "",
        rows=rows,
        warnings=file.warnings,
        factors=work.factors,
        gaps=tuple(dict.fromkeys(gap for each in work.made for gap in each.gaps)),
        strict=strict,
        allow_unknown=allow_unknown,
    )
    return checked if known is None else without_names(checked, known)


class _Allowed(NamedTuple):
    """How much a limit allows: an amount, or what a baseline says, with remarks."""

    amount: float | None
    base: Base | None = None
    notes: tuple[Note, ...] = ()


class _Work:
    """A check while it is made: each report and each baseline once.

    Args:
        file: the budget file, for messages.
        cut: leave out what came after `now`.
        options: of the reports.
        names: what stands for names in reports; None: they are kept.
    """

    def __init__(
        self,
        file: Path,
        ledger: Ledger,
        now: datetime,
        cut: bool,
        options: Mapping[str, Any],
        names: Names | None,
    ) -> None:
        self._file, self._ledger = file, ledger
        self._now, self._cut = now, cut
        self._options = options
        self._names = names
        self._fields: dict[Span, set[str]] = {}
        self._reports: dict[tuple[Span, tuple[str, ...]], Read] = {}
        self._bases: dict[Path, Read] = {}
        self._factors: dict[tuple[str, str, str], Factor] = {}
        self.made: list[Report] = []

    @cached_property
    def _known(self) -> Known:
        return Known(self._ledger)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Those that the figures of the rows rest on, each once; known when all are judged."""
        return tuple(self._factors.values())

    def plan(self, budgets: Sequence[Budget]) -> None:
        """Notes which fields the budgets of each period need: one report has them all."""
        for each in budgets:
            self._fields.setdefault(self._span(each), set()).update(each.select)

    def rows(self, budget: Budget) -> Iterator[Row]:
        """A budget's limits, judged. Raises UsageError for a baseline that is none."""
        base = self._base(budget)
        nothing = self._nothing(budget)
        for limit in _limits(budget, base):
            allowed = _allowed(budget, limit, base)
            row = Row(
                budget=budget,
                limit=limit,
                period=self._shown(budget),
                value=None,
                allowed=allowed.amount,
                state=UNKNOWN,
                base=allowed.base,
            )
            if nothing is not None:
                state, why = nothing
                yield row._replace(state=state, notes=(why,))
            else:
                yield self._judged(row, allowed)

    def _judged(self, row: Row, allowed: _Allowed) -> Row:
        budget, figure = row.budget, row.limit.figure
        matched = self._matched(budget, exact=figure.source == LATENCY)
        found = matched.find(figure)
        if found.value is not None:
            for each in matched.factors(figure):
                self._factors.setdefault((each.name, each.subject, each.digest), each)
        verdict = judge(found, allowed.amount, budget.judge)
        going_on = progress(budget, figure, found.value, allowed.amount, self._now)
        more = remarks(verdict.state, going_on, verdict.within, allowed.amount)
        return row._replace(
            value=found.value,
            state=verdict.state,
            used=verdict.used,
            beyond=verdict.beyond,
            within=verdict.within,
            progress=going_on,
            notes=(*allowed.notes, *verdict.notes, *more),
        )

    def _nothing(self, budget: Budget) -> tuple[str, Note] | None:
        """The state of a budget that nothing in its period is about, and why; None: something."""
        if budget.period is not None and not budget.period.begun(self._now):
            return UNUSED, note("not_begun")
        if not self._matched(budget).nothing:
            return None
        lacking = self._known.lacking(budget)
        return (UNUSED, note("unused")) if lacking is None else (UNKNOWN, lacking)

    def _matched(self, budget: Budget, *, exact: bool = False) -> Matched:
        """What a budget is about. `exact`: in a report by its own fields and no others."""
        span = self._span(budget)
        wanted = budget.select if exact else self._fields[span]
        fields = tuple(sorted(wanted, key=_order))
        key = span, fields
        if key not in self._reports:
            made = self._report(fields, span)
            self.made.append(made)
            self._reports[key] = of_report(made)
        return Matched(budget, self._reports[key])

    def _report(self, fields: tuple[str, ...], span: Span) -> Report:
        """The figures by some fields, names as the ledger has them: budgets select by those."""
        asked = reports.asked_of(by=fields, since=span[0], until=span[1], **self._options)
        return figures(self._ledger, self._ledger.outline(fresh=asked[0].fresh), *asked)

    def _base(self, budget: Budget) -> Matched | None:
        path = budget.baseline
        if path is None:
            return None
        try:
            if path not in self._bases:
                self._bases[path] = baseline.read(path)
            found = baseline.matched(budget, path, self._bases[path])
            if found.nothing and self._names is not None:
                found = Matched(as_reported(budget, self._names), self._bases[path])
            return found
        except UsageError as error:
            raise UsageError(f"{self._file}: budget {budget.number}: {error}") from error

    def _span(self, budget: Budget) -> Span:
        period = budget.period
        start, end = (None, None) if period is None else period[1:]
        if self._cut and (end is None or end > self._now):
            end = self._now
        return start, end

    def _shown(self, budget: Budget) -> tuple[str | None, str | None]:
        period = budget.period
        return (None, None) if period is None else (_iso(period.start), _iso(period.end))


def _limits(budget: Budget, base: Matched | None) -> Sequence[Limit]:
    """Those that count: of figures that nobody named, the ones that the baseline has."""
    if base is None:
        return budget.limits
    found = [
        each for each in budget.limits if not each.usual or base.find(each.figure).value is not None
    ]
    return found or budget.limits[:1]


def _allowed(budget: Budget, limit: Limit, base: Matched | None) -> _Allowed:
    if limit.amount is not None or base is None:
        return _Allowed(limit.amount)
    path = str(budget.baseline)
    found = None if base.nothing else base.find(limit.figure)
    if found is None or found.value is None:
        return _Allowed(None, Base(path, None), (note("baseline_lacks", path=path),))
    notes = (note("baseline_partial", path=path),) if found.least else ()
    value = chosen(found.value, budget.judge)
    return _Allowed(value * (1 + limit.increase), Base(path, value), notes)


def _asked(since: Instant, until: Instant) -> Period | None:
    """The period of budgets that name none."""
    parse_period(since, until)
    start, end = _instant("since", since), _instant("until", until)
    if start is None and end is None:
        return None
    return Period(f"{_iso(start) or '..'}/{_iso(end) or '..'}", start, end)


def _instant(name: str, value: Instant) -> datetime | None:
    ns = parse_instant(name, value)
    if ns is None:
        return None
    whole, rest = divmod(ns, NS_PER_S)
    return datetime.fromtimestamp(whole, UTC).replace(microsecond=rest // 1000)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _order(field: str) -> tuple[int, str]:
    """Fields in the order of the reference, tags behind them."""
    known = list(FIELDS)
    return (known.index(field) if field in known else len(known), field)
