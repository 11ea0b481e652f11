"""Budgets where names of hosts and people are hashed or dropped in reports."""

from __future__ import annotations

from pathlib import Path

import pytest

import footprint
from footprint.budgets.formats import FORMATS
from footprint.budgets.make import check_budgets
from footprint.budgets.view import OK, OVER, UNKNOWN, Checked
from report_ledgers import GPU, Recorder, S

SALT = "0123456789abcdef0123"
HASHED = f"hosts=hash,users=hash,salt={SALT}"
#: As they stand in the ledger.
HOST, OTHER, USER = "zebra-node-07", "yak-node-08", "alice.martin"
BUDGET = f"""
[[budget]]
host = "{HOST}"
max_j = 99
[[budget]]
host = "{OTHER}"
max_j = 100
[[budget]]
tag.user = "{USER}"
max_j = 199
[[budget]]
host = "zebra-node-70"
max_j = 100
[[budget]]
title = "of {USER}, kept"
max_j = 600
[[budget]]
host = "{HOST}"
period = "2026-11-22"
max_j = 99
[[budget]]
host = "{HOST}"
period = "2026-11"
max_j = 99
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """One second at 100 W of a call on each of two hosts, of one user."""
    for number, host in enumerate((HOST, OTHER), start=1):
        one = Recorder(tmp_path / "L", number, host=host, boot=f"boot-{number}")
        path = one.path("answer", model="net", kind="inference", tags={"user": USER})
        one.span(path, 1 * S, 2 * S)
        one.counter(GPU._replace(id=f"GPU-{number}"), [100.0] * 30)
        one.close()
    return tmp_path / "L"


def checked(ledger: Path, text: str = BUDGET, privacy: str = HASHED) -> Checked:
    path = ledger.parent / "budget.toml"
    path.write_text(text)
    return check_budgets(path, ledger, privacy=privacy)


@pytest.mark.parametrize("privacy", ["hosts=keep", HASHED, "hosts=drop,users=drop"])
def test_a_budget_holds_the_names_that_the_ledger_has(ledger: Path, privacy: str) -> None:
    rows = checked(ledger, privacy=privacy).rows
    assert [row.state for row in rows[:5]] == [OVER, OK, OVER, UNKNOWN, OK]
    assert [row.value.mid for row in rows[:3] if row.value] == [100, 100, 200]


@pytest.mark.parametrize("privacy", [HASHED, "hosts=drop,users=drop"])
@pytest.mark.parametrize("form", FORMATS)
def test_no_name_of_the_ledger_is_in_what_a_check_says(
    ledger: Path, privacy: str, form: str
) -> None:
    found = checked(ledger, privacy=privacy)._replace(path="budget.toml")
    for lang in ("en", "fr"):
        said = found.render(form, lang)
        for name in (HOST, OTHER, USER):
            assert name not in said
    assert HOST in checked(ledger, privacy="hosts=keep").render(form)


def test_gitlab_tells_limits_apart_whose_names_are_dropped(ledger: Path) -> None:
    import json

    issues = json.loads(checked(ledger, privacy="hosts=drop,users=drop").render("gitlab"))
    prints = [each["fingerprint"] for each in issues]
    assert len(prints) == len(set(prints)) == 5
    again = json.loads(checked(ledger, privacy="hosts=drop,users=drop").render("gitlab"))
    assert issues == again


def test_a_baseline_with_hashed_names_is_held_by_the_same_salt(ledger: Path) -> None:
    made = footprint.report(ledger, by="host", privacy=HASHED)
    (ledger.parent / "before.json").write_text(made.to_json())
    text = f'[[budget]]\nhost = "{HOST}"\nbaseline = "before.json"\nmax_increase = 0\n'
    (row,) = checked(ledger, text + 'figures = ["j_per_call"]\n').rows
    assert (row.state, row.allowed) == (OK, 100)
    (row,) = checked(ledger, text, privacy=f"hosts=hash,salt={SALT}x").rows[:1]
    assert row.state == UNKNOWN  # under another salt there is no such host


def test_the_organisations_file_says_it_too(ledger: Path) -> None:
    path = ledger.parent / "o.toml"
    path.write_text('[privacy]\nhosts = "hash"\n[[expected]]\nhost = "lynx"\nhours = 1\n')
    budget = ledger.parent / "budget.toml"
    budget.write_text(f'[[budget]]\nhost = ["{HOST}", "lynx"]\nmax_j = 99\n')
    found = check_budgets(budget, ledger, organisation=path)
    assert found.rows[0].state == OVER
    assert not {HOST, "lynx"} & set(found.rows[0].budget.select["host"])
