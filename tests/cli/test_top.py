"""`footprint top`: in a pipe, on a terminal, with a driver whose watts are known."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulators.nvml import Gpu, Simulator
from simulators.waves import Constant

FOOTPRINT = [sys.executable, "-c", "from footprint.cli import main; main()"]

WORK = """
import sys, time
import footprint

with footprint.measure("train", kind="training", model="net", devices=[0]):
    print("ready", flush=True)
    time.sleep(float(sys.argv[1]))
"""


def test_devices_programs_and_what_they_cost(environment: dict[str, str]) -> None:
    with Simulator([Gpu(Constant(300.0)), Gpu(Constant(100.0))]) as sim:
        variables = environment | sim.environment()
        del variables["FOOTPRINT_REPLAY"]
        work = subprocess.Popen(
            [sys.executable, "-c", WORK, "20"],
            env=variables | {"FOOTPRINT_ZONE": "FRA"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert work.stdout is not None
            assert work.stdout.readline() == "ready\n"
            shown = subprocess.run(
                [*FOOTPRINT, "top", "-n", "4", "--format", "json", "--tariff", "0.2"],
                env=variables,
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
            )
        finally:
            work.kill()
            work.communicate()
    ticks: list[dict[str, Any]] = [json.loads(each) for each in shown.stdout.splitlines()]
    assert len(ticks) == 4
    last = ticks[-1]
    assert last["schema"] == "footprint.top/1"
    watts = {each["device"]: each["power_w"] for each in last["devices"]}
    gpus = [each for each in last["devices"] if each["device_kind"] == "gpu"]
    assert [each["power_w"] for each in gpus] == pytest.approx([300, 100], rel=0.05)
    assert last["power_w"]["mid"] == pytest.approx(sum(each for each in watts.values()))
    (program,) = last["programs"]
    assert (program["pid"], program["in_flight"][0]["model"]) == (work.pid, "net")
    # The first GPU is its alone, the second nobody's; of the CPU and memory it has a part.
    others = sum(each["power_w"] for each in last["devices"] if each["device_kind"] != "gpu")
    assert 285 <= program["power_w"] <= 315 + others
    assert program["energy_j"]["mid"] <= last["energy_j"]["mid"] or program["since"] == "run"
    hour_j = last["hourly"]["energy_j"]["mid"]
    assert hour_j == pytest.approx(3600 * last["power_w"]["mid"])
    assert last["hourly"]["cost"]["USD"]["mid"] == pytest.approx(0.2 * hour_j / 3.6e6)
    assert last["energy_j"]["mid"] > ticks[0]["energy_j"]["mid"] > 0
    # The program said where it runs, the view what it costs.
    assert program["carbon_location_g"]["mid"] > 0
    assert last["notes"] == [] or all("zone" not in each for each in last["notes"])


def test_in_a_pipe_it_is_plain(cli, tmp_path: Path) -> None:
    shown = cli("top", "-n", "2", "--interval", "0.2")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.count("footprint top") == 2
    assert "nothing is tracked now" in shown.stdout
    assert f"there is no ledger at {tmp_path / 'ledger'} yet" in " ".join(shown.stdout.split())
    assert "\x1b" not in shown.stdout
    assert not (tmp_path / "ledger").exists()  # nothing is recorded


def test_on_a_terminal_it_is_drawn_in_place_and_ctrl_c_ends_it(terminal) -> None:
    screen = terminal("top", "--interval", "0.2")
    screen.expect(r"\x1b\[\?1049h")  # another screen: the shell's stays as it is
    screen.expect("an hour")
    screen.expect("an hour")
    screen.send("\x03")
    assert screen.wait() == 0
    assert "\x1b[?1049l" in screen.text
    assert "Traceback" not in screen.text


def test_a_reader_that_leaves_ends_it(start) -> None:
    process = start("top", "--interval", "0.1")
    assert process.stdout.readline().startswith("footprint top")
    process.stdout.close()
    assert process.wait(10) == 141
    assert process.stderr.read() == ""


def test_it_ends_when_it_is_told(start) -> None:
    process = start("top", "--interval", "0.1", "--format", "json")
    assert process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM


def test_wrong_use_is_one_line(cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for arguments, said in (
        (("file",), "file is no directory"),
        (("folder",), "folder is not a ledger"),
        (("--interval", "0"), "--interval"),
        (("--zone", "nowhere"), "nowhere"),
    ):
        ended = cli("top", "-n", "1", *arguments)
        assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
        assert said in ended.stderr
