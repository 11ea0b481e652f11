"""What a run declared of its place, as a label: runs with the same one are priced alike."""

from __future__ import annotations

import json

from footprint.ledger.reader import Facts
from footprint.settings import DECLARED


def label(one: Facts) -> str:
    """What a writer declared of zone, PUE, tariff and the like."""
    said = one.context.get("declared") or {}
    return json.dumps([said.get(name) for name in DECLARED], default=str)
