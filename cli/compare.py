"""`footprint compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from footprint.cli.options import DECLARING, checked, setting_options
from footprint.comparisons.formats import FORMATS, of_file, rendered


@click.command()
@click.argument("operands", nargs=-1, metavar="A B ...")
@click.option(
    "--in",
    "--ledger",
    "ledgers",
    multiple=True,
    metavar="LEDGER",
    help="Where A and B are; several are read as one.",
)
@click.option(
    "--per",
    default="item",
    show_default=True,
    metavar="UNIT",
    help="What figures are for one of: item, call, run, or a unit that was added.",
)
@click.option("--since", metavar="TIME", help="Leave out what was before (ISO 8601, UTC).")
@click.option("--until", metavar="TIME", help="Leave out what was from then on.")
@click.option("--metrics", metavar="FILE", help="JSON or CSV of accuracy and the like, by group.")
@setting_options(*DECLARING, "factors", "factor_sources")
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), help="Default: text, or by FILE."
)
@click.option("-o", "--output", metavar="FILE", help="Write to a file, all of it or nothing.")
def compare(
    operands: tuple[str, ...],
    *,
    ledgers: tuple[str, ...],
    per: str,
    since: str | None,
    until: str | None,
    metrics: str | None,
    format_: str | None,
    output: str | None,
    **given: Any,
) -> None:
    """Compare models, versions or precisions, or a plan with its outcome.

    A, B, ... name spans: a model, MODEL@VERSION, a function, field=value,..., LEDGER:NAME or a
    JSON report; the first is what the others are held against.

    Example: footprint compare minilm@fp32 minilm@int8 --metrics metrics.json --zone FRA
    """
    from footprint.cli.report import write_whole
    from footprint.comparisons.make import compare as made
    from footprint.comparisons.measured import Ask

    ask = Ask(per, since, until, checked(**given))
    shape = format_ or of_file(output)
    data = rendered(made(operands, ledgers, ask, metrics), shape).encode(
        "utf-8", "backslashreplace"
    )
    if output is None or output == "-":
        click.echo(data, nl=False)
    else:
        write_whole(Path(output), data)
