"""What lay idle: each device once, whatever the host's boots."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from footprint.advice.make import advise
from footprint.advice.view import Suggestion
from footprint.words.said import untranslated
from report_ledgers import CPU, GPU, MS, UTC, Recorder, S

J = 3.6e6
G_PER_KWH = 360.0


def idled(ledger: Path) -> dict[str, Suggestion]:
    found = advise(ledger, carbon_intensity_g_per_kwh=G_PER_KWH, every=True)
    return {each.what: each for each in found.suggestions if each.kind == "idle"}


def test_over_two_boots_a_device_is_told_once_and_is_used_where_it_ever_was(tmp_path: Path) -> None:
    for number, boot in enumerate(("boot-1", "boot-2"), start=1):
        one = Recorder(tmp_path / "L", number, boot=boot, utc_ns=UTC + number * 3600 * S)
        one.counter(GPU, [500.0] * 100)
        one.counter(CPU._replace(id=f"cpu:{boot}:package-0"), [100.0] * 100)
        if number == 1:
            one.span(one.path("fit", kind="training", devices=["gpu:0"]), 0, 4 * S)
        one.close(now=10 * S)
    found = idled(tmp_path / "L")
    assert sorted(found) == [
        "share or switch off what lay idle: 1 x Test CPU on host-a",
        "share or switch off what lay idle: 1 x Test GPU on host-a",
    ]
    waited = found["share or switch off what lay idle: 1 x Test GPU on host-a"].carbon_g
    assert waited is not None
    # 6 s of the first boot, and all 10 s of the second.
    assert waited.saved.mid == pytest.approx(16 * 500 / J * G_PER_KWH, rel=1e-9)


def test_much_own_time_is_told_since_nobody_knows_whether_it_was_work(tmp_path: Path) -> None:
    for name, call_s in (("L", 1), ("M", 9)):
        one = Recorder(tmp_path / name)
        one.counter(GPU, [500.0] * 100)
        root = one.span(one.path("run", background=True), 0, 10 * S)
        path = one.path("fit", kind="training", devices=["gpu:0"])
        one.span(path, 0, call_s * S, parent=root)
        one.close(now=10 * S)
    much, little = (advise(tmp_path / name, zone="FRA").gaps for name in ("L", "M"))
    (gap,) = [each for each in much if each.what == "own_time"]
    assert gap.why.startswith("90 % of the energy was used in runs outside of their tracked calls")
    assert untranslated("fr", [gap.why, gap.remedy]) == []
    assert not [each for each in little if each.what == "own_time"]


def test_what_rounding_leaves_is_no_idle_energy(tmp_path: Path) -> None:
    drawn = random.Random(1)
    one = Recorder(tmp_path / "L")
    paths = [one.path(name, kind="training", devices=["gpu:0"]) for name in ("fit", "test")]
    watts: list[float] = []
    for _ in range(30):
        for path, power in zip(paths, (400.0, 150.0), strict=True):
            one.span(path, len(watts) * 100 * MS, (len(watts) + 20) * 100 * MS)
            watts += [round(power * (1 + 0.03 * drawn.uniform(-1, 1)), 1)] * 20 + [0.0] * 5
    one.counter(GPU, watts)
    one.close((len(watts) + 1) * 100 * MS)
    assert idled(tmp_path / "L") == {}  # 5 nJ of 33 kJ
