"""`footprint correct`: say what was recorded wrongly. Nothing is edited."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from footprint.cli.options import ledger_place
from footprint.console import many
from footprint.errors import UsageError

if TYPE_CHECKING:
    from footprint.accounts.opened import Ledger
    from footprint.ledger.corrections.correction import Correction
    from footprint.reports.view import Corrected, Report

F = TypeVar("F", bound=Callable[..., Any])


@click.group(invoke_without_command=True)
@click.pass_context
def correct(ctx: click.Context) -> None:
    """Correct what was recorded: void it, replace what was declared, or annotate it.

    A correction is an entry with who and why. Nothing is edited; reports apply it and show it, and
    it can itself be voided.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


#: Option, metavar, help of what chooses calls, runs or readings.
_TARGET = (
    ("--run", "ID", "Of this run."),
    ("--writer", "UUID", "Of this process."),
    ("--host", "NAME", "Of this host."),
    ("--name", "NAME", "Calls of this name."),
    ("--model", "MODEL", "Calls of this model, as it was recorded."),
    ("--version", "VERSION", "Calls of this version, as it was recorded."),
    ("--first-seq", "N", "Calls from this sequence on (with --writer)."),
    ("--last-seq", "N", "Calls up to this sequence (with --writer)."),
    ("--since", "TIME", "What ended, was read or began from then on (ISO 8601, UTC)."),
    ("--until", "TIME", "What ended, was read or began before then."),
)


def _target(command: F) -> F:
    """The ledger, the options that choose what is corrected, and who and why."""
    command = click.option("--dry-run", is_flag=True, help="Show what would change.")(command)
    command = click.option("--why", metavar="TEXT", required=True, help="The reason.")(command)
    command = click.option("--by", "who", metavar="NAME", required=True, help="Who says so.")(
        command
    )
    for option, metavar, text in reversed(_TARGET):
        kind = click.IntRange(min=1) if metavar == "N" else str
        command = click.option(option, metavar=metavar, type=kind, help=text)(command)
    return click.argument("ledger", required=False)(command)


_DEVICE = click.option("--device", metavar="ID", help="This device's readings, not calls.")
_CORRECTION = click.option(
    "--correction",
    "corrects",
    metavar="ID",
    multiple=True,
    help="This correction.",
)


@correct.command()
@_DEVICE
@_CORRECTION
@_target
def void(**given: Any) -> None:
    """Void calls, readings or other corrections.

    Void calls are as if they had not been recorded. Of void readings what the device drew is not
    known. A void correction does not hold.

    Example: footprint correct void --run 3f2a... --by "A. Meyer" --why "a test of the cluster"
    """
    _do("void", **given)


@correct.command()
@click.option(
    "--set",
    "declared",
    metavar="NAME=VALUE",
    multiple=True,
    help="What was declared: model, version, project, kind, devices, tag.KEY; of runs zone, pue,"
    " tariff_per_kwh and the like. Empty: nothing.",
)
@click.option("--amount", metavar="NAME=N", multiple=True, help="What each call added: items=8.")
@click.option("--scale", metavar="NAME=N", multiple=True, help="Multiply an amount: items=0.5.")
@_target
def replace(
    declared: tuple[str, ...], amount: tuple[str, ...], scale: tuple[str, ...], **given: Any
) -> None:
    """Replace what calls or runs declared.

    Example: footprint correct replace --model bert --set model=minilm --by NAME --why "a typo"
    """
    _do(
        "replace",
        declared={name: _value(name, text) for name, text in _pairs("--set", declared)},
        amounts={name: _number("--amount", text) for name, text in _pairs("--amount", amount)},
        scales={name: _number("--scale", text) for name, text in _pairs("--scale", scale)},
        **given,
    )


@correct.command()
@_DEVICE
@_CORRECTION
@_target
def annotate(**given: Any) -> None:
    """Annotate calls, readings or corrections: reports show it, no figure changes.

    The text is that of --why.
    """
    _do("annotate", **given)


@correct.command("list")
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it."
)
def list_(ledgers: tuple[str, ...], form: str) -> None:
    """List the corrections of a ledger, and what each does."""
    from footprint.accounts.opened import open_ledger
    from footprint.reports.as_json import corrected
    from footprint.reports.corrected import shown

    ledger = open_ledger(*(ledger_place(each) for each in ledgers or (None,)))
    found = [shown(each) for each in ledger.outline().corrections]
    if form == "json":
        click.echo(json.dumps([corrected(each) for each in found], indent=2, ensure_ascii=False))
        return
    for each in found:
        for line in _text(each):
            click.echo(line)
    if not found:
        click.echo("no corrections")


def _do(action: str, *, ledger: str | None, dry_run: bool, **given: Any) -> None:
    """Makes a correction, and puts it into the ledger or shows what it would change."""
    from footprint.accounts.opened import open_ledger
    from footprint.ledger.corrections.journals import add

    opened = open_ledger(ledger_place(ledger))
    made = _made(action, opened, **given)
    opened.proposed = [made]
    if dry_run:
        _show_change(opened, made)
        return
    applied = next(each for each in opened.outline().corrections if each.correction.id == made.id)
    if not made.corrects and not (applied.spans or applied.readings or applied.writers):
        raise UsageError(
            f"nothing in {opened.places[0]} is chosen by these options: see `footprint ledger"
            " export`; nothing was written"
        )
    add(opened.stores[0], made)
    click.echo(made.id)


def _made(action: str, ledger: Ledger, **given: Any) -> Correction:
    from footprint.accounts.opened import parse_period
    from footprint.ledger.corrections.correction import Correction, Target, checked
    from footprint.ledger.corrections.journals import resolved

    since, until = parse_period(given.pop("since"), given.pop("until"))
    corrects = given.pop("corrects", ())
    if corrects:
        corrects = resolved(corrects, ledger.corrections())
    values = {name: given.pop(name, {}) for name in ("declared", "amounts", "scales")}
    who, why = given.pop("who"), given.pop("why")
    target = Target(**given, since_utc_ns=since, until_utc_ns=until)
    now = time.time_ns()
    return checked(
        Correction(uuid.uuid4().hex, action, target, who, why, now, corrects=corrects, **values)
    )


def _show_change(ledger: Ledger, made: Correction) -> None:
    """What the correction is about, and the totals without it and with it."""
    from footprint import settings
    from footprint.reports.build import build
    from footprint.reports.options import Options

    after = build(ledger, Options(), settings.resolve())
    ledger.proposed = []
    before = build(ledger, Options(), settings.resolve())
    for line in _text(next(each for each in after.corrections if each.id == made.id)):
        click.echo(line)
    for name, was, is_ in _changes(before, after):
        click.echo(f"  {name}: {was} -> {is_}" if was != is_ else f"  {name}: {was}, as before")
    click.echo("  nothing was written (--dry-run)")


def _changes(before: Report, after: Report) -> Iterator[tuple[str, str, str]]:
    """(what, before, after) of the totals and their parts."""
    from footprint.reports.figures import digits, middle
    from footprint.reports.view import QUANTITIES

    parts = dict.fromkeys(line.part for each in (before, after) for line in each.lines)
    for part in parts:
        was, is_ = (
            next((line.amounts.energy_j for line in each.lines if line.part == part), None)
            for each in (before, after)
        )
        yield f"energy of {part}", middle(was), middle(is_)
    for name in QUANTITIES:
        was, is_ = (getattr(each.totals, name) for each in (before, after))
        yield f"total {name}", middle(was), middle(is_)
    costs = [
        ", ".join(f"{digits(float(each.mid))} {name}" for name, each in report.totals.cost.items())
        for report in (before, after)
    ]
    yield "total cost", costs[0] or "not known", costs[1] or "not known"


def _text(each: Corrected) -> Iterator[str]:
    yield f"{each.id} {each.action} {each.what}"
    yield f"  {each.utc} by {each.who}: {each.why}"
    counts = [
        many(count, name)
        for name, count in (("call", each.calls), ("reading", each.readings))
        if count
    ]
    if counts:
        yield f"  {', '.join(counts)}"
    for remark in each.remarks:
        yield f"  {remark}"


def _pairs(option: str, given: Iterable[str]) -> Iterator[tuple[str, str]]:
    from footprint.cli.options import key_values

    yield from key_values(option, given).items()


def _value(name: str, text: str) -> Any:
    if not text.strip():
        return None
    if name == "devices":
        parts = [part.strip() for part in text.split(",")]
        return [int(part) if part.isdigit() else part for part in parts]
    return text


def _number(option: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is no number: write {option} items=8") from error
