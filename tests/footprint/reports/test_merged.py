"""Ledgers of one boot, read apart and together: neither changes what the other's devices drew."""

from __future__ import annotations

from pathlib import Path

import pytest

from footprint import open_ledger
from footprint.reports.build import build
from footprint.reports.options import Options
from footprint.reports.view import Balance, Report
from footprint.settings import Settings
from report_ledgers import GPU, MS, Recorder, S

OTHER = GPU._replace(id="GPU-2", number=1)


def made(*places: Path) -> Report:
    """The report on ledgers read as one."""
    return build(open_ledger(*places), Options(), Settings())


def metered(tmp_path: Path) -> Path:
    """2 s at 100 W; the call begins 1 s before the first reading, and ends with the last."""
    one = Recorder(tmp_path / "metered")
    one.span(one.path("train"), -1 * S, 2 * S)
    one.counter(GPU, [100.0] * 20)
    one.close(2 * S)
    return tmp_path / "metered"


def beside(tmp_path: Path, *, meters: bool) -> Path:
    """A program of the same boot that began earlier, ended later, and knows nothing of GPU-1."""
    other = Recorder(tmp_path / "beside", 2)
    other.span(other.path("serve"), -2 * S, 2 * S + 300 * MS)
    if meters:
        other.counter(OTHER, [50.0] * 20)
    other.close(2 * S + 300 * MS)
    return tmp_path / "beside"


def row(report: Report, device: str = GPU.id) -> Balance:
    return next(each for each in report.conservation if each.device == device)


@pytest.mark.parametrize("meters", [True, False])
def test_a_device_draws_the_same_whatever_is_read_along(tmp_path: Path, meters: bool) -> None:
    alone, other = metered(tmp_path), beside(tmp_path, meters=meters)
    together = row(made(alone, other))
    # 20 steps of 10 J, and the second before them at the power that follows.
    assert (together.metered_j, together.filled_j, together.covered_s) == (300.0, 100.0, 3.0)
    assert together._replace(attributed_j=0, idle_j=0, unattributed_j=0) == row(
        made(alone)
    )._replace(attributed_j=0, idle_j=0, unattributed_j=0)
    if meters:
        assert row(made(alone, other), OTHER.id) == row(made(other), OTHER.id)


def test_a_gap_names_the_groups_of_which_nothing_is_said_per_item(tmp_path: Path) -> None:
    for number, boot in enumerate(("boot-a", "boot-b"), start=1):  # metered on the first alone
        one = Recorder(tmp_path / boot, number, boot=boot)
        if number == 1:
            one.counter(GPU, [100.0] * 20)
            one.span(one.path("embed"), 1 * S, 2 * S)
        one.span(one.path("serve", model="m"), 0, 1 * S)
        one.close(2 * S)
    report = made(tmp_path / "boot-a", tmp_path / "boot-b")
    serve = next(each for each in report.groups if dict(each.key)["name"] == "serve")
    assert (serve.amounts.energy_j is None, serve.per_item) == (False, None)
    assert [gap.why for gap in report.gaps if gap.what == "groups.energy_j"] == [
        "some spans of 1 of 2 groups were not metered at all: their energy is not in the sum, and"
        " nothing is said per item of m/serve/other"
    ]
