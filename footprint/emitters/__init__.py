"""Emitters: the figures of a report, in the documents that travel with a model.

model       the view that all of them render, made from a report
datasheet   a datasheet in Markdown

An emitter looks nothing up and computes nothing: what is not in the view is missing, and is said to
be. A new one is a module with `render(view, out)` and a line in `EMITTERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TextIO

from footprint.emitters import datasheet
from footprint.emitters.model import View


class Emitter(NamedTuple):
    """One format.

    Attributes:
        name: what `--format` calls it.
        suffix: of the files it writes.
        render: writes the document.
    """

    name: str
    suffix: str
    render: Callable[[View, TextIO], None]


#: Every format there is.
EMITTERS = (Emitter("md", ".md", datasheet.render),)
