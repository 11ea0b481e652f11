"""The report's page: a summary, contents, the sections with their charts, and the JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby, zip_longest
from typing import TextIO

from footprint.reports.blocks import NOTHING, Block, Page, Table
from footprint.reports.html import embedded, pictures
from footprint.reports.html.blocks import block, least_across, letters_across
from footprint.reports.html.frame import CLASS, document, style, text
from footprint.reports.html.plain import head
from footprint.reports.speech import Speech
from footprint.reports.tables import page
from footprint.reports.view import Report

#: Longer tables are behind a summary that opens them.
_LONG = 40
#: More letters across have no room on an upright sheet, however small, nor so many that cannot wrap
#: (`least_across`): tables of real ledgers with 115 fit, one with 117 does not.
_SHEET, _SHEET_LEAST = 175, 115


def render(report: Report, out: TextIO, lang: str = "en") -> None:
    """Writes the report as a page of its own."""
    shown = page(report, lang)
    say = Speech(lang)
    body = "".join(_body(shown, say, pictures.drawn(report, say))) + embedded.element(report)
    out.write(document(_title(shown), lang, body))


def printed(report: Report, lang: str) -> tuple[str, str]:
    """The page's title and its body for paper: without script and JSON."""
    shown = page(report, lang)
    say = Speech(lang)
    charts = pictures.drawn(report, say)
    return _title(shown), "".join(_body(shown, say, charts))


def _title(shown: Page) -> str:
    return f"{shown.title}: {shown.head[0][1]}"


def fragment(report: Report) -> str:
    """The report for a notebook's cell: the page's content and its style."""
    shown = page(report)
    say = Speech("en")
    main = "".join(_main(shown, say, {}))
    return f'<style>{style()}</style>\n<div class="{CLASS}">\n{head(shown)}{main}</div>\n'


def _body(shown: Page, say: Speech, charts: Mapping[str, str]) -> Iterator[str]:
    yield f'<a class="skip" href="#content">{text(say("html.skip"))}</a>\n'
    yield f'<header class="head">\n{head(shown)}</header>\n'
    yield f'<nav aria-label="{text(say("html.contents"))}">\n<ul>\n'
    for name, _ in _sections(shown):
        yield f'<li><a href="#{name}">{text(say(f"section.{name}"))}</a></li>\n'
    yield '</ul>\n</nav>\n<main id="content">\n'
    yield from _main(shown, say, charts)
    yield "</main>\n"


def _sections(shown: Page) -> Iterator[tuple[str, list[Block]]]:
    for name, blocks in groupby(shown.blocks, lambda each: each.section):
        yield name, list(blocks)


def _main(shown: Page, say: Speech, charts: Mapping[str, str]) -> Iterator[str]:
    for name, blocks in _sections(shown):
        title = say(f"section.{name}")
        broad = ' class="broad"' if any(map(_is_broad, blocks)) else ""
        yield f'<section id="{name}" aria-labelledby="{name}-title"{broad}>\n'
        yield f'<h2 id="{name}-title">{text(title)}</h2>\n'
        yield charts.get(name, "")
        for each, after in zip_longest(blocks, blocks[1:]):
            # A note that several tables share stands below the last.
            shared = after is not None and each.note == after.note
            yield from _block(each._replace(note="") if shared else each, title, say)
        yield "</section>\n"


def _is_broad(each: Block) -> bool:
    """Whether a block needs a sheet on its side: its columns are too wide for an upright one."""
    if not isinstance(each, Table):
        return False
    return letters_across(each) > _SHEET or least_across(each) > _SHEET_LEAST


def _block(each: Block, title: str, say: Speech) -> Iterator[str]:
    if not isinstance(each, Table):
        yield block(each, title)
    elif each.tiles:
        yield from _tiles(each, say)
    elif len(each.rows) > _LONG:
        told = say("html.rows", title=each.title, rows=say.count(len(each.rows)))
        yield f"<details>\n<summary>{text(told)}</summary>\n{block(each, title)}</details>\n"
    else:
        yield block(each, title)


def _tiles(each: Table, say: Speech) -> Iterator[str]:
    """The key figures: name, best estimate, from-to."""
    yield '<dl class="tiles">\n'
    for name, value, *more in each.rows:
        known = value not in ("", NOTHING)
        shown = text(value) if known else text(say("not_known"))
        kind = "value" if known else "value unknown"
        rest = "".join(f"<dd>{text(one)}</dd>" for one in more if one)
        yield f'<div><dt>{text(name)}</dt><dd class="{kind}">{shown}</dd>{rest}</div>\n'
    yield "</dl>\n"
