"""`footprint run --budget`: warned while it runs and at its end, stopped only where that was asked.

The trace draws 35 W (`conftest`), of which a program that computes has its share.
"""

from __future__ import annotations

import sys
from pathlib import Path

import footprint
from budget_ledgers import budget

BUSY = [
    sys.executable,
    "-c",
    "import sys, time\nend = time.monotonic() + float(sys.argv[1])\n"
    "while time.monotonic() < end: pass\nprint('ended')\nsys.exit(5)",
]
NET = '[[budget]]\nmodel = "net"\nperiod = "year"\n'


def test_a_run_over_its_budget_is_told_and_goes_on(cli, tmp_path: Path) -> None:
    budget(tmp_path, NET + "max_j = 0.1\nmax_j_per_call = 1e9\n[[budget]]\nmax_kwh = 1\n")
    ran = cli("run", "--model", "net", "--budget", "budget.toml", "--", *BUSY, 3)
    assert (ran.returncode, ran.stdout) == (5, "ended\n")
    lines = ran.stderr.splitlines()
    lines = [line for line in lines if "budget.toml:" in line or line.startswith("  budget ")]
    warning, over, per_call, everything = lines
    assert warning.startswith("footprint: budget.toml: model=net, 20")
    assert "J by now, over the limit of 0.1 J" in warning
    assert over.startswith("  budget    model=net, 20")
    assert "% over the limit of 0.1 J" in over
    assert "energy per call: not known" in per_call  # the run is no call: it is own time
    assert "everything: energy: " in everything
    assert "within the limit of 1 kWh" in everything


def test_a_run_over_its_budget_is_stopped_where_that_was_asked(cli, tmp_path: Path) -> None:
    budget(tmp_path, NET + "max_j = 0.1\n")
    asked = ("run", "--model", "net", "--budget", "budget.toml", "--stop-over-budget", "--")
    ran = cli(*asked, *BUSY, 25)
    assert (ran.returncode, ran.stdout) == (124, "")
    assert "over the limit of 0.1 J; it is ended (SIGTERM)" in ran.stderr
    spans = footprint.open_ledger(tmp_path / "ledger").spans()
    assert list(spans["status"]) == ["interrupted"]
    # Used up now, so that it is not begun again; another model's run is.
    again = cli(*asked, *BUSY, 0)
    assert (again.returncode, again.stdout) == (124, "")
    assert "over the limit of 0.1 J: the command is not started" in again.stderr
    assert again.stderr.count("\n") == 1
    other = cli(*["other" if each == "net" else each for each in asked], *BUSY, 0)
    assert (other.returncode, other.stdout) == (5, "ended\n")


def test_a_run_within_its_budget_is_quiet_where_that_was_asked(cli, tmp_path: Path) -> None:
    budget(tmp_path, '[[budget]]\nname = "python*"\nmax_kwh = 1\n')
    ran = cli("run", "--quiet", "--budget", "budget.toml", "--stop-over-budget", "--", *BUSY, 0.5)
    assert (ran.returncode, ran.stderr) == (5, "")


def test_a_budget_that_is_not_right_is_told_before_anything_runs(cli, tmp_path: Path) -> None:
    budget(tmp_path, "[[budget]]\nmax_kwh = -1\n")
    for arguments, says in (
        (("--budget", "budget.toml"), "budget 1 (line 1): max_kwh = -1"),
        (("--budget", "none.toml"), "none.toml: No such file"),
        (("--stop-over-budget",), "give --budget FILE too"),
    ):
        ran = cli("run", *arguments, "--", *BUSY, 0)
        assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
        assert says in ran.stderr
    assert not (tmp_path / "ledger").exists()
