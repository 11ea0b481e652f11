"""What was asked for: options of the command line, then settings of the ini file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from footprint.errors import UsageError, shown

if TYPE_CHECKING:
    from footprint.testing.baseline import Baseline

JUDGES = ("low", "mid", "high")

#: `repeat` where the calls themselves say how often.
AUTO = 0


class Options(NamedTuple):
    """What was asked for.

    Attributes:
        every: every test is measured, and not only those that ask for it.
        repeat: how often a test runs; `AUTO`: until its calls are long enough together.
        judge: which end of a figure's interval has to be over a limit.
        json, save: files to write and to add to; None: none.
        baseline: what to compare with; None: nothing.
        min_ratio: a regression is at least so many times the baseline.
        fail_on_regression: the session fails where there is one.
        top: how many tests are shown; 0: all.
    """

    every: bool = False
    repeat: int = 1
    judge: str = "low"
    json: Path | None = None
    save: Path | None = None
    baseline: Baseline | None = None
    min_ratio: float = 1.1
    fail_on_regression: bool = False
    top: int = 10


def read(config: pytest.Config, *, is_worker: bool = False) -> Options:
    """The options of a run; files are the business of the process that runs the workers.

    Raises pytest.UsageError for what is wrong with them, one line.
    """
    try:
        return _read(config, is_worker)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


def _read(config: pytest.Config, is_worker: bool) -> Options:
    def text(name: str) -> tuple[str, str] | None:
        """(as it was written, value) of an option or setting."""
        given = config.getoption(f"footprint_{name}")
        if given is not None:
            return f"--footprint-{name.replace('_', '-')} {given}", str(given)
        set_ = config.getini(f"footprint_{name}")
        return (f"footprint_{name} = {set_}", str(set_)) if set_ else None

    json, save = (_target(config, name) for name in ("json", "save"))
    known = Options()
    named = text("baseline")
    repeat = text("repeat")
    fail = bool(config.getoption("footprint_fail_on_regression"))
    baseline = None
    if named is not None and not is_worker:
        from footprint.testing.baseline import load

        baseline = load(_beside(config, named[1], from_ini=not named[0].startswith("-")))
    if fail and named is None:
        raise UsageError(
            "--footprint-fail-on-regression has nothing to compare with: add --footprint-baseline"
            " FILE, a file that --footprint-save wrote"
        )
    judge = str(config.getini("footprint_judge") or known.judge)
    if judge not in JUDGES:
        raise UsageError(f"footprint_judge = {judge} is not known: use {', '.join(JUDGES)}")
    ratio = _number(text("min_ratio"), known.min_ratio)
    asked = config.getoption("footprint") or config.getini("footprint")
    return Options(
        every=bool(asked or json or save or named or repeat),
        repeat=_repeat(repeat),
        judge=judge,
        json=json,
        save=save,
        baseline=baseline,
        min_ratio=ratio,
        fail_on_regression=fail,
        top=_whole(text("top"), known.top),
    )


def checked_repeat(written: str, value: object) -> int:
    """How often a test runs. Raises UsageError for what is no number from 1 to 10,000, or auto."""
    if value == "auto":
        return AUTO
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()):
        text = "0"
    if not 1 <= int(text) <= 10_000:
        raise UsageError(f"{written} is no number of runs: give 1 to 10000, or auto")
    return int(text)


def _repeat(given: tuple[str, str] | None) -> int:
    return 1 if given is None else checked_repeat(*given)


def _whole(given: tuple[str, str] | None, default: int) -> int:
    if given is None:
        return default
    if not (given[1].isascii() and given[1].isdigit()):
        raise UsageError(f"{given[0]} is no number of tests: give 0 (all) or more")
    return int(given[1])


def _number(given: tuple[str, str] | None, default: float) -> float:
    if given is None:
        return default
    try:
        value = float(given[1])
    except ValueError:
        value = math.nan
    if not 1 <= value < math.inf:
        raise UsageError(f"{given[0]} is no ratio: give 1 or more, 1.1 for a tenth more")
    return value


def _target(config: pytest.Config, name: str) -> Path | None:
    """A file to write to; its directory has to be there, and that is said before tests run."""
    given = config.getoption(f"footprint_{name}")
    if given is None:
        return None
    path = _beside(config, given, from_ini=False)
    if not given or path.is_dir() or not path.parent.is_dir():
        raise UsageError(
            f"--footprint-{name} {shown(given)} cannot be written: name a file in a directory that"
            " is there"
        )
    return path


def _beside(config: pytest.Config, name: str, *, from_ini: bool) -> Path:
    """A path of the command line, or of the ini file, whatever directory tests go to."""
    base = config.rootpath if from_ini else config.invocation_params.dir
    return Path(base, Path(name).expanduser())
