"""Completeness: of how many device-hours the energy is known, and what is missing, with causes."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.reports.audit.coverage import Coverage
from footprint.reports.audit.missing import CAUSES, DECLARED, NEVER_RECORDED
from footprint.reports.blocks import LEFT, RIGHT, Block, Listed, of_columns
from footprint.reports.speech import Speech
from footprint.reports.view import Report

_S_PER_H = 3_600.0
WHY = CAUSES | {DECLARED: NEVER_RECORDED}


def completeness(report: Report, say: Speech) -> Iterator[Block]:
    """What was expected and what is covered, device by device; then the gaps."""
    coverage = report.coverage
    if coverage is None:
        return
    yield Listed(say("section.completeness"), tuple(_said(coverage, say)))
    if coverage.declared:
        yield _declared(coverage, say)
    devices = coverage.devices
    if not devices:
        return
    yield of_columns(
        say("completeness.devices"),
        (
            (say("field.host"), LEFT, [each.host for each in devices]),
            (say("device"), LEFT, [each.device for each in devices]),
            (say("kind"), LEFT, [say.named("device_kind", each.device_kind) for each in devices]),
            (say("completeness.since"), LEFT, [say.instant(each.start) for each in devices]),
            (say("completeness.until"), LEFT, [say.instant(each.end) for each in devices]),
            (
                say("completeness.expected"),
                RIGHT,
                [say.amount(each.expected_h * _S_PER_H, "s") for each in devices],
            ),
            (
                say("completeness.covered"),
                RIGHT,
                [say.amount(each.covered_h * _S_PER_H, "s") for each in devices],
            ),
            (say("completeness.share"), RIGHT, [say.share(each.share) for each in devices]),
        ),
        wide=True,
    )
    yield from _gaps(coverage, say)


def _said(coverage: Coverage, say: Speech) -> Iterator[str]:
    yield say(
        "completeness.said",
        covered=say.amount(coverage.covered_h * _S_PER_H, "s"),
        expected=say.amount(coverage.expected_h * _S_PER_H, "s"),
        share=say.share(coverage.share),
    )
    if coverage.by_energy is not None:
        yield say("completeness.by_energy", share=say.share(coverage.by_energy))
    yield say.said(coverage.basis)
    for cause, hours in coverage.by_cause.items():
        if hours * _S_PER_H >= 1:
            lost = say.amount(hours * _S_PER_H, "s")
            yield say("completeness.missing", hours=lost, why=say.said(WHY[cause]))
    if coverage.gaps:
        yield say.said(coverage.remedy)


def _declared(coverage: Coverage, say: Speech) -> Block:
    """What the organisation expects, and what of it is covered."""
    rows = coverage.declared
    every = say("completeness.every")
    kinds = [
        say.named("device_kind", each.device_kind) if each.device_kind else every for each in rows
    ]
    hours = [
        [say.amount(h * _S_PER_H, "s") for h in (each.hours, each.expected_h, each.covered_h)]
        for each in rows
    ]
    return of_columns(
        say("completeness.declared"),
        (
            (say("field.host"), LEFT, [each.host or every for each in rows]),
            (say("kind"), LEFT, kinds),
            (say("completeness.count"), RIGHT, [say.count(each.devices) for each in rows]),
            (say("completeness.each"), RIGHT, [each for each, _, _ in hours]),
            (say("completeness.expected"), RIGHT, [each for _, each, _ in hours]),
            (say("completeness.covered"), RIGHT, [each for _, _, each in hours]),
        ),
    )


def _gaps(coverage: Coverage, say: Speech) -> Iterator[Block]:
    gaps = coverage.gaps
    if not gaps:
        return
    note = ""
    if coverage.more:
        hours = say.amount(coverage.more_h * _S_PER_H, "s")
        note = say("completeness.more", count=say.count(coverage.more), hours=hours)
    yield of_columns(
        say("completeness.gaps"),
        (
            (say("field.host"), LEFT, [each.host for each in gaps]),
            (say("device"), LEFT, [", ".join(each.devices) for each in gaps]),
            (say("completeness.since"), LEFT, [say.instant(each.start) for each in gaps]),
            (say("completeness.until"), LEFT, [say.instant(each.end) for each in gaps]),
            (
                say("completeness.device_time"),
                RIGHT,
                [say.amount(each.device_h * _S_PER_H, "s") for each in gaps],
            ),
            (say("why"), LEFT, [say.said(each.why) for each in gaps]),
            (say("completeness.detail"), LEFT, [say.said(each.detail) for each in gaps]),
        ),
        wide=True,
        note=note,
    )
