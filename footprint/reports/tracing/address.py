"""How a figure of a report is named: by its path in the JSON.

totals.energy_kwh
lines[idle].carbon_location_g
groups[0].cost_usd
groups[model=net,kind=inference].per_item.energy_j
groups[model=net].cost.EUR
conservation[GPU-1].attributed_j
WRITER:SEQ                            a span
"""

from __future__ import annotations

import re
from typing import NamedTuple

from footprint.errors import UsageError, nearest
from footprint.reports.view import QUANTITIES

#: A span's id, as `spans()` has it.
_SPAN = re.compile(r"(?:span:)?([0-9a-f]{32}):(\d+)")
_PATH = re.compile(r"(\w+)(?:\[(.*)\])?\.(.+)")
SECTIONS = ("totals", "lines", "groups", "conservation")
#: The figures of a group that are its own, divided by how many there are.
PER = ("per_item", "per_1000_calls", "per_1000_tokens", "per_1000_tokens_out")
BALANCE = ("metered_j", "attributed_j", "idle_j", "unattributed_j")
FIGURES = (*QUANTITIES, "energy_kwh", "cost_usd")


class Address(NamedTuple):
    """A figure.

    Attributes:
        section: one of `SECTIONS`.
        which: what stands in brackets.
        per: one of `PER`; empty for a sum.
        figure: one of `FIGURES`, `cost.CURRENCY`, or one of `BALANCE`.
    """

    section: str
    which: str
    per: str
    figure: str

    def __str__(self) -> str:
        which = f"[{self.which}]" if self.which else ""
        return ".".join(filter(None, (f"{self.section}{which}", self.per, self.figure)))


class SpanId(NamedTuple):
    """A span: its writer's id and its sequence there."""

    writer: str
    seq: int


def parse(text: str) -> Address | SpanId:
    """Reads a path. Raises UsageError that says what is wrong with it."""
    if span := _SPAN.fullmatch(text):
        return SpanId(span[1], int(span[2]))
    found = _PATH.fullmatch(text)
    if found is None:
        raise UsageError(
            f"--trace {text} is no figure: write it as in the report's JSON, for instance"
            " totals.energy_kwh, groups[0].carbon_location_g, or a span's id (WRITER:SEQ)"
        )
    section, which, rest = found[1], found[2] or "", found[3]
    if section not in SECTIONS:
        raise UsageError(
            f"--trace {text}: nothing is traced in {section!r}: use {', '.join(SECTIONS)}."
            + nearest(section, SECTIONS)
        )
    if section != "totals" and not which:
        example = {"lines": "idle", "groups": "0", "conservation": "GPU-1"}[section]
        raise UsageError(f"--trace {text}: say which of them: {section}[{example}].{rest}")
    per, _, figure = rest.rpartition(".")
    if figure and per == "cost" and figure.isupper():
        per, figure = "", rest
    elif per.endswith(".cost"):
        per, figure = per.removesuffix(".cost"), f"cost.{figure}"
    known = BALANCE if section == "conservation" else FIGURES
    is_cost = figure.startswith("cost.") and section != "conservation"
    if figure not in known and not is_cost:
        raise UsageError(
            f"--trace {text}: {figure!r} is no figure of {section}: use {', '.join(known)}."
            + nearest(figure, known)
        )
    if per and (section != "groups" or per not in PER):
        raise UsageError(
            f"--trace {text}: {per!r} is not known: use {', '.join(PER)}, of groups."
            + nearest(per, PER)
        )
    return Address(section, which, per, figure)
