"""Laws of the report, over random ledgers: nothing is lost and nothing is counted twice."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footprint import report
from footprint.reports.view import Report
from report_ledgers import CPU, GPU, MS, Recorder

STEPS = 20

spans = st.lists(
    st.fixed_dictionaries(
        {
            "path": st.integers(1, 4),
            "start": st.integers(0, 2000),
            "length": st.integers(0, 1500),
            "status": st.sampled_from([0, 0, 0, 1]),
            "items": st.sampled_from([0.0, 1.0, 7.5]),
        }
    ),
    max_size=8,
)
writers = st.lists(
    st.fixed_dictionaries(
        {
            "host": st.sampled_from(["a", "b"]),
            "declared": st.sampled_from(
                [
                    {},
                    {"carbon_intensity_g_per_kwh": 50.0, "pue": 1.2, "tariff_per_kwh": "0.2 EUR"},
                    {"carbon_intensity_g_per_kwh": 400.0, "tariff_per_kwh": "0.18 USD"},
                ]
            ),
            "charge": st.sampled_from(["tree", "machine"]),
            "share": st.floats(0, 1),
            "gpu": st.booleans(),
            "spans": spans,
            "fold": st.integers(0, 40),
        }
    ),
    min_size=1,
    max_size=4,
)
watts = st.lists(st.floats(1, 500), min_size=STEPS, max_size=STEPS)


def write(ledger: Path, number: int, one: dict[str, Any], power: dict[str, list[float]]) -> None:
    """A writer of a random ledger: devices of a host show the same to all its writers."""
    host = one["host"]
    declared = {**one["declared"], "charge": one["charge"]}
    recorder = Recorder(ledger, number, host=host, boot=f"boot-{host}", declared=declared)
    recorder.counter(CPU._replace(id=f"cpu:{host}:0"), power[f"cpu-{host}"])
    if one["gpu"]:
        gpu = GPU._replace(id=f"GPU-{host}", gain_low=0.95, gain_high=1.05)
        recorder.counter(gpu, power[f"gpu-{host}"])
    for step in range(STEPS + 1):
        t = step * 100 * MS
        recorder.writer.usage(recorder.t0 + t, int(t * one["share"]), t, 2 * t, 0)
    paths = [
        recorder.path("run", background=True, model="m"),
        recorder.path("a", model="m", kind="inference"),
        recorder.path("b", kind="training", devices=[0]),
        recorder.path("c", devices=["cpu"]),
    ]
    for each in one["spans"]:
        start = each["start"] * MS
        units = {"items": each["items"]} if each["items"] else {}
        recorder.span(
            paths[each["path"] - 1],
            start,
            start + each["length"] * MS,
            status=each["status"],
            **units,
        )
    if one["fold"]:
        recorder.fold(paths[1], 500 * MS, [MS // 2] * one["fold"])
    recorder.close()


def same(left: float, right: float) -> bool:
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


def groups_j(made: Report) -> float:
    return math.fsum(g.amounts.energy_j.mid for g in made.groups if g.amounts.energy_j is not None)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    found=writers,
    powers=st.fixed_dictionaries(dict.fromkeys(("cpu-a", "cpu-b", "gpu-a", "gpu-b"), watts)),
    by=st.sampled_from(["model", "name,kind", "host,status", "run"]),
)
def test_conservation(found: list[dict[str, Any]], powers: dict[str, list[float]], by: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "L"
        for number, one in enumerate(found, start=1):
            write(ledger, number, one, powers)
        plain = report(ledger, by=by)
        full = report(ledger, by=by, absorption="full")
        assert plain.to_json() == report(ledger, by=by).to_json()
    for row in plain.conservation:
        parts = (row.attributed_j, row.idle_j, row.unattributed_j)
        assert same(row.metered_j, math.fsum(parts))
        assert all(part >= 0 for part in parts)
    attributed = math.fsum(row.attributed_j for row in plain.conservation)
    metered = math.fsum(row.metered_j for row in plain.conservation)
    assert same(groups_j(plain), attributed)
    spread = math.fsum(row.idle_j for row in plain.conservation if row.attributed_j)
    assert same(groups_j(full), attributed + spread)
    for made in (plain, full):
        assert made.totals.energy_j is not None
        assert same(made.totals.energy_j.mid, metered)
        line_energies = [each.amounts.energy_j for each in made.lines]
        assert same(math.fsum(each.mid for each in line_energies if each), metered)
        carbon = [each.amounts.carbon_location_g for each in made.lines]
        if made.totals.carbon_location_g is not None:
            assert same(
                math.fsum(each.mid for each in carbon if each), made.totals.carbon_location_g.mid
            )
        spans = sum(len(one["spans"]) + one["fold"] for one in found)
        assert sum(group.spans for group in made.groups) == spans


@pytest.mark.parametrize("threads", [1, 8])
def test_threads_that_overlap_add_up_to_the_meter(tmp_path: Path, threads: int) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, [300.0] * 10)
    path = one.path("work", devices=[0])
    for _ in range(threads):
        one.span(path, 0, 1000 * MS)
    one.close()
    (group,) = report(tmp_path / "L", by="name").groups
    assert group.amounts.energy_j is not None
    assert math.isclose(group.amounts.energy_j.mid, 300.0, rel_tol=1e-9)
    # Together they were alone on the GPU: what was metered bounds their sum.
    assert math.isclose(group.amounts.energy_j.low, 300.0, rel_tol=1e-9)
    assert math.isclose(group.amounts.energy_j.high, 300.0, rel_tol=1e-9)
