"""What is around a page: head, policy, style and script. Nothing in it asks a network."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files

from footprint._version import __version__
from footprint.charts.ink import variables

#: The class of whatever the style applies to, so that it changes nothing else in a notebook.
CLASS = "footprint"


@cache
def style() -> str:
    """The style of pages, with the colours of charts in both themes and on paper."""
    light, dark = variables(), variables(dark=True)
    return (
        f".{CLASS} {{ {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ .{CLASS} {{ {dark} }} }}\n"
        f"@media print {{ .{CLASS} {{ {light} }} }}\n"
        f"{_resource('page.css').partition('*/')[2].strip()}"
    )


@cache
def script() -> str:
    """The script of pages."""
    return _resource("page.js").strip()


def _resource(name: str) -> str:
    return files("footprint.reports.html").joinpath(name).read_text(encoding="utf-8")


def document(title: str, lang: str, body: str, *, sorts: bool = True) -> str:
    """A page of its own.

    Its policy forbids every request, and any script but ours, whose digest it names: a name in a
    ledger can neither run nor load anything.

    Args:
        body: HTML.
        sorts: with the script that sorts tables.
    """
    run = script() if sorts else ""
    digest = base64.b64encode(hashlib.sha256(run.encode()).digest()).decode()
    allowed = f"'sha256-{digest}'" if run else "'none'"
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed};"
        " base-uri 'none'; form-action 'none'"
    )
    end = f"<script>{run}</script>\n" if run else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{text(title)}</title>\n<style>\n{style()}\nbody {{ margin: 0; }}\n</style>\n"
        f'</head>\n<body class="{CLASS}">\n{body}{end}</body>\n</html>\n'
    )


def paper(title: str, lang: str, body: str) -> str:
    """A page for paper, as the PDF's layout takes it: no script, no policy.

    Args:
        body: HTML.
    """
    sheet = _resource("paper.css").partition("*/")[2].strip()
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="generator" content="footprint {__version__}">\n'
        f"<title>{text(title)}</title>\n<style>\n{style()}\n{sheet}\n</style>\n"
        f'</head>\n<body class="{CLASS}">\n{body}</body>\n</html>\n'
    )


def text(shown: str) -> str:
    """Text that is shown as it is; control characters, which HTML forbids, as a blank."""
    return escape("".join(c if c.isprintable() or c in "\u202f\u00a0" else " " for c in shown))
