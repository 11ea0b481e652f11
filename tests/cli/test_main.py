"""The command line as a whole: what it imports, what errors come to, and its reference."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from footprint.cli import COMMANDS, main
from footprint.cli.reference import markdown

ROOT = Path(__file__).resolve().parents[2]


def python(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_imports_no_command_and_nothing_slow() -> None:
    code = """
import sys
from footprint.cli import main
assert main(["--help"], standalone_mode=False) == 0
slow = {"pandas", "duckdb", "psutil", "pynvml", "codecarbon", "asyncio", "ctypes", "numpy"}
print(sorted(slow & sys.modules.keys()))
print(sorted(each for each in sys.modules if each.startswith("footprint.")))
"""
    out = subprocess.check_output([sys.executable, "-c", code], text=True).splitlines()
    assert out[-2] == "[]"
    known = ["_version", "cli", "cli.group", "console", "errors"]
    assert out[-1] == str([f"footprint.{name}" for name in known])


def test_the_table_says_what_the_commands_say() -> None:
    with click.Context(main, info_name="footprint") as ctx:
        for name in main.list_commands(ctx):
            command = main.get_command(ctx, name)
            assert command is not None
            assert (command.help or "").splitlines()[0] == COMMANDS[name][1]


def test_the_reference_is_up_to_date() -> None:
    page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    assert page == markdown(main), "python -m footprint.cli.reference > docs/reference/cli.md"


def test_every_command_and_option_says_what_it_is() -> None:
    def walk(command: click.Command, path: str) -> None:
        assert command.help, path
        for param in command.params:
            if isinstance(param, click.Option):
                assert param.help, f"{path} {param.opts}"
        if isinstance(command, click.Group):
            with click.Context(command) as ctx:
                for name in command.list_commands(ctx):
                    below = command.get_command(ctx, name)
                    assert below is not None
                    walk(below, f"{path} {name}")

    walk(main, "footprint")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["rnu"], "Did you mean run?"),
        (["--nonsense"], "--nonsense"),
        (["meter", "--for", "-1"], "--for"),
        (["meter", "--for", "soon"], "--for"),
        (["ledger", "inof"], "inof"),
        (["ledger", "info", "/no/such/ledger"], "there is no ledger at /no/such/ledger"),
        (["ledger", "info", "."], "is not a ledger: it has no footprint-ledger.json: name"),
        (["ledger", "export", "--format", "parquet"], "-o"),
        (["doctor", "--format", "xml"], "xml"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(cli, arguments: list[str], text: str) -> None:
    ended = cli(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("footprint: ")
    assert ended.stderr.count("\n") == 1
    assert text in ended.stderr


def test_without_a_command_it_shows_its_help(cli) -> None:
    for arguments in ([], ["ledger"]):
        ended = cli(*arguments)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "Commands:" in ended.stdout


def test_a_pipe_that_is_closed_is_quiet(cli) -> None:
    run = f"{sys.executable} -c 'from footprint.cli import main; main()' doctor"
    ended = cli(before=["bash", "-c", f"{run} | true; echo ${{PIPESTATUS[0]}}", "-"])
    assert (ended.stdout, ended.stderr) == ("141\n", "")


def test_a_mistake_of_its_own_is_one_line_and_exit_code_70() -> None:
    code = """
import footprint.check.doctor
footprint.check.doctor.look = lambda: 1 / 0
from footprint.cli import main
main(["doctor"])
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 70
    assert ended.stderr.count("\n") == 1
    assert "ZeroDivisionError" in ended.stderr


def test_ctrl_c_is_exit_code_130() -> None:
    code = """
import footprint.check.doctor
def look(): raise KeyboardInterrupt
footprint.check.doctor.look = look
from footprint.cli import main
main(["doctor"])
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 130
