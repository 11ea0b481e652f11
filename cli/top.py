"""`footprint top`."""

from __future__ import annotations

from typing import Any

import click

from footprint.cli.options import DECLARING, checked, ledger_directory, setting_options


@click.command()
@click.argument("ledgers", nargs=-1, metavar="[LEDGER ...]")
@click.option(
    "--interval",
    "interval_s",
    type=click.FloatRange(min=0.1, max=3600),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Between two looks.",
)
@click.option("-n", "ticks", type=click.IntRange(min=1), metavar="N", help="Look so often.")
@click.option("--once", is_flag=True, help="Look once: -n 1.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="json: one object a line, for scripts.",
)
@setting_options(*DECLARING, "replay")
def top(
    ledgers: tuple[str, ...],
    *,
    interval_s: float,
    ticks: int | None,
    once: bool,
    format_: str,
    **given: Any,
) -> None:
    """Show what draws power now: devices, programs, watts, kWh, grams and dollars.

    Devices are this machine's, and those that programs of other hosts read which write to the same
    ledger. Programs are those that write to it now, with their spans in flight; what they used so
    far is from the books, and what came since is shared as the books will share it, in the rough.
    Nothing is recorded. Ctrl-C ends it.
    """
    from footprint import settings
    from footprint.top.open import opened
    from footprint.top.show import show

    own = checked(**given)
    places = [ledger_directory(each) for each in ledgers or (None,)]
    live = opened(places, own, settings.resolve(own))
    live.start()
    try:
        show(live.look, interval_s, 1 if once else ticks, json=format_ == "json")
    except KeyboardInterrupt:
        pass  # how it is left
    finally:
        live.stop()
