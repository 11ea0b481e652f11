"""`footprint check`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footprint.budgets.formats import FORMATS, of_file
from footprint.cli.options import DECLARING, checked, setting_options
from footprint.cli.reporting import (
    absorption_option,
    engine_options,
    format_options,
    lang_option,
    no_pins_option,
)
from footprint.collector import uncollected
from footprint.console import say
from footprint.errors import CheckFailedError, UsageError
from footprint.files import write_whole

if TYPE_CHECKING:
    from footprint.budgets.speech import Speech

#: The file that a step of GitHub Actions adds its summary to.
SUMMARY = "GITHUB_STEP_SUMMARY"


@click.command()
@click.argument("ledgers", nargs=-1, metavar="[LEDGER ...]")
@click.option("--budget", metavar="FILE", required=True, help="The budgets, in TOML.")
@click.option("--since", metavar="TIME", help="For budgets without a period: from then (ISO 8601).")
@click.option("--until", metavar="TIME", help="For budgets without a period: before then.")
@click.option("--now", metavar="TIME", help="What counts as now. Default: the clock.")
@click.option("--strict", is_flag=True, help="What may be over fails too.")
@click.option("--allow-unknown", is_flag=True, help="What is not known does not fail.")
@setting_options(*DECLARING, "factors", "factor_sources")
@no_pins_option
@absorption_option
@engine_options
@format_options(FORMATS)
@click.option(
    "--also",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Write another format beside it: junit=check.xml. Repeat.",
)
@click.option("--summary", is_flag=True, help=f"Add Markdown to ${SUMMARY} (GitHub Actions).")
@lang_option("Language of what is said.")
def check(
    ledgers: tuple[str, ...],
    *,
    budget: str,
    since: str | None,
    until: str | None,
    now: str | None,
    strict: bool,
    allow_unknown: bool,
    no_pins: bool,
    absorption: str,
    engine: str,
    fresh: bool,
    master: str | None,
    format_: str | None,
    output: str | None,
    also: tuple[str, ...],
    summary: bool,
    lang: str,
    **given: Any,
) -> None:
    """Hold a ledger against budgets.

    Exit code 1 when a limit is exceeded, or when a figure is not known (--allow-unknown lets that
    pass); 2 for a budget file that is not right.

    Example: footprint check --budget budget.toml --zone FRA --also junit=check.xml
    """
    from footprint.budgets.make import check_budgets
    from footprint.budgets.speech import Speech

    speech = Speech(lang)
    others = [_other(each) for each in also]
    form = format_ or of_file(output)
    with uncollected():
        made = check_budgets(
            budget,
            *ledgers,
            since=since,
            until=until,
            now=now,
            strict=strict,
            allow_unknown=allow_unknown,
            pins=not no_pins,
            absorption=absorption,
            engine=engine,
            fresh=fresh,
            master=master,
            **checked(**given),
        )
    for name, path in others:
        _write(path, made.render(name, lang))
    if summary:
        _summarise(made.render("md", lang), speech)
    _write(output, made.render(form, lang))
    if form in ("junit", "gitlab", "metrics"):  # the others show them
        for line in made.warnings:
            say(speech.said_of_file(line))
    if made.failed:
        raise CheckFailedError(speech.failed(made))


def _other(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals or not path or name not in FORMATS:
        raise UsageError(f"--also {text!r}: write FORMAT=FILE, with one of {', '.join(FORMATS)}")
    return name, path


def _summarise(text: str, speech: Speech) -> None:
    """Adds to the step's summary, where there is one: elsewhere that is told, and all goes on."""
    path = os.environ.get(SUMMARY)
    if not path:
        say(speech("no_summary", variable=SUMMARY))
        return
    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{SUMMARY}={path}: {error.strerror or error}") from error


def _write(path: str | None, text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    if path is None or path == "-":
        click.echo(data, nl=False)
    else:
        write_whole(Path(path), data)
