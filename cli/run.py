"""`footprint run`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from footprint.cli.options import DECLARING, checked, key_values, setting_options
from footprint.errors import UsageError
from footprint.model import KINDS


@click.command(
    context_settings={"allow_interspersed_args": False},  # the first word begins the command
    options_metavar="[OPTIONS]",
)
@setting_options("ledger")
@click.option("--model", metavar="NAME", help="Model that the work belongs to.")
@click.option("--version", metavar="V", help="Its version.")
@click.option("--kind", type=click.Choice(KINDS), default="other", help="What the work is for.")
@click.option("--name", metavar="NAME", help="What reports call the run. Default: the command.")
@setting_options("project")
@click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help="A further name. Repeat.")
@setting_options(*DECLARING, "replay")
@click.option("--budget", metavar="FILE", help="Hold it against budgets, and say how they stand.")
@click.option(
    "--stop-over-budget", is_flag=True, help="End the program (SIGTERM) when it is over; exit 124."
)
@click.option("--progress", is_flag=True, help="Draw a line on the terminal once a second.")
@click.option("--quiet", is_flag=True, help="Say nothing at the end.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- CMD ...")
def run(
    command: tuple[str, ...],
    *,
    model: str | None,
    version: str | None,
    kind: str,
    name: str | None,
    tags: tuple[str, ...],
    budget: str | None,
    stop_over_budget: bool,
    progress: bool,
    quiet: bool,
    **given: Any,
) -> int:
    """Run a program and book what it uses.

    The program and all its children are metered as one run. It has the terminal, standard streams
    and signals as it would have without this, and its exit code is passed on: 127 where it is not
    found, 126 where it cannot be executed; where a signal ended it, `footprint run` dies of the
    same signal. What it tracks itself (with `import footprint`) is booked below the run.

    --budget warns while the program runs and at its end; the exit code stays the program's, unless
    --stop-over-budget ends it, or finds a budget of it used up before: 124 then, as of timeout.

    --progress suits programs that write little to the terminal: the line shares it with them.

    Example: footprint run --model digits --kind training --zone FRA -- python train.py
    """
    from footprint.run import program as running

    if not command:
        raise UsageError("there is no command to run: footprint run -- python train.py")
    if stop_over_budget and budget is None:
        raise UsageError("--stop-over-budget goes by a budget file: give --budget FILE too")
    settings = checked(**given)
    work = running.Work(
        name or Path(command[0]).name or command[0],
        kind,
        model,
        version,
        settings.get("project"),
        key_values("--tag", tags) or None,
    )
    asked = None if budget is None else running.Asked(Path(budget), stop_over_budget)
    ended = running.run(command, settings, work, quiet=quiet, progress=progress, budget=asked)
    return running.leave(ended)
