"""The PDF: the same bytes each time, archival and tagged, in its language, with its JSON."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from footprint import UsageError, report
from footprint.reports.html import page as pages
from footprint.reports.html import pdf
from footprint.reports.html.frame import paper
from report_ledgers import GPU, MS, Recorder, S

pypdf = pytest.importorskip("pypdf")
try:
    import weasyprint
except OSError as error:  # CI has it
    pytest.skip(
        f"Pango is not there: apt-get install libpango-1.0-0 ({error})", allow_module_level=True
    )


RECORDED = Path(__file__).parents[3] / "data/audit-ledger"
#: Of sheets, at their sides: 15 mm in CSS pixels.
MARGIN = 15 / 25.4 * 96


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pdf") / "L"
    one = Recorder(place, declared={"zone": "FRA", "tariff_per_kwh": "0.18 EUR"})
    one.counter(GPU, [100.0] * 10 + [300.0] * 20)
    one.span(one.path("embed", model="minilm", kind="inference", devices=[0]), 1 * S, 2 * S)
    one.span(one.path("train", kind="training", devices=[0]), 2 * S, 2 * S + 900 * MS)
    one.close()
    return place


@cache
def laid_out(ledger: Path, lang: str) -> bytes:
    """Its PDF, which takes a second to lay out."""
    return report(ledger).to_pdf(lang)


def read(data: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(data))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_it_is_the_page_on_paper_with_the_json_attached(ledger: Path, lang: str) -> None:
    found = read(laid_out(ledger, lang))
    assert found.attachments["report.json"] == [report(ledger).to_json().encode()]
    text = "\n".join(page.extract_text() for page in found.pages)
    summary, pages = {"en": ("Summary", "1 / "), "fr": ("En bref", "1 / ")}[lang]
    assert summary in text
    assert f"{pages}{len(found.pages)}" in text
    assert "minilm" in text
    assert found.pages[0].mediabox.width == pytest.approx(595.3, abs=0.1)  # A4, upright
    assert found.trailer["/Root"]["/Lang"] == lang
    assert found.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert summary in str(found.outline)
    xmp = found.trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r'pdfaid:part(>|=")3', xmp)
    assert re.search(r'pdfaid:conformance(>|=")A', xmp)


@pytest.mark.parametrize(
    ("lang", "by"), [("fr", "model,name,kind"), ("en", "model,project,tag.threads")]
)
def test_no_table_is_cut_by_the_edge_of_a_sheet(lang: str, by: str) -> None:
    made = report(RECORDED, by=by, tariff_per_kwh="0.2 USD")
    title, body = pages.printed(made, lang)
    sheets = weasyprint.HTML(string=paper(title, lang, body)).render().pages
    beyond = [
        (number, box.text)
        for number, sheet in enumerate(sheets, 1)
        for box in sheet._page_box.descendants()
        if hasattr(box, "text")
        and box.element_tag in ("td", "th")
        and box.position_x + box.width > sheet.width - MARGIN + 1
    ]
    assert beyond == []


def test_charts_are_told_in_words(ledger: Path) -> None:
    found = read(laid_out(ledger, "en"))
    assert any(each.startswith("Where the metered energy went: ") for each in _structure(found))


def _structure(found: Any) -> list[str]:
    """The alternative texts of a tagged PDF."""
    seen: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            if "/Alt" in node:
                seen.append(str(node["/Alt"]))
            if "/K" in node:
                walk(node["/K"])

    walk(found.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return seen


def test_the_same_report_gives_the_same_bytes(ledger: Path, tmp_path: Path) -> None:
    code = "from footprint.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "report", str(ledger), "-o", "r.pdf"],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "r.pdf").read_bytes() == laid_out(ledger, "en")


def test_fonts_that_fonttools_cuts_down_are_the_same_at_another_second(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", None)  # its library is not there
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    first = report(ledger).to_pdf()
    tomorrow = time.time() + 86400
    monkeypatch.setattr("time.time", lambda: tomorrow)
    assert report(ledger).to_pdf() == first
    assert "SOURCE_DATE_EPOCH" not in os.environ


def test_an_empty_ledger_has_a_pdf_too(tmp_path: Path) -> None:
    Recorder(tmp_path / "L").close()
    found = read(report(tmp_path / "L").to_pdf())
    assert json.loads(found.attachments["report.json"][0])["totals"]["energy_kwh"] is None
    assert "there is no figure to report" in found.pages[0].extract_text().replace("\n", " ")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ImportError("no weasyprint"), "pip install 'footprint-ledger[pdf]'"),
        (OSError("cannot load library 'libpango-1.0-0'\nmore"), "apt-get install libpango-1.0-0"),
    ],
)
def test_what_is_missing_is_one_line(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    class Blocked:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise error

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Blocked(), *sys.meta_path])
    with pytest.raises(UsageError) as caught:
        pdf.data(report(ledger))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pdf_is_no_text(ledger: Path) -> None:
    with pytest.raises(UsageError, match="to_pdf"):
        report(ledger).render("pdf")
