"""Training time: wall clock, hardware days, and the range that national authorities get."""

from __future__ import annotations

import math
from typing import NamedTuple

from footprint.emitters.eu_ai_act.entry import Filled, kind_of
from footprint.emitters.eu_ai_act.form import Field
from footprint.emitters.eu_ai_act.methodology import hardware
from footprint.emitters.view import Hardware, Stage, View
from footprint.estimators.units import convert
from footprint.words import Words

#: Upper end in days of each range of training time that national authorities get: 1, 3, 6 months
#: of 30.4375 days (a twelfth of 365.25).
RANGES = ((30.4375, "below_1"), (91.3125, "1_to_3"), (182.625, "3_to_6"), (math.inf, "above_6"))


class Lasted(NamedTuple):
    """A time.

    Attributes:
        source: `ledger` or `sheet file`.
        how: it came about, in words.
        at_most: it is an upper bound.
    """

    days: float
    source: str
    how: str
    at_most: bool = False


def days(view: View, field: Field, w: Words) -> Filled:
    """Wall clock or hardware days of an activity."""
    stage = view.of_kind(field.kind)
    is_wall_clock = field.id.endswith("_wall_clock")
    found = (_wall_clock if is_wall_clock else _hardware_days)(view, field.kind, stage, w)
    if found is None:
        return _unknown(field, stage, "no_time" if is_wall_clock else "no_devices", w)
    text = f"{w.fixed(found.days)} {w('unit.d')}"
    start, end = _period(view, stage, found)
    method = "estimated" if found.at_most else "measured"
    return Filled(
        field,
        "filled",
        w("at_most", text=text) if found.at_most else text,
        found.days,
        None if found.at_most else found.days,
        found.days,
        method if found.source == "ledger" else "",
        methodology=found.how,
        source=found.source,
        start=start,
        end=end,
    )


def time_range(view: View, field: Field, w: Words) -> Filled:
    """Which of `RANGES` the wall clock falls into."""
    stage = view.of_kind(field.kind)
    found = _wall_clock(view, field.kind, stage, w)
    if found is None:
        return _unknown(field, stage, "no_time", w)
    text = w("range." + next(name for most, name in RANGES if found.days < most))
    start, end = _period(view, stage, found)
    return Filled(
        field,
        "filled",
        text,
        text,
        method="measured" if found.source == "ledger" else "",
        methodology=w("time.range"),
        source=found.source,
        start=start,
        end=end,
    )


def _wall_clock(view: View, kind: str, stage: Stage | None, w: Words) -> Lasted | None:
    """What the owner states of the whole training, else what the ledger saw of it."""
    hours = view.given.get("training", {}).get("hours") if kind == "training" else None
    if hours is not None:
        return Lasted(convert(float(hours), "h", "d"), "sheet file", w("time.stated"))
    # Runs contain their calls: the longest of both, not their sum.
    lasted = [each.active_s for each in stage.activities if each.active_s] if stage else []
    if not lasted:
        return None
    return Lasted(convert(max(lasted), "s", "d"), "ledger", w("time.active"))


def _hardware_days(view: View, kind: str, stage: Stage | None, w: Words) -> Lasted | None:
    """What the owner states, else the wall clock of every device: an upper bound in a ledger."""
    clock = _wall_clock(view, kind, stage, w)
    if kind == "training":
        stated = view.given.get("eu", {}).get("hardware_days")
        if stated is not None:
            return Lasted(float(stated), "sheet file", w("time.stated"))
        number = view.given.get("training", {}).get("number_of_devices")
        if clock and clock.source == "sheet file" and number is not None:
            how = w("time.devices", number=w.count(number))
            return Lasted(clock.days * float(number), "sheet file", how)
    devices = _accelerators(stage)
    if clock is None or clock.source != "ledger" or not devices:
        return None
    how = w("time.upper", hardware=hardware(devices, w))
    return Lasted(clock.days * len(devices), "ledger", how, at_most=True)


def _accelerators(stage: Stage | None) -> tuple[Hardware, ...]:
    """The devices that hardware days are counted in: GPUs, CPUs where there are none."""
    devices = stage.hardware if stage else ()
    kind = "gpu" if any(each.kind == "gpu" for each in devices) else "cpu"
    return tuple(each for each in devices if each.kind == kind)


def _period(view: View, stage: Stage | None, found: Lasted) -> tuple[str, str]:
    return view.period_of(stage) if stage and found.source == "ledger" else ("", "")


def _unknown(field: Field, stage: Stage | None, why: str, w: Words) -> Filled:
    reason = w(f"reason.{why if stage else 'no_stage'}", kind=kind_of(field.kind, w))
    return Filled(field, "not known", reason=reason)
