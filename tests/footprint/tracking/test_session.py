"""What becomes of spans when processes fork, end, are killed, or may not write."""

from __future__ import annotations

import platform
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from footprint.ledger import reader
from footprint.model import STATUSES

TRACKED = """
import os, sys, time, threading
import footprint

inside = threading.Event()

@footprint.track
def work(seconds=0):
    inside.set()
    time.sleep(seconds)

"""


def statuses(facts: list[reader.Facts]) -> dict[str, str]:
    """The status of each name's last span; "began" where only that is known."""
    found = {}
    for one in facts:
        for row in one.rows["open"]:
            found[one.paths[row[2]].name] = "began"
        for row in one.rows["span"]:
            found[one.paths[row[2]].name] = STATUSES[row[3]]
    return found


def reasons(facts: list[reader.Facts]) -> list[str | None]:
    return [one.end["reason"] if one.end else None for one in facts]


# -- exit


def test_a_program_that_is_over_at_once_is_recorded(program):
    ran = program(TRACKED + "work()")
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", "")
    assert ran.calls() == {"work": 1}
    assert reasons(ran.facts()) == ["exit"]


def test_handlers_that_run_at_exit_are_recorded(program):
    ran = program(TRACKED + "import atexit; atexit.register(work); work()")
    assert (ran.stderr, ran.calls()) == ("", {"work": 2})


@pytest.mark.parametrize(
    ("end", "code", "status"),
    [
        ("raise ValueError('mine')", 1, "error"),
        ("sys.exit(7)", 7, "interrupted"),
        ("os.kill(os.getpid(), 2); time.sleep(5)", -2, "interrupted"),
    ],
)
def test_however_a_program_ends_its_spans_have_their_status(program, end, code, status):
    ran = program(
        TRACKED
        + f"""
threading.Thread(target=work, args=(60,), daemon=True).start()
inside.wait()
with footprint.measure("block"):
    work()
    with footprint.measure("inner"):
        {end}
"""
    )
    assert ran.returncode == code
    assert ("ValueError: mine" in ran.stderr) == (code == 1)
    assert "footprint" not in ran.stderr.replace("with footprint.measure", "")
    facts = ran.facts()
    assert reasons(facts) == ["exit"]
    assert statuses(facts) == {"block": status, "inner": status, "work": "open"}
    assert ran.calls() == {"block": 1, "inner": 1, "work": 2}


def test_threads_that_run_on_at_the_end_harm_nothing(program):
    ran = program(
        TRACKED
        + """
def spin():
    while True:
        work()

@footprint.track
def stream():
    while True:
        yield

held = stream()
next(held)
for _ in range(4):
    threading.Thread(target=spin, daemon=True).start()
time.sleep(0.3)
"""
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    calls = ran.calls()
    assert calls["work"] > 1000
    assert calls["stream"] == 1


def test_a_pool_at_its_end_loses_nothing(program):
    ran = program(
        TRACKED
        + """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(8)
for _ in range(3000):
    pool.submit(work)
"""
    )
    assert (ran.returncode, ran.stderr, ran.calls()) == (0, "", {"work": 3000})


KILLED = (
    TRACKED
    + """
with footprint.measure("block"):
    for _ in range(100):
        work()
    print("begun", flush=True)
    work(60)
"""
)


@pytest.mark.alone
def test_a_kill_loses_at_most_the_last_second(environment, script, tmp_path):
    numbers = [signal.SIGKILL, signal.SIGTERM]
    command = script(KILLED)
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in numbers]
    for each in running:
        with each.stdout as begun:
            begun.readline()
    time.sleep(2.3)
    for each, number in zip(running, numbers, strict=True):
        each.send_signal(number)
        assert each.wait() == -number
    facts, issues = reader.read_journals(reader.journal_files(tmp_path / "ledger"))
    assert issues == []
    assert reasons(facts) == [None, None]
    for one in facts:
        assert sum(row[8] for row in one.rows["fold"]) + len(one.rows["span"]) == 100
        names = sorted(one.paths[row[2]].name for row in one.rows["open"])
        assert names == ["block", "work"]


# -- forks


def below(child: reader.Facts, parent: reader.Facts) -> str:
    """The name of the parent's span that a forked child hangs below."""
    outer = child.context["parent"]
    assert outer["writer"] == parent.writer
    assert child.context["run"] == parent.context["run"]
    names = {row[0]: parent.paths[row[2]].name for row in parent.rows["span"]}
    return names.get(outer["seq"], "")


def test_a_forked_child_has_a_journal_below_the_span_it_was_forked_in(program):
    ran = program(
        TRACKED
        + """
with footprint.measure("block"):
    pid = os.fork()  # at once: the first span's thread is importing still
    if pid == 0:
        work()
        with footprint.measure("deeper"):
            work()
        sys.exit(3)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    work()
print(code)
"""
    )
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", "3\n")
    parent, child = ran.facts()
    assert below(child, parent) == "block"
    assert parent.context["pid"] != child.context["pid"]
    base = child.context["forked_below"]
    rows = {child.paths[row[2]].name: row for row in child.rows["span"]}
    assert all(row[0] > base for row in child.rows["span"])
    assert rows["deeper"][1] < base  # below a span of the parent process
    works = sorted(row[1] for row in child.rows["span"] if child.paths[row[2]].name == "work")
    assert works == [rows["deeper"][1], rows["deeper"][0]]
    assert [row[3] for row in child.rows["span"]] == [0, 0, 0]
    assert statuses([parent]) == {"block": "ok", "work": "ok"}


def test_a_child_that_leaves_without_goodbye_harms_nobody(program):
    ran = program(
        TRACKED
        + """
work()
footprint.flush()
for _ in range(3):
    if os.fork() == 0:
        os._exit(0)
    os.wait()
if os.fork() == 0:
    work()
    footprint.flush()
    os._exit(0)
os.wait()
work()
"""
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    parent, child = ran.facts()
    assert sum(len(one.rows["span"]) for one in (parent, child)) == 3
    assert reasons([parent, child]) == ["exit", None]


def test_a_call_or_a_stream_that_a_fork_copied_is_the_parents(program):
    ran = program(
        TRACKED
        + """
@footprint.track
def splits():
    return os.fork()

@footprint.track
def stream():
    yield 1
    yield 2

running = stream()
next(running)
pid = splits()
list(running)
if pid == 0:
    work()
else:
    os.wait()
"""
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    parent, child = ran.facts()
    assert statuses([parent]) == {"splits": "ok", "stream": "ok"}
    assert statuses([child]) == {"work": "ok"}
    assert child.rows["hold"] == []
    assert below(child, parent) == "splits"


def test_a_grandchild_hangs_below_its_own_parent(program):
    ran = program(
        TRACKED
        + """
with footprint.measure("one"):
    if os.fork() == 0:
        with footprint.measure("two"):
            if os.fork() == 0:
                work()
                sys.exit()
            os.wait()
        sys.exit()
    os.wait()
"""
    )
    assert ran.stderr == ""
    one, two, three = ran.facts()
    assert below(two, one) == "one"
    assert three.context["parent"]["writer"] == two.writer
    assert statuses([three]) == {"work": "ok"}
    assert two.context["run"] == three.context["run"] == one.context["run"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_of_multiprocessing_are_in_the_ledger(program, method):
    ran = program(
        f"""
import multiprocessing, time
import footprint

@footprint.track
def work(x):
    return x * x

if __name__ == "__main__":
    with footprint.measure("block"):
        context = multiprocessing.get_context({method!r})
        pool = context.Pool(2)
        print(pool.map(work, range(20), chunksize=1))
        pool.close()
        pool.join()
        process = context.Process(target=work, args=(3,))
        process.start()
        process.join()
"""
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"{[x * x for x in range(20)]}\n"
    assert ran.calls() == {"work": 21, "block": 1}
    assert set(reasons(ran.facts())) == {"exit"}
    parent, *children = ran.facts()
    assert {one.context["run"] for one in children} == {parent.context["run"]}
    assert {one.context["parent"]["writer"] for one in children} == {parent.writer}
    if method == "fork":
        assert {below(child, parent) for child in children} == {"block"}


POOLS = {
    "joblib": "Parallel(2)(delayed(work)() for _ in range(4))",
    "futures": "list(ProcessPoolExecutor(2, get_context('spawn')).map(work, [0] * 4))",
    "server": "list(ProcessPoolExecutor(2, get_context('forkserver')).map(work, [0] * 4))",
    "fork": "pool = get_context('fork').Pool(2); pool.map(work, [0] * 4)\n"
    "    pool.close(); pool.join()",
}


@pytest.mark.parametrize("owner_tracks", [True, False], ids=["", "before-its-owner"])
@pytest.mark.parametrize("pool", POOLS)
def test_workers_are_in_their_owners_run(program, pool, owner_tracks):
    """Also where nothing is tracked in the owner until its workers are done."""
    ran = program(f"""
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import footprint

@footprint.track
def work(_=0):
    return 1

if __name__ == "__main__":
    {"work(); footprint.flush()" if owner_tracks else ""}
    if {pool == "joblib"}:
        from joblib import Parallel, delayed
    {POOLS[pool]}
    work()
""")
    assert ran.returncode == 0, ran.stderr
    facts = ran.facts()
    assert len(facts) > 1
    assert len({one.context["run"] for one in facts}) == 1
    if owner_tracks:
        owner, *workers = facts
        assert {one.context["parent"]["writer"] for one in workers} == {owner.writer}


@pytest.mark.parametrize("between", ["", "sh -c '\"$@\"; true' sh"], ids=["", "shell"])
def test_a_program_that_a_program_starts_is_in_its_run(program, between):
    ran = program(f"""
import footprint, shlex, subprocess, sys

@footprint.track
def work():
    pass

work()
if len(sys.argv) == 1:
    footprint.flush()
    child = [*shlex.split({between!r}), sys.executable, __file__, "child"]
    subprocess.run(child, check=True)
""")
    assert (ran.returncode, ran.stderr) == (0, "")
    outer, inner = ran.facts()
    assert inner.context["run"] == outer.context["run"]
    assert inner.context["parent"] == {"writer": outer.writer, "seq": 0}


def test_two_programs_of_one_shell_are_two_runs(program, environment, script, tmp_path):
    command = script(TRACKED + "work()")
    for _ in range(2):
        subprocess.run(command, env=environment, check=True)
    facts, _ = reader.read_journals(reader.journal_files(tmp_path / "ledger"))
    assert len({one.context["run"] for one in facts}) == 2
    assert [one.context["parent"] for one in facts] == [None, None]


def test_many_processes_share_a_ledger(program, environment, script, tmp_path):
    command = script(TRACKED + "for _ in range(2000): work()")
    running = [subprocess.Popen(command, env=environment) for _ in range(5)]
    assert [each.wait() for each in running] == [0] * 5
    facts, issues = reader.read_journals(reader.journal_files(tmp_path / "ledger"))
    assert (len(facts), issues) == (5, [])
    for one in facts:
        calls = sum(row[8] for row in one.rows["fold"]) + len(one.rows["span"])
        assert calls == 2000


# -- quiet


@pytest.mark.alone
def test_nothing_wakes_when_nothing_is_tracked(program):
    ran = program(
        TRACKED
        + """
def switches():
    total = 0
    for task in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{task}/status") as file:
            total += sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
    return total

work()
time.sleep(2.2)  # it reads on for a second, and writes
footprint.flush()
before = switches(), time.process_time()
time.sleep(1)
after = switches(), time.process_time()
print(after[0] - before[0], after[1] - before[1])
work()
time.sleep(0.4)
print(switches() - after[0])
"""
    )
    assert ran.stderr == ""
    asleep, awake = ran.stdout.splitlines()
    count, cpu = asleep.split()
    # This thread's own sleep, and reading 20 small files twice, are all there is.
    assert int(count) < 10
    assert float(cpu) < 0.02
    assert int(awake) > int(count)
    assert ran.calls() == {"work": 2}


# -- harm


LINE = re.compile(r"\Afootprint: .+\n\Z")


@pytest.mark.parametrize("what", ["file", "foreign", "closed", "gone"])
def test_a_ledger_that_cannot_be_written_is_one_line(program, environment, tmp_path, what):
    place = tmp_path / "place"
    place.mkdir()
    if what == "file":
        place = place / "file"
        place.write_text("x")
    elif what == "foreign":
        (place / "thesis.tex").write_text("x")
    elif what == "gone":
        place = Path("relative")
    else:
        place = Path("/proc/nowhere")
    gone = "os.mkdir('d'); os.chdir('d'); os.rmdir(os.getcwd())" if what == "gone" else ""
    ran = program(
        TRACKED
        + f"""
{gone}
with footprint.measure("block") as m:
    work(0.05)
print(m.result(wait=0.2).duration_s > 0.04)
footprint.flush()
""",
        FOOTPRINT_LEDGER=str(place),
    )
    assert (ran.returncode, ran.stdout) == (0, "True\n")
    assert LINE.match(ran.stderr), ran.stderr
    assert "not recorded" in ran.stderr


def test_a_ledger_that_becomes_closed_is_one_line_and_caught_up_with(program, tmp_path):
    ran = program(
        TRACKED
        + """
import resource
size = 2000
work()
footprint.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (size, -1))
for n in range(200):
    with footprint.measure(f"block {n}"):
        pass
    footprint.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
footprint.flush()
"""
    )
    assert ran.returncode == 0
    assert LINE.match(ran.stderr), ran.stderr
    assert "cannot be written (File too large)" in ran.stderr
    assert len(ran.calls()) == 201
    assert ran.journals()[1] == []


def test_a_ledger_that_is_removed_is_one_line(program, tmp_path):
    ran = program(
        TRACKED
        + """
import shutil
work()
footprint.flush()
shutil.rmtree(os.environ["FOOTPRINT_LEDGER"])
with footprint.measure("block") as m:
    work()
try:
    m.result(wait=0)
except footprint.FootprintError as error:
    print(error)
"""
    )
    assert ran.returncode == 0
    assert LINE.match(ran.stderr), ran.stderr
    assert "was removed" in ran.stderr
    assert "not in the ledger" in ran.stdout


def test_a_closed_stderr_harms_nothing(program, tmp_path):
    for close in ("sys.stderr.close()", "sys.stderr = None", "os.close(2)"):
        ran = program(
            TRACKED + f"{close}\nwork()\nfootprint.flush()\nprint('fine')",
            FOOTPRINT_LEDGER="/proc/nowhere",
        )
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "fine\n", "")


def test_a_wrong_setting_of_the_environment_is_one_line(program):
    ran = program(TRACKED + "work()", FOOTPRINT_PUE="0.3\nx")
    assert ran.returncode == 0
    assert LINE.match(ran.stderr), ran.stderr
    assert "environment variable FOOTPRINT_PUE" in ran.stderr
    assert ran.calls() == {"work": 1}


def test_names_that_are_not_utf_8_are_recorded(program):
    ran = program(TRACKED + "with footprint.measure('m', model=os.fsdecode(b'caf\\xe9')): work()")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert {path.model for path in ran.facts()[0].paths.values()} == {"caf?", None}


def test_where_no_thread_can_be_had_the_program_goes_on(program):
    ran = program(
        """
import _thread, threading, footprint

def refuse(*arguments, **named):
    raise RuntimeError("can't start new thread")

for name in ("_start_new_thread", "_start_joinable_thread"):  # before and from Python 3.13
    if hasattr(threading, name):
        setattr(threading, name, refuse)

@footprint.track
def work():
    return 1

print(work() + work())
"""
    )
    assert (ran.returncode, ran.stdout) == (0, "2\n")
    assert LINE.match(ran.stderr), ran.stderr
    assert "can't start new thread" in ran.stderr


def test_a_setting_in_a_file_switches_off(program, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.footprint]\ndisabled = true\n")
    ran = program(TRACKED + "work(0.3); work(); footprint.flush()")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not ran.ledger.exists()


@pytest.mark.parametrize("host", ["name", "hash", "none"])
def test_the_hosts_name_is_recorded_as_asked(program, host):
    ran = program(TRACKED + "work()", FOOTPRINT_HOST=host)
    (one,) = ran.facts()
    name = socket.gethostname()
    if host == "name":
        assert one.host == name
    elif host == "none":
        assert one.host == ""
    else:
        assert re.fullmatch("host-[0-9a-f]{12}", one.host)
    content = b"".join(path.read_bytes() for path in (ran.ledger / "journals").iterdir())
    names = " ".join(path.name for path in (ran.ledger / "journals").iterdir())
    if host != "name" and len(name) > 3:
        assert name.encode() not in content
        assert name not in names
    assert f"-{one.host or 'host'}-" in names
    assert one.context["python"] == platform.python_version()


def test_short_streams_are_folded_without_their_pauses(program):
    ran = program(
        TRACKED
        + """
@footprint.track
def stream():
    yield 1
    yield 2

for _ in range(2000):
    for _ in stream():
        sum(range(200))
"""
    )
    (one,) = ran.facts()
    assert ran.calls() == {"stream": 2000}
    assert len(one.rows["hold"]) < 100
    known = {row[0] for kind in ("span", "fold", "open") for row in one.rows[kind]}
    assert {row[0] for row in one.rows["hold"]} <= known


def test_every_parent_in_a_flood_of_nested_calls_is_there(program):
    ran = program(
        TRACKED
        + """
@footprint.track
def inner(): ...

@footprint.track
def outer():
    inner()
    inner()

end = time.monotonic() + 0.7
count = 0
while time.monotonic() < end:
    outer()
    count += 1
print(count)
"""
    )
    (one,) = ran.facts()
    count = int(ran.stdout)
    assert ran.calls() == {"outer": count, "inner": 2 * count}
    known = {row[0] for kind in ("span", "fold") for row in one.rows[kind]}
    parents = {row[1] for kind in ("span", "fold") for row in one.rows[kind]}
    assert parents - known == {0}
