"""What an auditor asks of the figures: put with a report whose figures are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from footprint.accounts.lines import Period
from footprint.estimators.applied import Use
from footprint.pages.total import Total
from footprint.reports.audit import cuts, runs, units
from footprint.reports.audit.esrs import datapoints
from footprint.reports.audit.prices import prices
from footprint.reports.audit.scopes import scopes
from footprint.reports.audit.tier_mix import tier_mix
from footprint.reports.booked import Booked
from footprint.reports.places import Places
from footprint.reports.view import Report


class Workings(NamedTuple):
    """What a report's figures were worked out from.

    Attributes:
        book: what the ledger comes to.
        booked: its energies, and `absorbing` with idle energy spread over the spans.
        places: the factors, settled.
        whole: all that was metered, by place.
        period: as it was asked for, UTC ns.
    """

    book: Total
    booked: Booked
    absorbing: Booked
    places: Places
    whole: Mapping[int, Use]
    period: Period


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
