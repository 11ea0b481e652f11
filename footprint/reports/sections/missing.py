"""What is missing from a report, and what was said later of what was recorded."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.estimators.errors import Gap
from footprint.reports.blocks import LEFT, RIGHT, Block, Cell, Listed, of_columns
from footprint.reports.speech import Speech
from footprint.reports.view import Report


def gaps(report: Report, say: Speech) -> Iterator[Block]:
    """What is not known, why, and what to do."""
    if report.gaps:
        yield Listed(say("section.gaps"), tuple(_gap(gap, say) for gap in report.gaps))


def _gap(gap: Gap, say: Speech) -> str:
    what, why = say.said(gap.what), say.said(gap.why)
    return say(
        "gap.remedy" if gap.remedy else "gap.bare", what=what, why=why, remedy=say.said(gap.remedy)
    )


def corrections(report: Report, say: Speech) -> Iterator[Block]:
    """What was said later of what was recorded."""
    found = report.corrections
    if not found:
        return

    def count(number: int) -> str:
        return say.count(number) if number else Cell("", 0.0)

    yield of_columns(
        say("section.corrections"),
        (
            (say("action"), LEFT, [say.named("corrected", each.action) for each in found]),
            (say("of"), LEFT, [say.said(each.what) for each in found]),
            (say("by"), LEFT, [each.who for each in found]),
            (say("why"), LEFT, [each.why for each in found]),
            (say("when"), LEFT, [say.instant(each.utc) for each in found]),
            (say("calls"), RIGHT, [count(each.calls) for each in found]),
            (say("readings"), RIGHT, [count(each.readings) for each in found]),
            (say("remarks"), LEFT, [say.listed(map(say.said, each.remarks)) for each in found]),
            ("id", LEFT, [each.id for each in found]),
        ),
        wide=True,
    )
