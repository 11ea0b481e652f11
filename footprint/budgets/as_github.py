"""Annotations for GitHub Actions: workflow commands, and below them the check as text.

What fails is an error at the limit's line of the budget file; what passes with a remark (may be
over, over at this rate) a warning. A step shows ten of each: what is most over comes first.
"""

from __future__ import annotations

import os
from pathlib import Path

from footprint.budgets import as_text
from footprint.budgets.speech import Speech
from footprint.budgets.view import MAYBE, UNUSED, Checked, Row

#: Where the repository is checked out; annotations name files below it.
WORKSPACE = "GITHUB_WORKSPACE"


def rendered(checked: Checked, lang: str = "en") -> str:
    """The annotations, one a line, and the check as text."""
    say = Speech(lang)
    where = path(checked.path)
    rows = sorted(checked.rows, key=lambda row: -(row.used or 0.0))  # stable: else the file's order
    lines = [_command("error", where, row, say) for row in rows if checked.fails(row)]
    lines += [
        _command("warning", where, row, say)
        for row in rows
        if not checked.fails(row) and _is_remarkable(row)
    ]
    lines += [
        f"::warning file={_property(where)}::{_data(say.said_of_file(each))}"
        for each in checked.warnings
    ]
    text = as_text.rendered(checked, lang)
    return "".join(f"{line}\n" for line in lines) + "".join(
        f"{line}\n" for line in map(_harmless, text.splitlines())
    )


def path(text: str, root: str | None = None) -> str:
    """A file's path from the root of the repository, where it is below it."""
    root = os.environ.get(WORKSPACE) if root is None else root
    if not root:
        return text
    try:
        return Path(text).resolve().relative_to(Path(root).resolve()).as_posix()
    except (ValueError, OSError):
        return text


def _is_remarkable(row: Row) -> bool:
    going_on = row.progress is not None and row.progress.over
    return row.state == MAYBE or (going_on and row.state != UNUSED)


def _command(kind: str, where: str, row: Row, say: Speech) -> str:
    title = say.where(row)
    of = f"file={_property(where)},line={row.limit.line},title={_property(title)}"
    return f"::{kind} {of}::{_data(say.line(row))}"


def _data(text: str) -> str:
    """A message: percent signs and line breaks would be read as something else."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A property's value, which commas and colons would end."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _harmless(line: str) -> str:
    """A line of text that is no command, whatever names are in it."""
    return line.replace("::", ": :") if line.lstrip().startswith("::") else line
