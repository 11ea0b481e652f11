"""What an auditor reads beside the figures: whose report it is, the base year, what made it."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.reports.audit.restated import Restated, Restatement
from footprint.reports.blocks import LEFT, RIGHT, Block, Cell, Facts, Listed, of_columns
from footprint.reports.speech import Speech
from footprint.reports.view import Report


def organisation(report: Report, say: Speech) -> Iterator[Block]:
    """Who the report is of, and what of it is covered; nothing where no file says so."""
    own = report.organisation
    if own is None:
        return
    assured = say.named("assurance", own.assurance)
    if own.assured_by:
        assured = say(
            "organisation.assured", level=assured, by=own.assured_by, standard=own.standard
        ).rstrip(", ")
    year = "" if own.year is None else str(own.year)
    if own.year_starts:
        year = say("organisation.year_from", year=year, start=own.year_starts)
    rows = (
        ("name", own.name),
        ("identifier", own.identifier),
        ("approach", say.named("approach", own.approach)),
        ("sites", say.listed(own.sites)),
        *((f"scope_{number}", text) for number, text in own.scopes),
        ("functional_units", say.listed(own.functional_units)),
        ("year", year),
        ("assurance", assured if own.assurance else ""),
        ("contact", own.contact),
    )
    known = tuple((say(f"organisation.{key}"), text) for key, text in rows if text)
    if known:
        yield Facts(say("section.organisation"), known)


def exclusions(report: Report, say: Speech) -> Iterator[Block]:
    """What the figures leave out, and why."""
    rows = report.exclusions
    if rows:
        yield of_columns(
            say("section.exclusions"),
            (
                (say("exclusions.what"), LEFT, [say.said(each.what) for each in rows]),
                (say("why"), LEFT, [say.said(each.why) for each in rows]),
                (say("exclusions.by"), LEFT, [say.named("excluded", each.by) for each in rows]),
            ),
            wide=True,
        )


def restatement(report: Report, say: Speech) -> Iterator[Block]:
    """The base year: as reported, as it comes out today, and why they differ."""
    found = report.restatement
    if found is None:
        return
    rows = [each for each in found.figures if each.reported or each.restated]
    earlier = [
        (
            say("restatement.earlier", report=each.report),
            RIGHT,
            [say.middle(each.restated.get(row.figure)) for row in rows],
        )
        for each in found.earlier
    ]
    yield of_columns(
        say("section.restatement"),
        (
            (say("restatement.figure"), LEFT, [_figure(each, say) for each in rows]),
            (say("restatement.reported"), RIGHT, [say.middle(each.reported) for each in rows]),
            *earlier,
            (say("restatement.restated"), RIGHT, [say.middle(each.restated) for each in rows]),
            (say("restatement.difference"), RIGHT, [_difference(each, say) for each in rows]),
        ),
        note=_note(found, say),
    )
    if found.policy:
        yield Listed(say("restatement.policy"), (found.policy,))
    if found.why:
        yield Listed(say("restatement.why"), tuple(map(say.said, found.why)))


def made(report: Report, say: Speech) -> Iterator[Block]:
    """What made the report, so that it can be made again."""
    found = report.made
    if found is None:
        return
    files = [(say(f"made.{each.role}", name=each.name), each.sha256) for each in found.inputs]
    heads = [(say("made.head"), str(each["sha256"])) for each in report.heads]
    yield Facts(
        say("section.made"),
        (
            (say("made.version"), found.version),
            (say("made.command"), found.command),
            (say("made.factors_sha256"), found.factors_sha256),
            *heads,
            *files,
        ),
        note=say("made.note"),
    )


def _figure(each: Restated, say: Speech) -> str:
    return say(f"restatement.{each.figure}")


def _difference(each: Restated, say: Speech) -> Cell:
    percent = each.difference_percent
    if percent is None:
        return Cell("")
    sign = "+" if percent > 0 else "-" if percent < 0 else ""
    return Cell(f"{sign}{say.share(abs(percent) / 100)}", percent)


def _note(found: Restatement, say: Speech) -> str:
    year = str(found.year or found.report)
    parts = [say("restatement.of", year=year, report=found.report, sha256=found.sha256)]
    if found.threshold_percent is not None:
        threshold = say.share(found.threshold_percent / 100)
        key = {True: "passed", False: "kept", None: "open"}[found.threshold_passed]
        beyond = say.listed(say(f"restatement.{each}") for each in found.exceeded)
        parts.append(say(f"restatement.threshold_{key}", threshold=threshold, figures=beyond))
    return " ".join(parts)
