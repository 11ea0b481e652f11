"""What `import footprint` brings along, and what it does not do."""

from __future__ import annotations

import subprocess
import sys

import pytest

import footprint

SLOW = {
    "asyncio",
    "click",
    "codecarbon",
    "ctypes",
    "duckdb",
    "importlib.metadata",
    "inspect",
    "numpy",
    "pandas",
    "psutil",
    "pynvml",
    "socket",
}


def run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


TRACK = "footprint.track(lambda: 1); footprint.measure('x'); footprint.current; footprint.propagate"


@pytest.mark.parametrize("then", ["", f"; {TRACK}"])
def test_nothing_slow_is_loaded(then):
    loaded = set(run(f"import sys, footprint{then}; print('\\n'.join(sys.modules))").split())
    assert "footprint" in loaded
    assert loaded & SLOW == set()


def test_no_socket_no_thread_and_no_file_before_something_is_tracked(tmp_path):
    code = f"""
import os, sys, threading
events = []
watched = ("socket.", "os.mkdir", "subprocess.", "os.fork", "_thread.start")
sys.addaudithook(lambda event, args: event.startswith(watched) and events.append(event))
os.chdir({str(tmp_path)!r})
import footprint
{TRACK}
print(events, threading.active_count())
"""
    assert run(code) == "[] 1\n"
    assert list(tmp_path.iterdir()) == []


def test_tracking_opens_no_socket(tmp_path, environment):
    code = """
import sys, time
events = []
def watch(event, args):
    if event.startswith("socket.") and event != "socket.gethostname":
        events.append(event)
sys.addaudithook(watch)
import footprint
with footprint.measure("x") as m:
    time.sleep(0.2)
m.result(wait=0.1)
footprint.flush()
print(events)
"""
    command = [sys.executable, "-c", code]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


def test_every_public_name_is_there_and_named_once():
    for name in footprint.__all__:
        assert getattr(footprint, name) is not None
        assert name in dir(footprint)
    assert set(footprint._WHERE) | {"__version__"} >= set(footprint.__all__) - {"report", "Report"}
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        footprint.nonsense  # noqa: B018
