"""The host's clocks."""

from __future__ import annotations

import time

from footprint import clock


def test_time_does_not_run_backwards():
    times = [clock.now_ns() for _ in range(1000)]
    assert times == sorted(times)
    assert isinstance(times[0], int)


def test_an_anchor_is_one_instant_on_both_clocks():
    before, utc_before = clock.now_ns(), time.time_ns()
    t, utc = clock.anchor()
    assert before <= t <= clock.now_ns()
    assert utc_before <= utc <= time.time_ns()
    again, utc_again = clock.anchor()
    assert abs((utc_again - again) - (utc - t)) < 1_000_000


def test_of_three_looks_the_closest_pair_is_taken(monkeypatch):
    ticks = iter([0, 100, 1000, 1010, 2000, 2050])
    utcs = iter([50_000, 60_000, 70_000])
    monkeypatch.setattr(clock, "now_ns", lambda: next(ticks))
    monkeypatch.setattr(time, "time_ns", lambda: next(utcs))
    assert clock.anchor() == (1005, 60_000)


def test_the_boot_is_named_by_the_kernel_else_by_its_time(tmp_path):
    file = tmp_path / "sys/kernel/random/boot_id"
    file.parent.mkdir(parents=True)
    file.write_text("3f1c-boot\n")
    assert clock.boot_id(tmp_path) == "3f1c-boot"
    made_up = clock.boot_id(tmp_path / "none")
    assert made_up.startswith("boot-")
    t, utc = clock.anchor()
    assert abs(int(made_up[5:]) - (utc - t) // 10**9) <= 1
