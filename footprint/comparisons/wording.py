"""Changes in words and percent."""

from __future__ import annotations

from footprint.comparisons.view import Change
from footprint.reports import figures as fig


def sentence(change: Change) -> str:
    """`-40 % (-42 to -38): measured difference`."""
    return f"{percent(change)}: {change.verdict}" if change.verdict else percent(change)


def percent(change: Change) -> str:
    """`-40 % (-42 to -38)`; from ten times on, `12 times (9 to 16)`."""
    ratio = change.ratio
    written, unit = (fig.digits, "times") if ratio.mid >= 10 else (signed, "%")
    middle, low = written(ratio.mid), written(ratio.low)
    high = "no limit" if ratio.high is None else written(ratio.high)
    return f"{middle} {unit}" if middle == low == high else f"{middle} {unit} ({low} to {high})"


def signed(ratio: float) -> str:
    """A ratio's change in percent, to one digit after the point below 10, with its sign."""
    change = 100 * (ratio - 1)
    text = f"{change:+.1f}" if abs(change) < 9.95 else f"{change:+,.0f}"
    return "0" if text in ("+0.0", "-0.0") else text
