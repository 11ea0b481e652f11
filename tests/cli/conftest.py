"""The command line, as users run it: in processes of its own, and on a terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

FOOTPRINT = [sys.executable, "-c", "from footprint.cli import main; main()"]

Cli = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def cli(environment: dict[str, str], tmp_path: Path) -> Cli:
    """Runs `footprint ARGUMENTS`."""

    def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
        variables = environment | options.pop("env", {})
        return subprocess.run(
            [*options.pop("before", []), *FOOTPRINT, *map(str, arguments)],
            env=variables,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            **options,
        )

    return run


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts `footprint ARGUMENTS`; its stdout is a pipe."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, **options: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*options.pop("before", []), *FOOTPRINT, *map(str, arguments)],
            env=environment | options.pop("env", {}),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


class Terminal:
    """A command on a terminal of its own, of which it is the session's leader."""

    def __init__(self, command: Sequence[str], variables: dict[str, str]) -> None:
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.execvpe(command[0], list(command), variables)
        self.text = ""

    def send(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def expect(self, pattern: str, seconds: float = 15.0) -> str:
        """Reads until the pattern has come; what came before it is gone then."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text)):
            left = end - time.monotonic()
            ready = left > 0 and select.select([self.fd], [], [], left)[0]
            try:
                data = os.read(self.fd, 65536) if ready else b""
            except OSError:
                data = b""
            assert data, f"no {pattern!r} in {self.text!r}"
            self.text += data.decode(errors="replace")
        self.text = self.text[found.end() :]
        return found.group()

    def wait(self) -> int:
        """The exit code, negative for a signal."""
        rest = b"-"
        while rest and self.fd >= 0:
            try:
                rest = os.read(self.fd, 65536)
            except OSError:
                break
            self.text += rest.decode(errors="replace")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def hang_up(self) -> None:
        os.close(self.fd)
        self.fd = -1


@pytest.fixture
def terminal(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Terminal]:
    """Starts a command on a terminal; `footprint` where none is named by `command`."""

    def begin(*arguments: object, command: Sequence[str] = FOOTPRINT) -> Terminal:
        variables = environment | {"TERM": "xterm", "PS1": "prompt> "}
        monkeypatch.chdir(tmp_path)
        return Terminal([*command, *map(str, arguments)], variables)

    return begin


#: A program that says which signals it got, until it gets SIGTERM (exit code 7) or time is up.
COUNTER = """
import signal, sys, time

count = 0

def note(number, frame):
    global count
    count += 1
    print(signal.Signals(number).name, count, flush=True)
    if number == signal.SIGTERM:
        sys.exit(7)

for name in "INT HUP TERM USR1 USR2 WINCH TSTP CONT QUIT".split():
    signal.signal(getattr(signal, "SIG" + name), note)
print("ready", sys.stdin.isatty(), sys.stdout.isatty(), flush=True)
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    time.sleep(0.02)
print("end", count, flush=True)
"""


@pytest.fixture
def counter(tmp_path: Path) -> Callable[[float], list[str]]:
    """The command of `COUNTER` for so many seconds."""
    path = tmp_path / "counter.py"
    path.write_text(COUNTER)
    return lambda seconds: [sys.executable, str(path), str(seconds)]
