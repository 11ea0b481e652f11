"""A ledger with an own file of factors and an organisation's file: what an auditor is given."""

from __future__ import annotations

import uuid
from pathlib import Path

from footprint.ledger.corrections.correction import Correction, Target
from footprint.ledger.corrections.journals import add
from footprint.ledger.stores import open_store
from report_ledgers import GPU, UTC, Recorder, S

#: 300 J from 1 s to 2 s, 200 J idle around it: 500 J.
WATTS = [100.0] * 10 + [300.0] * 10 + [100.0] * 10

FACTORS = """
[[factor]]
name = "grid intensity"
zone = "FRA"
value = {g_per_kwh}
unit = "g/kWh"
source = "our supplier"
vintage = 2025
"""

STATED = """
[organisation]
name = "Example SA"
identifier = "LEI 5493001KJTIIGC8Y1R12"
contact = "carbon@example.org"
[boundary]
approach = "operational control"
sites = ["Lyon", "Paris"]
scope_2 = "electricity of the metered hosts"
functional_units = ["one inference"]
[[exclusions]]
what = "two workstations in Lyon"
why = "not tracked; below 1 % by their nameplate"
[reporting]
year = 2026
[assurance]
level = "limited"
by = "Auditors LLP"
standard = "ISAE 3410"
"""


def record(ledger: Path, number: int = 1, *, host: str = "host-a", start: int = 0) -> Path:
    """One program's journal, from `start` ns on: 300 J of a call, 200 J idle."""
    one = Recorder(
        ledger,
        number,
        host=host,
        boot=f"boot-{number}",
        declared={"zone": "FRA", "pue": 1.0},
        utc_ns=UTC + start,
    )
    one.counter(GPU._replace(id=f"GPU-{number}"), WATTS)
    one.span(one.path("embed", model="minilm", devices=["gpu"]), 1 * S, 2 * S, items=4)
    return one.close(3 * S)


def factors(folder: Path, g_per_kwh: float) -> Path:
    """A file of factors with one grid intensity."""
    path = folder / "factors.toml"
    path.write_text(FACTORS.format(g_per_kwh=g_per_kwh))
    return path


def stated(folder: Path, more: str = "", text: str = STATED) -> Path:
    """An organisation's file."""
    path = folder / "organisation.toml"
    path.write_text(text + more)
    return path


def correct(ledger: Path, who: str, why: str = "a slip of the hand") -> str:
    """A correction that halves the items of all calls; gives its id."""
    made = Correction(
        uuid.uuid4().hex,
        "replace",
        Target(model="minilm"),
        who,
        why,
        UTC + 100 * S,
        amounts={"items": 2},
    )
    add(open_store(ledger), made)
    return made.id
