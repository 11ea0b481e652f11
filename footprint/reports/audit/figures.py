"""What an auditor asks of the figures: put with a report whose figures are known."""

from __future__ import annotations

from footprint.reports.audit import cuts, runs, units
from footprint.reports.audit.esrs import datapoints
from footprint.reports.audit.prices import prices
from footprint.reports.audit.scopes import scopes
from footprint.reports.audit.tier_mix import tier_mix
from footprint.reports.view import Report
from footprint.reports.workings import Workings


def audited(report: Report, of: Workings) -> Report:
    """A report with its inventory by scope, datapoints, mix of tiers, prices, cuts and runs."""
    api = next((line.amounts for line in report.lines if line.part == "api"), None)
    inventory = scopes(of.places, of.whole, api)
    tallies = of.book.tallies
    providers = cuts.Providers(tallies, of.places.sources.registry)
    every = runs.Runs(of.book, of.booked, of.absorbing, of.places, providers, of.period)
    groups = tuple(every.of(report.groups))
    return report._replace(
        groups=groups,
        scopes=inventory,
        esrs=datapoints(inventory),
        tier_mix=tier_mix(of.booked.pieces(), of.places, api),
        prices=prices(report.factors, of.places.sources),
        sci_notes=units.NOTES if groups else (),
        cuts=cuts.cuts(of.book, of.booked, of.places, providers, report.by),
        gaps=(*report.gaps, *units.gaps(groups), *runs.gaps(groups), *cuts.gaps(tallies)),
    )
