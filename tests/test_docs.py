"""The documentation runs.

The fenced `python` and `bash` blocks of the README, the tutorials and the how-tos are executed in
order, in a directory of the page's own; its Python blocks share one interpreter. Comments above a
block change that:

    <!-- not run -->       it is left out
    <!-- file: NAME -->    it is written to a file
    <!-- checked -->       it is what the block before it printed; `...` stands for anything

A block inside an HTML comment is run and not seen.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- (not run|checked|file: (?P<name>\S+)|ci: \w+) -->\n\Z")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")

#: Executes blocks given on stdin; what each printed, as JSON, in a file.
_DRIVER = r"""
import contextlib, io, json, subprocess, sys, traceback
names = {"__name__": "__main__"}
printed = []
for language, text in json.load(sys.stdin):
    out = io.StringIO()
    if language == "bash":
        done = subprocess.run(["bash", "-e", "-c", text], capture_output=True, text=True)
        out.write(done.stdout)
        failed = done.stderr if done.returncode else ""
    else:
        failed = ""
        try:
            with contextlib.redirect_stdout(out):
                exec(compile(text, "<block>", "exec"), names)
        except BaseException:
            failed = traceback.format_exc()
    printed.append((out.getvalue(), failed))
    if failed:
        break
json.dump(printed, open(sys.argv[1], "w"))
"""


class Block(NamedTuple):
    """A fenced block: its mark is `run`, `not run`, `checked`, `file`, or `ci: NAME`."""

    language: str
    text: str
    mark: str
    name: str


def blocks(text: str) -> Iterator[Block]:
    for found in _FENCE.finditer(text):
        mark = _MARK.search(text[: found.start()].rstrip(" "))
        if mark is None:
            yield Block(found[1], found[2], "run", "")
        elif mark["name"]:
            yield Block(found[1], found[2], "file", mark["name"])
        else:
            yield Block(found[1], found[2], mark[1], "")


def runs(block: Block) -> bool:
    return block.mark == "run" and block.language in ("python", "bash")


#: What they find is of how long calls took, and of calls too short to tell.
TIMED = {ROOT / "docs" / "how-to" / name for name in ("compare.md", "test-budgets.md")}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def marked(page: Path) -> Any:
    """A page as a parameter; where it holds how long something takes, as one that is alone."""
    return pytest.param(page, marks=pytest.mark.alone if page in TIMED else ())


def matches(expected: str, printed: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


#: Reference and explanation show forms, not programs.
WITH_BLOCKS = [
    page
    for page in PAGES
    if page.parent.name in ("tutorials", "how-to", ROOT.name)
    and any(runs(each) for each in blocks(page.read_text()))
]


@pytest.mark.parametrize("page", [marked(page) for page in WITH_BLOCKS], ids=named)
def test_a_pages_blocks_run_and_print_what_it_says(page: Path, tmp_path: Path) -> None:
    found = list(blocks(page.read_text()))
    for block in found:
        if block.mark == "file":
            (tmp_path / block.name).write_text(block.text)
    executed = [block for block in found if runs(block)]
    result = tmp_path / ".printed.json"
    ours = ("FOOTPRINT_", "PYTEST_")  # a page may run pytest, too
    clean = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    scripts = sysconfig.get_path("scripts")
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER, str(result)],
        check=False,
        input=json.dumps([(block.language, block.text) for block in executed]),
        cwd=tmp_path,
        env={
            **clean,
            "HOME": str(tmp_path),
            "PATH": f"{scripts}:{clean.get('PATH', '')}",
            "PYTHONPATH": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert result.exists(), done.stderr
    printed = json.loads(result.read_text())
    for block, (_, failed) in zip(executed, printed, strict=False):
        assert not failed, f"{block.text}\n{failed}"
    at = -1
    for block in found:
        if runs(block):
            at += 1
        elif block.mark == "checked":
            assert matches(block.text, printed[at][0]), (
                f"after\n{executed[at].text}\nexpected\n{block.text}\ngot\n{printed[at][0]}"
            )


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_to_files(page: Path) -> None:
    for link in _LINK.findall(re.sub(_FENCE, "", page.read_text())):
        if "://" in link or link.startswith("#"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve()
        assert target.exists(), f"{named(page)} links to {link}"
        if anchor and target.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            assert anchor in {_anchor(each) for each in headings}, f"{named(page)}: {link}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link).resolve() for link in _LINK.findall(index.read_text())}
    pages = {page.resolve() for page in (ROOT / "docs").rglob("*.md")} - {index.resolve()}
    assert {named(page) for page in pages - linked} == set()


def test_the_readmes_two_commands_are_marked() -> None:
    marks = [
        (block.mark, block.text) for block in blocks((ROOT / "README.md").read_text())
        if block.mark.startswith("ci: ")
    ]  # fmt: skip
    assert [mark for mark, _ in marks] == ["ci: demo", "ci: test"]
    assert all(text.count("\n") == 1 for _, text in marks)  # one line each
    assert "footprint demo" in marks[0][1]
    assert "pytest" in marks[1][1]


def test_the_python_reference_is_what_the_docstrings_say() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
