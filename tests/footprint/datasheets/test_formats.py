"""Which format a file is in, by its name or by what it holds."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from datasheet_ledgers import several
from footprint import emitters
from footprint.datasheets import make
from footprint.datasheets.check import stated_in
from footprint.datasheets.formats import of_document, of_output
from footprint.emitters import EMITTERS, own
from footprint.emitters.emitter import Emitter
from footprint.emitters.view import View
from footprint.errors import UsageError


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    found = make.make(make.booked([several(tmp_path_factory.mktemp("m") / "L")]), "net", "2")
    model = {"task": "text-classification", "architecture": "CNN", "modality_in": ["text"]}
    return found._replace(given={"model": model, "boamps": {"infrastructure": "onPremise"}})


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        (None, "md"),
        ("datasheet", "md"),
        ("README.md", "md"),
        ("a.MARKDOWN", "md"),
        ("a.htm", "html"),
        ("a.json", "json"),
        ("bom.cdx.json", "cyclonedx"),
        ("BOM.CDX.JSON", "cyclonedx"),
        ("a.spdx3.json", "spdx"),
        ("a.spdx.json", "spdx"),
        ("a.jsonld", "spdx"),
    ],
)
def test_the_name_of_a_new_file(name: str | None, format_: str) -> None:
    assert of_output(name) == format_


def test_a_suffix_of_no_format_names_those_there_are() -> None:
    with pytest.raises(UsageError) as told:
        of_output("a.docx")
    assert str(told.value).startswith("a.docx: no format has the suffix .docx: use .md, .html")


@pytest.mark.parametrize("emitter", own(), ids=lambda each: each.name)
def test_what_a_format_writes_is_known_for_it(view: View, emitter: Emitter) -> None:
    """Under its own suffix; of those that can be merged, under any name of its kind."""
    data = make.document(view, emitter)
    found = of_document(Path(f"document{emitter.suffix}"), data)
    assert emitter.name in found
    if emitter.merge is not None:
        assert found[0] == emitter.name
        if data.startswith(b"{"):
            assert of_document(Path("any.json"), data) == [emitter.name]
    if emitter.read is not None:
        stated = stated_in(Path("document"), data, found)
        assert stated == list(emitter.read(data))
        kinds = {each.kind for each in stated}
        if emitter.name == "boamps":  # a report of one activity
            assert kinds == {"fine-tuning"}
        else:
            assert kinds >= {"inference"}


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", b"text"), ("a.json", b"{}"), ("a.json", b"[1]"), ("a.json", b"text"), ("a", b"")],
)
def test_what_is_in_no_format(name: str, content: bytes) -> None:
    with pytest.raises(UsageError, match="cannot be told from its name and content: say --format"):
        of_document(Path(name), content)


def test_a_format_that_cannot_be_read_back_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = EntryPoint("silent", "test_formats_silent:SILENT", emitters.ENTRY_POINTS)
    module = ModuleType("test_formats_silent")
    vars(module)["SILENT"] = own()[0]._replace(name="silent", read=None)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(emitters, "third_party", lambda: {"silent": silent})
    with pytest.raises(UsageError, match="the format silent cannot be read back"):
        stated_in(Path("a"), b"", ["silent"])


def test_a_document_that_its_format_cannot_read_is_one_line_with_its_name() -> None:
    with pytest.raises(UsageError) as told:
        stated_in(Path("README.md"), b"---\na: [\n---\n", ["hf"])
    assert str(told.value).startswith("README.md: line ")
    assert "\n" not in str(told.value)


def test_the_list_names_each_emitter_as_it_names_itself() -> None:
    assert [each.name for each in own()] == list(EMITTERS)


def test_a_command_imports_the_emitter_that_it_needs_alone() -> None:
    code = (
        "import sys; from footprint.emitters import emitter; emitter('boamps');"
        "print(*(each for each in sys.modules if each.startswith('footprint.emitters.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "footprint.emitters.boamps" in loaded
    for other in ("datasheet", "eu_ai_act", "hugging_face", "sbom"):
        assert f"footprint.emitters.{other}" not in loaded
