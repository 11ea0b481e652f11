"""The page or the PDF around a report's JSON, held against the one that its figures make today.

People read the page, and somebody may have edited it and left the JSON as it was. Where the JSON
comes out again, by the same version of footprint, the page has to come out, too: every byte outside
of charts, which are drawn by another package. A PDF is laid out by another package and with the
machine's fonts: one that is other than today's is no proof of an edit, and none that it is whole.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from html.parser import HTMLParser

from footprint.errors import UsageError
from footprint.reports.audit.differences import Difference
from footprint.reports.audit.documents import Document
from footprint.reports.audit.made import Input
from footprint.reports.view import Report
from footprint.words import LANGUAGES

#: What became of pages: as bytes; outside of charts; not; not known.
SAME, DIFFER, NOT_HELD = "same", "differ", "not_held"

_CHART = re.compile(r"<figure>.*?</figure>\n?", re.DOTALL)
_LANG = re.compile(r'<html[^>]* lang="(\w+)"')
_UNSEEN = frozenset({"script", "style"})
_HEADINGS = frozenset({"h1", "h2", "h3"})


def as_then(again: Report, document: Document) -> Report:
    """The new report with the ledgers' heads and the making of then, which its pages say."""
    told = document.section("made", dict)
    assert again.made is not None
    made = again.made._replace(
        factors_sha256=str(told.get("factors_sha256")),
        recorded_until=told.get("recorded_until"),
        inputs=tuple(
            Input(each["role"], each["name"], each["bytes"], each["sha256"])
            for each in told.get("inputs", ())
        ),
    )
    return again._replace(heads=tuple(map(dict, document.entries("ledger_heads"))), made=made)


def lang(document: Document) -> str:
    """The language of a page; English where it says none that is known."""
    found = _LANG.search(_text(document.data))
    return found[1] if found and found[1] in LANGUAGES else LANGUAGES[0]


def of_page(document: Document, expected: Report) -> list[Difference]:
    """Where a page says something else than its figures make it say; empty: nowhere."""
    old = _CHART.sub("", _text(document.data))
    page = expected.to_html(lang(document)).encode("utf-8", "backslashreplace")
    new = _CHART.sub("", _text(page))
    if old == new:
        return []
    found = list(_between(_texts(old), _texts(new)))
    return found or [
        Difference("page", "other markup, style or script", "those of footprint", None)
    ]


def of_pdf(document: Document, expected: Report) -> str:
    """Whether a PDF comes out again, byte for byte: `SAME`, else `NOT_HELD`."""
    try:
        again = any(expected.to_pdf(each) == document.data for each in _languages(document))
    except UsageError:  # nothing here that lays it out
        return NOT_HELD
    return SAME if again else NOT_HELD


def _languages(document: Document) -> tuple[str, ...]:
    """The language that a PDF says it is in."""
    from pypdf import PdfReader

    said = PdfReader(io.BytesIO(document.data)).root_object.get("/Lang")
    return (str(said),) if said in LANGUAGES else ()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


#: A text, and the heading that it stands under.
_Said = tuple[str, str]


class _Page(HTMLParser):
    """Goes through a page and keeps what people read, and what is read out to them."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[_Said] = []
        self._heading = ""
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.said += [(self._heading, each or "") for name, each in attrs if name == "aria-label"]

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and self._tag not in _UNSEEN:
            if self._tag in _HEADINGS:
                self._heading = text
            self.said.append((self._heading, text))


def _texts(page: str) -> list[_Said]:
    parser = _Page()
    parser.feed(page)
    parser.close()
    return parser.said


def _between(old: list[_Said], new: list[_Said]) -> Iterator[Difference]:
    if len(old) == len(new):
        parts = [([was], [is_]) for was, is_ in zip(old, new, strict=True) if was != is_]
    else:
        same = next(
            (n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0
        )
        codes = SequenceMatcher(None, old[same:], new[same:], autojunk=False).get_opcodes()
        parts = [
            (old[same + a : same + b], new[same + c : same + d])
            for kind, a, b, c, d in codes
            if kind != "equal"
        ]
    for before, after in parts:
        heading = (before or after)[0][0]
        was, is_ = (" ".join(text for _, text in part) for part in (before, after))
        yield Difference(f"page, {heading}", was or None, is_ or None, None)


__all__ = ["DIFFER", "NOT_HELD", "SAME", "as_then", "lang", "of_page", "of_pdf"]
