"""Folders of processes that were killed are removed, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from footprint.ledger.sealed.scratch import scratch

PREFIX = "footprint-seal-"
_HOLDER = """
import sys, time
from footprint.ledger.sealed.scratch import scratch
with scratch("footprint-seal-") as folder:
    (folder / "half.parquet").write_text("half")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_killed_processs_folder_goes_and_a_living_ones_stays(temporary: Path) -> None:
    env = os.environ | {"TMPDIR": str(temporary)}
    command = [sys.executable, "-c", _HOLDER]
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        held = Path(holder.stdout.readline().strip())
        with scratch(PREFIX) as own:
            assert own.parent == held.parent == temporary
            assert (held / "half.parquet").exists()
        assert not own.exists()
        holder.kill()
        holder.wait()
        assert held.exists()
        with scratch("footprint-compact-"):
            assert held.exists()  # of another use
        with scratch(PREFIX):
            assert not held.exists()


def test_what_is_not_known_to_be_left_stays(temporary: Path) -> None:
    young, old = temporary / f"{PREFIX}young", temporary / f"{PREFIX}old"
    linked, file = temporary / f"{PREFIX}linked", temporary / f"{PREFIX}file"
    elsewhere = temporary / "elsewhere"
    for each in (young, old, elsewhere):
        each.mkdir()
    linked.symlink_to(elsewhere)
    file.write_text("no folder")
    os.utime(old, (1, 1))
    os.utime(elsewhere, (1, 1))
    with scratch(PREFIX):
        assert young.exists()
        assert not old.exists()
        assert linked.exists()
        assert elsewhere.exists()
        assert file.exists()
