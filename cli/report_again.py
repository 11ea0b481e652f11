"""`footprint report --init` and `--replay`: a report's file of who it is of, and a report again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from footprint.collector import uncollected
from footprint.console import say
from footprint.errors import CheckFailedError, UsageError
from footprint.files import write_whole

#: What may be said beside `--replay`: the report says the rest.
BESIDE = (
    "ledgers", "replayed", "factors", "organisation", "privacy", "engine", "master", "fresh",
    "format_", "output", "lang",
)  # fmt: skip

#: Outcome of a replay -> what is said last.
NOT_SAME = {
    "changed": "did not come out the same",
    "recorded_since": "was of a period that was open: what was recorded since is in it now",
}


def init(output: str | None, lang: str) -> None:
    """Writes an organisation file to fill in. UsageError where there is one already."""
    from footprint.reports.audit.form import FILE
    from footprint.reports.audit.organisation import template

    text = template(lang)
    if output == "-":
        click.echo(text, nl=False)
        return
    path = Path(FILE if output is None else output)
    try:
        with path.open("x", encoding="utf-8") as file:  # whoever is first, wins
            file.write(text)
    except FileExistsError as error:
        raise UsageError(
            f"{path} is there already, and is not written over: name another with -o FILE"
        ) from error
    if path == Path(FILE):
        say(f"{path}: fill it in; reports that are made here take it from then on")
    else:
        say(f"{path}: fill it in, and name it to a report: --organisation {path}")


def replay(
    report: str,
    ledgers: tuple[str, ...],
    *,
    format_: str,
    output: str | None,
    privacy: dict[str, str] | None = None,
    **given: Any,
) -> None:
    """Makes a report again and says what differs. CheckFailedError where something does."""
    from footprint.reports.audit.replay import Given, replay
    from footprint.reports.audit.verdict import as_json, lines

    if format_ not in ("text", "json"):
        raise UsageError(f"--format {format_}: what a replay finds is said as text or json")
    extra = sorted((privacy or {}).keys() - {"salt"})
    if extra:
        raise UsageError(
            f"--privacy {', '.join(extra)}: the report says what became of names: give the salt"
            " alone (salt=...)"
        )
    salt = (privacy or {}).get("salt", "")
    with uncollected():
        found = replay(Path(report), Given(ledgers, salt=salt, **given))
    text = "\n".join(lines(found))
    if format_ == "json":
        text = json.dumps(as_json(found), indent=2, ensure_ascii=False)
    data = (text + "\n").encode("utf-8", "backslashreplace")
    if output is None or output == "-":
        click.echo(data, nl=False)
    else:
        write_whole(Path(output), data)
    if not found.is_same:
        raise CheckFailedError(f"{report} {NOT_SAME[found.outcome]}")


def only_beside(context: click.Context) -> None:
    """Raises UsageError for options that a report which is replayed says itself."""
    given = click.core.ParameterSource.COMMANDLINE
    for each in context.command.params:
        name = str(each.name)
        if name not in BESIDE and context.get_parameter_source(name) == given:
            raise UsageError(f"{each.opts[0]}: the report says it itself: leave it out")
