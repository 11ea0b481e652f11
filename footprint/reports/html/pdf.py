"""The report as PDF, from the same page: A4, archival and tagged (PDF/A-3a), the JSON attached.

WeasyPrint (extra `pdf`) lays it out. The same report gives the same bytes with the same versions of
footprint, WeasyPrint, matplotlib, HarfBuzz and the machine's fonts: nothing in it says when it was
made.
"""

from __future__ import annotations

import base64
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import escape
from typing import Any
from xml.etree import ElementTree as ET

from footprint.charts.ink import on_paper
from footprint.errors import UsageError
from footprint.reports import as_json
from footprint.reports.html import page as pages
from footprint.reports.html.frame import paper
from footprint.reports.view import Report

#: What the JSON is attached as.
ATTACHED = "report.json"

_SVG = "{http://www.w3.org/2000/svg}"
_CHART = re.compile(r"<svg .*?</svg>", re.DOTALL)
#: For files that say when they were made: a day that says nothing, where no period does.
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def data(report: Report, lang: str = "en") -> bytes:
    """The report as a PDF's bytes. Raises UsageError where WeasyPrint or its libraries lack."""
    weasyprint = _weasyprint()
    title, body = pages.printed(report, lang)
    html = paper(title, lang, _CHART.sub(_image, body))
    day = datetime.fromisoformat(report.period[1]) if report.period[1] else _NO_DAY
    attached = weasyprint.Attachment(
        string=_json(report),
        name=ATTACHED,
        description="footprint.report/1",
        created=day,
        modified=day,
        relationship="Data",
    )
    # Charts are in the page; nothing else is ever fetched.
    own = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    with _fonts_without_a_time():
        made = weasyprint.HTML(string=html, url_fetcher=own).write_pdf(
            pdf_variant="pdf/a-3a", attachments=[attached]
        )
    assert isinstance(made, bytes)
    return made


@contextmanager
def _fonts_without_a_time() -> Iterator[None]:
    """Where HarfBuzz's library that cuts fonts down is not there, fontTools does it, and writes
    into each font when it did. Only this variable of the environment holds it from that.
    """
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(_NO_DAY.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def _json(report: Report) -> bytes:
    out = io.StringIO()
    as_json.render(report, out)
    return out.getvalue().encode()


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError as error:
        raise UsageError(
            "a PDF needs WeasyPrint: run pip install 'footprint-ledger[pdf]', or print the HTML"
        ) from error
    except OSError as error:  # of Pango, which it loads at once
        raise UsageError(
            "WeasyPrint lacks a library: run apt-get install libpango-1.0-0 libpangoft2-1.0-0"
            f" libharfbuzz-subset0 ({str(error).splitlines()[0]}), or print the HTML"
        ) from error
    return weasyprint


def _image(found: re.Match[str]) -> str:
    """A chart as an image with its words as alternative text, which tagged PDFs keep."""
    root = ET.fromstring(found[0])
    words = [root.findtext(f"{_SVG}{name}") or "" for name in ("title", "desc")]
    code = base64.b64encode(on_paper(found[0]).encode()).decode()
    return f'<img alt="{escape(": ".join(words))}" src="data:image/svg+xml;base64,{code}">'
