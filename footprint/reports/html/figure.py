"""A chart on a page: its title, the picture, which can be scrolled where it is too wide, a note."""

from __future__ import annotations

from footprint import console
from footprint.charts import available
from footprint.reports.html.frame import text


def can_draw() -> bool:
    """Whether charts can be drawn here; where they cannot, stderr is told what to install."""
    if available():
        return True
    console.say("the page has tables and no charts: run pip install 'footprint-ledger[html]'")
    return False


def figure(title: str, svg: str, note: str = "") -> str:
    """A chart with its title; nothing where there is no chart."""
    if not svg:
        return ""
    told = f'<p class="note">{text(note)}</p>\n' if note else ""
    return (
        f'<figure>\n<figcaption>{text(title)}</figcaption>\n<div class="chart" tabindex="0"'
        f' role="group" aria-label="{text(title)}">{svg}</div>\n{told}</figure>\n'
    )
