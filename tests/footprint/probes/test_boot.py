"""The boot's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from footprint.probes.base import Machine
from footprint.probes.boot import boot_tag
from simulators.procfs import Proc


def test_the_boot_id_names_the_boot(tmp_path: Path) -> None:
    proc = Proc(tmp_path, boot_id="0badc0de-0000-4000-8000-000000000000")
    assert boot_tag(Machine(proc=proc.root)) == "0badc0de"
    real = Path("/proc/sys/kernel/random/boot_id").read_text()
    assert boot_tag(Machine()) == real[:8]


def test_without_one_the_second_of_the_boot_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psutil

    monkeypatch.setattr(psutil, "boot_time", lambda: 1_700_000_000.7)
    assert boot_tag(Machine(proc=tmp_path)) == "6553f100"

    def fail() -> float:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "boot_time", fail)
    assert boot_tag(Machine(proc=tmp_path)) == "unknown"
