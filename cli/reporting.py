"""Options that commands share which report on a ledger: which of it, how, and where it goes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from footprint.engines import ENGINES
from footprint.words import LANGUAGES

F = TypeVar("F", bound=Callable[..., Any])

no_pins_option = click.option(
    "--no-pins", is_flag=True, help="Leave out the factors pinned in the ledger."
)
absorption_option = click.option(
    "--absorption",
    type=click.Choice(["none", "full"]),
    default="none",
    help="full: spread idle energy over the spans, in proportion to theirs.",
)
output_option = click.option(
    "-o", "--output", metavar="FILE", help="Write to a file, all of it or nothing."
)


def period_options(command: F) -> F:
    """`--since` and `--until`."""
    command = click.option("--until", metavar="TIME", help="Leave out what was from then on.")(
        command
    )
    text = "Leave out what was before (ISO 8601, UTC)."
    return click.option("--since", metavar="TIME", help=text)(command)


def engine_options(command: F) -> F:
    """`--engine`, `--fresh` and `--master`."""
    cluster = "Of the Spark cluster: spark://HOST:7077."
    command = click.option("--master", metavar="URL", help=cluster)(command)
    kept = "Work out again what was kept of sealed days."
    command = click.option("--fresh", is_flag=True, help=kept)(command)
    return click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default="auto",
        help="Where it is worked out: here, in several processes (duckdb), or on a Spark cluster.",
    )(command)


def format_options(formats: Iterable[str]) -> Callable[[F], F]:
    """`--format`, one of these, as the argument `format_`, and `--output`."""
    chosen = click.option(
        "--format",
        "format_",
        type=click.Choice(list(formats)),
        help="Default: text, or by FILE.",
    )
    return lambda command: chosen(output_option(command))


def lang_option(described: str) -> Callable[[F], F]:
    """`--lang`: of which parts, as its help says."""
    return click.option("--lang", type=click.Choice(LANGUAGES), default="en", help=described)
