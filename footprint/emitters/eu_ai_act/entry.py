"""An item of the form with its entry, and how numbers are written in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from footprint.emitters.eu_ai_act.form import Field
from footprint.emitters.view import View
from footprint.estimators.quantity import Quantity
from footprint.words import Words, words
from footprint.words.said import said


class Filled(NamedTuple):
    """One item with its entry.

    Attributes:
        status: `filled`; `not given`: the sheet file can say it and does not; `not known`: the
            ledger does not hold it, or it is below what the meter can tell.
        text: what to write into the form; empty where nothing is known.
        value: the same as a number or a text.
        low, high: its interval; None for what is open on that side.
        method: `measured`, `partly measured`, `estimated`; empty for words.
        tiers: method tier -> share of the energy.
        methodology: how the figure came about.
        source: `ledger`, `sheet file`, or what a base model's figure cites.
        reason: why nothing is known.
        note: what else has to be said with the entry.
        start, end: the figure's period, ISO 8601.
    """

    field: Field
    status: str
    text: str = ""
    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    method: str = ""
    tiers: Mapping[str, float] = {}
    methodology: str = ""
    source: str = ""
    reason: str = ""
    note: str = ""
    start: str = ""
    end: str = ""


def energy_gaps(view: View, w: Words) -> list[str]:
    """What of the energy was not metered, one line each."""
    return [said(w.lang, gap.why) for gap in view.missing if gap.what.startswith("energy")]


def with_interval(mwh: Quantity, w: Words) -> str:
    """`1.00 MWh (0.900 to 1.10)`; the middle alone where there is no interval."""
    low, mid, high = bounds(mwh, w)
    if mwh.low == mwh.mid == mwh.high:
        return f"{mid} MWh"
    return f"{mid} MWh ({low} {w('to')} {high})"


def bounds(mwh: Quantity, w: Words) -> tuple[str, str, str]:
    """Low, middle, high with three digits; up to six where the interval is narrower than those."""
    for digits in (3, 4, 5, 6):
        shown = tuple(w.fixed(each, digits) for each in (mwh.low, mwh.mid, mwh.high))
        if mwh.low == mwh.high or len(set(shown)) == len({mwh.low, mwh.mid, mwh.high}):
            break
    return shown[0], shown[1], shown[2]


def kind_of(kind: str, w: Words) -> str:
    return words(w.lang, "kinds").get(f"kind.{kind}", kind).lower()


def power(number: float, w: Words) -> str:
    """`7.3*10^10`, as the form's own example has it; two to four significant digits."""
    exponent = math.floor(math.log10(number))
    if exponent < 4:
        return w.fixed(number, max(2, exponent + 1))
    mantissa = number / 10.0**exponent
    digits = next((n for n in (2, 3) if math.isclose(round(mantissa, n - 1), mantissa)), 4)
    return f"{w.fixed(mantissa, digits)}*10^{exponent}"
