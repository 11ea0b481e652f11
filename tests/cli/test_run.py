"""`footprint run`: what the program and its caller notice (nothing), and what is booked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from footprint.ledger.journal import prepare
from footprint.ledger.reader import Facts, journal_files, read_journals

RUN = ("run", "--quiet", "--")


def facts(ledger: Path) -> list[Facts]:
    found, issues = read_journals(journal_files(ledger))
    assert issues == []
    return sorted(found, key=lambda one: one.context["t"])


@pytest.mark.parametrize("code", [0, 1, 3, 255])
def test_the_exit_code_is_passed_on(cli, code: int) -> None:
    ended = cli(*RUN, "sh", "-c", f"echo out; echo err >&2; exit {code}")
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, "out\n", "err\n")


@pytest.mark.parametrize("name", ["SEGV", "KILL", "TERM", "ABRT", "RTMIN"])
def test_dies_of_the_signal_that_ended_the_program(cli, name: str) -> None:
    ended = cli(*RUN, "bash", "-c", f"kill -{name} $$")
    assert ended.returncode == -getattr(signal, f"SIG{name}")
    assert ended.stderr == ""


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "USR1", "USR2", "WINCH", "QUIT"])
def test_a_signal_reaches_the_program_once(start, counter, name: str) -> None:
    process = start(*RUN, *counter(0.8))
    assert process.stdout.readline() == "ready False False\n"
    process.send_signal(getattr(signal, f"SIG{name}"))
    out, err = process.communicate()
    if name == "TERM":
        assert (out, process.returncode) == ("SIGTERM 1\n", 7)
    else:
        assert (out, process.returncode) == (f"SIG{name} 1\nend 1\n", 0)
    assert err == ""


def test_what_the_program_sends_to_its_own_group_does_not_come_back(start, counter) -> None:
    code = "trap 'echo got' USR1; kill -USR1 0; sleep 0.3; echo end"
    process = start(*RUN, "bash", "-c", code)
    assert process.communicate() == ("got\nend\n", "")


def test_stdin_files_and_directory_are_the_programs_own(cli, tmp_path: Path) -> None:
    (tmp_path / "three").write_text("from three\n")
    opened = ["bash", "-c", 'exec 3<three; exec "$@"', "-"]
    ended = cli(*RUN, "sh", "-c", "cat; cat <&3; pwd", before=opened, input="typed\n")
    assert (ended.stdout, ended.stderr) == (f"typed\nfrom three\n{tmp_path}\n", "")


def test_the_environment_is_the_programs_own_but_for_the_link(cli, environment) -> None:
    bare = {"PATH": os.environ["PATH"], "FOOTPRINT_LEDGER": environment["FOOTPRINT_LEDGER"]}
    ended = cli(*RUN, "env", before=["env", "-i", *(f"{k}={v}" for k, v in bare.items())])
    names = {line.partition("=")[0] for line in ended.stdout.splitlines()}
    assert names == {"PATH", "FOOTPRINT_LEDGER", "FOOTPRINT_PARENT"}


def test_signals_are_neither_blocked_nor_ignored_in_the_program(cli) -> None:
    ended = cli(*RUN, "grep", "-E", "SigBlk|SigIgn", "/proc/self/status")
    masks = [int(line.split()[1], 16) for line in ended.stdout.splitlines()]
    own_of_libc = 3 << 31  # 32 and 33, which posix_spawn ignores for the thread library
    assert [mask & ~own_of_libc for mask in masks] == [0, 0]


def test_what_nohup_ignores_stays_ignored(start, counter, tmp_path: Path) -> None:
    code = "import time; print('ready', flush=True); time.sleep(0.5); print('end')"
    process = start(*RUN, sys.executable, "-c", code, before=["sh", "-c", 'trap "" HUP; "$@"', "-"])
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGHUP)
    assert process.communicate()[0] == "end\n"
    assert process.returncode == 0


def test_a_command_that_is_not_there_or_not_executable(cli, tmp_path: Path) -> None:
    def told(*command: object) -> tuple[int, str]:
        ended = cli("run", "--", *command)
        assert ended.stdout == ""
        assert ended.stderr.count("\n") == 1
        return ended.returncode, ended.stderr

    plain = tmp_path / "plain"
    plain.write_text("exit 5\n")
    code, text = told("no-such-command")
    assert code == 127
    assert "no-such-command" in text
    assert told("./nothing")[0] == 127
    code, text = told(plain)
    assert code == 126
    assert f"chmod +x {plain}" in text
    assert told(tmp_path)[0] == 126
    assert not (tmp_path / "ledger").exists()  # nothing was run, nothing is recorded

    plain.write_text("#!/no/such/interpreter\n")
    plain.chmod(0o755)
    code, text = told(plain)
    assert code == 127
    assert "interpreter" in text
    plain.write_bytes(b"\x7fELF\0\0\0\0")
    assert told(plain)[0] == 126


def test_a_script_without_a_first_line_is_the_shells(cli, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text('exit "$1"\n')
    plain.chmod(0o755)
    assert cli(*RUN, plain, 5).returncode == 5


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "no command"),
        (("--zone", "Frnce", "--", "true"), "Did you mean France (FRA)"),
        (("--pue", "nan", "--", "true"), "--pue"),
        (("--pue", "0.5", "--", "true"), "--pue"),
        (("--tariff", "-1", "--", "true"), "--tariff"),
        (("--carbon-intensity", "-3", "--", "true"), "--carbon-intensity"),
        (("--kind", "guessing", "--", "true"), "guessing"),
        (("--tag", "team", "--", "true"), "KEY=VALUE"),
        (("--nonsense", "--", "true"), "--nonsense"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(cli, arguments, text: str) -> None:
    ended = cli("run", *arguments)
    assert ended.returncode == 2
    assert ended.stderr.startswith("footprint: ")
    assert ended.stderr.count("\n") == 1
    assert text in ended.stderr


def test_a_ledger_that_cannot_be_written_stops_nothing(cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = cli("run", "--quiet", "--ledger", "file/ledger", "--", "sh", "-c", "echo on; exit 4")
    assert (ended.returncode, ended.stdout) == (4, "on\n")
    assert ended.stderr.count("\n") == 1
    assert "Not a directory" in ended.stderr


def test_a_disk_that_is_full_stops_nothing(cli, tmp_path: Path) -> None:
    prepare(tmp_path / "ledger")
    limited = ["bash", "-c", 'ulimit -f 0; exec "$@"', "-"]
    ended = cli(*RUN, "sh", "-c", "sleep 1.3; exit 4", before=limited)
    assert ended.returncode == 4
    assert ended.stderr.count("\n") == 1
    assert "cannot be written" in ended.stderr


def test_a_killed_run_leaves_its_program_alone(start, tmp_path: Path) -> None:
    process = start(*RUN, "sh", "-c", "echo ready; sleep 0.4; echo on > done")
    assert process.stdout.readline() == "ready\n"
    process.kill()
    process.wait()
    deadline = time.monotonic() + 5
    while not (tmp_path / "done").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (tmp_path / "done").exists()


def test_a_daemon_is_not_waited_for(start) -> None:
    process = start(*RUN, "sh", "-c", "sleep 30 >/dev/null 2>&1 & exit 6")
    begin = time.monotonic()
    assert process.wait(10) == 6
    assert time.monotonic() - begin < 8


BURN = "import time; e = time.process_time() + 0.4\nwhile time.process_time() < e: pass"


def test_an_orphans_cpu_time_is_counted(cli, tmp_path: Path) -> None:
    orphan = f"(({sys.executable} -c '{BURN}'; touch burnt) &)"
    ended = cli(*RUN, "sh", "-c", orphan + "; until [ -e burnt ]; do sleep 0.1; done; sleep 0.3")
    assert ended.returncode == 0
    usage = facts(tmp_path / "ledger")[0].rows["usage"]
    assert usage[-1][1] - usage[0][1] > 300_000_000


def test_what_the_program_tracks_hangs_below_the_run(cli, script, tmp_path: Path) -> None:
    command = script("""
        import footprint, os
        with footprint.measure("inner"):
            pass
        footprint.flush()
    """)
    options = ("--name", "outer", "--model", "net", "--kind", "training", "--tag", "team=a")
    ended = cli("run", "--quiet", *options, "--zone", "FRA", "--pue", "1.2", "--", *command)
    assert (ended.returncode, ended.stderr) == (0, "")
    outer, inner = facts(tmp_path / "ledger")
    assert [path.name for path in outer.paths.values()] == ["outer"]
    path = outer.paths[1]
    assert (path.model, path.kind, path.tags) == ("net", "training", {"team": "a"})
    assert [row[3] for row in outer.rows["span"]] == [0]
    assert inner.context["parent"] == {"writer": outer.writer, "seq": 1}
    assert inner.context["run"] == outer.context["run"]
    for one in (outer, inner):
        assert one.context["declared"]["zone"] == "FRA"
        assert one.context["declared"]["pue"] == 1.2
        assert one.end is not None


@pytest.mark.parametrize(("code", "status"), [("exit 3", 1), ("kill -INT $$", 4)])
def test_how_the_program_ended_is_recorded(cli, tmp_path: Path, code: str, status: int) -> None:
    cli(*RUN, "sh", "-c", code)
    (one,) = facts(tmp_path / "ledger")
    assert [row[3] for row in one.rows["span"]] == [status]
    assert one.end is not None


def test_the_summary(cli, tmp_path: Path) -> None:
    ended = cli("run", "--", sys.executable, "-c", BURN)
    assert ended.stdout == ""
    lines = ended.stderr.splitlines()
    assert lines[0].startswith("footprint: ")
    assert lines[0].endswith("exit code 0")
    words = {line.split()[0]: line for line in lines[1:]}
    assert " J, " in words["energy"]
    assert "kWh" in words["energy"]
    assert "declare the zone (--zone FRA)" in words["carbon"]
    assert "declare the tariff (--tariff 0.18)" in words["cost"]
    assert "cpu cpu-0 (power)" in words["metered"]
    assert words["ledger"].endswith(f"footprint report {tmp_path / 'ledger'}")

    known = cli("run", "--zone", "FRA", "--tariff", "0.2 EUR", "--", sys.executable, "-c", BURN)
    assert "g CO2e" in known.stderr
    assert "EUR of electricity" in known.stderr


def test_switched_off_it_is_not_there(cli, tmp_path: Path) -> None:
    ended = cli("run", "--", "sh", "-c", "echo $PPID; exit 3", env={"FOOTPRINT_DISABLED": "1"})
    assert (ended.returncode, ended.stdout) == (3, f"{os.getpid()}\n")
    assert ended.stderr == ""
    assert not (tmp_path / "ledger").exists()


def test_the_program_starts_at_once(environment: dict[str, str]) -> None:
    """The meter comes up beside it: a probe that takes long delays nothing."""
    slow = "import footprint.probes as p, time; d = p.discover\n"
    slow += "p.discover = lambda m: (time.sleep(3), d(m))[1]\n"
    slow += "from footprint.cli import main; main()"
    command = [sys.executable, "-c", slow, "run", "--quiet", "--", "date", "+%s.%N"]
    begin = time.time()
    started = subprocess.check_output(command, env=environment, text=True, timeout=30)
    assert float(started) - begin < 2.0


def test_a_run_within_a_run(cli, tmp_path: Path) -> None:
    inner = [sys.executable, "-c", "from footprint.cli import main; main()", *RUN]
    ended = cli(*RUN, *inner, "sh", "-c", "kill -USR1 $$")
    assert (ended.returncode, ended.stderr) == (-signal.SIGUSR1, "")
    first, second = facts(tmp_path / "ledger")
    assert second.context["parent"] == {"writer": first.writer, "seq": 1}


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_streams_that_are_closed(cli, closed: str) -> None:
    ended = cli("run", "--", "sh", "-c", "exit 3", before=["sh", "-c", f'exec "$@" {closed}', "-"])
    assert ended.returncode == 3


def test_impatience_at_the_end_keeps_the_exit_code(start) -> None:
    """Ctrl-C while the summary is being made: it is left out, and the code is the program's."""
    slow = "import footprint.accounts.result as r, time, sys; r.span_result = "
    slow += "lambda *a, **k: (print('asked', flush=True), time.sleep(20)); "
    slow += "from footprint.cli import main; main()"
    process = start(before=[sys.executable, "-c", slow, "run", "--", "sh", "-c", "exit 9"])
    assert process.stdout.readline() == "asked\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 9


@pytest.mark.parametrize("command", [("run", "--", "true"), ("top", "--once")])
def test_a_trace_that_cannot_be_played_ends_the_command(
    cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    name, *rest = command
    for text, fault in ((None, "cannot be read: No such file"), ("t,device\n", "line 1: ")):
        if text is not None:
            (tmp_path / "broken.csv").write_text(text)
        done = cli(name, "--replay", "broken.csv", *rest)
        assert (done.returncode, done.stderr.count("\n"), done.stdout) == (2, 1, "")
        assert "trace broken.csv" in done.stderr
        assert fault in done.stderr
