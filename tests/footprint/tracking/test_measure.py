"""Blocks, amounts, the current span, and threads."""

from __future__ import annotations

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

import footprint
from footprint.errors import UsageError
from footprint.tracking import runtime


@pytest.fixture
def recorded(tmp_path, monkeypatch, environment):
    """A session of this process, with a device that is found at once."""
    for name in ("FOOTPRINT_LEDGER", "FOOTPRINT_REPLAY", "HOME"):
        monkeypatch.setenv(name, environment[name])
    footprint.configure()
    yield tmp_path / "ledger"
    footprint.configure(ledger=None, disabled=None)


def test_a_block_is_a_span(spans):
    with footprint.measure("block", kind="training", model="m") as m:
        m.add(items=2, tokens_in=3)
        m.add(items=1.5, odd_unit=Decimal("0.25"))
    (span,) = spans()
    assert (span.name, span.status) == ("block", "ok")
    assert span.units == {"items": 3.5, "tokens_in": 3.0, "odd_unit": 0.25}


@pytest.mark.parametrize(
    ("error", "status"),
    [(ValueError, "error"), (KeyboardInterrupt, "interrupted"), (SystemExit, "interrupted")],
)
def test_a_block_that_is_left_by_an_error_has_its_status(spans, error, status):
    with pytest.raises(error), footprint.measure("block"):
        raise error
    assert [span.status for span in spans()] == [status]
    assert runtime.current_get() is None


def test_a_block_is_entered_once(spans):
    m = footprint.measure("block")
    with m, pytest.raises(UsageError, match=r"measure\('block'\) was entered before"), m:
        pass
    with pytest.raises(UsageError, match="make a new one"), m:
        pass
    assert len(spans()) == 1


def test_an_async_block(spans):
    async def main():
        async with footprint.measure("block"):
            await asyncio.sleep(0)

    asyncio.run(main())
    assert [span.name for span in spans()] == ["block"]


def test_blocks_in_a_loop_share_a_path_and_a_change_makes_another(spans):
    for tags in (None, {"a": "1"}, {"a": "2"}, {}, {"a": "1"}):
        with footprint.measure("loop", tags=tags):
            pass
    paths = [span.path for span in spans()]
    assert paths[0] == paths[3]
    assert paths[1] == paths[4]
    assert len(set(paths)) == 3


@pytest.mark.parametrize(
    "value",
    [-1, math.nan, math.inf, -math.inf, True, "3", b"3", None, 1j, [1], 10**400, Decimal("sNaN")],
)
def test_a_bad_amount_adds_nothing(spans, value):
    with footprint.measure("block") as m:
        m.add(items=1)
        with pytest.raises(UsageError) as caught:
            m.add(items=5, tokens_in=value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("tokens_in=")
    assert len(str(caught.value)) < 200
    assert spans()[0].units == {"items": 1.0}


def test_an_array_is_not_one_number(spans):
    numpy = pytest.importorskip("numpy")
    with footprint.measure("block") as m:
        m.add(items=numpy.float32(1.5), more=numpy.int64(2))
        with pytest.raises(UsageError, match=r"items=.* is not one number"):
            m.add(items=numpy.arange(1000))
    assert spans()[0].units == {"items": 1.5, "more": 2.0}


def test_current_is_the_span_one_is_in(spans):
    @footprint.track
    def work():
        footprint.current().add(items=1)
        footprint.current().add(items=1)

    work()
    assert spans()[0].units == {"items": 2.0}


def test_current_outside_any_span_does_nothing(spans):
    outside = footprint.current()
    outside.add(items=1)
    assert outside.id is None
    with pytest.raises(UsageError, match="must be finite"):
        outside.add(items=math.nan)
    with pytest.raises(UsageError, match="no span here"):
        outside.result()
    assert spans() == []


def test_a_pool_knows_the_span_that_was_propagated(spans):
    def seq() -> int:
        frame = runtime.current_get()
        return 0 if frame is None else frame[runtime.SEQ]

    @footprint.track
    def work(x):
        """Works."""
        return x

    with ThreadPoolExecutor(2) as pool:
        with footprint.measure("block"):
            here = seq()
            carried = footprint.propagate(work)
            assert carried.__name__ == "work"
            assert list(pool.map(carried, range(4))) == [0, 1, 2, 3]
            list(pool.map(work, range(2)))
        assert {pool.submit(seq).result() for _ in range(4)} == {0}
        with pytest.raises(ZeroDivisionError):
            pool.submit(footprint.propagate(lambda: 1 // 0)).result()
    parents = [span.parent for span in spans() if span.name.endswith("work")]
    assert sorted(parents) == [0, 0, here, here, here, here]


def test_the_result_is_there_inside_after_and_not_outside(recorded):
    block = footprint.measure("block")
    with pytest.raises(UsageError, match="enter `measure` first"):
        block.result()
    with block as m:
        m.add(items=1)
        assert m.result(wait=0).duration_s >= 0
    result = m.result(wait=1.0)
    assert result.span_id == m.id
    assert result.energy_j is not None
    assert result.energy_j.low <= result.energy_j.mid <= result.energy_j.high
    footprint.flush()
    assert list(footprint.open_ledger(recorded).spans()["name"]) == ["block"]


def test_switched_off_and_on_again(recorded):
    work = footprint.track(name="work")(lambda: None)
    work()
    footprint.configure(disabled=True)
    work()
    with footprint.measure("block") as m:
        pass
    with pytest.raises(UsageError, match="no span here"):
        m.result()
    footprint.configure(disabled="false")
    work()
    footprint.flush()
    assert list(footprint.open_ledger(recorded).spans()["name"]) == ["work", "work"]


def test_what_code_says_outweighs_the_environment(recorded, monkeypatch):
    monkeypatch.setenv("FOOTPRINT_DISABLED", "1")
    footprint.configure()
    with footprint.measure("off"):
        pass
    footprint.configure(disabled=False)
    with footprint.measure("on"):
        pass
    footprint.flush()
    assert list(footprint.open_ledger(recorded).spans()["name"]) == ["on"]


def test_a_new_ledger_in_mid_run_is_a_new_journal(recorded, tmp_path):
    for name in ("one", "two"):
        footprint.configure(ledger=str(tmp_path / name))
        with footprint.measure(name):
            pass
    footprint.flush()
    for name in ("one", "two"):
        assert list(footprint.open_ledger(tmp_path / name).spans()["name"]) == [name]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"pue": 0.5}, "pue"),
        ({"zone": "Atlantis"}, "Atlantis"),
        ({"legder": "x"}, "legder is not a setting: use ledger"),
        ({"host": "me"}, "host='me' is not known"),
        ({"disabled": "maybe"}, "disabled='maybe' must be true or false"),
    ],
)
def test_a_wrong_setting_is_refused_and_changes_nothing(recorded, given, text):
    with footprint.measure("before"):
        pass
    with pytest.raises(UsageError, match=text) as caught:
        footprint.configure(project="p", **given)
    assert "\n" not in str(caught.value)
    with footprint.measure("after"):
        pass
    footprint.flush()
    frame = footprint.open_ledger(recorded).spans()
    assert list(frame["name"]) == ["before", "after"]
    assert len(set(frame["pid"])) == 1


def test_amounts_from_many_threads_are_all_there(spans):
    with footprint.measure("block") as m, ThreadPoolExecutor(8) as pool:
        for _ in range(2000):
            pool.submit(m.add, items=1, tokens_in=2)
    assert spans()[0].units == {"items": 2000.0, "tokens_in": 4000.0}
