"""`footprint run` on a terminal: keys, job control, window changes and hang-ups as without it."""

from __future__ import annotations

import fcntl
import shlex
import shutil
import signal
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

RUN = ("run", "--quiet", "--")
INT, EOF, QUIT, STOP = "\x03", "\x04", "\x1c", "\x1a"

bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell with job control")


def test_the_program_is_on_the_terminal_and_ctrl_c_comes_once(terminal, counter) -> None:
    screen = terminal(*RUN, *counter(1.0))
    screen.expect("ready True True")
    screen.send(INT)
    screen.expect("SIGINT 1")
    screen.expect("end 1")
    assert screen.wait() == 0


@pytest.mark.parametrize(("key", "number"), [(INT, signal.SIGINT), (QUIT, signal.SIGQUIT)])
def test_keys_end_the_program_and_the_run_dies_of_the_same(terminal, key: str, number: int) -> None:
    screen = terminal(*RUN, "sh", "-c", "echo ready; exec sleep 20")
    screen.expect("ready")
    time.sleep(0.1)
    screen.send(key)
    assert screen.wait() == -number


def test_a_window_that_changes_is_told_once(terminal, counter) -> None:
    screen = terminal(*RUN, *counter(0.8))
    screen.expect("ready True True")
    fcntl.ioctl(screen.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 31, 91, 0, 0))
    screen.expect("SIGWINCH 1")
    screen.expect("end 1")
    assert screen.wait() == 0


def test_typed_lines_reach_the_program(terminal) -> None:
    screen = terminal(*RUN, "cat")
    time.sleep(0.5)
    screen.send("typed\n")
    screen.expect("typed\r\ntyped")
    screen.send(EOF)
    assert screen.wait() == 0


def test_a_terminal_that_hangs_up_is_told_to_the_program(terminal, tmp_path: Path) -> None:
    code = "trap 'echo on > told; exit 3' HUP; echo ready; while :; do sleep 0.05; done"
    screen = terminal(*RUN, "bash", "-c", code)
    screen.expect("ready\r\n")
    time.sleep(0.1)
    screen.hang_up()
    assert screen.wait() == 3
    assert (tmp_path / "told").exists()


@bash
def test_job_control(terminal, tmp_path: Path) -> None:
    run = shlex.join([sys.executable, "-c", "from footprint.cli import main; main()", *RUN])
    screen = terminal(command=["bash", "--norc", "--noprofile", "-i"])
    screen.expect("prompt> ")

    screen.send(f"{run} sh -c 'echo read''y; exec sleep 30'\n")
    screen.expect("ready")
    time.sleep(0.1)
    screen.send(STOP)
    screen.expect("Stopped")
    screen.send("fg\n")
    screen.expect("sleep 30")
    time.sleep(0.3)
    screen.send(INT)
    screen.expect("prompt> ")
    screen.send("echo code $?\n")
    screen.expect("code 130")

    # In the background it may not read the terminal: it stops, and goes on in the foreground.
    screen.send(f"{run} sh -c 'echo read''y; exec cat' &\n")
    screen.expect("ready")
    time.sleep(0.3)
    screen.send("jobs\n")
    screen.expect("Stopped")
    screen.send("fg\n")
    time.sleep(0.3)
    screen.send("typed\n")
    screen.expect("typed\r\ntyped")
    screen.send(EOF)
    screen.expect("prompt> ")

    # Signals that are sent to the run alone stop and continue the program too.
    screen.send(f"{run} sh -c 'echo read''y; exec sleep 30' &\n")
    screen.expect("ready")
    screen.send("kill -TSTP %1; sleep 0.3; jobs\n")
    screen.expect("Stopped")
    screen.send("kill -CONT %1; sleep 0.3; jobs\n")
    screen.expect("Running")
    screen.send("kill %1; wait %1; echo code $?\n")
    screen.expect("code 143")


def test_nothing_is_drawn_unless_asked(terminal) -> None:
    screen = terminal("run", "--quiet", "--", "sh", "-c", "sleep 1.3; echo end")
    assert screen.wait() == 0
    assert screen.text == "end\r\n"

    screen = terminal("run", "--quiet", "--progress", "--", "sleep", "2.5")
    screen.expect(r"footprint: \d+ s, \d+ W, about \d+ J so far\r")
    assert screen.wait() == 0
    assert screen.text.endswith("\r\x1b[K")


def test_the_line_leaves_full_screen_programs_alone(terminal) -> None:
    screen = terminal("run", "--quiet", "--progress", "--", "sh", "-c", "stty raw; sleep 2.5")
    assert screen.wait() == 0
    assert "footprint" not in screen.text


@bash
def test_an_interactive_shell(terminal) -> None:
    """It takes the terminal for a process group of its own, and gives it back."""
    screen = terminal(*RUN, "bash", "--norc", "--noprofile", "-i")
    screen.expect("prompt> ")
    screen.send("sleep 20\n")
    time.sleep(0.2)
    screen.send(STOP)
    screen.expect("Stopped")
    screen.send("fg\n")
    time.sleep(0.2)
    screen.send(INT)
    screen.expect("prompt> ")
    screen.send("exit 5\n")
    assert screen.wait() == 5
