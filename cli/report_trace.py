"""`footprint report --trace`: from a figure down to its spans and readings."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from footprint.collector import uncollected
from footprint.console import say
from footprint.errors import UsageError
from footprint.files import write_whole

FORMATS = ("text", "md", "json")


def trace(
    figure: str,
    ledgers: tuple[str, ...],
    asked: Mapping[str, Any],
    *,
    most: int | None,
    format_: str | None,
    output: str | None,
    lang: str,
) -> None:
    """Writes the trace of a figure of the report that is asked for. Raises UsageError."""
    from footprint import reports
    from footprint.reports import as_markdown, as_text
    from footprint.reports.tracing import as_json
    from footprint.reports.tracing.tables import page

    chosen = format_ or {".json": "json", ".md": "md"}.get(Path(output or "").suffix, "text")
    if chosen not in FORMATS:
        raise UsageError(f"--format {chosen}: a trace is written as {', '.join(FORMATS)}")
    with uncollected():
        found = reports.trace(figure, *ledgers, most=most, say=say, **asked)
    out = io.StringIO()
    if chosen == "json":
        out.write(as_json.render(found))
    elif chosen == "md":
        as_markdown.written(page(found, lang), out)
    else:
        as_text.written(page(found, lang), out)
    data = out.getvalue().encode("utf-8", "backslashreplace")
    if output is None or output == "-":
        click.echo(data, nl=False)
    else:
        write_whole(Path(output), data)
