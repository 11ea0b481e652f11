"""Ledgers of two versions of a model whose difference is known exactly."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from footprint.model import Device
from report_ledgers import GPU, MS, Recorder

#: A step of the counter. Nothing is drawn where nothing runs: a call's energy is all its own.
STEP = 100 * MS
A_SENSOR = GPU._replace(gain_low=0.95, gain_high=1.05)


def make(
    ledger: Path,
    *,
    ratio: float = 0.6,
    level_w: float = 400.0,
    calls: int = 60,
    spread: float = 0.05,
    seed: int = 1,
    number: int = 1,
    items: float | None = 4.0,
    other_items: float | None = 4.0,
    device: Device = A_SENSOR,
    only: tuple[str, ...] = ("fp32", "int8"),
    **context: Any,
) -> Path:
    """Calls of `fp32` and `int8` in turn; one of int8 uses `ratio` of the other's on the mean.

    Each lasts two steps of the counter, then two of rest: `level_w` on the mean of fp32; each
    call's own factor is log-normal with a mean of 1.
    """
    rng = random.Random(seed)
    one = Recorder(ledger, number, **context)
    paths = {
        name: one.path("embed", kind="inference", model="minilm", version=name, devices=[0])
        for name in ("fp32", "int8")
    }
    watts: list[float] = [0.0] * 2
    for call in range(2 * calls):
        version = ("fp32", "int8")[call % 2]
        level = level_w * (ratio if version == "int8" else 1.0)
        power = level * rng.lognormvariate(-(spread**2) / 2, spread)
        if version not in only:
            continue
        start = len(watts)
        watts += [power, power, 0.0, 0.0]
        count = items if version == "fp32" else other_items
        units = {} if count is None else {"items": count}
        one.span(paths[version], start * STEP, (start + 2) * STEP, **units)
    one.counter(device, watts)
    one.close((len(watts) + 10) * STEP)
    return ledger


@pytest.fixture
def alternating() -> Callable[..., Path]:
    """Writes a ledger of two versions; see `make`."""
    return make


@pytest.fixture
def serving() -> Callable[[Path], Path]:
    """Writes a ledger of ten calls with tokens: 300 W for 1 s each, 100 tokens in and 50 out."""

    def write(ledger: Path) -> Path:
        one = Recorder(ledger)
        path = one.path("generate", kind="inference", model="llama", devices=[0])
        one.counter(GPU, [300.0] * 110)
        for call in range(10):
            start = call * 10 * STEP
            one.span(path, start, start + 10 * STEP, tokens_in=100.0, tokens_out=50.0)
        one.close(110 * STEP)
        return ledger

    return write
