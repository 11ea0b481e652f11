"""The command line: parses and delegates.

`main` is what the `footprint` script calls. Only the module of the command that was asked for is
imported, so that `footprint --help` answers at once; what it says of the others stands here.
"""

from __future__ import annotations

import click

from footprint._version import __version__
from footprint.cli.group import Commands

#: Command -> (where it is, its line in `--help`). The line is the first of its docstring.
COMMANDS = {
    "run": ("footprint.cli.run:run", "Run a program and book what it uses."),
    "report": ("footprint.cli.report:report", "Report on a ledger."),
    "check": ("footprint.cli.check:check", "Hold a ledger against budgets."),
    "advise": (
        "footprint.cli.advise:advise",
        "Say what the same work would save elsewhere, or done in another way.",
    ),
    "doctor": ("footprint.cli.doctor:doctor", "Say what can be measured here, and how well."),
    "demo": ("footprint.cli.demo:demo", "Go through the main job on real data."),
    "top": (
        "footprint.cli.top:top",
        "Show what draws power now: devices, programs, watts, kWh, grams and dollars.",
    ),
    "meter": ("footprint.cli.meter:meter", "Meter this host without a program, as a service."),
    "ledger": ("footprint.cli.ledger:ledger", "Look into a ledger, or export it."),
    "seal": ("footprint.cli.seal:seal", "Seal a ledger's closed journals."),
    "ship": ("footprint.cli.ship:ship", "Copy a ledger's sealed segments to a shared place."),
    "compact": ("footprint.cli.compact:compact", "Fold old calls into hourly groups."),
    "verify": ("footprint.cli.verify:verify", "Check that a ledger is what was written."),
    "correct": (
        "footprint.cli.correct:correct",
        "Correct what was recorded: void it, replace what was declared, or annotate it.",
    ),
    "factors": (
        "footprint.cli.factors:factors",
        "Look into the factors: intensities, prices, lifetimes, and keep them with a ledger.",
    ),
    "estimate": ("footprint.cli.estimate:estimate", "Estimate a run before it runs."),
    "compare": (
        "footprint.cli.compare:compare",
        "Compare models, versions or precisions, or a plan with its outcome.",
    ),
    "datasheet": ("footprint.cli.datasheet:datasheet", "Write a model's energy datasheet."),
}


@click.group(
    cls=Commands,
    table=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="footprint")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Books the energy, carbon and cost of AI work.

    The ledger is named by an argument or --ledger, else by FOOTPRINT_LEDGER, else it is
    ./footprint-ledger. Data goes to stdout, messages to stderr. Exit codes: 0 done, 1 a check
    failed, 2 wrong use or unreadable input; `run` passes on the program's own.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
