"""The datasheet's page: well-formed, self-contained, and safe whatever a user named."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from footprint.emitters.datasheet import HTML, MARKDOWN
from footprint.emitters.view import View

from .conftest import rendered

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Tags, attributes and ids; notes what is not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_is_well_formed_and_asks_nothing_of_a_network(full: View) -> None:
    text = rendered(full, HTML)
    page = Page(text)
    assert page.open == []
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "@import" not in text
    assert "url(" not in text


def test_it_can_be_read_by_everybody(full: View) -> None:
    page = Page(rendered(full, HTML, "fr"))
    assert next(attrs for tag, attrs in page.tags if tag == "html")["lang"] == "fr"
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    labels = [attrs["aria-labelledby"] for _, attrs in page.tags if "aria-labelledby" in attrs]
    links = [str(attrs["href"])[1:] for tag, attrs in page.tags if tag == "a"]
    assert {*labels, *links} <= set(ids)
    assert len(links) == 11
    headers = [attrs for tag, attrs in page.tags if tag == "th"]
    assert all(attrs.get("scope") in ("col", "row") for attrs in headers)
    tables = sum(tag == "table" for tag, _ in page.tags)
    regions = [attrs for _, attrs in page.tags if attrs.get("role") == "region"]
    assert tables == len(regions) == sum(tag == "caption" for tag, _ in page.tags)
    assert all(attrs["tabindex"] == "0" and attrs["aria-label"] for attrs in regions)


def test_it_says_what_the_markdown_says(full: View) -> None:
    """Both are made of the same sections: every cell of the one is in the other."""
    text = rendered(full, HTML)
    shown = re.sub(r"<[^>]+>", "\n", text)
    for line in rendered(full, MARKDOWN).splitlines():
        for cell in line.strip("|#- ").split(" | "):
            if cell.strip() and not set(cell) <= set("-:|"):
                plain = cell.strip().replace("\\", "").replace("&lt;", "<")
                assert plain in shown.replace("&#x27;", "'"), cell


def test_names_are_shown_as_they_are_and_addresses_can_be_followed(full: View) -> None:
    told = {"model": {"url": "see https://example.org/a?b=1&c=<x>.", "contact": "<script>"}}
    text = rendered(full._replace(given=told, model='"><script>alert(1)</script>'), HTML)
    assert "<script" not in text
    assert '<a href="https://example.org/a?b=1&amp;c=" rel="noreferrer">' in text
    evil = full._replace(given={"model": {"url": "javascript:alert(1)"}})
    assert 'href="javascript' not in rendered(evil, HTML)
