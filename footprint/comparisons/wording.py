"""Figures and changes in words, in a language; English where none is given: findings are data."""

from __future__ import annotations

from footprint.comparisons.view import Change
from footprint.estimators.money import MoneyRange
from footprint.estimators.quantity import Quantity
from footprint.reports import figures as fig
from footprint.words import marked, unit, words

_BYTES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (0.0, "B"))


def sentence(change: Change) -> str:
    """`-40 % (-42 to -38): measured difference`."""
    return f"{percent(change)}: {change.verdict}" if change.verdict else percent(change)


def percent(change: Change, lang: str = "en") -> str:
    """`-40 % (-42 to -38)`; from ten times on, `12 times (9 to 16)`."""
    say = words(lang, "compare")
    ratio = change.ratio
    written, kind = (fig.digits, "times") if ratio.mid >= 10 else (signed, "percent")
    mid, low = written(ratio.mid, lang), written(ratio.low, lang)
    middle = say(kind, mid=mid)
    if ratio.high is None:
        return say("open", mid=middle, low=low)
    high = written(ratio.high, lang)
    return middle if mid == low == high else say("ranged", mid=middle, low=low, high=high)


def signed(ratio: float, lang: str = "en") -> str:
    """A ratio's change in percent, to one digit after the point below 10, with its sign."""
    change = 100 * (ratio - 1)
    text = f"{change:+.1f}" if abs(change) < 9.95 else f"{change:+,.0f}"
    return "0" if text in ("+0.0", "-0.0") else marked(lang, text)


def money(amount: MoneyRange | None, lang: str = "en") -> str:
    """`1,234 USD (1,100 to 1,500)`."""
    return fig.NOTHING if amount is None else shown(amount.to_quantity(), lang)


def shown(quantity: Quantity | None, lang: str = "en") -> str:
    """A figure with its interval, in a unit that keeps it short."""
    if quantity is None:
        return fig.NOTHING
    if quantity.unit == "B":
        size, name = next(each for each in _BYTES if quantity.mid >= each[0])
        return f"{fig.digits(quantity.mid / (size or 1.0), lang)} {unit(lang, name)}"
    if quantity.unit == "kWh":
        quantity = quantity.to("J")
    if quantity.unit == "L" and quantity.mid < 1:
        quantity = quantity.to("mL")
    if quantity.unit == "1":
        return exact(quantity.mid, lang)
    if quantity.unit == "1/s":
        return f"{fig.digits(quantity.mid, lang)}/s"
    close = quantity.high - quantity.low <= 1e-6 * abs(quantity.mid)  # nothing that digits show
    return fig.middle(quantity, lang) if close else fig.both(quantity, lang)


def exact(value: float, lang: str = "en") -> str:
    """Six significant digits; English, which has always been so, without marks of thousands."""
    return marked(lang, f"{value:.6g}" if lang == "en" else f"{value:,.6g}")
