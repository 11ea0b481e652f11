"""Texts of users and of other programs, in Markdown that they cannot change the structure of."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
#: A text of Markdown is cut after so many characters.
LONGEST = 2_000


def one_line(text: str) -> str:
    """A text on one line, without control characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def plain(text: str) -> str:
    """One line, in which nothing is HTML, a link, emphasis, code, a cell's end or a marker."""
    line = one_line(text)
    if len(line) > LONGEST:
        line = line[: LONGEST - 3] + "..."
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\1", line)
