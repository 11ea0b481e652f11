"""The parts of `footprint run` that need no program: looking commands up, totals, the summary."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from footprint.accounts.result import Footprint
from footprint.estimators.context import NO_TARIFF, NO_ZONE
from footprint.estimators.quantity import Quantity, exact
from footprint.ledger.journal import Journal, prepare
from footprint.ledger.writer import Writer
from footprint.model import NS_PER_S, Device
from footprint.run import children, relay, summary
from footprint.run.children import NotStartedError
from footprint.run.relay import Ended
from footprint.run.tally import Tally
from footprint.settings import resolve


def executable(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def test_a_command_is_looked_up_along_the_path(tmp_path, monkeypatch) -> None:
    wanted = executable(tmp_path / "b/tool")
    executable(tmp_path / "a/tool", 0o644)  # not executable: the search goes on
    (tmp_path / "c/tool").mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{tmp_path}/c:{tmp_path}/a:{tmp_path}/b")
    assert children.find("tool") == str(wanted)
    monkeypatch.setenv("PATH", f"{tmp_path}/a")
    with pytest.raises(NotStartedError, match="chmod") as refused:
        children.find("tool")
    assert refused.value.exit_code == 126
    monkeypatch.setenv("PATH", f"{tmp_path}/c")
    with pytest.raises(NotStartedError, match="no command 'tool'") as missing:
        children.find("tool")
    assert missing.value.exit_code == 127
    monkeypatch.chdir(tmp_path / "b")
    monkeypatch.setenv("PATH", ":/nowhere")
    assert children.find("tool") == "./tool"
    assert children.find("./tool") == "./tool"


@pytest.mark.parametrize("command", ["", "./none", "/no/such/file"])
def test_a_command_that_is_not_there(command: str) -> None:
    with pytest.raises(NotStartedError) as missing:
        children.find(command)
    assert missing.value.exit_code == 127


def test_what_python_set_for_itself_is_not_handed_on() -> None:
    code = "import os; from footprint.run.children import environment; "
    code += "print(os.environ.get('LC_CTYPE'), environment({'A': 'b'}).get('LC_CTYPE'))"

    def told(**given: str) -> str:
        bare = {"PATH": os.environ["PATH"], **given}
        return subprocess.check_output([sys.executable, "-c", code], env=bare, text=True).strip()

    assert told() == "C.UTF-8 None"
    assert told(LC_CTYPE="C.UTF-8") == "C.UTF-8 C.UTF-8"


def test_who_is_below_this_process() -> None:
    below = "import os, sys; from footprint.run.relay import _descends; "
    below += "print(_descends(os.getppid()), _descends(os.getpid()), _descends(1), _descends(0))"
    told = subprocess.check_output([sys.executable, "-c", below], text=True)
    assert told == "False True False False\n"
    process = subprocess.Popen(["sleep", "5"])
    assert relay._descends(process.pid)
    process.kill()
    process.wait()


def journal(ledger: Path) -> tuple[Writer, Path]:
    prepare(ledger)
    made = Journal(ledger, bytes(16), "one")
    context = {"type": "writer", "t": 0, "utc_ns": 0, "hardware": {"memory_bytes": 1000}}
    assert made.path is not None
    return Writer(made, context, lambda path: ({}, 0)), made.path


def commit(writer: Writer, t: int) -> None:
    writer.commit(t)
    writer.journal.write()


def test_running_totals(tmp_path: Path) -> None:
    writer, path = journal(tmp_path / "ledger")
    tally = Tally(path)
    tally.update()  # the journal is not there yet
    assert tally.own_j == {}
    assert tally.watts is None
    gpu = writer.device(Device("GPU-0", "gpu", "board", "counter", "gpu", None, 0.95, 1.05), 0)
    cpu = writer.device(Device("cpu-0", "cpu", "chip", "counter", "package", wrap_nj=10**10), 0)
    dram = writer.device(Device("dram-0", "dram", "memory", "utilisation", "machine"), 0)
    second = NS_PER_S
    for step in range(4):
        writer.point(gpu, 0, 0, step * second, step * 100 * 10**9)
        writer.point(cpu, step // 2, 0, step * second, step * 4 * 10**9 % 10**10)
        writer.window(dram, "utilisation", step * second, (step + 1) * second, 2 * 10**9)
        writer.usage(step * second, step * second // 4, step * second, 4 * step * second, 100)
        commit(writer, step * second)
        tally.update()
    assert tally.metered_j == {"gpu": 300.0, "cpu": 12.0, "dram": 8.0}  # the CPU's counter wrapped
    assert tally.own_j == pytest.approx({"gpu": 300.0, "cpu": 3.0, "dram": 0.8})
    assert tally.watts == pytest.approx(101.2)
    assert tally.own_bounds_j["gpu"] == (285.0, 315.0)
    assert tally.ledger == tmp_path / "ledger"
    assert tally.written_meanwhile() == path.stat().st_size


def test_a_counter_that_started_again_adds_nothing(tmp_path: Path) -> None:
    writer, path = journal(tmp_path / "ledger")
    gpu = writer.device(Device("GPU-0", "gpu", "board", "counter", "gpu"), 0)
    for epoch, raw in ((0, 500), (0, 600), (1, 5), (1, 15)):
        writer.point(gpu, epoch, 0, 0, raw * 10**9)
    commit(writer, 1)
    with path.open("ab") as file:
        file.write(b"half a batch")
    tally = Tally(path)
    tally.update()
    assert tally.own_j == {"gpu": 110.0}


def result(**changes: object) -> Footprint:
    known = Footprint(
        energy_j=Quantity(9.0, 10.0, 12.0, "J"),
        energy_by_kind_j={"cpu": exact(4.0, "J"), "gpu": exact(6.0, "J")},
        carbon_location_g=None,
        carbon_market_g=None,
        cost={},
        cost_usd=None,
        duration_s=12.34,
        tiers={},
        provisional=False,
        devices=(),
        factors=(),
        assumptions=(),
        gaps=(NO_ZONE, NO_TARIFF),
        span_id="",
    )
    return known._replace(**changes)  # type: ignore[arg-type]


def test_the_summary_in_lines() -> None:
    assert list(summary.lines(result(), None, Ended(3))) == [
        "footprint: 12.3 s, exit code 3",
        "  energy    10 (9 to 12) J, 2.78×10⁻⁶ kWh",
        "  of it     gpu 6, cpu 4 J",
        "  carbon    not known: declare the zone (--zone FRA)",
        "  cost      not known: declare the tariff (--tariff 0.18)",
    ]
    long = result(duration_s=3725.0, energy_j=exact(7.2e6, "J"), energy_by_kind_j={})
    assert list(summary.lines(long, None, Ended(0, 9)))[:2] == [
        "footprint: 1 h 02 min 05 s, ended by SIGKILL",
        "  energy    2 kWh",
    ]
    nothing = result(energy_j=None, energy_by_kind_j={})
    assert list(summary.lines(nothing, None, Ended(0)))[1:] == [
        "  energy    not known: nothing was recorded, as there is no ledger that can be written"
    ]


def test_figures_are_as_reports_have_them() -> None:
    assert summary.figure(exact(0.0000012345, "J")) == "1.23×10⁻⁶"
    assert summary.figure(exact(123456.0, "J")) == "123,456"
    assert summary.figure(exact(0.0, "J")) == "0"
    assert summary.figure(Quantity(1.0, 2.5, 3.0, "J")) == "2.5 (1 to 3)"


def test_the_summary_of_a_long_run_is_from_running_totals(tmp_path: Path) -> None:
    writer, path = journal(tmp_path / "ledger")
    gpu = writer.device(Device("GPU-0", "gpu", "board", "counter", "gpu", None, 0.9, 1.1), 0)
    for t in (0, 100):
        writer.point(gpu, 0, 0, t * NS_PER_S, t * 10**9)
    commit(writer, 100 * NS_PER_S)
    tally = Tally(path)
    tally.update()
    settings = resolve({"zone": "FRA", "tariff_per_kwh": "0.20 EUR"}, {}, tmp_path, tmp_path)
    lines = list(summary.lines(summary.rough(tally, settings), tally, Ended(0)))
    assert lines[:2] == [
        "footprint: 100.0 s, exit code 0",
        "  energy    100 (90 to 110) J, 2.78×10⁻⁵ kWh",
    ]
    assert "g CO2e, " in lines[2]
    assert "EUR of electricity" in lines[3]
    assert "  metered   gpu board (counter)" in lines
    assert "a long run" in lines[-2]


def test_a_ranks_summary_says_that_it_is_one_ranks() -> None:
    first, *_ = summary.lines(result(), None, Ended(0), (0, 4))
    assert first.startswith("footprint: rank 0 of 4 alone, ")
