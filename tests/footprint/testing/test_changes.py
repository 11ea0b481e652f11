"""What differs from a baseline by more than noise, on samples that were made up."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity
from footprint.reports.view import Amounts
from footprint.testing.baseline import Baseline, Past, load
from footprint.testing.changes import LESS, MORE, SAME, UNTESTED, change, compared
from footprint.testing.document import add, figure
from footprint.testing.figures import Figure, OnDevice, Sample
from footprint.testing.unrest import ASSUMED, Unrest, unrest

QUIET = Unrest(0.0, math.inf, "none")


def device(joules: float, name: str = "GPU-1", tier: str = "counter", timing: float = 0.01) -> Any:
    """What was used of a device, within a hundredth, by a sensor that is off by up to 5 %."""
    low, high = joules * (1 - timing), joules * (1 + timing)
    return OnDevice("host", name, "gpu", "H100", tier, low, joules, high, 0.95, 1.05)


def now(samples: list[float], **of_device: Any) -> Figure:
    """A test of this session."""
    whole = math.fsum(samples)
    each = Quantity(*[whole / len(samples)] * 3, "J")
    return Figure(
        len(samples),
        1.0,
        Amounts(energy_j=each),
        Amounts(energy_j=Quantity(whole, whole, whole, "J")),
        None,
        tuple(Sample(one, 1.0) for one in samples),
        (device(whole, **of_device),),
        {},
        {},
        (),
    )


def past(*sessions: list[float], **of_device: Any) -> Past:
    """A test of a baseline."""
    whole = math.fsum(one for each in sessions for one in each)
    return Past(
        tuple(tuple(Sample(one, 1.0) for one in each) for each in sessions),
        (device(whole, **of_device),),
    )


JOULES = st.lists(st.floats(9.0, 11.0), min_size=5, max_size=12)


@given(JOULES, st.floats(0.01, 100.0))
def test_what_is_alike_is_never_more_or_less(samples: list[float], scale: float) -> None:
    same = [one * scale for one in samples]
    found = change("t", past(same), now(same), 1.0, machine=QUIET)
    assert found.verdict == SAME
    assert found.ratio is not None
    assert found.ratio.low <= found.ratio.mid <= found.ratio.high  # type: ignore[operator]


@given(JOULES, JOULES, st.floats(1.5, 10.0))
def test_more_the_one_way_is_less_the_other_way(
    before: list[float], after: list[float], factor: float
) -> None:
    after = [one * factor for one in after]
    more = change("t", past(before), now(after), 1.1, machine=QUIET)
    less = change("t", past(after), now(before), 1.1, machine=QUIET)
    assert (more.verdict, less.verdict) in ((MORE, LESS), (SAME, SAME))
    assert more.ratio is not None
    assert less.ratio is not None
    assert more.ratio.mid == pytest.approx(1 / less.ratio.mid)
    assert more.ratio.low == pytest.approx(1 / less.ratio.high)  # type: ignore[operator]
    if more.verdict == MORE:
        assert more.noise is not None
        assert more.systematic is not None
        assert min(more.ratio.low, more.noise.low, more.systematic.low) > 1


@given(JOULES, JOULES, st.floats(0.3, 3.0), st.floats(1.0, 5.0), st.integers(1, 100))
def test_a_difference_below_the_least_ratio_is_none(
    before: list[float], after: list[float], factor: float, least: float, tests: int
) -> None:
    found = change("t", past(before), now([o * factor for o in after]), least, tests, QUIET)
    assert found.ratio is not None
    if not 1 / least < found.ratio.mid < least:
        return
    assert found.verdict == SAME


def drawn(random_: random.Random, machine: float, factor: float = 1.0) -> list[float]:
    """Runs of a session: 5 % apart, all shifted by what the machine does that day."""
    shift = factor * math.exp(random_.gauss(0, machine))
    return [10 * shift * math.exp(random_.gauss(0, 0.05)) for _ in range(8)]


TRIALS = 120


def verdicts(factor: float, sessions: int, machine: float, trials: int = TRIALS) -> dict[str, int]:
    random_, found = random.Random(7), dict.fromkeys((MORE, LESS, SAME), 0)
    for _ in range(trials):
        before = past(*(drawn(random_, machine) for _ in range(sessions)))
        known = unrest([before], [])
        one = change("t", before, now(drawn(random_, machine, factor=factor)), 1.0, 1, known)
        found[one.verdict] += 1
    return found


@pytest.mark.parametrize(("sessions", "machine"), [(1, 0.1), (6, 0.1), (20, 0.03)])
def test_noise_of_runs_and_of_the_machine_is_rarely_called_more(
    sessions: int, machine: float
) -> None:
    assert verdicts(1.0, sessions, machine)[SAME] >= 0.97 * TRIALS


def test_a_true_difference_is_found_the_finer_the_more_sessions_are_known() -> None:
    assert verdicts(2.0, 1, 0.1)[MORE] >= 0.97 * TRIALS
    assert verdicts(1.2, 1, 0.03)[MORE] <= 0.05 * TRIALS  # one session knows nothing of the machine
    assert verdicts(1.2, 20, 0.03)[MORE] >= 0.95 * TRIALS


def test_many_tests_tell_what_the_machine_does() -> None:
    """All of twenty tests use 5 % more: nothing can be said of one of them, but of the 21st."""
    random_ = random.Random(3)
    tests = {f"t{n}": drawn(random_, 0.0) for n in range(21)}
    after = {name: now([1.05 * one for one in runs]) for name, runs in tests.items()}
    after["t7"] = now([2 * one for one in tests["t7"]])
    base = Baseline(Path("b.json"), 1, {name: past(runs) for name, runs in tests.items()})
    found = compared(base, after, 1.0)
    assert [each.test for each in found.of(MORE)] == ["t7"]
    assert len(found.of(SAME)) == 20
    assert "by how most tests differ" in found.notes[0]


def test_meters_that_tell_little_leave_a_difference_open() -> None:
    before, after = [10.0, 10.1, 9.9, 10.0, 10.05], [14.0, 14.1, 13.9, 14.0, 14.05]
    assert change("t", past(before), now(after), 1.1, machine=QUIET).verdict == MORE
    vague = change("t", past(before), now(after, timing=0.4), 1.1, machine=QUIET)
    assert vague.verdict == SAME
    # Another device's gain is another: 5 % on either side do not cancel.
    after = [1.08 * one for one in before]
    assert change("t", past(before), now(after, timing=0), 1.0, machine=QUIET).verdict == MORE
    other = change("t", past(before), now(after, name="GPU-2", timing=0), 1.0, machine=QUIET)
    assert other.verdict == SAME


def test_few_runs_are_not_tested_and_nothing_is_assumed_of_others() -> None:
    one = change("t", past([10.0]), now([20.0] * 5), 1.1)
    assert one.verdict == UNTESTED
    assert "too few runs to tell noise (1 of 5)" in one.text
    assert change("t", past([0.0] * 5), now([20.0] * 5), 1.1).verdict == UNTESTED
    found = compared(Baseline(Path("b"), 1, {"gone": past([1.0] * 5)}), {"new": now([1.0])}, 1.1)
    assert (found.changes, found.new, found.absent) == ((), ("new",), ("gone",))
    assert unrest([], []) is ASSUMED


def session(samples: list[float], name: str = "t") -> dict[str, Any]:
    return {"tests": [{"test": name, **figure(now(samples))}]}


def test_sessions_are_kept_beside_each_other_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "base.json"
    for at in range(22):
        add(path, session([10.0 + at, 11.0, 12.0]))
    found = load(path)
    assert found.sessions == 20  # the latest
    runs = found.tests["t"].sessions
    assert runs[0][0].energy_j == 12.0
    assert runs[-1][0].energy_j == 31.0
    (used,) = found.tests["t"].devices
    assert used.mid_j == pytest.approx(sum(one.energy_j for one in found.tests["t"].samples))


def test_what_failed_is_no_baseline(tmp_path: Path) -> None:
    made = session([10.0] * 5)
    made["tests"] += [{**session([1.0] * 5, "u")["tests"][0], "outcome": "failed"}]
    add(tmp_path / "base.json", made)
    assert list(load(tmp_path / "base.json").tests) == ["t"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{", "is no JSON"),
        ("[]", "has the schema None, not 'footprint.tests/1'"),
        ('{"schema": "footprint.report/1"}', "has the schema 'footprint.report/1'"),
        ('{"schema": "footprint.tests/1", "sessions": {}}', "`sessions` is no list"),
        ('{"schema": "footprint.tests/1", "sessions": []}', "holds no session"),
        ('{"schema": "footprint.tests/1", "sessions": [{}]}', "session 1 is damaged"),
        (
            '{"schema": "footprint.tests/1", "sessions": [{"tests": [{"test": "t", "energy_j": 1,'
            ' "samples": [[NaN, 1]], "devices": []}]}]}',
            "session 1 is damaged (ValueError: nan is no amount)",
        ),
        (
            '{"schema": "footprint.tests/1", "sessions": [{"tests": [{"test": "t", "energy_j": 1,'
            ' "samples": [["1", 1]], "devices": []}]}]}',
            "session 1 is damaged (TypeError: '1' is no number)",
        ),
    ],
)
def test_a_file_that_is_no_baseline_is_one_line(tmp_path: Path, text: str, wrong: str) -> None:
    path = tmp_path / "base.json"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        load(path)
    assert wrong in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "--footprint-save" in str(raised.value)


def test_what_was_compared_is_json() -> None:
    found = compared(
        Baseline(Path("b.json"), 1, {"t": past([10.0] * 5)}), {"t": now([30.0] * 5)}, 1.1
    ).to_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["tests"][0]["verdict"] == MORE
