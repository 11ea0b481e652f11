"""`footprint demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from footprint.cli.options import DECLARING, checked, setting_options


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="footprint-demo",
    show_default=True,
    metavar="DIR",
    help="Directory to make. Where it is there already, DIR-2 is taken, and so on.",
)
@setting_options(*DECLARING)
def demo(out: Path, **given: Any) -> None:
    """Go through the main job on real data.

    Trains two classifiers of scikit-learn's digits under measurement, serves held-out images
    through a tracked function from several threads, and writes a ledger, a report and a datasheet
    for each model. Some ten seconds; no account, no network and no GPU are needed.

    Example: footprint demo --zone FRA --tariff 0.18
    """
    from footprint import demo as work
    from footprint.console import say

    made = work.run(out, checked(**given), lambda text: say(text, "footprint demo: "))
    click.echo(made.text.rstrip())
    click.echo()
    for line in made.comparison:
        click.echo(line)
    click.echo()
    width = max(len(str(path)) for path, _ in made.files)
    for path, what in made.files:
        click.echo(f"{path!s:{width}}  {what}")
    if made.unpriced:
        options = " ".join(made.unpriced)
        click.echo()
        click.echo("Carbon or cost is not known, since nobody said where this is or what power")
        click.echo("costs. The ledger holds energy, so it can be said afterwards:")
        click.echo(f"  footprint report {made.files[0][0]} {options}")
        click.echo("or for all of it, datasheets included:")
        click.echo(f"  footprint demo {options}")
