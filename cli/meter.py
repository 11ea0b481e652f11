"""`footprint meter`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from footprint.cli.options import DECLARING, checked, setting_options
from footprint.console import say


def _finite(context: click.Context, option: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a number of seconds.", context, option)
    return value


@click.command()
@setting_options("ledger")
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    metavar="SECONDS",
    help="Stop after so long. Default: when told to.",
)
@setting_options(*DECLARING, "replay")
@click.option("--quiet", is_flag=True, help="Say nothing.")
def meter(seconds: float | None, *, quiet: bool, **given: Any) -> None:
    """Meter this host without a program, as a service.

    Runs in the foreground until SIGTERM, SIGINT or SIGHUP, then closes its journal and leaves with
    exit code 0. With it running the books are complete: what the host draws overnight is idle
    energy, and not a hole. Programs that are tracked meanwhile keep their own journals in the same
    ledger; what both saw of a counter is counted once.
    """
    from footprint.run import service

    def started(ledger: Path) -> None:
        if not quiet:
            say(f"metering this host into {ledger}; stop it with Ctrl-C")

    service.meter(checked(**given), seconds, started)
