"""A prediction (`footprint estimate ... --format json`) against what the ledger says came of it.

    training     energy of the IT equipment, duration, carbon and cost of whole runs
    inference    energy, carbon and cost for one output token, and the duration of a request

A meter on the devices reads the energy of IT equipment: that is compared, not the facility's. Of
whole runs everything counts that was attributed to them, their own time included; idle and
unattributed energy do not. A run lasts from its first span to the end of its last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from footprint.comparisons.counting import CALL, RUN
from footprint.comparisons.measured import Ask, Measured
from footprint.comparisons.operands import InLedger, parse
from footprint.comparisons.sides import measure
from footprint.comparisons.view import PLAN, Change, Comparison, Row, Side, changed
from footprint.comparisons.wording import shown
from footprint.errors import UsageError
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.predict.estimate import SCHEMA
from footprint.estimators.quantity import Quantity, exact
from footprint.files import read_document
from footprint.reports import figures as fig

_MADE_BY = "footprint estimate training or inference --format json"
FACTORS = (
    "carbon and cost: the plan's are at its own factors, the outcome's at those of the ledger and "
    "the options; where they differ, so do the figures, whatever was used"
)


#: Gaps of figures that no plan is held against.
_UNASKED = ("embodied_g", "water_l", "carbon_market_g", "carbon_location_g", "cost_", "groups.")


class _Figure(NamedTuple):
    """A figure as it was predicted and as it came out."""

    name: str
    label: str
    predicted: Quantity | None
    measured: Quantity | None


def compared(
    path: str | Path, operand: str | None, ledgers: tuple[str | Path, ...], ask: Ask
) -> Comparison:
    """The comparison of a plan with its outcome.

    Args:
        operand: the outcome's spans: a ledger, LEDGER:selector, or a selector; None: all of them.

    Raises UsageError: no plan of training or inference; what `measure` raises.
    """
    plan = read_document(Path(path), SCHEMA, _MADE_BY)
    if plan.get("kind") not in ("training", "inference"):
        raise UsageError(
            f"{path} is of kind {plan.get('kind')!r}, whose energy nobody measures: name a file "
            f"that {_MADE_BY} wrote"
        )
    training = plan["kind"] == "training"
    side = _outcome(operand, ledgers, ask._replace(per=RUN if training else CALL))
    try:
        figures = list(_training(plan, side) if training else _inference(plan, side))
    except (KeyError, TypeError, AttributeError, EstimatorError) as error:
        raise UsageError(
            f"{path} is damaged ({type(error).__name__}: {error}): write it again with {_MADE_BY}"
        ) from error
    known = [each for each in figures if each.predicted or each.measured]
    rows = tuple(_row(each) for each in known)
    return Comparison(
        kind=PLAN,
        per="run" if training else "output token",
        sides=(
            Side(
                "predicted",
                {"where": str(path), "said": tuple(_said_inputs(plan)), "inputs": _inputs(plan)},
            ),
            Side(
                "measured",
                {
                    "where": side.where,
                    "key": dict(side.selector.pairs),
                    "spans": side.spans,
                    "runs": side.runs,
                    "devices": [each.device.name for each in side.devices or ()],
                },
            ),
        ),
        rows=rows,
        findings=tuple(_findings(known, rows)),
        factors=side.factors_used(),
        assumptions=(*_said(plan, side), FACTORS, *side.assumptions),
        gaps=tuple(_gaps(known, side)),
    )


def _outcome(operand: str | None, ledgers: tuple[str | Path, ...], ask: Ask) -> Measured:
    found = InLedger("all spans", "", None) if operand is None else parse(operand)
    if not isinstance(found, InLedger):
        raise UsageError(f"{operand}: a plan is compared with a ledger: name one, or LEDGER:NAME")
    where = ledgers if found.ledger is None else (found.ledger,)
    (side,) = measure(where, [(found.label, found.selector)], ask)
    return side


def _training(plan: Mapping[str, Any], side: Measured) -> Iterator[_Figure]:
    energy = side.whole.energy_j
    yield _Figure(
        "it_energy_kwh",
        "energy of the IT equipment",
        _quantity(plan["it_energy_kwh"], "kWh"),
        None if energy is None else energy.to("kWh"),
    )
    duration = None if side.elapsed_s is None else exact(side.elapsed_s, "s")
    yield _Figure("duration_s", "duration", _quantity(plan["duration_s"], "s"), duration)
    yield _Figure(
        "carbon_location_g",
        "carbon (CO2e)",
        _quantity(plan["carbon_location_g"], "g"),
        side.whole.carbon_location_g,
    )
    yield from _money(plan, side, 1.0, 1.0, "")


def _inference(plan: Mapping[str, Any], side: Measured) -> Iterator[_Figure]:
    inputs = plan["inputs"]
    requests = float(inputs["requests"])
    planned = float(inputs["tokens_out"]) * requests
    tokens = side.units.get("tokens_out", 0.0)
    if not tokens:
        raise UsageError(
            f"{side.label} has no output tokens to hold a plan of inference against: add them to "
            "its spans with add(tokens_out=...)"
        )
    energy, predicted = side.whole.energy_j, _quantity(plan["it_energy_kwh"], "kWh")
    yield _Figure(
        "it_energy_j_per_token",
        "energy of the IT equipment per output token",
        None if predicted is None else predicted.to("J") / planned,
        None if energy is None else energy / tokens,
    )
    if requests == 1:
        latency = None if side.latency_ms is None else exact(side.latency_ms[0] / 1000, "s")
        name = "duration of a request (outcome: median)"
        yield _Figure("duration_s", name, _quantity(plan["duration_s"], "s"), latency)
    carbon, told = side.whole.carbon_location_g, _quantity(plan["carbon_location_g"], "g")
    yield _Figure(
        "carbon_location_g_per_token",
        "carbon (CO2e) per output token",
        None if told is None else told / planned,
        None if carbon is None else carbon / tokens,
    )
    yield from _money(plan, side, planned, tokens, "_per_token")


def _money(
    plan: Mapping[str, Any], side: Measured, planned: float, tokens: float, per: str
) -> Iterator[_Figure]:
    """Cost by currency, those that either of both has."""
    for currency in dict.fromkeys((*plan["cost"], *side.whole.cost)):
        told = _quantity(plan["cost"].get(currency), currency)
        cost = side.whole.cost.get(currency)
        yield _Figure(
            f"cost_{currency.lower()}{per}",
            "cost per output token" if per else "cost",
            None if told is None else told / planned,
            None if cost is None else cost.to_quantity() / tokens,
        )


def _row(figure: _Figure) -> Row:
    predicted, measured = figure.predicted, figure.measured
    change = changed(predicted, measured)
    if change is not None and predicted is not None and measured is not None:
        given = predicted.low == predicted.high  # not predicted: there is no interval to be in
        inside = None if given else predicted.low <= measured.mid <= predicted.high
        change = change._replace(inside=inside)
    unit = (predicted or measured).unit  # type: ignore[union-attr]  # one of both is known
    return Row(figure.name, figure.label, unit, (predicted, measured), (None, change))


def _findings(figures: list[_Figure], rows: tuple[Row, ...]) -> Iterator[str]:
    for figure, row in zip(figures, rows, strict=True):
        change = row.changes[1]
        if change is not None:
            yield (
                f"{row.label}: {shown(figure.measured)} measured, {shown(figure.predicted)} "
                f"predicted: {fig.digits(change.ratio.mid)} times" + _where(change)
            )


def _where(change: Change) -> str:
    if change.inside is None:
        return ""
    return f", {'inside' if change.inside else 'outside'} the predicted interval"


def _said(plan: Mapping[str, Any], side: Measured) -> Iterator[str]:
    devices = ", ".join(dict.fromkeys(each.device.name for each in side.devices or ())) or "none"
    yield f"the outcome's energy is that of the metered devices ({devices}); no PUE on either side"
    if plan["kind"] == "training":
        yield "the outcome is all that the runs used, between their calls too; idle is left out"
        return
    yield "the outcome is that of calls; what runs used between them, and idle, are left out"
    mix = [float(plan["inputs"].get(name) or 0.0) for name in ("tokens_in", "tokens_out")]
    own = [side.units.get(name, 0.0) for name in ("tokens_in", "tokens_out")]
    if mix[1] and abs(own[0] / own[1] - mix[0] / mix[1]) > 0.1 * mix[0] / mix[1]:
        yield (
            f"the plan has {mix[0] / mix[1]:.3g} input tokens for each output token, the outcome "
            f"{own[0] / own[1]:.3g}: estimate again with the outcome's to compare like with like"
        )


def _gaps(figures: list[_Figure], side: Measured) -> Iterator[Gap]:
    missing = set()
    for each in figures:
        if each.predicted is None:
            yield Gap(each.name, "the plan does not say it", "estimate it with what it needs")
        if each.measured is None:
            missing.add(each.name.split("_per_")[0])
    for gap in side.gaps:
        if gap.what in missing or not gap.what.startswith(_UNASKED):
            yield gap


def _inputs(plan: Mapping[str, Any]) -> dict[str, Any]:
    """What the plan was given, without tables and lists."""
    given = plan.get("inputs", {}).items()
    return {name: value for name, value in given if not isinstance(value, dict | list)}


def _said_inputs(plan: Mapping[str, Any]) -> Iterator[str]:
    for name, value in _inputs(plan).items():
        text = f"{value:g}" if isinstance(value, float) else str(value)
        yield f"{name.replace('_', ' ')} {text}"


def _quantity(bounds: Mapping[str, float] | None, unit: str) -> Quantity | None:
    return None if bounds is None else Quantity(bounds["low"], bounds["mid"], bounds["high"], unit)
