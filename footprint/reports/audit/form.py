"""What an organisation states of itself for a report: the keys of organisation.toml, one list.

What belongs in each is told by the catalogue `organisation` (`<table>.<key>`), which the template
is made from. The words for boundaries are those of the GHG Protocol's Corporate Standard (chapter
3: equity share, financial control, operational control), those for assurance those of ISAE 3000.
"""

from __future__ import annotations

from footprint.model import DEVICE_KINDS
from footprint.settings import DROP, HASH, KEEP
from footprint.words.forms import Field, Form, Tables

#: Where such a file is looked for when nothing is said.
FILE = "organisation.toml"

#: GHG Protocol Corporate Standard, chapter 3.
APPROACHES = ("operational control", "financial control", "equity share")

#: ISAE 3000: how sure whoever examined the report is.
LEVELS = ("none", "limited", "reasonable")

#: What becomes of names in a report.
TREATMENTS = (KEEP, HASH, DROP)

TEXT = Field("text")
TEXTS = Field("texts", example='[""]')

#: Table -> key -> what can be written there.
TABLES: Tables = {
    "organisation": {"name": TEXT, "identifier": TEXT, "contact": TEXT},
    "boundary": {
        "approach": Field("choice", example='"operational control"', choices=APPROACHES),
        "sites": TEXTS,
        "scope_1": TEXT,
        "scope_2": TEXT,
        "scope_3": TEXT,
        "functional_units": TEXTS,
    },
    "exclusions": {"what": TEXT, "why": TEXT},
    "reporting": {
        "year": Field("count", example="2026"),
        "starts": Field("date", example="2026-01-01"),
    },
    "expected": {
        "host": TEXT,
        "device_kind": Field("choice", example='"gpu"', choices=DEVICE_KINDS),
        "hours": Field("number", "h", "8760"),
        "devices": Field("count", example="8"),
    },
    "base_year": {
        "year": Field("count", example="2025"),
        "report": Field("file", example='"2025.json"'),
        "ledger": Field("files", example='["ledger-2025"]'),
        "policy": TEXT,
        "threshold": Field("amount", "%", '"5 %"'),
        "earlier": Field("files", example='["2026.json"]'),
    },
    "assurance": {
        "level": Field("choice", example='"none"', choices=LEVELS),
        "by": TEXT,
        "standard": TEXT,
    },
    "privacy": {
        "hosts": Field("choice", example='"keep"', choices=TREATMENTS),
        "users": Field("choice", example='"keep"', choices=TREATMENTS),
        "salt": TEXT,
    },
}

FORM = Form(
    TABLES,
    "an organisation file",
    "footprint report --init",
    "organisation",
    ("exclusions", "expected"),
)
