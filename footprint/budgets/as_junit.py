"""JUnit XML as CI systems read it: one test case a limit.

What is over is a failure, what is not known an error, and a budget that nothing was used of is
skipped. The reason is the element's text (GitLab shows that) and its `message` (others do). No time
of making is written: the same check gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

from footprint.budgets.speech import Speech
from footprint.budgets.view import UNKNOWN, UNUSED, Checked, Row


def rendered(checked: Checked, lang: str = "en") -> str:
    """The check as an XML document."""
    say = Speech(lang)
    cases = [_case(checked, row, name, say) for row, name in _named(checked, say)]
    kinds = Counter(child.tag for case in cases for child in case)
    counts = {
        "tests": str(len(cases)),
        "failures": str(kinds["failure"]),
        "errors": str(kinds["error"]),
        "skipped": str(kinds["skipped"]),
        "time": "0",
    }
    root = ET.Element("testsuites", {"name": "footprint check", **counts})
    suite = ET.SubElement(root, "testsuite", {"name": _clean(checked.path), **counts})
    suite.extend(cases)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _named(checked: Checked, say: Speech) -> list[tuple[Row, str]]:
    """Each row with a name of its own: of two with the same, GitLab reads the first alone."""
    names = [_name(row, say) for row in checked.rows]
    pairs = [(say.budget(row.budget), name) for row, name in zip(checked.rows, names, strict=True)]
    often = Counter(pairs)
    return [
        (row, pair[1] if often[pair] == 1 else f"{pair[1]} [{row.budget.number}]")
        for row, pair in zip(checked.rows, pairs, strict=True)
    ]


def _name(row: Row, say: Speech) -> str:
    of = row.limit.figure.key if row.base is None else f"baseline {row.limit.figure.name}"
    return f"{of} ({say.figure(row.limit)})"


def _case(checked: Checked, row: Row, name: str, say: Speech) -> ET.Element:
    case = ET.Element(
        "testcase",
        {
            "classname": _clean(say.budget(row.budget)),
            "name": _clean(name),
            "file": _clean(checked.path),
            "line": str(row.limit.line),
            "time": "0",
        },
    )
    text = _clean(say.line(row))
    if checked.fails(row):
        kind = "error" if row.state == UNKNOWN else "failure"
        ET.SubElement(case, kind, {"message": text, "type": row.state}).text = text
    elif row.state in (UNUSED, UNKNOWN):
        ET.SubElement(case, "skipped", {"message": text}).text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _clean(text: str) -> str:
    """Text with what XML 1.0 cannot hold written out."""
    return "".join(
        c
        if c in "\t\n" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
        else c.encode("unicode_escape").decode()
        for c in text
    )
