"""One correction: what is done to what, by whom and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from footprint.errors import LedgerError, UsageError, nearest, shown
from footprint.model import KINDS, SMALLEST_AMOUNT
from footprint.settings import DECLARED, check

VOID, REPLACE, ANNOTATE = ACTIONS = ("void", "replace", "annotate")

#: What functions and blocks declare; `tag.KEY` is a tag.
OF_CALLS = ("model", "version", "project", "kind", "devices")
#: What a run declares of its place and its prices.
OF_RUNS = tuple(DECLARED)
TAG = "tag."


class Target(NamedTuple):
    """What a correction is about: all that is given must hold. None: it does not matter.

    Attributes:
        writer: the writer's uuid, hex.
        run: the run's id.
        host: the host's name, as it was recorded.
        name, model, version: as the call was recorded, before any correction.
        first_seq, last_seq: the calls' sequences, both included.
        device: a device's id: the correction is about its readings.
        since_utc_ns, until_utc_ns: calls that ended, readings that were taken, runs that began in
            [since, until).
    """

    writer: str | None = None
    run: str | None = None
    host: str | None = None
    name: str | None = None
    model: str | None = None
    version: str | None = None
    first_seq: int | None = None
    last_seq: int | None = None
    device: str | None = None
    since_utc_ns: int | None = None
    until_utc_ns: int | None = None

    def given(self) -> dict[str, Any]:
        """What was asked for."""
        return {name: value for name, value in self._asdict().items() if value is not None}


class Correction(NamedTuple):
    """One correction.

    Attributes:
        id: a uuid, hex.
        action: one of `ACTIONS`.
        target: what it is about; empty where it is about other corrections.
        declared: names of `OF_CALLS`, `tag.KEY` and `OF_RUNS`, and what they should have been;
            None: nothing.
        amounts: what each call should have added, by name.
        scales: by what amounts are multiplied, by name.
        who: who says so.
        why: the reason; of an annotation its text.
        utc_ns: when it was said.
        corrects: the ids of corrections that it is about.
    """

    id: str
    action: str
    target: Target
    who: str
    why: str
    utc_ns: int
    declared: Mapping[str, Any] = {}
    amounts: Mapping[str, float] = {}
    scales: Mapping[str, float] = {}
    corrects: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, str]:
        """Of two that contradict each other, the greater one holds."""
        return self.utc_ns, self.id

    def of_calls(self) -> dict[str, Any]:
        """What it says that calls declared."""
        return {name: each for name, each in self.declared.items() if name not in OF_RUNS}

    def of_runs(self) -> dict[str, Any]:
        """What it says that runs declared."""
        return {name: each for name, each in self.declared.items() if name in OF_RUNS}

    def record(self) -> dict[str, Any]:
        """The JSON record, as docs/reference/ledger.md describes it."""
        return {
            "type": "correction",
            "id": self.id,
            "action": self.action,
            "target": self.target.given(),
            "declared": dict(self.declared),
            "amounts": dict(self.amounts),
            "scales": dict(self.scales),
            "corrects": list(self.corrects),
            "who": self.who,
            "why": self.why,
            "utc_ns": self.utc_ns,
        }


def of_record(record: Mapping[str, Any]) -> Correction:
    """A correction from its JSON record. Raises LedgerError for one that makes no sense."""
    try:
        found = Correction(
            id=str(record["id"]),
            action=str(record["action"]),
            target=Target(**record.get("target", {})),
            who=str(record["who"]),
            why=str(record["why"]),
            utc_ns=int(record["utc_ns"]),
            declared=dict(record.get("declared", {})),
            amounts={name: float(each) for name, each in record.get("amounts", {}).items()},
            scales={name: float(each) for name, each in record.get("scales", {}).items()},
            corrects=tuple(map(str, record.get("corrects", ()))),
        )
        return checked(found)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise LedgerError(f"a correction makes no sense: {error}") from error


def checked(one: Correction) -> Correction:
    """The correction, its values as settings have them. Raises UsageError for what makes none."""
    if one.action not in ACTIONS:
        raise UsageError(f"{shown(one.action)} is no correction: use {', '.join(ACTIONS)}")
    for name in ("who", "why"):
        if not getattr(one, name).strip():
            raise UsageError(f"a correction says who and why: {name} is empty")
    _check_target(one)
    declared = {name: _declared(name, value) for name, value in one.declared.items()}
    for name, value in (*one.amounts.items(), *one.scales.items()):
        if not name or not math.isfinite(value) or value < 0:
            raise UsageError(f"{name}={shown(value)} is no amount: give a number from 0 on")
        if 0.0 < value < SMALLEST_AMOUNT:
            raise UsageError(f"{name}={shown(value)} is too near zero: nothing is 0")
    values = bool(one.declared or one.amounts or one.scales)
    if one.action == REPLACE and not values:
        raise UsageError("nothing is replaced: say what it should have been")
    if one.action != REPLACE and values:
        raise UsageError(f"{one.action} takes no values: use replace for them")
    both = set(one.amounts) & set(one.scales)
    if both:
        raise UsageError(f"{min(both)} is both set and scaled: give one of the two")
    return one._replace(declared=declared)


def _check_target(one: Correction) -> None:
    given = one.target.given()
    if one.corrects and (given or one.action == REPLACE):
        raise UsageError(
            "a correction is about calls, readings or other corrections, and those are voided or"
            " annotated: make one for each"
        )
    if not given and not one.corrects:
        raise UsageError("say what is to be corrected: a whole ledger cannot be")
    allowed: set[str] | None = None
    what = "calls"
    if one.target.device is not None:
        if one.action == REPLACE:
            raise UsageError(
                "readings cannot be replaced by others: void them, and what the device drew is"
                " not known"
            )
        allowed, what = {"device", "host", "since_utc_ns", "until_utc_ns"}, "readings"
    elif one.of_runs():
        allowed, what = {"writer", "run", "host", "since_utc_ns", "until_utc_ns"}, "runs"
        if one.of_calls() or one.amounts or one.scales:
            raise UsageError(
                f"{', '.join(one.of_runs())} is of whole runs, the rest of calls: make a"
                " correction for each"
            )
    if allowed is not None and (beyond := sorted(given.keys() - allowed)):
        raise UsageError(f"{', '.join(beyond)} does not choose {what}: leave it out")
    for low, high in (("first_seq", "last_seq"), ("since_utc_ns", "until_utc_ns")):
        if low in given and high in given and given[low] > given[high] - (high != "last_seq"):
            raise UsageError(f"{low} is not before {high}: swap them")


def _declared(name: str, value: Any) -> Any:
    """What was declared, checked as where it is declared; None takes it back."""
    if name in OF_RUNS:
        return None if value is None else check(name, value)
    if name == "devices":
        if value is None or (isinstance(value, list) and all(map(_is_device, value))):
            return value
        raise UsageError(f"devices={shown(value)} must be ids, kinds or numbers of devices")
    if name not in OF_CALLS and not (name.startswith(TAG) and len(name) > len(TAG)):
        known = (*OF_CALLS, f"{TAG}KEY", *OF_RUNS)
        raise UsageError(
            f"{name} is nothing that is declared: use {', '.join(known)}.{nearest(name, known)}"
        )
    if name == "kind" and value not in KINDS:
        raise UsageError(f"kind={shown(value)} is not known: use {', '.join(KINDS)}")
    if value is not None and (not isinstance(value, str) or not value):
        raise UsageError(f"{name}={shown(value)} must be text")
    return value


def _is_device(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
