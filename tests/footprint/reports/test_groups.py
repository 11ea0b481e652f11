"""What a report's groups tell beside their figures: times, memory, devices, zones, the floor."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from footprint import report
from footprint.accounts.floor import PERIOD, TICKS, UNSEEN
from footprint.reports.view import Report
from report_ledgers import CPU, GPU, MS, UTC, Recorder, S

MODEL = CPU._replace(id="cpu:boot:machine", tier="utilisation", gain_low=0.7, gain_high=1.5)


def groups(made: Report) -> dict[str, Any]:
    """The JSON's groups by name."""
    return {each["key"]["name"]: each for each in json.loads(made.to_json())["groups"]}


def test_a_group_tells_when_it_ran_on_what_and_where(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    one.counter(GPU._replace(gain_low=0.95, gain_high=1.05), [300.0] * 20)
    one.counter(CPU, [50.0] * 20)
    embed, load = one.path("embed", devices=[0]), one.path("load", devices=["cpu"])
    one.span(embed, 0, 400 * MS)
    one.span(embed, 200 * MS, S)
    one.span(load, S, 2 * S)
    for t, resident in ((100, 2000), (900, 3000), (1500, 9000)):
        one.writer.usage(one.t0 + t * MS, 0, 0, 0, resident)
    one.writer.gpu_usage(1, one.t0 + 500 * MS, 1.0, 700, 800)
    one.close()
    # Another host, whose clock since its boot shows another time.
    other = Recorder(tmp_path / "L", 2, host="b", boot="b", declared={"zone": "DEU"}, t0=9 * S)
    other.counter(GPU._replace(id="GPU-b"), [100.0] * 20)
    other.span(other.path("embed", devices=[0]), 500 * MS, 1500 * MS)
    other.close()
    made = report(tmp_path / "L", by="name")
    found = groups(made)["embed"]
    assert found["period"] == {
        "start": "2026-11-22T11:00:00.000000Z",
        "end": "2026-11-22T11:00:01.500000Z",
    }
    assert (found["busy_s"], found["active_s"]) == (2.2, 1.0)  # of either host, in one hour
    assert found["peak_memory_bytes"] == {"host": 3000, "gpu": 700}
    assert found["zones"] == ["DEU", "FRA"]
    assert found["floor"] is None
    on = {(each["host"], each["device"]): each for each in found["devices"]}
    assert list(on) == [("b", "GPU-b"), ("host-a", "GPU-1"), ("host-a", CPU.id)]
    gpu = on["host-a", "GPU-1"]
    assert gpu["energy_j"] == {
        "low": pytest.approx(285),
        "mid": pytest.approx(300),
        "high": pytest.approx(315),
    }
    assert (gpu["device_kind"], gpu["name"], gpu["tier"]) == ("gpu", "Test GPU", "counter")
    assert [each["device_kind"] for each in groups(made)["load"]["devices"]] == ["cpu"]
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(made.render("csv")))}
    assert float(rows["embed"]["busy_s"]) == 2.2
    assert float(rows["embed"]["active_s"]) == 1.0
    assert rows["embed"]["peak_host_memory_bytes"] == "3000"
    assert rows["load"]["peak_gpu_memory_bytes"] == "700"  # the nearest sample, half a second off


def test_the_period_cuts_what_a_group_tells(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(CPU, [50.0] * 20)
    one.span(one.path("embed"), 0, 2 * S)
    one.close()
    since, until = "2026-11-22T11:00:00.5Z", "2026-11-22T11:00:01.25Z"
    found = groups(report(tmp_path / "L", by="name", since=since, until=until))["embed"]
    assert found["period"]["start"] == "2026-11-22T11:00:00.500000Z"
    assert found["period"]["end"] == "2026-11-22T11:00:01.250000Z"
    assert (found["spans"], found["busy_s"], found["active_s"]) == (0, 0.75, 0.75)


def test_a_device_that_was_seen_over_boots_is_one(tmp_path: Path) -> None:
    for number in (1, 2):
        one = Recorder(
            tmp_path / "L", number, boot=f"boot-{number}", utc_ns=UTC + number * 3600 * S
        )
        one.counter(GPU, [100.0 * number] * 10)
        one.span(one.path("embed", devices=[0]), 0, S)
        one.close()
    (group,) = report(tmp_path / "L", by="name").groups
    (device,) = group.devices
    assert device.energy_j.mid == pytest.approx(300)
    assert group.active_s == 2


@pytest.mark.parametrize("absorption", ["none", "full"])
@pytest.mark.parametrize(("calls", "floor"), [(1, PERIOD), (5, None), (50, None)])
def test_short_calls_alone_are_below_the_floor(
    tmp_path: Path, calls: int, floor: str | None, absorption: str
) -> None:
    """The explanation's example: what one call of 20 ms leaves open, five together do not."""
    one = Recorder(tmp_path / "L")
    one.counter(GPU, [70.0] * 5 + [385.0] * 10)
    path = one.path("embed", devices=[0])
    for call in range(calls):
        one.span(path, (500 + 20 * call) * MS, (520 + 20 * call) * MS)
    one.close()
    made = report(tmp_path / "L", by="name", absorption=absorption)
    assert made.groups[0].floor == floor
    gap = [each for each in made.gaps if "below what the meters can tell" in each.why]
    assert len(gap) == (floor is not None)


@pytest.mark.parametrize(
    ("length", "used", "floor"), [(15, 0.0, UNSEEN), (15, 1.0, TICKS), (200, 1.0, None)]
)
def test_a_model_of_the_cpu_goes_by_ticks(
    tmp_path: Path, length: int, used: float, floor: str | None
) -> None:
    """A program shorter than a tick: 0 J is not what it used, and is not said to be."""
    one = Recorder(tmp_path / "L", declared={"charge": "tree"})
    one.counter(MODEL, [50.0] * 10)
    for t in range(11):
        busy = t * 100 * MS
        one.writer.usage(one.t0 + busy, int(busy * used), busy, busy, 0)
    one.span(one.path("embed"), 100 * MS, (100 + length) * MS)
    one.close()
    (group,) = report(tmp_path / "L", by="name").groups
    assert group.amounts.energy_j is not None
    assert (group.amounts.energy_j.mid > 0) == (used > 0)
    assert group.floor == floor


def test_what_is_not_known_is_not_below_the_floor(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.writer.device(GPU, one.t0)
    one.span(one.path("embed", devices=[0]), 0, 5 * MS)
    one.close()
    (group,) = report(tmp_path / "L", by="name").groups
    assert group.amounts.energy_j is None
    assert (group.floor, group.devices) == (None, ())


def test_api_calls_are_never_below_the_floor(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(CPU, [50.0] * 10)
    path = one.path("ask", kind="api", model="gpt-4o", tags={"provider": "openai"})
    one.span(path, 500 * MS, 500 * MS + 100, tokens_in=100, tokens_out=50)
    one.close()
    (group,) = report(tmp_path / "L", by="name").groups
    assert group.amounts.energy_j is not None
    assert group.floor is None
    assert (group.busy_s, group.active_s) == (None, None)
    assert group.period == ("2026-11-22T11:00:00.500000Z",) * 2
    whats = [gap.what for gap in report(tmp_path / "L", by="name").gaps]
    assert "groups.busy_s, groups.active_s" in whats


def test_the_instants_are_those_of_the_clock(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", utc_ns=UTC + 86_400 * S + 1_999)
    one.counter(CPU, [50.0] * 10)
    one.span(one.path("embed"), 0, S)
    one.close()
    (group,) = report(tmp_path / "L", by="name").groups
    assert group.period == ("2026-11-23T11:00:00.000001Z", "2026-11-23T11:00:01.000001Z")
