"""Completeness against the device-hours that an organisation declares."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint import report
from footprint.estimators.errors import Gap
from footprint.reports.audit.coverage import Coverage, DeviceCoverage
from footprint.reports.audit.expected import Expected, held
from footprint.reports.audit.replay import replay
from footprint.reports.view import Report
from footprint.words.said import untranslated
from report_ledgers import GPU, Recorder, S

DAY: dict[str, Any] = {"since": "2026-11-20", "until": "2026-11-21"}


@pytest.fixture
def ledger() -> Path:
    """Two hosts: 6 h of a GPU on `a`, 12 h of another on `b`, on 2026-11-20."""
    at = int(datetime.fromisoformat("2026-11-20T00:00:00+00:00").timestamp()) * S
    for number, (host, hours) in enumerate((("a", 6), ("b", 12)), start=1):
        one = Recorder(Path("L"), number, host=host, boot=f"boot-{number}", utc_ns=at)
        one.counter(GPU._replace(id=f"GPU-{host}"), [100.0] * (60 * hours), step=60 * S)
        one.close(hours * 3600 * S)
    return Path("L")


def made(text: str, **asked: Any) -> Report:
    Path("organisation.toml").write_text(text)
    return report("L", organisation="organisation.toml", **(asked or DAY))


def coverage(found: Report) -> Coverage:
    assert found.coverage is not None
    return found.coverage


def gaps(found: Report) -> list[Gap]:
    return [gap for gap in found.gaps if gap.what == "coverage"]


def test_what_is_declared_is_what_completeness_is_measured_against(ledger: Path) -> None:
    assert coverage(report("L", **DAY)).share == 1.0
    found = made('[[expected]]\ndevice_kind = "gpu"\nhours = 24\n')
    covered = coverage(found)
    assert (covered.expected_h, covered.covered_h, covered.share) == (48, 18, 0.375)
    assert covered.by_cause == {"declared": 30}
    told = json.loads(found.to_json())["coverage"]
    assert told["declared"] == [
        {
            "host": None,
            "device_kind": "gpu",
            "hours": 24,
            "devices": 2,
            "expected_device_h": 48,
            "covered_device_h": 18,
            "mean_w": 100,
        }
    ]
    assert gaps(found) == []
    assert "What the organisation expects" in found.render("md")


def test_devices_that_were_never_seen_count_where_their_number_is_declared(ledger: Path) -> None:
    covered = coverage(made('[[expected]]\nhost = "a"\nhours = 24\ndevices = 8\n'))
    # The GPU of `b`, of which nothing is declared, stays with its own records.
    assert (covered.expected_h, covered.covered_h) == (8 * 24 + 12, 6 + 12)
    nobody = made('[[expected]]\nhost = "c"\nhours = 24\ndevices = 4\n')
    assert (coverage(nobody).expected_h, coverage(nobody).covered_h) == (4 * 24 + 18, 18)
    (gap,) = gaps(nobody)
    assert gap.why.startswith("each device of c is expected to be metered, and none is in")


def test_the_share_by_energy_is_of_what_is_declared(ledger: Path) -> None:
    at = int(datetime.fromisoformat("2026-11-20T00:00:00+00:00").timestamp()) * S
    one = Recorder(Path("L"), 3, host="c", boot="boot-3", utc_ns=at)
    one.counter(GPU._replace(id="GPU-c"), [300.0] * 60 * 6, step=60 * S)
    one.close(6 * 3600 * S)
    covered = coverage(made('[[expected]]\nhost = "c"\nhours = 24\n'))
    # 100 W of 18 h are known, and 300 W of 6 h, of which 24 h are expected.
    assert covered.share == 24 / 42
    assert covered.by_energy == pytest.approx((1800 + 1800) / (1800 + 7200), rel=1e-9)
    both = coverage(made('[[expected]]\ndevice_kind = "gpu"\nhours = 24\ndevices = 6\n'))
    # Of 6 GPUs 3 were seen, at a mean of 150 W: each of the others is taken to draw that.
    assert both.by_energy == pytest.approx(both.share, rel=1e-9) == 24 / 144
    told = json.loads(made('[[expected]]\nhost = "c"\nhours = 24\n').to_json())["coverage"]
    assert {each["host"]: each["mean_w"] for each in told["devices"]} == {
        "a": 100,
        "b": 100,
        "c": 300,
    }
    unseen = made('[[expected]]\nhost = "d"\nhours = 24\ndevices = 4\n')
    assert coverage(unseen).by_energy is None  # nobody knows what those draw
    assert "%" in unseen.render("md")


def test_the_most_particular_declaration_holds(ledger: Path) -> None:
    text = '[[expected]]\ndevice_kind = "gpu"\nhours = 24\n[[expected]]\nhost = "a"\nhours = 6\n'
    rows = coverage(made(text)).declared
    assert [(each.host, each.devices, each.expected_h) for each in rows] == [
        (None, 1, 24),
        ("a", 1, 6),
    ]
    assert coverage(made(text)).share == 18 / 30


def test_what_is_more_than_declared_makes_up_for_nothing(ledger: Path) -> None:
    text = '[[expected]]\nhost = "a"\nhours = 24\n[[expected]]\nhost = "b"\nhours = 1\n'
    found = made(text)
    assert (coverage(found).expected_h, coverage(found).covered_h) == (25, 7)
    (gap,) = gaps(found)
    assert gap.why == "more was recorded of each device of b than the 1 h that are expected"


@pytest.mark.parametrize(
    ("asked", "why"),
    [(DAY, "the report's period has 24 h"), ({"since": "2027-01-01"}, "the report's period is")],
)
def test_hours_that_the_period_does_not_have_are_a_gap(
    ledger: Path, asked: dict[str, Any], why: str
) -> None:
    found = made('[[expected]]\nhost = "a"\nhours = 8760\n', **asked)
    assert found.coverage == report("L", **asked).coverage
    (gap,) = gaps(found)
    assert "8760 h are expected of each device of a" in gap.why
    assert why in gap.why
    assert "--since and --until" in gap.remedy


def test_an_empty_ledger_has_covered_nothing_of_it() -> None:
    (Path("L") / "journals").mkdir(parents=True)
    covered = coverage(made('[[expected]]\nhost = "a"\nhours = 24\ndevices = 2\n'))
    assert (covered.expected_h, covered.covered_h, covered.share) == (48, 0, 0)


def test_hosts_that_are_declared_are_names_too(ledger: Path) -> None:
    text = (
        '[[expected]]\nhost = "secret-node"\nhours = 24\ndevices = 1\n'
        '[[expected]]\nhost = "a"\nhours = 24\n[privacy]\nhosts = "hash"\n'
    )
    found = made(text)
    for form in ("json", "md", "html"):
        assert "secret" not in found.render(form)
    Path("r.json").write_text(found.to_json())
    assert replay(Path("r.json")).is_byte_for_byte


def test_all_of_it_is_said_in_french(ledger: Path) -> None:
    text = "".join(
        f"[[expected]]\n{each}\n"
        for each in (
            'host = "c"\nhours = 24\ndevices = 4',
            'host = "a"\ndevice_kind = "gpu"\nhours = 9000',
            'host = "b"\nhours = 1',
            'device_kind = "cpu"\nhours = 1',
            'device_kind = "gpu"\nhours = 1\ndevices = 1',
        )
    )
    for found in (made(text), made(text, since="2027-01-01")):
        said = [text for gap in gaps(found) for text in gap[1:]]
        said += [coverage(found).basis] if found.coverage else []
        assert untranslated("fr", said) == []
        assert "complétude" in found.render("md", "fr").lower() or not found.coverage


_devices = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["gpu", "cpu"]), st.integers(0, 24)),
    max_size=6,
)
_declared = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", "z"]),
        st.sampled_from(["", "gpu"]),
        st.integers(1, 30),
        st.one_of(st.none(), st.integers(1, 5)),
    ),
    max_size=4,
    unique_by=lambda each: each[:2],
)


@given(seen=_devices, told=_declared)
def test_covered_never_exceeds_expected_and_no_device_counts_twice(
    seen: list[tuple[str, str, int]], told: list[tuple[str, str, int, int | None]]
) -> None:
    devices = tuple(
        DeviceCoverage(host, f"{number}", kind, "", "", "", 24.0, float(hours))
        for number, (host, kind, hours) in enumerate(seen)
    )
    whole, known = 24.0 * len(devices), sum(each.covered_h for each in devices)
    causes = {"unmetered": whole - known} if whole > known else {}
    own = Coverage(whole, known, None, devices, causes, (), 0, 0.0) if devices else None
    expected = [Expected(*each) for each in told]
    found, _ = held(own, expected, ("2026-11-20", "2026-11-21"))
    if found is None:
        assert not devices
        return
    assert 0 <= found.covered_h <= found.expected_h
    assert found.covered_h <= known
    missing = sum(found.by_cause.values())
    assert missing == pytest.approx(found.expected_h - found.covered_h, abs=1e-9)
    counted = sum(each.devices for each in found.declared)
    if all(each.devices is None for each in expected):
        assert counted <= len(devices)
    backwards, _ = held(own, expected[::-1], ("2026-11-20", "2026-11-21"))
    assert backwards is not None
    assert backwards.expected_h == pytest.approx(found.expected_h)
    if not expected:
        assert found == own
