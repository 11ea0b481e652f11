"""A ledger of calls in turns: what each way draws and counts is known exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from footprint.model import Device
from report_ledgers import GPU, MS, Recorder

STEP = 100 * MS
#: A call lasts two steps of the counter, then nothing is drawn for one.
CALL_S = 0.2


class Way(NamedTuple):
    """One way of doing the work.

    Attributes:
        watts: of each of its calls.
        units: that each adds.
        declared: of its path, beside model and kind.
    """

    watts: float
    units: Mapping[str, float]
    declared: Mapping[str, Any]

    @property
    def call_j(self) -> float:
        """What a call uses."""
        return self.watts * CALL_S


def write(
    ledger: Path,
    ways: Sequence[Way],
    *,
    calls: int = 10,
    device: Device = GPU,
    number: int = 1,
    model: str = "minilm",
    **context: Any,
) -> Path:
    """So many calls of each way, in turns."""
    one = Recorder(ledger, number, declared={"zone": "FRA"}, **context)
    usual: dict[str, Any] = {"kind": "inference", "model": model, "devices": [0]}
    paths = [one.path("embed", **{**usual, **way.declared}) for way in ways]
    watts: list[float] = []
    for _ in range(calls):
        for way, path in zip(ways, paths, strict=True):
            start = len(watts) * STEP
            units: dict[str, Any] = dict(way.units)
            one.span(path, start, start + 2 * STEP, **units)
            watts += [way.watts, way.watts, 0.0]
    one.counter(device, watts)
    one.close((len(watts) + 1) * STEP)
    return ledger
