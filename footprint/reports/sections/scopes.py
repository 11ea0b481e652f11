"""Emissions by scope, the electricity behind them, and what covers it."""

from __future__ import annotations

from collections.abc import Iterator

from footprint.estimators.quantity import Quantity
from footprint.reports.audit.instruments import MET, Claim
from footprint.reports.audit.scopes import Scopes
from footprint.reports.blocks import LEFT, NOTHING, RIGHT, Block, Listed, Table, of_columns
from footprint.reports.speech import Speech
from footprint.reports.view import Report

_Row = tuple[str, str, str, Quantity | None, Quantity | None, Quantity | None]


def scopes(report: Report, say: Speech) -> Iterator[Block]:
    """The inventory, line by line, location- and market-based side by side."""
    found = report.scopes
    if found is None or not found.lines:
        return
    yield _inventory(found, say)
    if found.supplies:
        yield _supplies(found, say)
    if found.instruments:
        yield _instruments(found, say)
    yield Listed(say("scopes.notes"), tuple(map(say.said, found.notes)))


def _inventory(found: Scopes, say: Speech) -> Table:
    rows: list[_Row] = [
        (
            say(f"scopes.scope_{each.scope}"),
            NOTHING if each.category is None else str(each.category),
            say.named("emission", each.source),
            each.energy_kwh,
            each.carbon_location_g,
            each.carbon_market_g,
        )
        for each in found.lines
    ]
    lines = len(rows)
    for scope in sorted({each.scope for each in found.lines}):
        name = say(f"scopes.scope_{scope}")
        rows.append((name, "", say("total"), None, *_sums(found, scope)))
    rows.append((say("total"), "", "", None, *_sums(found, None)))
    return of_columns(
        say("section.scopes"),
        (
            (say("scopes.scope"), LEFT, [row[0] for row in rows]),
            (say("scopes.category"), LEFT, [row[1] for row in rows]),
            (say("of"), LEFT, [row[2] for row in rows]),
            (say("scopes.electricity"), RIGHT, [_energy(row[3], say) for row in rows]),
            (say("scopes.location"), RIGHT, [say.middle(row[4]) for row in rows]),
            (say("bounds"), RIGHT, [say.interval(row[4]) for row in rows]),
            (say("scopes.market"), RIGHT, [say.middle(row[5]) for row in rows]),
            (say("bounds"), RIGHT, [say.interval(row[5]) for row in rows]),
        ),
        foot=len(rows) - lines,
    )


def _sums(found: Scopes, scope: int | None) -> tuple[Quantity | None, Quantity | None]:
    return found.sum_g("location", scope), found.sum_g("market", scope)


def _energy(energy: Quantity | None, say: Speech) -> str:
    return "" if energy is None else say.middle(energy.to("J"))


def _supplies(found: Scopes, say: Speech) -> Table:
    rows = found.supplies
    return of_columns(
        say("scopes.supplies"),
        (
            (say("zone"), LEFT, [row.zone or NOTHING for row in rows]),
            (
                say("scopes.hardware"),
                LEFT,
                [say("scopes.rented" if row.rented else "scopes.own") for row in rows],
            ),
            (say("energy"), RIGHT, [_energy(row.energy_kwh, say) for row in rows]),
            ("PUE", RIGHT, [say.exact(row.pue.mid) if row.pue else NOTHING for row in rows]),
            (say("scopes.facility"), RIGHT, [_energy(row.facility_kwh, say) for row in rows]),
            (
                say("scopes.location_rate"),
                RIGHT,
                [_rate(row.location_g_per_kwh, say) for row in rows],
            ),
            (say("scopes.market_rate"), RIGHT, [_rate(row.market_g_per_kwh, say) for row in rows]),
            (
                say("scopes.basis"),
                LEFT,
                [_basis(row.market_basis, say) for row in rows],
            ),
        ),
        wide=True,
    )


def _rate(rate: Quantity | None, say: Speech) -> str:
    return NOTHING if rate is None else say.exact(rate.mid)


def _basis(basis: str, say: Speech) -> str:
    return " + ".join(say.named("market_basis", each) for each in basis.split(" + ") if each)


def _instruments(found: Scopes, say: Speech) -> Table:
    rows = found.instruments
    return of_columns(
        say("scopes.instruments"),
        (
            (say("scopes.instrument"), LEFT, [row.name for row in rows]),
            (say("kind"), LEFT, [say.named("instrument", row.kind) for row in rows]),
            (say("zone"), LEFT, [row.zone or NOTHING for row in rows]),
            (say("scopes.covers"), RIGHT, [_energy(row.kwh, say) for row in rows]),
            (say("scopes.rate"), RIGHT, [_rate(row.g_per_kwh, say) for row in rows]),
            (say("carbon"), RIGHT, [say.middle(row.carbon_g) for row in rows]),
            (
                say("scopes.applied"),
                LEFT,
                [say("scopes.yes" if row.applied else "scopes.no") for row in rows],
            ),
            (say("scopes.criteria"), LEFT, [_criteria(row, say) for row in rows]),
            (say("source"), LEFT, [say.said(row.source) for row in rows]),
        ),
        wide=True,
    )


def _criteria(claim: Claim, say: Speech) -> str:
    """Each criterion of the Scope 2 Guidance with its answer; those that are met together."""
    met = [say.named("criterion", key) for key, answer in claim.criteria if answer == MET]
    rest = [
        f"{say.named('criterion', key)}: {say.named('answer', answer)}"
        for key, answer in claim.criteria
        if answer != MET
    ]
    said = [say("scopes.met", names=", ".join(met))] if met else []
    return say.listed([*said, *rest])
