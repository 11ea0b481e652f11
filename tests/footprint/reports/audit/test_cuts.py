"""Cuts: the same as a report by that field, bounds included; they add up; runs are whole."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings

from footprint import report
from footprint.reports.audit import cuts
from footprint.reports.view import Group, Report
from priced_ledgers import H100, Host, factors, ledgers, written
from report_ledgers import UTC, Recorder, S


def energies(found: Report, field: str) -> dict[str | None, tuple[float, float, float]]:
    """A cut's energies by value."""
    (cut,) = [each for each in found.cuts if each.by == (field,)]
    out = {}
    for row in cut.rows:
        assert row.amounts.energy_j is not None
        energy = row.amounts.energy_j
        out[row.key[0][1]] = (energy.low, energy.mid, energy.high)
    return out


@settings(deadline=None, max_examples=25)
@given(ledgers)
def test_a_cut_is_what_a_report_by_its_field_is(recorded: tuple[Host, ...]) -> None:
    with written(recorded) as place:
        file = factors(place, [21.5, 380.0], ["0.1"])
        found = report(place, factors=file)
        by_host = report(place, by="host", factors=file)
    lines = [each.amounts for each in found.lines if each.part in ("calls", "own time", "api")]
    for cut in found.cuts:
        for name in ("energy_j", "carbon_location_g", "embodied_g", "water_l"):
            rows = [getattr(row.amounts, name) for row in cut.rows]
            whole = [getattr(each, name) for each in lines]
            if None not in rows and None not in whole:
                mids = math.fsum(each.mid for each in rows)
                assert mids == pytest.approx(math.fsum(e.mid for e in whole), rel=1e-9, abs=1e-12)
        calls = sum(group.spans for group in found.groups if not group.own_time)
        assert sum(row.calls for row in cut.rows) == calls
    if len(recorded) == 2 and len({group.key for group in by_host.groups}) == 2:
        cut_by_host = energies(found, "host")
        for group in by_host.groups:
            alone = sum(each.key == group.key for each in by_host.groups) == 1
            energy = group.amounts.energy_j
            if alone and energy is not None:  # runs' own time is a group of its own there
                assert cut_by_host[group.key[0][1]] == (energy.low, energy.mid, energy.high)


def ledger(tmp_path: Path) -> Path:
    """Two runs that train a model over two processes each, with evaluation and own time."""
    number = 0
    for run in ("a", "b"):
        for rank in (0, 1):
            number += 1
            one = Recorder(
                tmp_path / "L",
                number,
                boot=f"boot-{number}",
                host=f"host-{run}",
                declared={"zone": "FRA"},
                utc_ns=UTC,
                run=run,
            )
            one.counter(H100._replace(id=f"GPU-{number}"), [100.0] * 100)
            whole = one.path("train.py", background=True, devices=["gpu"])
            parent = one.span(whole, 0, 9 * S)
            step = one.path(
                "step",
                kind="training",
                model="net",
                version=run,
                devices=["gpu"],
                tags={"team": "x", "rank": str(rank)},
            )
            one.span(step, S, 5 * S, parent=parent, tokens_in=1000, tokens_out=1000)
            check = one.path("check", kind="evaluation", model="net", devices=["gpu"])
            one.span(check, 5 * S, 6 * S, parent=parent)
            one.close(10 * S)
    return tmp_path / "L"


def group(found: Report, **key: str) -> Group:
    (one,) = [
        each for each in found.groups if key.items() <= dict(each.key).items() and not each.own_time
    ]
    return one


def test_a_run_is_all_of_its_processes_with_their_own_time(tmp_path: Path) -> None:
    found = report(ledger(tmp_path), by="model,kind", carbon_intensity_g_per_kwh=360)
    trained = group(found, kind="training")
    assert trained.per_run is not None
    assert trained.per_run.runs == 2
    each = trained.per_run.amounts
    # Two processes of 9 s at 100 W; the second without a span is idle.
    assert each.energy_j is not None
    assert each.energy_j.mid == pytest.approx(1800.0)
    assert each.carbon_location_g is not None
    assert each.carbon_location_g.mid == pytest.approx(0.18)
    assert group(found, kind="evaluation").per_run == trained.per_run
    (own,) = [each for each in found.groups if each.own_time]
    assert own.per_run == trained.per_run
    assert own.sci is not None
    assert (own.sci.functional_unit, own.sci.units) == ("run", 2)
    # With the idle second, as of reserved hardware.
    assert own.sci.operational_g.mid == pytest.approx(0.2)


def test_a_run_that_the_period_cuts_is_no_whole_run(tmp_path: Path) -> None:
    found = report(ledger(tmp_path), by="model,kind", since="2026-11-22T11:00:02Z")
    assert group(found, kind="training").per_run is None
    assert any(gap.what == "groups.per_run" for gap in found.gaps)


def test_cuts_are_by_all_that_varies_and_by_every_tag(tmp_path: Path) -> None:
    found = report(ledger(tmp_path), by="kind")
    fields = [each.by for each in found.cuts]
    assert fields == [
        ("model",),
        ("model", "version"),
        ("host",),
        ("tag.rank",),
        ("tag.team",),
    ]
    assert {name: round(mid) for name, (_, mid, _) in energies(found, "tag.rank").items()} == {
        "0": 800,
        "1": 800,
        None: 2000,
    }
    (version,) = [each for each in found.cuts if each.by == ("model", "version")]
    assert [dict(row.key)["version"] for row in version.rows[1:3]] == ["a", "b"]
    assert {row.units.get("tokens_in") for row in version.rows} == {None, 2000}


def test_a_field_of_very_many_values_is_said_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cuts, "MOST", 2)
    found = report(ledger(tmp_path))
    assert ("tag.rank",) not in [each.by for each in found.cuts]
    whys = [gap for gap in found.gaps if gap.what == "cuts"]
    assert [gap.why for gap in whys if "rank" in gap.why] == [
        "tag.rank has 3 values: there is no table by it"
    ]
    assert "--by tag.rank" in [gap.remedy for gap in whys]


def test_names_that_privacy_drops_are_no_cut(tmp_path: Path) -> None:
    where = ledger(tmp_path)
    hashed = report(where, privacy="hosts=hash,salt=0123456789abcdef")
    assert not {"host-a", "host-b"} & set(energies(hashed, "host"))
    assert len(energies(hashed, "host")) == 2
    dropped = report(where, privacy="hosts=drop")
    assert ("host",) in [each.by for each in report(where).cuts]
    assert ("host",) not in [each.by for each in dropped.cuts]
