"""CSV: one row a group, units in the columns' names; empty where not known.

Only groups fit a table of groups: idle, unattributed, factors and gaps are in the other formats.
"""

from __future__ import annotations

import csv
from typing import TextIO

from footprint.reports.rows import columns, row
from footprint.reports.view import Report


def render(report: Report, out: TextIO, lang: str = "en") -> None:
    """Writes the groups (RFC 4180, but lines end in a newline alone); the same in any language."""
    writer = csv.DictWriter(out, columns(report), lineterminator="\n")
    writer.writeheader()
    for group in report.groups:
        writer.writerow(row(group))
