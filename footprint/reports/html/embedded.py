"""The report's JSON inside its page, so that one file says the same to people and programs."""

from __future__ import annotations

import json
import re

from footprint.errors import UsageError
from footprint.reports.as_json import as_dict
from footprint.reports.view import Report

_ID = "footprint-report"
_FOUND = re.compile(rf'<script type="application/json" id="{_ID}">(.*?)</script>', re.DOTALL)
#: What could end the element, or is no line break to JavaScript, as JSON escapes.
_ESCAPED = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def element(report: Report) -> str:
    """The element that holds a report's JSON; its text is JSON as it stands."""
    text = json.dumps(as_dict(report), allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    for char, escaped in _ESCAPED.items():
        text = text.replace(char, escaped)
    return f'<script type="application/json" id="{_ID}">{text}</script>\n'


def read(page: str) -> str:
    """The JSON of a report's page. Raises UsageError where there is none in it."""
    found = _FOUND.search(page)
    if found is None:
        raise UsageError(
            "the page holds no report: give one that `footprint report --format html` wrote"
        )
    return found[1]
