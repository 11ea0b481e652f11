"""What was attributed by each further field: model, version, kind, host, project, tags."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.reports.audit.cuts import Cut
from footprint.reports.blocks import LEFT, NOTHING, RIGHT, Block, Table, of_columns
from footprint.reports.sections.groups import field_name
from footprint.reports.speech import Speech
from footprint.reports.view import Report


def cuts(report: Report, say: Speech) -> Iterator[Block]:
    """A table for each field."""
    parts = ("calls", "own time", "api")
    energies = [line.amounts.energy_j for line in report.lines if line.part in parts]
    whole = sum(energy.mid for energy in energies if energy is not None)
    for cut in report.cuts:
        yield _table(cut, whole, say)


def _table(cut: Cut, whole: float, say: Speech) -> Table:
    rows = cut.rows
    fields = [
        (field_name(field, say), LEFT, [_value(field, row.key[at][1], say) for row in rows])
        for at, field in enumerate(cut.by)
    ]
    energies = [row.amounts.energy_j for row in rows]
    return of_columns(
        say("cuts.by", field=", ".join(field_name(field, say) for field in cut.by)),
        (
            *fields,
            (say("calls"), RIGHT, [say.count(row.calls) for row in rows]),
            (say("energy"), RIGHT, [say.middle(energy) for energy in energies]),
            (say("bounds"), RIGHT, [say.interval(energy) for energy in energies]),
            (
                say("cuts.share"),
                RIGHT,
                [say.share(each.mid / whole if each and whole else None) for each in energies],
            ),
            (say("carbon"), RIGHT, [say.middle(row.amounts.carbon_location_g) for row in rows]),
            (say("market"), RIGHT, [say.middle(row.amounts.carbon_market_g) for row in rows]),
            (say("embodied"), RIGHT, [say.middle(row.amounts.embodied_g) for row in rows]),
            (say("water"), RIGHT, [say.middle(row.amounts.water_l) for row in rows]),
            (say("cost"), RIGHT, [say.money(row.amounts.cost) for row in rows]),
        ),
        note=say("cuts.note"),
    )


def _value(field: str, value: str | None, say: Speech) -> str:
    if value is None:
        return NOTHING
    return say.activity(value) if field == "kind" else value
