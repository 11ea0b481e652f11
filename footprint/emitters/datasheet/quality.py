"""How well the model does: performance, fairness, drift."""

from __future__ import annotations

from footprint.emitters.datasheet.blocks import Block, Lines, Section, Table, Text
from footprint.emitters.datasheet.fairness import Compared, compared, on
from footprint.emitters.datasheet.speech import Speech
from footprint.emitters.view import Drift, Metric, View

#: A metric is given, so it is shown with what was given, to so many digits.
_DIGITS = 4


def performance(view: View, say: Speech) -> Section:
    """The metrics of the whole."""
    w = say.w
    metrics = [one for one in view.metrics if one.subgroup is None]
    title = w("section.performance")
    if not metrics:
        return Section("performance", title, (Text((say.nobody("metrics"),)),))
    none = w("none_given")
    rows = tuple(
        (
            one.name,
            say.number(one.value, _DIGITS),
            _interval(one, say),
            on(one) or none,
            one.task or none,
            none if one.samples is None else w.count(one.samples),
        )
        for one in metrics
    )
    names = ("metric", "value", "interval", "on", "task", "samples")
    headings = tuple(w(f"performance.{name}") for name in names)
    table = Table(w("performance.table"), headings, rows, frozenset({1, 2, 5}))
    return Section("performance", title, (table, Lines((w("performance.given"),))))


def _interval(one: Metric, say: Speech) -> str:
    if one.low is None and one.high is None:
        return say.w("none_given")
    low, high = (
        say.w("none_given") if bound is None else say.number(bound, _DIGITS)
        for bound in (one.low, one.high)
    )
    return say.w("performance.range", low=low, high=high)


def fairness(view: View, say: Speech) -> Section:
    """The metrics of parts of the data, and how far they lie apart."""
    blocks: list[Block] = [
        _compared(number, each, say) for number, each in enumerate(compared(view.metrics), start=1)
    ]
    if not blocks:
        blocks = [Text((say.nobody("subgroups"),))]
    return Section("fairness", say.w("section.fairness"), tuple(blocks))


def _compared(number: int, each: Compared, say: Speech) -> Section:
    w = say.w
    values = {"metric": each.name, "attribute": each.attribute, "data": each.data}
    title = w("fairness.title_on" if each.data else "fairness.title", **values)
    rows = tuple(
        (
            one.subgroup[1],
            say.number(one.value, _DIGITS),
            _interval(one, say),
            w("none_given") if one.samples is None else w.count(one.samples),
        )
        for one in each.metrics
        if one.subgroup is not None
    )
    headings = (
        each.attribute, w("fairness.value"), w("fairness.interval"), w("fairness.samples")
    )  # fmt: skip
    table = Table(title, headings, rows, frozenset({1, 2, 3}))
    return Section(f"fairness-{number}", title, (table, Lines(tuple(_disparity(each, say)))))


def _disparity(each: Compared, say: Speech) -> list[str]:
    w, found = say.w, each.disparity
    if found is None:
        return [w("fairness.single")]
    lines = [
        w(
            "fairness.difference",
            difference=say.number(found.difference),
            highest=found.highest,
            lowest=found.lowest,
        )
    ]
    if found.ratio is None:
        lines.append(w("fairness.no_ratio"))
    else:
        lines.append(w("fairness.ratio", ratio=say.number(found.ratio)))
        lines.append(w("fairness.below" if found.below_four_fifths else "fairness.above"))
    if each.metrics[0].higher_is_better is False:
        lines.append(w("fairness.lower_better"))
    return lines


def drift(view: View, say: Speech) -> Section:
    """Figures against their baselines."""
    w = say.w
    title = w("section.drift")
    if not view.drift:
        return Section("drift", title, (Text((say.nobody("drift"),)),))
    names = ("figure", "baseline", "current", "limit", "rule", "state")
    rows = tuple(
        (
            _name(one, say),
            _value(one.baseline, one, say),
            _value(one.current, one, say),
            _value(one.limit, one, say),
            say.said(one.rule),
            w(f"drift.state_{one.state}"),
        )
        for one in view.drift
    )
    headings = tuple(w(f"drift.{name}") for name in names)
    blocks: list[Block] = [Table(w("drift.table"), headings, rows, frozenset({1, 2, 3}))]
    whys = [w("drift.why", name=_name(one, say), why=say.said(one.why)) for one in view.drift
            if one.why]  # fmt: skip
    if whys:
        blocks.append(Lines(tuple(whys)))
    return Section("drift", title, tuple(blocks))


def _name(one: Drift, say: Speech) -> str:
    return say.w.get(f"drift.name.{one.name}", one.name)


def _value(value: float | None, one: Drift, say: Speech) -> str:
    if value is None:
        return say.w("not_known")
    text = say.number(value, _DIGITS)
    return say.w("drift.with_unit", value=text, unit=one.unit) if one.unit else text
