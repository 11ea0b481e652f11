"""What a test's `footprint` markers say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from footprint.errors import UsageError, nearest, shown
from footprint.testing.options import JUDGES, Options, checked_repeat
from footprint.tracking.site import Site, amount

#: Limit -> the figure that it is for.
LIMITS = {"max_j": "energy_j", "max_g": "carbon_location_g", "max_usd": "cost_usd"}
_DECLARED = ("kind", "model", "version", "project", "tags")
_ARGUMENTS = (*LIMITS, "judge", "repeat", *_DECLARED)


class Marked(NamedTuple):
    """What a test's markers come to.

    Attributes:
        limits: by the marker's argument (`max_j`), what one call may use.
        judge: low, mid or high: the end of the interval that has to be over a limit.
        repeat: how often the test runs (`options.AUTO`: as long as it takes).
        declared: kind, model, ... of its span.
    """

    limits: Mapping[str, float]
    judge: str
    repeat: int
    declared: Mapping[str, Any]


def marked(item: pytest.Item, options: Options) -> Marked:
    """What the markers say, the nearest first. Raises UsageError for wrong arguments."""
    given: dict[str, Any] = {}
    for mark in item.iter_markers("footprint"):
        if mark.args:
            raise UsageError(
                f"{shown(mark.args[0])} has no name: write max_j=, max_g= or max_usd= before it"
            )
        for name, value in mark.kwargs.items():
            if name not in _ARGUMENTS:
                raise UsageError(
                    f"{name}={shown(value)} is no argument of it: use"
                    f" {', '.join(_ARGUMENTS)}.{nearest(name, _ARGUMENTS)}"
                )
            given.setdefault(name, value)
    limits = {name: _limit(name, given[name]) for name in LIMITS if name in given}
    judge = given.get("judge", options.judge)
    if judge not in JUDGES:
        raise UsageError(f"judge={shown(judge)} is not known: use {', '.join(JUDGES)}")
    repeat = options.repeat
    if "repeat" in given:
        repeat = checked_repeat(f"repeat={shown(given['repeat'])}", given["repeat"])
    declared = {name: given[name] for name in _DECLARED if name in given}
    Site("footprint", **declared)  # says what is wrong with them
    return Marked(limits, judge, repeat, declared)


def wrong(item: pytest.Item, options: Options) -> str:
    """What is wrong with a test's markers, one line; empty where nothing is."""
    try:
        marked(item, options)
    except UsageError as error:
        return f"{item.nodeid}: @pytest.mark.footprint: {error}"
    return ""


def _limit(name: str, value: object) -> float:
    number = amount(name, value)
    if not number:
        raise UsageError(f"{name}={shown(value)} is no limit: give a number above 0")
    return number
