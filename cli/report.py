"""`footprint report`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from footprint.cli.options import DECLARING, checked, setting_options
from footprint.cli.reporting import (
    absorption_option,
    engine_options,
    format_options,
    lang_option,
    no_pins_option,
    period_options,
)
from footprint.collector import uncollected
from footprint.errors import UsageError
from footprint.files import write_whole
from footprint.reports import formats


@click.command()
@click.argument("ledgers", nargs=-1, metavar="[LEDGER ...]")
@click.option(
    "--by",
    metavar="FIELDS",
    help="model,name,kind,host,version,project,run,job,rank,status,tag.KEY.",
)
@period_options
@setting_options(*DECLARING, "factors", "factor_sources", "organisation", "privacy")
@no_pins_option
@absorption_option
@engine_options
@format_options(formats.FORMATS)
@lang_option("Of text, md, html, pdf.")
@click.option("--init", is_flag=True, help="Write an organisation.toml to fill in, nothing else.")
@click.option(
    "--replay",
    "replayed",
    metavar="REPORT",
    help="Make a report (JSON, HTML, PDF) again: exit 1 where it does not come out the same.",
)
@click.option(
    "--trace",
    "traced",
    metavar="FIGURE",
    help="From a figure (totals.energy_kwh, groups[0].cost_usd, a span's id) down to its readings.",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --trace: so many spans are named.",
)
@click.pass_context
def report(
    context: click.Context,
    /,
    ledgers: tuple[str, ...],
    *,
    by: str | None,
    since: str | None,
    until: str | None,
    absorption: str,
    engine: str,
    fresh: bool,
    master: str | None,
    format_: str | None,
    output: str | None,
    lang: str,
    no_pins: bool,
    init: bool,
    replayed: str | None,
    traced: str | None,
    most: int | None,
    **given: Any,
) -> None:
    """Report on a ledger.

    Energy, carbon and cost by group, what was idle or unattributed, the factors used, and what is
    missing. What the runs declared (zone, PUE, tariff) is used unless an option says otherwise.

    Example: footprint report --by model,kind --zone FRA --format html -o report.html
    """
    from footprint import reports

    if init or replayed is not None:
        from footprint.cli import report_again as again

        if replayed is None:
            again.init(output, lang)
            return
        again.only_beside(context)
        how = {"engine": engine, "fresh": fresh, "master": master, **checked(**given)}
        again.replay(replayed, ledgers, format_=format_ or "text", output=output, **how)
        return
    asked = {
        "by": by,
        "since": since,
        "until": until,
        "absorption": absorption,
        "pins": not no_pins,
        "engine": engine,
        "fresh": fresh,
        "master": master,
        **checked(**given),
    }
    if traced is not None:
        from footprint.cli.report_trace import trace

        trace(traced, ledgers, asked, most=most, format_=format_, output=output, lang=lang)
        return
    if most is not None:
        raise UsageError("--most is of --trace: say what to trace")
    chosen = format_ or formats.of_file(output)
    if chosen in formats.BINARY and output is None and sys.stdout.isatty():
        raise UsageError(f"--format {chosen} is no text: name its file with -o FILE")
    with uncollected():
        made = reports.report(*ledgers, **asked)
        data = formats.data(made, chosen, lang)
    if output is None or output == "-":
        click.echo(data, nl=False)
    else:
        write_whole(Path(output), data)
