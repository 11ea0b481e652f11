"""`footprint datasheet` as it is called, with real ledgers and every format of our own."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import footprint
from datasheet_ledgers import PRICED, PRICES, SHEET, several, short
from footprint.cli import main
from footprint.emitters import own
from footprint.emitters.from_report import GROUPED_BY

CARD = b"""---
license: mit  # as ever
tags:
- embeddings
---
# net

What it does.
"""
BOM = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "components": [{"type": "machine-learning-model", "name": "net", "version": "2"}],
}
NET = ("L", "--model", "net", "--model-version", "2", *PRICED)


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """What it said, which has to be one line."""
        assert self.err.startswith("footprint: "), self.err
        assert self.err.count("\n") == 1, self.err
        return self.err


Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("ledgers")
    several(directory / "L")
    several(directory / "grown", inferences=6)
    short(directory / "Q")
    return directory


@pytest.fixture
def run(
    ledgers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs `footprint datasheet ARGUMENTS` in a directory with ledgers and without settings."""
    for name in ("L", "grown", "Q"):
        (tmp_path / name).symlink_to(ledgers / name)
    for name in [each for each in os.environ if each.startswith("FOOTPRINT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "owner.toml").write_text(SHEET)

    def command(*arguments: str) -> Ran:
        code = main(["datasheet", *arguments], standalone_mode=False)
        return Ran(int(code), *capfd.readouterr())

    return command


def marked(path: Path) -> tuple[bytes, int, int]:
    """What tells whether a file was touched."""
    found = path.stat()
    return path.read_bytes(), found.st_mtime_ns, found.st_ino


# Documents of their own


def test_a_datasheet_goes_to_stdout_and_nothing_to_stderr(run: Run) -> None:
    done = run(*NET)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("# ")
    assert "net" in done.out.splitlines()[0]


@pytest.mark.parametrize("emitter", own(), ids=lambda each: each.name)
def test_every_format_is_written_and_the_same_each_time(run: Run, emitter: Any) -> None:
    arguments = (*NET, "--sheet", "owner.toml", "--format", emitter.name)
    first = run(*arguments)
    assert first.code == 0, first.err
    assert first.out
    assert run(*arguments) == first
    for lang in emitter.languages:
        assert run(*arguments, "--lang", lang).code == 0
    for spec in emitter.specs:
        assert run(*arguments, "--spec", spec).code == 0


@pytest.mark.parametrize("emitter", own(), ids=lambda each: each.name)
def test_what_a_format_writes_matches_the_ledger_it_came_from(
    run: Run, tmp_path: Path, emitter: Any
) -> None:
    if emitter.read is None:
        pytest.skip(f"{emitter.name} cannot be read back")
    path = f"document{emitter.suffix}"
    # The base model's training is another model's: it is not held against this one's.
    made = (*NET, "--base", "net:1", "--sheet", "owner.toml", "--format", emitter.name, "-o", path)
    # BoAmps: of one activity
    unsaid = f"footprint: {path} says nothing of fine-tuning, which the ledger has\n"
    for lang in emitter.languages:
        assert run(*made, "--lang", lang).code == 0
        done = run(*NET, "--check", path)
        assert done.code == 0, done
        assert done.err == (unsaid if emitter.name == "boamps" else "")
        assert re.search("figures? of net 2 match(es)? the ledger", done.out)
    other = run("grown", *NET[1:], "--check", path)
    assert other.code == 1, other
    assert "inference: energy_j, total" in other.out


def test_the_languages_differ(run: Run) -> None:
    english, french = run(*NET), run(*NET, "--lang", "fr")
    assert french.code == 0, french.err
    assert "Inférence" in french.out
    assert english.out != french.out


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("sheet.md", "# "),
        ("sheet.html", "<!DOCTYPE html>"),
        ("sheet.json", '"footprint.datasheet/1"'),
        ("bom.cdx.json", '"CycloneDX"'),
        ("net.spdx.json", "spdx.org"),
    ],
)
def test_the_files_name_says_the_format(run: Run, tmp_path: Path, name: str, says: str) -> None:
    done = run(*NET, "-o", name)
    assert (done.code, done.out) == (0, ""), done.err
    assert says.lower() in (tmp_path / name).read_text()[:2000].lower()


def test_the_only_model_is_taken_and_told(run: Run) -> None:
    done = run("Q")
    assert done.code == 0
    first, second = done.err.splitlines()
    assert first == "footprint: the datasheet is of quick, the only model in the ledger"
    assert "inference: left out, since it is below what the meter can tell" in second


def test_the_base_models_training_stands_beside_the_own_figures(run: Run) -> None:
    done = run(*NET, "--base", "net:1", "--format", "json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["base"]["model"] == "net 1"
    assert found["base"]["figures"]["energy_j"]["mid"] == 3000.0


def test_a_kept_report_needs_no_ledger(run: Run, tmp_path: Path) -> None:
    made = footprint.report("L", by=GROUPED_BY, **PRICES)  # type: ignore[arg-type]
    (tmp_path / "report.json").write_text(made.to_json())
    kept = run("--report", "report.json", "--model", "net", "--model-version", "2")
    assert kept == run(*NET)
    refused = run("--report", "report.json", "--model", "net", "--zone", "FRA", "L")
    assert refused.code == 2
    assert "leave out LEDGER, --zone, or it" in refused.line


def test_the_sheet_file_is_written_filled_in_and_read(run: Run, tmp_path: Path) -> None:
    assert run("--init", "-o", "sheet.toml").code == 0
    path = tmp_path / "sheet.toml"
    text = path.read_text()
    assert '#organisation = ""' in text
    path.write_text(text.replace('#organisation = ""', 'organisation = "Nobody & Sons"', 1))
    again = run("--init", "-o", "sheet.toml")
    assert (again.code, "is there already" in again.line) == (2, True)
    done = run(*NET, "--sheet", "sheet.toml")
    assert done.code == 0, done.err
    assert "Nobody &amp; Sons" in done.out or "Nobody & Sons" in done.out
    assert run("--init", "--lang", "fr").out != text


# Into documents that are there


def test_a_card_gets_its_figures_once_and_keeps_the_rest(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(CARD)
    first = run(*NET, "--into", "README.md")
    assert (first.code, first.out) == (0, ""), first.err
    assert "README.md: figures of fine-tuning, inference; " in first.line
    card = path.read_bytes()
    assert card.startswith(b"---\nlicense: mit  # as ever\ntags:\n- embeddings\n")
    assert b"# net\n\nWhat it does.\n" in card
    assert b"co2_eq_emissions:" in card
    before = marked(path)
    second = run(*NET, "--into", "README.md")
    assert (second.code, second.line) == (0, "footprint: README.md: unchanged\n")
    assert marked(path) == before


def test_a_bom_gets_its_figures_and_keeps_the_rest(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    path.write_text(json.dumps(BOM, indent=2))
    assert run(*NET, "--into", "bom.json").code == 0
    found = json.loads(path.read_text())
    assert {key: found[key] for key in ("bomFormat", "specVersion")} == {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
    }
    before = marked(path)
    assert run(*NET, "--into", "bom.json").line == "footprint: bom.json: unchanged\n"
    assert marked(path) == before


def test_a_card_of_a_ledger_that_grew_no_longer_matches(run: Run, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(CARD)
    run(*NET, "--into", "README.md")
    same = run(*NET, "--check", "README.md")
    assert (same.code, same.err) == (0, ""), same
    grown = run("grown", *NET[1:], "--check", "README.md")
    assert grown.code == 1
    assert grown.out.split()[:4] == ["figure", "stated", "now", "interval"]
    assert "inference: energy_j, total" in grown.out
    assert "fine-tuning" not in grown.out
    assert "no longer match the ledger: run footprint datasheet --model net" in grown.line
    found = json.loads(run("grown", *NET[1:], "--check", "README.md", "--format", "json").out)
    assert found["agrees"] is False
    wrong = [each for each in found["figures"] if not each["agrees"]]
    assert {each["kind"] for each in wrong} == {"inference"}
    run("grown", *NET[1:], "--into", "README.md")
    assert run("grown", *NET[1:], "--check", "README.md").code == 0


@pytest.mark.parametrize("format_", ["cyclonedx", "spdx"])
def test_a_document_of_two_models_is_checked_for_the_one_asked_for(
    run: Run, tmp_path: Path, format_: str
) -> None:
    path = tmp_path / "bom.json"
    tiny = ("L", "--model", "tiny", *PRICED)
    assert run(*NET, "--format", format_, "-o", "bom.json").code == 0
    if format_ == "spdx":  # a package of a model has to be there
        assert run(*tiny, "--format", format_, "-o", "other.json").code == 0
        both = json.loads(path.read_text())
        both["@graph"] += json.loads((tmp_path / "other.json").read_text())["@graph"]
        path.write_text(json.dumps(both))
    else:
        assert run(*tiny, "--into", "bom.json").code == 0
    for asked, others, of in ((tiny, "net 2", "tiny"), (NET, "tiny", "net 2")):
        done = run(*asked, "--check", "bom.json")
        assert done.code == 0, done
        assert done.err == (
            f"footprint: bom.json has figures of {others} too, which are not checked\n"
        )
        assert f"figures of {of} match" in done.out
    asked = run("L", *PRICED, "--check", "bom.json")
    assert asked.code == 2
    assert "figures of 2 models: choose one with --model: net, tiny" in asked.line
    none = run("L", "--model", "net", "--model-version", "1", *PRICED, "--check", "bom.json")
    assert none.code == 1
    assert "states no figures of ours of net 1, only of net 2, tiny" in none.line


def test_a_card_without_figures_fails_the_check(run: Run, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(CARD)
    done = run(*NET, "--check", "README.md")
    assert (done.code, done.out) == (1, "")
    assert "states no figures of ours: nothing to check; run footprint datasheet" in done.line


def test_nothing_to_state_leaves_the_card(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(CARD)
    before = marked(path)
    done = run("Q", "--model", "quick", "--into", "README.md")
    assert done.code == 2
    assert "README.md is left as it is: nothing can be stated of quick" in done.err
    assert marked(path) == before


OTHERS = CARD.replace(b"license", b"co2_eq_emissions:\n  emissions: 12\nlicense")


def test_another_tools_figure_is_replaced_only_where_asked_for(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(OTHERS)
    before = marked(path)
    refused = run(*NET, "--into", "README.md")
    assert refused.code == 2
    assert "--force" in refused.line
    assert marked(path) == before
    assert run(*NET, "--into", "README.md", "--force").code == 0
    assert b"emissions: 12\n" not in path.read_bytes()


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2)])
def test_at_a_terminal_it_asks(
    run: Run, terminal: Callable[..., Any], tmp_path: Path, answer: str, code: int
) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(OTHERS)
    shown = terminal("datasheet", *NET, "--into", "README.md")
    shown.expect(r"Replace it in README.md\? \[y/N\]")
    shown.send(f"{answer}\n")
    assert shown.wait() == code
    assert (b"emissions: 12\n" in path.read_bytes()) == (answer == "n")


def test_it_asks_nothing_where_nothing_is_replaced(
    run: Run, terminal: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(OTHERS)
    shown = terminal("datasheet", "L", "--model", "tiny", *PRICED, "--into", "README.md")
    assert shown.wait() == 0  # it was not trained here: the other tool's figure is not in the way
    assert b"emissions: 12\n" in path.read_bytes()


# Bad input: one line, exit 2, the file untouched


NESTED = CARD + b"<!-- footprint:begin -->\n<!-- footprint:begin -->\n<!-- footprint:end -->\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x89PNG\r\n\0\0", "README.md is no text: it has bytes of value 0"),
        (b"# caf\xe9\n", "README.md, line 1: not UTF-8"),
        (
            b"---\nlicense: [mit\n---\n# net\n",
            "README.md: line 2: the front matter is not valid YAML",
        ),
        (b"---\n- a list\n---\n# net\n", "README.md"),
        (b"---\nlicense: mit\n# net\n", "line 1"),
        (b"---\na: &a [x]\nb: &b [*a, *a\n---\n", "README.md"),
        (b"---\n" + b"[" * 50_000 + b"\n---\n", "README.md"),
        (NESTED, "lines 9 and 10: footprint:begin within another"),
    ],
    ids=["binary", "latin-1", "yaml", "no-table", "unclosed", "bomb", "deep", "nested"],
)
def test_a_card_that_cannot_be_read(run: Run, tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(content)
    before = marked(path)
    done = run(*NET, "--into", "README.md")
    assert (done.code, done.out) == (2, "")
    assert says in done.line
    assert marked(path) == before
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "L",
        "Q",
        "README.md",
        "grown",
        "owner.toml",
    ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("bom.cdx.json", b'{"bomFormat": "CycloneDX",', "bom.cdx.json"),
        ("bom.cdx.json", b"[" * 100_000, "bom.cdx.json"),
        ("what.json", b'{"a": 1}', "what it is cannot be told"),
        ("what.json", b"[]", "what it is cannot be told"),
        ("what.pdf", b"%PDF", "what it is cannot be told"),
        ("old.json", b'{"spdxVersion": "SPDX-2.3"}', "no SPDX 3.0.1 document in JSON-LD"),
        ("page.html", b"<p>", "cannot be put into page.html"),
    ],
)
def test_another_document_that_cannot_be_merged(
    run: Run, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    before = marked(path)
    done = run(*NET, "--into", name)
    assert (done.code, done.out) == (2, "")
    assert says in done.line
    assert marked(path) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--into", "none.md"), "none.md is not there: write a new one with -o FILE"),
        (("--into", "L"), "L is a directory: name a file with --into"),
        (("--check", "none.md"), "none.md is not there: name one that is"),
        (("--model", "nett"), "model 'nett' is not in the ledger. Did you mean net?"),
        (("--model-version", "9"), "model 'net' has no version '9' in the ledger: it has 1, 2"),
        (("--format", "cyclonedxx"), "Did you mean cyclonedx?"),
        (("--format", "md", "--into", "README.md"), "cannot be put into README.md"),
        (("--format", "cyclonedx", "--spec", "1.5"), "use 1.6 or 1.7"),
        (("--format", "md", "--spec", "1.6"), "leave --spec out"),
        (("--format", "cyclonedx", "--lang", "fr"), "comes in en only"),
        (("-o", "sheet.docx"), "sheet.docx: no format has the suffix .docx"),
        (("-o", "no/such/sheet.md"), "no/such/sheet.md: No such file or directory"),
        (("-o", "a.md", "--into", "README.md"), "--into and -o are different ends"),
        (("--check", "README.md", "--format", "hf"), "use text or json"),
        (("--metrics", "none.json"), "none.json"),
        (("--metrics", "words.json"), "words.json"),
        (("--metrics", "nan.csv"), "nan.csv"),
        (("--sheet", "none.toml"), "none.toml"),
        (("--sheet", "words.json"), "words.json is no TOML"),
        (("--base", "nett"), "--base nett: model 'nett' is not in the ledger. Did you mean net?"),
        (("--zone", "Frnce"), "France"),
        (("--pue", "nan"), "--pue"),
        (("--since", "tomorrow"), "--since"),
        (("--report", "words.json"), "LEDGER"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    (tmp_path / "words.json").write_text('{"accuracy": "good"}')
    (tmp_path / "nan.csv").write_text("name,value\naccuracy,nan\n")
    (tmp_path / "README.md").write_bytes(CARD)
    before = marked(tmp_path / "README.md")
    done = run(*NET, *arguments)
    assert (done.code, done.out) == (2, "")
    assert says in done.line
    assert marked(tmp_path / "README.md") == before


def test_several_models_and_none_named(run: Run) -> None:
    done = run("L")
    assert done.code == 2
    assert "the ledger has 3 models: choose one with --model: gpt-4o, net, tiny" in done.line
    done = run("L", "--model", "net")
    assert "has the versions 1, 2 in the ledger: give one of them" in done.line


def test_no_ledger(run: Run) -> None:
    assert "there is no ledger at footprint-ledger" in run().line


def test_a_period_and_absorbed_idle_energy(run: Run) -> None:
    def energies(*arguments: str) -> dict[str, float]:
        done = run(*NET, "--format", "json", *arguments)
        assert done.code == 0, done.err
        found = json.loads(done.out)["activities"]
        return {each["kind"]: each["total"]["energy_j"]["mid"] for each in found}

    whole = energies()
    assert whole == {"fine-tuning": 1000.0, "inference": 400.0}
    assert energies("--since", "2026-11-22T11:00:15.5Z") == {"inference": 350.0}
    assert energies("--until", "2026-11-22T11:00:14.5Z") == {"fine-tuning": 900.0}
    assert energies("--absorption", "full")["inference"] > whole["inference"]


PLUGIN = """
from footprint.emitters.emitter import Emitter, Options

def render(view, out, options=Options()):
    out.write(f"{view.model} {[stage.kind for stage in view.stages]}\\n")

PLAIN = Emitter("plain", ".plain", "a line", render)
"""


def test_a_format_of_an_installed_package(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "site" / "plain_format-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plain-format\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        "[footprint.emitters]\nplain = plain_format:PLAIN\nmd = plain_format:PLAIN\n"
    )
    (tmp_path / "site" / "plain_format.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert run(*NET, "--format", "plain").out == "net ['fine-tuning', 'inference']\n"
    assert run(*NET, "-o", "net.plain").code == 0
    assert (tmp_path / "net.plain").read_text().startswith("net ")
    assert run(*NET).out.startswith("# ")  # our own names stay ours
    (about / "entry_points.txt").write_text("[footprint.emitters]\nbroken = no_such_module:X\n")
    done = run(*NET, "--format", "broken")
    assert done.code == 2
    assert "the format broken of the package plain-format cannot be loaded" in done.line
    for name in ("net.html", "net.cdx.json"):  # ours do not depend on it
        done = run(*NET, "-o", name)
        assert done.code == 0, done
        assert "the format broken of the package plain-format cannot be loaded" in done.line
