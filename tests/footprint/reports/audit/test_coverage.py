"""Completeness: what was expected, what is covered, and why the rest is missing."""

from __future__ import annotations

import random
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint import report
from footprint.model import Device
from footprint.reports.audit.coverage import Coverage
from footprint.reports.audit.service import without
from random_ledgers import random_journals
from recorded import UTC
from report_ledgers import GPU, Recorder, S

HOUR, DAY = 3600 * S, 86_400 * S
#: A model of the CPU: between two programs nothing says what it used.
MODEL = Device("cpu:boot-1:model", "cpu", "Test CPU", "utilisation", "package", max_w=100.0)


def recorder(ledger: Path, at: str, number: int = 1, **given: Any) -> Recorder:
    """A writer that begins at an instant of UTC."""
    utc_ns = int(datetime.fromisoformat(f"{at}+00:00").timestamp()) * S
    return Recorder(ledger, number, utc_ns=utc_ns, **{"boot": f"boot-{number}", **given})


def metered(one: Recorder, hours: int, device: Device = GPU, watts: float = 100.0) -> Recorder:
    """Reads a device's counter once a minute for some hours, and ends."""
    one.counter(device, [watts] * (60 * hours), step=60 * S)
    one.close(hours * HOUR)
    return one


def of(ledger: Path, **given: Any) -> Coverage:
    found = report(ledger, **given).coverage
    assert found is not None
    return found


def test_a_device_that_is_metered_throughout_is_covered(tmp_path: Path) -> None:
    metered(recorder(tmp_path / "L", "2026-11-20T10:00:00"), 6)
    found = of(tmp_path / "L")
    assert (found.expected_h, found.covered_h, found.share, found.by_energy) == (6, 6, 1, 1)
    (device,) = found.devices
    assert (device.device, device.start) == ("GPU-1", "2026-11-20T10:00:00.000000Z")
    assert (found.gaps, found.more, found.by_cause) == ((), 0, {})


def test_a_host_between_two_boots_is_missing(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    metered(recorder(ledger, "2026-11-20T00:00:00", 1), 6)
    metered(recorder(ledger, "2026-11-23T00:00:00", 2), 6)
    found = of(ledger)
    assert (found.expected_h, found.covered_h) == (78, 12)
    (gap,) = found.gaps
    assert (gap.start, gap.end) == ("2026-11-20T06:00:00.000000Z", "2026-11-23T00:00:00.000000Z")
    assert (gap.host, gap.devices, gap.device_h, gap.cause) == ("host-a", ("GPU-1",), 66, "restart")
    assert found.by_cause == {"restart": 66}


def test_days_on_which_nothing_ran_are_missing(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    for number, at, t0 in ((1, "2026-11-20T00:00:00", 0), (2, "2026-11-22T00:00:00", 2 * DAY)):
        # One boot, whose clock ran on.
        one = recorder(ledger, at, number, boot="boot-1", t0=t0)
        metered(one, 6, MODEL)
    found = of(ledger)
    assert (found.expected_h, found.by_cause) == (54, {"unmetered": 42})
    assert found.covered_h == 12


def test_a_journal_that_was_not_closed_is_a_cause(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    one = recorder(ledger, "2026-11-20T00:00:00", 1, boot="boot-1", t0=0)
    one.counter(MODEL, [100.0] * 60, step=60 * S)
    one.close(HOUR, ended=False)
    metered(recorder(ledger, "2026-11-22T00:00:00", 2, boot="boot-1", t0=2 * DAY), 6, MODEL)
    assert of(ledger).by_cause == {"killed": 47}


def test_a_device_that_was_lost_is_missing_while_its_program_ran(tmp_path: Path) -> None:
    one = recorder(tmp_path / "L", "2026-11-20T00:00:00")
    one.counter(GPU, [100.0] * 60, step=60 * S)
    text = "the driver does not answer for it"
    one.writer.gap("GPU-1", one.t0 + HOUR, None, "lost", text)
    number = one.writer.device(MODEL, one.t0)
    for minute in range(181):
        one.writer.point(number, 0, 0, one.t0 + minute * 60 * S, 1000 * S * minute)
    one.close(3 * HOUR)
    found = of(tmp_path / "L")
    assert (found.expected_h, found.by_cause) == (6, {"lost": 2})
    (gap,) = found.gaps
    assert (gap.devices, gap.why, gap.detail) == (("GPU-1",), "the device did not answer", text)
    assert found.by_energy is not None
    assert found.by_energy < found.share  # the GPU draws more than the CPU


@pytest.mark.parametrize(
    ("moved_h", "period"),
    [
        (-8, ("2026-11-20T05:00:00.000000Z", "2026-11-20T13:00:00.000000Z")),
        (+8, ("2026-11-20T10:00:00.000000Z", "2026-11-21T00:00:00.000000Z")),
    ],
    ids=["back", "forward"],
)
def test_no_more_is_covered_than_went_by_where_utc_was_set(
    moved_h: int, period: tuple[str, str], tmp_path: Path
) -> None:
    """Six hours of a boot, after three of which UTC was set: each call and reading once."""
    one = recorder(tmp_path / "L", "2026-11-20T10:00:00")
    net = one.path("answer", model="net", devices=[0])
    one.span(net, HOUR, 2 * HOUR)
    began = int(datetime.fromisoformat("2026-11-20T10:00:00+00:00").timestamp()) * S
    anchor = {"t": one.t0 + 3 * HOUR, "utc_ns": began + (3 + moved_h) * HOUR}
    one.writer.record({"type": "anchor", **anchor})
    one.span(net, 4 * HOUR, 5 * HOUR)
    metered(one, 6)
    found = report(tmp_path / "L")
    assert found.period == period
    assert found.totals.energy_j is not None
    assert found.totals.energy_j.mid == pytest.approx(6 * 3600 * 100)
    (group,) = found.groups
    start, end = period
    first, last = group.period
    assert first is not None
    assert last is not None
    assert start <= first < last <= end
    covered = found.coverage
    assert covered is not None
    assert covered.covered_h == pytest.approx(6)
    length = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    assert covered.expected_h == pytest.approx(length.total_seconds() / 3600)
    assert covered.by_cause == {"clock": pytest.approx(covered.expected_h - 6)}


def test_records_that_were_dropped_are_a_cause(tmp_path: Path) -> None:
    one = recorder(tmp_path / "L", "2026-11-20T00:00:00")
    number = one.writer.device(GPU, one.t0)
    for epoch, first in ((0, 0), (1, 2 * HOUR)):
        for minute in range(61):
            at = one.t0 + first + minute * 60 * S
            one.writer.point(number, epoch, 0, at, 6_000 * S * minute)
    drop = {"type": "dropped", "rows": 9, "since": one.t0 + HOUR, "until": one.t0 + 2 * HOUR}
    one.writer.record(drop | {"reason": "no space left on device"})
    one.close(3 * HOUR)
    found = of(tmp_path / "L")
    assert found.by_cause == {"dropped": pytest.approx(1, abs=0.02)}
    assert found.gaps[0].detail == "no space left on device"


def test_a_cpu_is_the_same_device_after_a_restart_and_a_gpu_that_was_replaced_is_not(
    tmp_path: Path,
) -> None:
    ledger = tmp_path / "L"
    for number, day in ((1, "2026-11-20"), (2, "2026-11-21")):
        one = recorder(ledger, f"{day}T00:00:00", number)
        cpu = MODEL._replace(id=f"cpu:boot-{number}:model")
        one.counter(cpu, [100.0] * 60, step=60 * S)
        one.counter(GPU._replace(id=f"GPU-{number}"), [100.0] * 60, step=60 * S)
        one.close(HOUR)
    found = of(ledger)
    assert [(each.device, each.expected_h) for each in found.devices] == [
        ("GPU-1", 1),
        ("cpu:boot-2:model", 25),
        ("GPU-2", 1),
    ]
    assert (found.expected_h, found.covered_h) == (27, 4)


def test_hosts_of_one_name_that_run_at_once_are_two(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    metered(recorder(ledger, "2026-11-20T00:00:00", 1), 6)
    metered(recorder(ledger, "2026-11-20T03:00:00", 2), 6, GPU._replace(id="GPU-2"))
    found = of(ledger)
    assert (found.expected_h, found.covered_h) == (12, 12)


def test_hosts_without_names_are_not_taken_for_one(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    for number, day in ((1, "2026-11-20"), (2, "2026-11-22")):
        metered(recorder(ledger, f"{day}T00:00:00", number, host=""), 6)
    assert of(ledger).share == 1


def test_what_was_asked_for_cuts_the_service(tmp_path: Path) -> None:
    ledger = tmp_path / "L"
    metered(recorder(ledger, "2026-11-20T00:00:00", 1), 6)
    metered(recorder(ledger, "2026-11-23T00:00:00", 2), 6)
    found = of(ledger, since="2026-11-20T03:00:00Z", until="2026-11-21T00:00:00Z")
    # Nothing in the period says that the host came back.
    assert (found.expected_h, found.covered_h) == (3, 3)


def test_long_lists_of_gaps_are_cut_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from footprint.reports.audit import coverage

    monkeypatch.setattr(coverage, "LISTED", 2)
    ledger = tmp_path / "L"
    for number, hour in enumerate((0, 2, 5, 9), start=1):
        metered(recorder(ledger, f"2026-11-20T{hour:02}:00:00", number), 1)
    found = of(ledger)
    assert [each.device_h for each in found.gaps] == [2, 3]
    assert (found.more, found.more_h, found.by_cause) == (1, 1, {"restart": 6})


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32))
def test_what_is_covered_and_what_is_missing_are_what_is_expected(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "L"
        random_journals(random.Random(seed), ledger, ms=100 * S, utc=UTC)
        found = report(ledger).coverage
    if found is None:
        return
    missing = sum(found.by_cause.values())
    assert found.covered_h + missing == pytest.approx(found.expected_h, rel=1e-12)
    assert sum(each.expected_h for each in found.devices) == pytest.approx(found.expected_h)
    assert sum(each.covered_h for each in found.devices) == pytest.approx(found.covered_h)
    listed = sum(each.device_h for each in found.gaps)
    assert listed + found.more_h == pytest.approx(missing, abs=1e-12)
    assert 0 <= found.share <= 1


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)), max_size=6))
def test_what_stretches_leave_is_the_rest(stretches: list[tuple[int, int]]) -> None:
    taken = sorted((start, start + length) for start, length in stretches)
    left = {t for start, end in without((5, 35), taken) for t in range(start, end)}
    assert left == set(range(5, 35)) - {t for start, end in taken for t in range(start, end)}
