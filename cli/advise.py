"""`footprint advise`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from footprint.advice.formats import FORMATS, of_file
from footprint.advice.view import CARBON, RANKINGS
from footprint.cli.options import DECLARING, checked, setting_options
from footprint.cli.reporting import (
    engine_options,
    format_options,
    lang_option,
    no_pins_option,
    period_options,
)
from footprint.collector import uncollected
from footprint.files import write_whole


@click.command()
@click.argument("ledgers", nargs=-1, metavar="[LEDGER ...]")
@click.option(
    "--zone-candidate",
    "zone_candidates",
    multiple=True,
    metavar="ZONE",
    help="A zone to try, in place of those near. Repeat.",
)
@click.option(
    "--hardware",
    multiple=True,
    metavar="NAME",
    help="A GPU to try for inference (H100), in place of those with a list price. Repeat.",
)
@click.option(
    "--precision",
    "precisions",
    multiple=True,
    metavar="NAME",
    help="A precision of weights to try for inference (fp8), in place of those below. Repeat.",
)
@click.option(
    "--batch",
    "batches",
    multiple=True,
    type=float,
    metavar="NUMBER",
    help="Requests at once to try for inference, in place of 8, 64 and 512. Repeat.",
)
@click.option(
    "--within",
    default="24h",
    metavar="HOURS",
    help="How much later work that can wait may start, up to 168h. Default: 24h.",
)
@click.option(
    "--shift-inference", is_flag=True, help="Inference can wait too: a batch, with no user."
)
@click.option(
    "--api",
    "apis",
    multiple=True,
    metavar="MODEL",
    help="A model behind an API (gpt-4o-mini) to hold own inference against. Repeat.",
)
@click.option(
    "--by", type=click.Choice(RANKINGS), default=CARBON, help="What it is judged and ranked by."
)
@click.option("--all", "every", is_flag=True, help="Show too what saves less than is uncertain.")
@period_options
@setting_options(*DECLARING, "factors", "factor_sources", "organisation", "privacy")
@no_pins_option
@engine_options
@format_options(FORMATS)
@lang_option("Of what is said.")
def advise(
    ledgers: tuple[str, ...],
    *,
    zone_candidates: tuple[str, ...],
    hardware: tuple[str, ...],
    precisions: tuple[str, ...],
    batches: tuple[float, ...],
    within: str,
    shift_inference: bool,
    apis: tuple[str, ...],
    by: str,
    every: bool,
    since: str | None,
    until: str | None,
    no_pins: bool,
    engine: str,
    fresh: bool,
    master: str | None,
    format_: str | None,
    output: str | None,
    lang: str,
    **given: Any,
) -> None:
    """Say what the same work would save elsewhere, or done in another way.

    The metered energy in other zones, at other hours, in other precisions, batches and on other
    hardware, what an API would take, and what idle devices drew: ranked, with intervals, and only
    where a saving is larger than what is uncertain of it.

    Example: footprint advise --zone FRA --zone-candidate SWE
    """
    from footprint.advice.make import advise as made_of

    form = format_ or of_file(output)
    with uncollected():
        made = made_of(
            *ledgers,
            zone_candidates=zone_candidates,
            hardware=hardware,
            precisions=precisions,
            batches=batches,
            within=within,
            shift_inference=shift_inference,
            apis=apis,
            by=by,
            every=every,
            since=since,
            until=until,
            pins=not no_pins,
            engine=engine,
            fresh=fresh,
            master=master,
            **checked(**given),
        )
    data = made.render(form, lang).encode("utf-8", "backslashreplace")
    if output is None or output == "-":
        click.echo(data, nl=False)
    else:
        write_whole(Path(output), data)
