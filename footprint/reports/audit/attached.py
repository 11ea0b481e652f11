"""What an auditor asks beside the figures, put with a report that was worked out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from footprint.accounts.opened import Ledger
from footprint.accounts.outline import Outline
from footprint.reports import keys
from footprint.reports.audit import (
    exclusions,
    expected,
    made,
    organisation,
    privacy,
    restated,
    texts,
)
from footprint.reports.audit.organisation import Stated
from footprint.reports.audit.privacy import Names, Privacy
from footprint.reports.options import Options
from footprint.reports.times import stamp
from footprint.reports.view import Report
from footprint.settings import Settings

T = TypeVar("T")


class Asked(NamedTuple):
    """What was read before the figures were worked out, so that a mistake is told at once.

    Attributes:
        stated: the organisation's file; None where there is none.
        privacy: what becomes of names.
        base: the report of the base year; None where none is named.
    """

    stated: Stated | None
    privacy: Privacy
    base: restated.Base | None


def asked(options: Options, settings: Settings) -> Asked:
    """Reads the organisation's file. Raises UsageError for what is wrong with it, or with `by`."""
    stated = _stated(settings)
    names = _privacy(stated, settings)
    privacy.check_fields(names, keys.parse(options.by) or ())
    base = None if stated is None else stated.base_year
    return Asked(stated, names, None if base is None else restated.read(base))


def without_names(found: T, ledger: Ledger, options: Options, settings: Settings) -> T:
    """What else is said of a ledger, with names as privacy has them in its reports.

    Args:
        found: a tuple of texts and figures, such as a trace.
    """
    asked(options, settings)
    known = known_names(ledger, settings)
    if known is None:
        return found
    kept: T = texts.changed(found, known.of)
    return kept


def known_names(ledger: Ledger, settings: Settings) -> Names | None:
    """What stands for names where something is said of a ledger; None: all of them are kept."""
    stated = _stated(settings)
    names = _privacy(stated, settings)
    if names.keeps_all:
        return None
    hosts = [each.host for each in (() if stated is None else stated.expected)]
    return privacy.names(names, [ledger.outline()], ledger.places, hosts)


def privacy_of(settings: Settings) -> Privacy:
    """What becomes of names. Raises UsageError for what is wrong with the organisation's file."""
    return _privacy(_stated(settings), settings)


def _stated(settings: Settings) -> Stated | None:
    path = settings.organisation
    return None if path is None else organisation.read(path)


def _privacy(stated: Stated | None, settings: Settings) -> Privacy:
    """What the organisation's file and the settings make of names."""
    return privacy.of({} if stated is None else stated.privacy, settings.privacy)


def attached(
    report: Report,
    outline: Outline,
    heads: Sequence[dict[str, Any]],
    asked: Asked,
    options: Options,
    settings: Settings,
) -> Report:
    """A report with all that is said of it beside its figures, and names as privacy has them."""
    stated, names = asked.stated, asked.privacy
    inputs = [] if stated is None else [made.read("organisation", stated.path)]
    if asked.base is not None:
        inputs += asked.base.inputs
    declared = () if stated is None else stated.expected
    covered, lacking = expected.held(report.coverage, declared, report.period)
    report = report._replace(
        coverage=covered,
        heads=tuple(heads),
        organisation=None if stated is None else stated.organisation,
        exclusions=(*(() if stated is None else stated.exclusions), *exclusions.of_tool(report)),
        restatement=restated.restated(asked.base, report, options, settings),
        assumptions=(*report.assumptions, *privacy.assumptions(names)),
        gaps=(
            *report.gaps,
            *exclusions.gaps(stated),
            *restated.gaps(asked.base),
            *lacking,
            *privacy.gaps(names),
        ),
        made=made.make(
            report.ledgers,
            report.by,
            options,
            settings,
            report.factors,
            organisation=None if stated is None else stated.path,
            privacy=names.to_json(),
            inputs=inputs,
            recorded_until=_recorded_until(outline),
        ),
    )
    if names.keeps_all:
        return report
    known = [outline, *restated.outlines(asked.base)]
    places = [*report.ledgers, *(each.name for each in inputs)]
    if settings.factors is not None:
        places.append(str(settings.factors))
    hosts = [each.host for each in declared]
    return privacy.without_names(report, privacy.names(names, known, places, hosts))


def _recorded_until(outline: Outline) -> str | None:
    """The last instant that any writer speaks of, whatever the report's period; None: no writer."""
    ends = [one.utc_extent(one.begun, max(one.begun, one.t_last))[1] for one in outline.facts]
    return stamp(max(ends)) if ends else None
