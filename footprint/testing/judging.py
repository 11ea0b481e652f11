"""A test's figures against its limits.

A limit is broken where the figure's interval is over it: by default all of it (`judge="low"`), so
that no meter's error fails a test. A best estimate over the limit whose interval reaches below is
"may be over", and told; what is not known is "not judged", and told with the reason.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from footprint.estimators.quantity import Quantity
from footprint.reports.figures import both
from footprint.testing.figures import UNKNOWN, Figure
from footprint.testing.marks import LIMITS, Marked
from footprint.testing.reading import read
from footprint.testing.recording import Recording

OVER, MAY_BE, WITHIN, UNJUDGED = "over", "may be over", "within", "not judged"

_ENDS = {"mid": "best estimate", "high": "high end"}
_UNITS = {"max_j": "J", "max_g": "g", "max_usd": "USD"}
#: Other processes of a session of tests have written all that they did after so long, seconds.
_OTHERS_S = 1.2


def judge(figure: Figure, limits: Mapping[str, float], end: str) -> list[dict[str, Any]]:
    """A verdict on each limit: `{"limit", "value", "verdict", "text"}`.

    Args:
        limits: by argument of the marker, for one call.
        end: low, mid or high: which end has to be over.
    """
    return [_one(figure, name, value, end) for name, value in limits.items()]


def _one(figure: Figure, name: str, limit: float, end: str) -> dict[str, Any]:
    field, unit = LIMITS[name], _UNITS[name]
    known: Quantity | None = getattr(figure.each, field)
    most: Quantity | None = getattr(figure.whole, field)
    asked = f"{name}={limit:.12g}"
    if known is None:
        if figure.below and most is not None and figure.calls and most.high / figure.calls <= limit:
            at_most = Quantity(0.0, most.high / figure.calls, most.high / figure.calls, unit)
            verdict, text = WITHIN, f"{asked}: at most {both(at_most)}"
        else:
            verdict, text = UNJUDGED, f"{asked} was not judged: {_why(figure, field)}"
    elif getattr(known, end) > limit:
        verdict, text = OVER, f"{asked} {unit} is exceeded: one call used {both(known)}"
        if end != "low":
            text += f", judged by its {_ENDS[end]}"
    elif known.mid > limit:
        verdict = MAY_BE
        text = f"{asked} {unit} may be exceeded: one call used {both(known)}"
    else:
        verdict, text = WITHIN, f"{asked}: {both(known)}"
    return {"limit": name, "value": limit, "verdict": verdict, "text": text}


def _why(figure: Figure, field: str) -> str:
    for what in (field, "energy_j"):
        for gap in figure.gaps:
            if gap.what == what:
                return f"{gap.why}: {gap.remedy}"
    return "it is not known"


def judged_in_ledger(
    recording: Recording, test: str, mark: Marked, since_utc_ns: int
) -> list[dict[str, Any]]:
    """The verdicts on a test that just ended.

    One over its limit is asked again when the other processes have written what they did: tests
    that ran at the same time share what the devices used.
    """
    if recording.off:
        return []

    def ask() -> list[dict[str, Any]]:
        recording.settle(wait=1.0)
        found = read([Path(recording.ledger)], recording.name, since_utc_ns, recording.given, test)
        return judge(found.tests.get(test, UNKNOWN), mark.limits, mark.judge)

    found = ask()
    if any(each["verdict"] == OVER for each in found) and recording.is_shared:
        time.sleep(_OTHERS_S)
        found = ask()
    return found
