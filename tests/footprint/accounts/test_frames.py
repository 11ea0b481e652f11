"""The frames: their columns as documented, and peaks of memory."""

from __future__ import annotations

import doctest
import math
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.accounts import book as books
from footprint.accounts import frames
from footprint.accounts.peaks import NEAREST, Samples
from recorded import GPU, MS, OTHER_GPU, UTC, Recorded, S

DOCS = Path(__file__).parents[3] / "docs"


def documented(heading: str) -> list[str]:
    text = (DOCS / "reference/frames.md").read_text()
    part = text.split(f"## {heading}")[1].split("\n## ")[0]
    return re.findall(r"^\| (\w+) \|", part, re.MULTILINE)[1:]


def example() -> Recorded:
    one = Recorded()
    one.counter(GPU, [300.0] * 10)
    outer = one.span(0, S, units={"items": 4.0, "pages": 2.0}, model="net", tags={"a": "b"})
    one.span(200 * MS, 500 * MS, outer)
    return one


def test_columns_are_those_documented() -> None:
    book = books.make([example().facts()])
    assert list(frames.spans(book).columns) == documented("spans()")
    assert list(frames.readings(book).columns) == documented("readings()")
    empty = books.make([])
    assert list(frames.spans(empty).columns) == documented("spans()")
    assert list(frames.readings(empty).columns) == documented("readings()")


def test_the_explanations_example_runs() -> None:
    found = doctest.testfile(str(DOCS / "explanation/attribution.md"), module_relative=False)
    assert found.attempted >= 10
    assert found.failed == 0


def test_spans() -> None:
    frame = frames.spans(books.make([example().facts()]))
    outer, inner = frame.to_dict("records")
    assert outer["start"] == pd.Timestamp(UTC, unit="ns", tz="UTC")
    assert (outer["duration_s"], inner["duration_s"]) == (1.0, 0.3)
    assert (outer["energy_j"], inner["energy_j"]) == pytest.approx((210, 90), abs=1e-6)
    assert outer["energy_inclusive_j"] == pytest.approx(300, abs=1e-6)
    assert inner["parent_id"] == outer["span_id"]
    assert (outer["items"], outer["units"]) == (4.0, {"items": 4.0, "pages": 2.0})
    assert math.isnan(inner["items"])
    assert math.isnan(outer["cpu_energy_j"])
    assert outer["tiers"] == {"counter": pytest.approx(210)}
    assert outer["metered_share"] == 1
    assert outer["energy_low_j"] <= outer["energy_j"] <= outer["energy_high_j"]


def test_readings() -> None:
    one = example()
    one.power(OTHER_GPU, [100.0] * 2)
    frame = frames.readings(books.make([one.facts()]))
    totals = frame.groupby("device")["energy_j"].sum()
    assert totals[GPU.id] == pytest.approx(300)
    own = frame[frame["device"] == OTHER_GPU.id]
    assert list(own["tier"].iloc[:2]) == ["power", "power"]
    assert (frame["end"] > frame["start"]).all()


def test_nothing_metered_is_nan() -> None:
    one = Recorded()
    one.writer.device(GPU, 0)
    one.span(0, S)
    (row,) = frames.spans(books.make([one.facts()])).to_dict("records")
    for column in ("energy_j", "gpu_energy_j", "energy_inclusive_j", "energy_low_j"):
        assert math.isnan(row[column])
    assert row["metered_share"] == 0


def test_a_dead_gpu_does_not_hide_a_live_one() -> None:
    one = Recorded()
    one.counter(GPU, [300.0] * 10)
    one.writer.device(OTHER_GPU, 0)
    one.span(0, S)
    (row,) = frames.spans(books.make([one.facts()])).to_dict("records")
    assert row["energy_j"] == row["gpu_energy_j"] == pytest.approx(300, abs=1e-6)
    assert row["metered_share"] == 0.5


# -- peaks of memory


def test_peaks() -> None:
    one = Recorded()
    one.span(0, S)
    one.span(1100 * MS, 1120 * MS)
    one.span(60 * S, 61 * S)
    for t, resident in ((0, 5), (250, 90), (500, 30), (1000, 20), (1250, 70)):
        one.writer.usage(t * MS, 0, 0, 0, resident)
    for device, t, own in ((0, 500, 7), (1, 500, 3), (0, 900, 4), (1, 900, 8)):
        gpu = (GPU, OTHER_GPU)[device]
        one.writer.gpu_usage(one.writer.device(gpu, 0), t * MS, 1.0, own, 100)
    frame = frames.spans(books.make([one.facts()]))
    assert list(frame["peak_host_memory_bytes"])[:2] == [90, 20]
    assert list(frame["peak_gpu_memory_bytes"])[:2] == [15, 12]
    assert frame[["peak_host_memory_bytes", "peak_gpu_memory_bytes"]].iloc[2].isna().all()


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 9)), max_size=40),
    st.integers(-10, 110),
    st.integers(0, 60),
)
def test_a_peak_is_the_greatest_sample_within(
    samples: list[tuple[int, int]], start: int, length: int
) -> None:
    rows = [(t * S, amount) for t, amount in samples]
    start, end = start * S, (start + length) * S
    found = Samples(rows).peak(start, end)
    inside = [amount for t, amount in rows if start <= t <= end]
    if inside:
        assert found == max(inside)
        return
    away = {t: max(start - t, t - end) for t, _ in rows}
    if not away or min(away.values()) > NEAREST:
        assert found is None
    else:
        near = min(away.values())
        assert found in [amount for t, amount in rows if away[t] == near]
