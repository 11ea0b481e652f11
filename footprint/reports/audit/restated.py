"""The base year: what was reported then, what comes out today, how far apart that is, and why.

GHG Protocol Corporate Standard, chapter 5: a base year is worked out anew when structure, method,
factors or errors change it by more than a threshold that the organisation sets. It is judged by the
totals and by each scope and category: one that moves much may hardly move the totals. What earlier
reports said is kept: their files are named with their hashes and their figures stand beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from footprint._version import __version__
from footprint.accounts.outline import Outline
from footprint.errors import UsageError
from footprint.estimators.errors import Gap
from footprint.estimators.quantity import Quantity
from footprint.reports.audit import changed, documents, kept_scopes, recipe
from footprint.reports.audit.documents import TOTALS, Document
from footprint.reports.audit.made import Input
from footprint.reports.audit.organisation import BaseYear
from footprint.reports.audit.recipe import Recipe
from footprint.reports.audit.scopes import Scopes
from footprint.reports.options import Options
from footprint.reports.view import Amounts, Report
from footprint.settings import DECLARED, Settings

#: By which figures the threshold is judged.
CARBON = ("carbon_location_g", "carbon_market_g", "embodied_g", *kept_scopes.FIGURES)

_UNITS = TOTALS | dict.fromkeys(kept_scopes.FIGURES, "g")


class Restated(NamedTuple):
    """A figure of the base year.

    Attributes:
        figure: its key in the report's totals, with its unit, or one of `kept_scopes.FIGURES`.
        reported: as the base year's report has it.
        restated: with the method and factors of today; None where it is not worked out.
        difference_percent: of the reported one; None where one of them is not known, or 0.
    """

    figure: str
    reported: Quantity | None
    restated: Quantity | None
    difference_percent: float | None

    def exceeds(self, threshold_percent: float) -> bool | None:
        """Whether it differs by more than that; None where one of the two is not known.

        What was nothing and is something differs by more than any part of it.
        """
        if self.reported is None or self.restated is None:
            return None
        if self.difference_percent is None:
            return self.restated.mid != 0.0
        return abs(self.difference_percent) > threshold_percent


class Earlier(NamedTuple):
    """What another report said of the base year: `restated` by figure."""

    report: str
    sha256: str
    version: str | None
    restated: Mapping[str, Quantity | None]


class Restatement(NamedTuple):
    """The base year, as it was reported and as it comes out today.

    Attributes:
        year, policy, threshold_percent: as the organisation states them.
        report, sha256, version: the base year's report: its file, and what made it.
        period: of that report.
        figures: of its totals, then of its scopes.
        why: what the differences come from.
        exceeded: the figures of carbon that differ by more than the threshold.
        threshold_passed: whether there is one; None where that cannot be told.
        earlier: what reports in between said of the base year.
    """

    year: int | None
    policy: str
    threshold_percent: float | None
    report: str
    sha256: str
    version: str | None
    period: tuple[str | None, str | None]
    figures: tuple[Restated, ...]
    why: tuple[str, ...]
    exceeded: tuple[str, ...]
    threshold_passed: bool | None
    earlier: tuple[Earlier, ...]

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            "year": self.year,
            "policy": self.policy or None,
            "threshold_percent": self.threshold_percent,
            "report": self.report,
            "sha256": self.sha256,
            "version": self.version,
            "period": {"start": self.period[0], "end": self.period[1]},
            "figures": {
                each.figure: {
                    "reported": _q(each.reported),
                    "restated": _q(each.restated),
                    "difference_percent": each.difference_percent,
                }
                for each in self.figures
            },
            "why": list(self.why),
            "exceeded": list(self.exceeded),
            "threshold_passed": self.threshold_passed,
            "earlier": [
                {
                    **each._asdict(),
                    "restated": {name: _q(value) for name, value in each.restated.items()},
                }
                for each in self.earlier
            ],
        }


class Base(NamedTuple):
    """The base year as it was found.

    Attributes:
        stated: of it.
        document: its report.
        recipe: what made that; None where an older version did not say.
        earlier: reports in between.
    """

    stated: BaseYear
    document: Document
    recipe: Recipe | None
    earlier: tuple[Document, ...]

    @property
    def inputs(self) -> list[Input]:
        """Its files, as inputs of the report."""
        roles = [("base_year", self.document), *(("earlier", each) for each in self.earlier)]
        return [Input(role, str(e.path), len(e.data), e.sha256) for role, e in roles]


def read(stated: BaseYear) -> Base | None:
    """The base year's reports; None where none is named.

    Raises UsageError: no report, one of another schema, or one that restates another base year.
    """
    if stated.report is None:
        return None
    document = documents.read(stated.report)
    for name in TOTALS:
        document.total(name)
    earlier = tuple(documents.read(each) for each in stated.earlier)
    for each in earlier:
        told = each.section("restatement", dict)
        if told.get("sha256") != document.sha256:
            raise UsageError(
                f"{each.path} does not restate {document.path}: leave it out of base_year.earlier,"
                " or name the report that it does restate"
            )
        _earlier(each)
    made = recipe.of(document) if document.section("made", dict) else None
    return Base(stated, document, made, earlier)


def restated(
    base: Base | None, report: Report, options: Options, settings: Settings
) -> Restatement | None:
    """The base year today; None where there is none.

    Args:
        base: its report.
        report: the one that is being made.
        options: what that one was asked for: where it is worked out.
        settings: the reader's own, with today's file of factors.

    Raises LedgerError where the base year's ledger cannot be read.
    """
    if base is None:
        return None
    stated, document = base.stated, base.document
    version = None if base.recipe is None else base.recipe.version
    totals: Mapping[str, Quantity | None] = dict.fromkeys(TOTALS)
    inventory: Scopes | None = None
    why: tuple[str, ...] = ()
    if stated.ledgers:
        today = _today(base, options, settings)
        totals, inventory = _totals(today.totals), today.scopes
        why = tuple(_why(base, today, version))
    held = {name: (document.total(name), totals[name]) for name in TOTALS}
    held |= kept_scopes.figures(kept_scopes.kept(document), inventory)
    figures = tuple(_figure(name, then, now) for name, (then, now) in held.items())
    exceeded, passed = _judged(figures, stated.threshold_percent)
    period = document.section("period", dict)
    return Restatement(
        stated.year,
        stated.policy,
        stated.threshold_percent,
        stated.name,
        document.sha256,
        version,
        (period.get("start"), period.get("end")),
        figures,
        why,
        exceeded,
        passed,
        tuple(_earlier(each) for each in base.earlier),
    )


def outlines(base: Base | None) -> list[Outline]:
    """The base year's ledger, whose names may be among the reasons; none where none is named."""
    from footprint.accounts.opened import open_ledger

    ledgers = () if base is None else base.stated.ledgers
    return [open_ledger(*ledgers).outline()] if ledgers else []


def gaps(base: Base | None) -> Iterator[Gap]:
    """That a base year is not worked out anew."""
    if base is not None and not base.stated.ledgers:
        yield Gap(
            "restatement.figures",
            "no ledger of the base year is named: its figures are as reported, and not worked out"
            " with the method and factors of today",
            "name it in base_year.ledger of the organisation file",
        )


def _today(base: Base, options: Options, settings: Settings) -> Report:
    """The base year's report as it comes out today, without the factors that were pinned then."""
    from footprint.accounts.opened import open_ledger
    from footprint.reports.build import figures

    then, reader = Options(), Settings()
    if base.recipe is not None:
        then, reader = base.recipe.asked(), base.recipe.reader()
    then = then._replace(
        by=(), pins=False, engine=options.engine, master=options.master, fresh=options.fresh
    )
    # What was declared of the place is what happened; the factors are those of today.
    places: dict[str, Any] = {name: getattr(reader, name) for name in DECLARED}
    ledger = open_ledger(*base.stated.ledgers)
    return figures(ledger, ledger.outline(), then, settings._replace(**places))


def _why(base: Base, today: Report, version: str | None) -> Iterator[str]:
    """What the differences come from, one sentence each."""
    if version is None:
        yield "the base year's report does not say which version made it"
    elif version != __version__:
        yield f"another version of footprint: {version} then, {__version__} now"
    old = base.document.entries("factors")
    for each in changed.factors(old, [factor.to_json() for factor in today.factors]):
        if each.old and each.new:
            yield f"{each.factor}: {each.old} in the base year's report, {each.new} today"
        elif each.new:
            yield f"{each.factor}: not in the base year's report, {each.new} today"
        else:
            yield f"{each.factor}: {each.old} in the base year's report, not used today"
    known = {str(each.get("id")) for each in base.document.entries("corrections")}
    for one in today.corrections:
        if one.id not in known:
            yield f"correction {one.id} was made since, by {one.who}: {one.why}"
    before = base.document.section("boundary", list)
    yield from (f"the boundary says now: {each}" for each in today.boundary if each not in before)
    yield from (f"the boundary said then: {each}" for each in before if each not in today.boundary)
    yield from _ledgers(base)


def _ledgers(base: Base) -> Iterator[str]:
    from footprint.ledger.stores import open_store

    stores = [open_store(each) for each in base.stated.ledgers]
    found = changed.ledgers(base.document.entries("ledger_heads"), stores)
    if found.grown:
        count = len(found.grown)
        yield f"files by which the base year's ledger has grown since its report: {count}"
    if found.wrong:
        yield (
            f"the base year's ledger is not the one of its report: {len(found.wrong)} findings of"
            " `footprint verify --head`"
        )


def _totals(amounts: Amounts) -> dict[str, Quantity | None]:
    energy = amounts.energy_j
    kwh = None if energy is None else energy.to("kWh")
    return {"energy_kwh": kwh} | {
        name: getattr(amounts, name) for name in TOTALS if name != "energy_kwh"
    }


def _figure(name: str, reported: Quantity | None, today: Quantity | None) -> Restated:
    difference = None
    if reported is not None and today is not None and reported.mid:
        difference = (today.mid - reported.mid) / reported.mid * 100
    return Restated(name, reported, today, difference)


def _judged(
    figures: Iterable[Restated], threshold: float | None
) -> tuple[tuple[str, ...], bool | None]:
    """The figures of carbon beyond the threshold, and whether there are any; None: not known."""
    if threshold is None:
        return (), None
    found = {each.figure: each.exceeds(threshold) for each in figures if each.figure in CARBON}
    known = {figure: exceeds for figure, exceeds in found.items() if exceeds is not None}
    exceeded = tuple(figure for figure, exceeds in known.items() if exceeds)
    return exceeded, bool(exceeded) if known else None


def _earlier(document: Document) -> Earlier:
    told = document.section("restatement", dict)
    made = document.section("made", dict)
    figures = told.get("figures")
    try:
        values = {
            str(name): None
            if (one := each["restated"]) is None
            else Quantity(one["low"], one["mid"], one["high"], _UNITS[name])
            for name, each in (figures or {}).items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise document.wrong(f"restatement.figures: {error}") from error
    version = made.get("version")
    version = None if version is None else str(version)
    return Earlier(document.path.name, document.sha256, version, values)


def _q(quantity: Quantity | None) -> dict[str, float] | None:
    return None if quantity is None else quantity.to_json()
