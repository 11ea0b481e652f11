"""`footprint factors`: what is known, what would be used and why, and how to keep it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from footprint.cli.options import checked, ledger_directory, setting_options

if TYPE_CHECKING:
    from footprint.factors.explained import Explained
    from footprint.factors.registry import Ordered

F = TypeVar("F", bound=Callable[..., Any])


@click.group(invoke_without_command=True)
@click.pass_context
def factors(ctx: click.Context) -> None:
    """Look into the factors: intensities, prices, lifetimes, and keep them with a ledger."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _form(command: F) -> F:
    forms = click.Choice(["text", "json"])
    add = click.option("--format", "form", type=forms, default="text", help="How to say it.")
    return add(command)


def _sources(command: F) -> F:
    """The options that say where factors come from."""
    add = click.option("--no-pins", is_flag=True, help="Leave out what is pinned in the ledger.")
    return setting_options("ledger", "factors", "factor_sources")(add(command))


def _period(command: F) -> F:
    since = click.option("--since", metavar="TIME", help="From then on (ISO 8601, UTC).")
    until = click.option("--until", metavar="TIME", help="Up to then.")
    return since(until(command))


def _asked(command: F) -> F:
    """NAME and the options that say what a factor is of."""
    subject = click.option("--subject", metavar="THING", help="Device, instance, or EUR/USD.")
    zone = click.option("--zone", metavar="ZONE", help="Place: FRA, USA-CA, aws:eu-west-3.")
    return click.argument("name")(zone(subject(_period(_sources(_form(command))))))


@factors.command("list")
@click.option("--name", metavar="NAME", help="Only factors of this name.")
@click.option("--zone", metavar="ZONE", help="Only factors of this place.")
@click.option("--subject", metavar="THING", help="Only factors of this device or instance.")
@_sources
@_form
def list_(form: str, **given: Any) -> None:
    """List what the sources have.

    Without a filter: how many factors of which name each source has. With one: the factors, in the
    order of their sources. Live providers are not asked.

    Example: footprint factors list --zone FRA
    """
    from footprint.factors.listing import inventory
    from footprint.factors.tables import counts, rows

    filters = {name: given.pop(name) for name in ("name", "zone", "subject")}
    registry = _registry(**given)
    found = inventory(registry.sources, **filters)
    if form == "json":
        _print_json([each.to_json() for each in found])
        return
    _print(rows(found) if any(filters.values()) else counts(found))
    _say(registry.notes)


@factors.command()
@_asked
def show(form: str, **given: Any) -> None:
    """Show the factor that would be used, with all that is stated of it.

    NAME is a factor's name, such as "grid intensity", PUE, "embodied carbon" or "rental price".
    Exits with 2 where no source has one.

    Example: footprint factors show "grid intensity" --zone FRA
    """
    from footprint.errors import UsageError
    from footprint.factors.near import able, near
    from footprint.factors.tables import described

    registry, found, notes = _explained(**given)
    if not found.used:
        failed = [each.source for each in found.answers if each.problem]
        names = ", ".join(dict.fromkeys((*able(registry, found.query.name), *failed)))
        raise UsageError(
            f"no source has {_titled(found)}: asked {names}.{near(registry, found.query)} "
            f"Give it in a file of own factors (--factors FILE){_joined(notes)}"
        )
    if form == "json":
        _print_json(found.to_json()["used"])
        return
    _print(described(found))
    _say(notes)


@factors.command()
@_asked
def explain(form: str, **given: Any) -> None:
    """Explain which factor would be used, why, and what else there is.

    Asks every source in its order: what each has, how the others differ from the one that is
    taken, which ones could not answer, which are old, and what is not covered.

    Example: footprint factors explain "grid intensity" --zone aws:eu-west-3
    """
    from footprint.factors.near import near
    from footprint.factors.tables import explanation

    registry, found, notes = _explained(**given)
    if form == "json":
        _print_json(found.to_json())
        return
    _print(explanation(found))
    hint = "" if found.used else near(registry, found.query)
    _say((*notes, f"no source has {_titled(found)}.{hint}") if hint else notes)


@factors.command()
@click.argument("ledgers", nargs=-1, metavar="[LEDGER ...]")
@click.option(
    "--zone",
    "zones",
    multiple=True,
    metavar="ZONE",
    help="As in `report --zone`: also what a report for this place uses. Repeat.",
)
@_period
@setting_options("factors", "factor_sources")
@_form
def pin(ledgers: tuple[str, ...], zones: tuple[str, ...], form: str, **given: Any) -> None:
    """Keep the factors that a ledger's report uses, in the ledger.

    Makes the report, asking the sources afresh, and writes what it used to
    LEDGER/factors/pinned.json (again: pinned-0002.json, ...). From then on reports on the ledger
    take their factors from there, whatever becomes of packages, files and providers;
    `report --no-pins` does not. The tables of an own file (tariff, contracts, hardware that was
    rented or bought, extras, rates) are kept with them.

    Example: footprint factors pin --zone FRA
    """
    from footprint.factors.kept import to_json
    from footprint.factors.pinned import of_answers
    from footprint.factors.pins import write
    from footprint.factors.registry import recording
    from footprint.reports import report

    asked = {**checked(factors=given.pop("factors"), factor_sources=given.pop("factor_sources"))}
    written: list[dict[str, Any]] = []
    notes: dict[str, None] = {}
    for ledger in [ledger_directory(each) for each in ledgers or (None,)]:
        with recording() as registries:
            for zone in zones or (None,):
                report(ledger, zone=zone, pins=False, **given, **asked)
        answers = {query: found for each in registries for query, found in each.answers.items()}
        notes |= dict.fromkeys(note for each in registries for note in each.notes)
        pins = of_answers(answers)
        own = registries[0].own if registries else None
        path = write(
            ledger, pins, own=None if own is None else to_json(own.file, "factors" in asked)
        )
        count = len({factor for one in pins for factor in one.factors})
        missing = sum(not one.factors for one in pins)
        written.append(
            {
                "ledger": str(ledger),
                "file": str(path),
                "factors": count,
                "missing": missing,
                "tables": {} if own is None else {k: len(v) for k, v in own.file.tables.items()},
            }
        )
    if form == "json":
        _print_json(written)
    else:
        for each in written:
            click.echo(
                f"{each['file']}: {each['factors']} factors pinned; "
                f"{each['missing']} were asked for and not found{_with_tables(each['tables'])}"
            )
    _say(notes)


def _with_tables(tables: Mapping[str, int]) -> str:
    """What is kept of an own file beside its factors."""
    if not tables:
        return ""
    named = (name if name == "tariff" else f"{count} {name}" for name, count in tables.items())
    return f"; of the own file also its tables are: {', '.join(named)}"


def _registry(
    *, ledger: str | None, factors: str | None, factor_sources: str | None, no_pins: bool
) -> Ordered:
    from footprint import settings
    from footprint.factors.opened import opened
    from footprint.ledger.reader import journal_files

    given = checked(ledger=ledger, factors=factors, factor_sources=factor_sources)
    if ledger is not None:
        journal_files(Path(given["ledger"]))  # says so where it is no ledger
    found = settings.resolve(given)
    return opened(found, [found.ledger], pins=not no_pins).registry


def _explained(
    *,
    name: str,
    zone: str | None,
    subject: str | None,
    since: str | None,
    until: str | None,
    **given: Any,
) -> tuple[Ordered, Explained, tuple[str, ...]]:
    """The sources, what is to be said of a factor, and what is odd."""
    from footprint.accounts.opened import parse_period
    from footprint.factors.explained import agreed, explain, question

    query = question(name, zone, subject, *parse_period(since, until))
    registry = _registry(**given)
    return registry, explain(registry, query), (*registry.notes, *agreed(registry, query))


def _joined(notes: Iterable[str]) -> str:
    return "".join(f"; {note}" for note in notes)


def _titled(found: Explained) -> str:
    from footprint.factors.tables import titled

    return titled(found.query)


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


def _print_json(content: object) -> None:
    click.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))


def _say(notes: Iterable[str]) -> None:
    """What is odd in the user's own file, and which sources could not answer, on stderr."""
    from footprint.console import say

    for note in notes:
        say(note)
