"""A datasheet in Markdown: what a model is, how well it does, and what it took.

A figure is printed with its interval and with how it came about; one whose interval is wider than
itself is called an indication. What is not known has its reason and its remedy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.view import Activity, Figures, View
from footprint.estimators.quantity import Quantity

#: Kind of activity -> its heading, what one call is, and what one item is.
WORDS = {
    "training": ("Training", "training run", "item"),
    "fine-tuning": ("Fine-tuning", "fine-tuning run", "item"),
    "inference": ("Inference", "inference", "item"),
    "evaluation": ("Evaluation", "evaluation", "item"),
    "data": ("Data", "call", "item"),
    "api": ("Use through an API", "call", "item"),
    "other": ("Other work", "call", "item"),
}

#: Tier -> what it says about a figure.
TIERS = {
    "meter": "metered",
    "counter": "measured by a hardware counter",
    "power": "measured as power, integrated",
    "utilisation": "modelled from utilisation and design power, not measured",
    "nameplate": "design power times time, not measured",
    "predicted": "predicted, not measured",
    "api": "estimated from API use, not measured",
}

INDICATIVE = (
    "**An indication, not a measurement**: the interval is wider than the figure itself. Where a"
    " figure is needed that holds, take the upper end."
)
NOT_KNOWN = "not known"


def render(view: View, out: TextIO, options: Options = Options()) -> None:  # noqa: B008
    """Writes the datasheet."""
    out.write("\n".join(_lines(view)) + "\n")


def _lines(view: View) -> Iterator[str]:
    version = "" if view.version is None else f", version {view.version}"
    yield f"# Datasheet: {_plain(view.model)}{_plain(version)}"
    yield ""
    yield from _table(
        ("", ""),
        [
            ("Model", view.model),
            ("Version", NOT_KNOWN if view.version is None else view.version),
            ("Period", _period(view)),
            ("Hardware", "; ".join(_hardware(view)) or NOT_KNOWN),
            ("Place of the electricity", view.zone or _why_not(view, "carbon_location_g")),
            ("Made by", view.tool),
        ],
    )
    yield "## Performance"
    yield ""
    if view.metrics:
        rows = [(each.name, f"{each.value:.4g}", each.data or "-") for each in view.metrics]
        yield from _table(("Metric", "Value", "On"), rows)
    else:
        yield "Nobody filled this section: give the model's metrics when making the datasheet."
        yield ""
    for activity in view.activities:
        yield from _activity(view, activity)
    yield from _how(view)
    yield from _missing(view)


def _activity(view: View, activity: Activity) -> Iterator[str]:
    heading, call, item = WORDS.get(activity.kind, (activity.kind.capitalize(), "call", "item"))
    yield f"## {heading}"
    yield ""
    currencies = list(activity.total.cost) or ["USD"]
    header = (
        "", "Energy, J", "Carbon, g CO2e (location)", *(f"Electricity, {c}" for c in currencies)
    )  # fmt: skip
    whole = " without their tracked calls" if activity.own_time else ""
    rows = [_row(f"Total of {_times(activity.calls, call)}{whole}", activity.total, currencies)]
    if activity.per_call is not None and activity.calls != 1:
        rows.append(_row(f"One {call}", activity.per_call, currencies))
    if activity.per_item is not None and activity.items != activity.calls:
        rows.append(_row(f"One {item} (of {activity.items:,.12g})", activity.per_item, currencies))
    if activity.kind == "inference" and activity.per_call is not None:
        thousand = activity.total.per(activity.calls / 1000)
        rows.append(_row("1,000 inferences", thousand, currencies))
    yield from _table(header, rows)
    for line in _remarks(activity):
        yield f"- {line}"
    yield ""


def _row(label: str, figures: Figures, currencies: list[str]) -> tuple[str, ...]:
    def known(quantity: Quantity | None) -> str:
        return NOT_KNOWN if quantity is None else figure(quantity)

    return (
        label,
        known(figures.energy_j),
        known(figures.carbon_location_g),
        *(known(figures.cost.get(currency)) for currency in currencies),
    )


def _remarks(activity: Activity) -> Iterator[str]:
    if activity.total.energy_j is None:
        yield "How: nothing was measured."
    else:
        shares = [
            f"{TIERS.get(tier, tier)} (tier `{tier}`, {100 * share:.3g} % of the energy)"
            for tier, share in activity.tiers.items()
            if share > 0
        ]
        yield f"How: {'; '.join(shares) or NOT_KNOWN}."
    if activity.indicative:
        yield INDICATIVE
    if not activity.complete:
        yield "Some calls were not metered: nothing is said of one."
    if activity.latency_ms and activity.calls == 1:
        yield f"Duration: {digits(activity.latency_ms['p50'] / 1000)} s."
    elif activity.latency_ms:
        each = ", ".join(f"{name} {digits(ms)}" for name, ms in activity.latency_ms.items())
        yield f"Duration of a call, ms: {each}."
    if activity.errors:
        failed = _times(activity.errors, "call")
        yield f"{failed} of {activity.calls:,} failed; they are counted in."


def _how(view: View) -> Iterator[str]:
    yield "## How the figures came about"
    yield ""
    yield (
        "A figure reads `middle (low to high)`. The interval covers what the meter's timing, the"
        " sensor's stated error or the model leave open; the factors below state no error."
    )
    yield ""
    if view.boundary:
        yield "Boundary:"
        yield ""
        for line in view.boundary:
            yield f"- {_plain(line)}"
        yield ""
    if view.factors:
        rows = [_factor(factor) for factor in view.factors]
        yield from _table(("Factor", "Value", "Unit", "Place", "Source", "Year"), rows)
    if view.assumptions:
        yield "Assumptions:"
        yield ""
        for line in view.assumptions:
            yield f"- {_plain(line)}"
        yield ""


def _factor(factor: Mapping[str, Any]) -> tuple[str, ...]:
    source = " ".join(str(factor.get(key) or "") for key in ("source", "version")).strip()
    return (
        factor["name"],
        digits(factor["value"]),
        factor["unit"],
        factor.get("zone") or "-",
        source or "-",
        str(factor.get("vintage") or "-"),
    )


def _missing(view: View) -> Iterator[str]:
    yield "## What is missing"
    yield ""
    if not view.missing:
        yield "Nothing that this datasheet knows of."
        yield ""
    for gap in view.missing:
        remedy = f" Remedy: {_plain(gap.remedy)}." if gap.remedy else ""
        yield f"- `{gap.what}`: {_plain(gap.why)}.{remedy}"
    if view.missing:
        yield ""


def _why_not(view: View, what: str) -> str:
    for gap in view.missing:
        if gap.what == what:
            return f"{NOT_KNOWN}: {gap.why}"
    return NOT_KNOWN


def _period(view: View) -> str:
    if not view.start:
        return NOT_KNOWN
    start, end = (instant[:19].replace("T", " ") for instant in (view.start, view.end))
    return f"{start} to {end} UTC"


def _hardware(view: View) -> Iterator[str]:
    for each in view.hardware:
        tier = f" (tier `{each.tier}`)" if each.tier else ""
        host = f" of host {each.host}" if each.host else ""
        yield f"{each.kind} {each.name}{host}{tier}"


def _times(count: int, noun: str) -> str:
    plural = noun if count == 1 else f"{noun}s"
    return f"{count:,} {plural}"


def figure(quantity: Quantity) -> str:
    """`12.3 (11.1 to 14)`, three significant digits; without bounds where there is no interval."""
    mid = digits(quantity.mid)
    if quantity.low == quantity.mid == quantity.high:
        return mid
    return f"{mid} ({digits(quantity.low)} to {digits(quantity.high)})"


def digits(value: float) -> str:
    """Three significant digits, never fewer than the whole part's: `1,234`, `0.0123`, `1.2e-08`."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(_plain(cell).replace("|", "\\|") for cell in row) + " |"
    yield ""


def _plain(text: str) -> str:
    """One line, in which nothing that a user named begins markup that spans lines."""
    return " ".join(str(text).split()).replace("<", "&lt;")


MARKDOWN = Emitter("md", ".md", "a datasheet in Markdown", render)
