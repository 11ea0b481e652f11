"""An earlier session of tests, or several: what this one is compared with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from footprint.errors import UsageError
from footprint.testing.document import MADE_BY
from footprint.testing.document import load as load_sessions
from footprint.testing.figures import OnDevice, Sample


class Past(NamedTuple):
    """What a test used in the baseline's sessions: its samples, and its devices, all calls."""

    sessions: tuple[tuple[Sample, ...], ...]
    devices: tuple[OnDevice, ...]

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Of all sessions."""
        return tuple(sample for one in self.sessions for sample in one)


class Baseline(NamedTuple):
    """What to compare with: the tests of the sessions in a file."""

    path: Path
    sessions: int
    tests: Mapping[str, Past]


def load(path: Path) -> Baseline:
    """The baseline in a file of sessions. Raises UsageError for what is none."""
    sessions = load_sessions(path)
    if not sessions:
        raise UsageError(f"{path} holds no session: run `{MADE_BY} {path.name}` first")
    found: dict[str, list[tuple[tuple[Sample, ...], tuple[OnDevice, ...]]]] = {}
    for number, session in enumerate(sessions, 1):
        try:
            for test in session["tests"]:
                if test.get("energy_j") is not None and test.get("outcome") in ("passed", None):
                    samples = tuple(Sample(_amount(e), _amount(c)) for e, c in test["samples"])
                    devices = tuple(_device(each) for each in test["devices"])
                    found.setdefault(str(test["test"]), []).append((samples, devices))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError(
                f"{path}: session {number} is damaged ({type(error).__name__}: {error}): save it"
                f" again with `{MADE_BY}`"
            ) from error
    tests = {
        name: Past(tuple(one for one, _ in past), _summed(one for _, own in past for one in own))
        for name, past in found.items()
    }
    return Baseline(path, len(sessions), tests)


def _amount(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    if not 0 <= value < math.inf:
        raise ValueError(f"{value!r} is no amount")
    return float(value)


def _device(given: Mapping[str, Any]) -> OnDevice:
    texts = (str(given[name]) for name in OnDevice._fields[:5])
    return OnDevice(*texts, *(_amount(given[name]) for name in OnDevice._fields[5:]))  # type: ignore[arg-type]


def _summed(devices: Iterable[OnDevice]) -> tuple[OnDevice, ...]:
    """By device, over sessions; the gain is the latest."""
    found: dict[tuple[str, str], OnDevice] = {}
    for one in devices:
        before = found.get((one.host, one.device))
        if before is not None:
            one = one._replace(  # noqa: PLW2901
                low_j=one.low_j + before.low_j,
                mid_j=one.mid_j + before.mid_j,
                high_j=one.high_j + before.high_j,
            )
        found[one.host, one.device] = one
    return tuple(found.values())
