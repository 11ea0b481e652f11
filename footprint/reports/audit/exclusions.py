"""What a report leaves out and why, and what an auditor will miss in what was stated."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.estimators.errors import Gap
from footprint.estimators.factors import PUE
from footprint.reports.audit.organisation import Exclusion, Organisation, Stated
from footprint.reports.view import Report

_TOOL = "tool"


def of_tool(report: Report) -> Iterator[Exclusion]:
    """What no meter of this tool sees, whatever an organisation states."""
    whole = any(row.device_kind == "host" for row in report.conservation)
    if report.conservation and not whole:
        yield Exclusion(
            "disks, networks, mainboards, fans and losses of power supplies",
            "the hosts have meters of their GPUs, CPUs and memory alone",
            _TOOL,
        )
    if report.conservation and not any(factor.name == PUE for factor in report.factors):
        yield Exclusion("cooling and power distribution", "no PUE is known", _TOOL)
    yield Exclusion(
        "manufacture of hardware other than GPUs and CPUs", "there are no factors for it", _TOOL
    )
    yield Exclusion(
        "hosts and programs that were not recorded",
        "the ledger has what was tracked, and what else its meters saw on the same hosts",
        _TOOL,
    )


def gaps(stated: Stated | None) -> Iterator[Gap]:
    """What an auditor will ask for and not find, each with how to say it."""
    if stated is None:
        yield Gap(
            "organisation, exclusions, restatement",
            "no organisation file was given: an auditor will miss the entity, its boundaries,"
            " exclusions, base year, contact and assurance",
            "`footprint report --init` writes one to fill in",
        )
        return
    own = stated.organisation
    for what, value, why, key in _wanted(own):
        if not value:
            yield Gap(what, why, f"fill in {key} of the organisation file")
    if own.approach == "equity share":
        yield Gap(
            "organisation.approach",
            "the boundary is drawn by equity share, and the figures are of all that was metered",
            "multiply them with the share where they are consolidated",
        )
    base = stated.base_year
    if base is None or base.report is None:
        yield Gap(
            "restatement",
            "no report of a base year is named: nothing is held against an earlier year",
            "name its JSON in [base_year] of the organisation file",
        )
        return
    if not base.policy or base.threshold_percent is None:
        yield Gap(
            "restatement",
            "it is not said when the base year is worked out anew",
            "fill in base_year.policy and base_year.threshold of the organisation file",
        )


def _wanted(own: Organisation) -> Iterator[tuple[str, object, str, str]]:
    """(figure, what was stated, why it is missing, key of the file)."""
    yield "organisation.name", own.name, "the entity is not named", "organisation.name"
    yield (
        "organisation.approach",
        own.approach,
        "it is not said how the organisational boundary is drawn",
        "boundary.approach",
    )
    yield (
        "organisation.scopes",
        own.scopes,
        "it is not said what of scopes 1, 2 and 3 the report covers",
        "boundary.scope_1, boundary.scope_2, boundary.scope_3",
    )
    yield (
        "organisation.functional_units",
        own.functional_units,
        "it is not said what the figures are given for",
        "boundary.functional_units",
    )
    yield "organisation.year", own.year, "the reporting year is not said", "reporting.year"
    yield "organisation.contact", own.contact, "nobody is named to ask", "organisation.contact"
    yield (
        "organisation.assurance",
        own.assurance,
        "it is not said whether anybody examined the report",
        "assurance.level",
    )
