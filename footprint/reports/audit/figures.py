"""What an auditor asks of the figures: put with a report whose figures are known."""

from __future__ import annotations

from collections.abc import Mapping

from footprint.estimators.applied import Use
from footprint.reports.audit import units
from footprint.reports.audit.esrs import datapoints
from footprint.reports.audit.prices import prices
from footprint.reports.audit.scopes import scopes
from footprint.reports.audit.tier_mix import tier_mix
from footprint.reports.booked import Booked
from footprint.reports.places import Places
from footprint.reports.view import Report


def audited(report: Report, booked: Booked, places: Places, whole: Mapping[int, Use]) -> Report:
    """A report with its inventory by scope, ESRS datapoints, mix of tiers, and prices.

    Args:
        whole: all that was metered, by place.
    """
    api = next((line.amounts for line in report.lines if line.part == "api"), None)
    inventory = scopes(places, whole, api)
    return report._replace(
        scopes=inventory,
        esrs=datapoints(inventory),
        tier_mix=tier_mix(booked.pieces(), places, api),
        prices=prices(report.factors, places.sources),
        sci_notes=units.NOTES if report.groups else (),
        gaps=(*report.gaps, *units.gaps(report.groups)),
    )
