"""`footprint compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from footprint.cli.estimate import NUMBER
from footprint.cli.options import DECLARING, checked, setting_options
from footprint.cli.reporting import format_options, lang_option, period_options
from footprint.comparisons.formats import FORMATS, of_file, rendered
from footprint.files import write_whole


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
@click.option(
    "--plan", metavar="FILE", help="A JSON estimate, which A (a ledger) is the outcome of."
)
@period_options
@click.option("--metrics", metavar="FILE", help="JSON or CSV of accuracy and the like, by group.")
@click.option("--tokens-in", type=NUMBER, help="By the token: input tokens of a request.")
@click.option("--tokens-out", type=NUMBER, help="By the token: output tokens of a request.")
@click.option("--api-zone", metavar="ZONE", help="Where APIs run. Default: by provider.")
@click.option("--batch", type=NUMBER, help="Own hardware: sequences at once. Default: 8 to 512.")
@click.option("--precision", metavar="NAME", help="Own hardware: of the weights. Default: bf16.")
@click.option("--host-watts", type=NUMBER, metavar="W", help="Own hardware: power of the host.")
@click.option(
    "--utilisation",
    type=float,
    default=1.0,
    show_default=True,
    metavar="X",
    help="Own hardware: the part of its capacity that is used.",
)
@setting_options(*DECLARING, "factors", "factor_sources")
@format_options(FORMATS)
@lang_option("Of text, md, html.")
def compare(
    operands: tuple[str, ...],
    *,
    ledgers: tuple[str, ...],
    per: str,
    plan: str | None,
    since: str | None,
    until: str | None,
    metrics: str | None,
    tokens_in: float | None,
    tokens_out: float | None,
    api_zone: str | None,
    batch: float | None,
    precision: str | None,
    host_watts: float | None,
    utilisation: float,
    format_: str | None,
    output: str | None,
    lang: str,
    **given: Any,
) -> None:
    """Compare models, versions or precisions, or a plan with its outcome.

    A, B, ... name spans: a model, MODEL@VERSION, a function, field=value,..., LEDGER:NAME or a
    JSON report. own:MODEL@GPUxN and api:MODEL are a model on own hardware and one behind an API,
    compared by the token. The first is what the others are held against. With --plan, LEDGER is
    what came of an estimate.

    Example: footprint compare minilm@fp32 minilm@int8 --metrics metrics.json --zone FRA
    """
    from footprint.comparisons.make import ByToken
    from footprint.comparisons.make import compare as made
    from footprint.comparisons.measured import Ask
    from footprint.comparisons.plan import compared as outcome
    from footprint.errors import UsageError

    ask = Ask(per, since, until, checked(**given))
    shape = format_ or of_file(output)
    by_token = ByToken(tokens_in, tokens_out, batch, precision, host_watts, utilisation, api_zone)
    if plan is None:
        found = made(operands, ledgers, ask, metrics, by_token)
    elif len(operands) > 1:
        raise UsageError(f"--plan is compared with one ledger, not {len(operands)}: name one")
    elif metrics is not None:
        raise UsageError("--metrics is for groups, not for --plan: leave one of them out")
    else:
        found = outcome(plan, operands[0] if operands else None, ledgers, ask)
    data = rendered(found, shape, lang).encode("utf-8", "backslashreplace")
    if output is None or output == "-":
        click.echo(data, nl=False)
    else:
        write_whole(Path(output), data)
