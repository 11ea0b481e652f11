"""`footprint ledger`: look into a ledger, or export it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from footprint.cli.options import ledger_place
from footprint.console import many, say

if TYPE_CHECKING:
    from footprint.check.inventory import Inventory

#: So many gaps and issues are listed; JSON has them all.
SHOWN = 20


@click.group(invoke_without_command=True)
@click.pass_context
def ledger(ctx: click.Context) -> None:
    """Look into a ledger, or export it."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@ledger.command()
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it."
)
def info(ledgers: tuple[str, ...], form: str) -> None:
    """Say what is in a ledger.

    Journals, hosts, period, spans, readings and devices; and what is wrong: journals cut short or
    damaged, batches that are missing, records that were dropped, gaps in the metering.
    """
    from footprint.check.inventory import Inventory, to_json

    found = [Inventory(ledger_place(each)) for each in ledgers or (None,)]
    if form == "json":
        click.echo(json.dumps(to_json(found), indent=2, ensure_ascii=False, allow_nan=False))
        return
    for index, one in enumerate(found):
        if index:
            click.echo()
        for line in _text(one):
            click.echo(line)


@ledger.command()
@click.argument("target", metavar="TARGET")
@click.argument("ledgers", metavar="LEDGER...", nargs=-1, required=True)
def merge(target: str, ledgers: tuple[str, ...]) -> None:
    """Join ledgers: copy them, journals and sealed segments, into TARGET.

    TARGET is a ledger, or a directory or s3://bucket/prefix that holds nothing yet. The others stay
    as they are. What is there already is not copied again, so that it can be repeated; a journal
    that grew since replaces its shorter copy.
    """
    from footprint.ledger.shipping import ship
    from footprint.ledger.stores import open_store

    destination = open_store(target)
    for each in ledgers:
        source = open_store(ledger_place(each))
        done = ship(source, destination, open_journals=True)
        say(
            f"{source.where}: {many(done.journals, 'journal')},"
            f" {many(done.manifests, 'manifest')} and {many(done.files, 'sealed file')}"
            f" ({_size(done.bytes)}) copied to {destination.where}"
        )


@ledger.command()
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1)
@click.option(
    "--table",
    type=click.Choice(["spans", "readings"]),
    default="spans",
    show_default=True,
    help="What to export: work with its energy, or what the devices used.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl", "parquet"]),
    help="Default: by the file's suffix, else csv.",
)
@click.option("-o", "--output", metavar="FILE", help="Where to. Default: stdout.")
@click.option("--since", metavar="WHEN", help="Leave out what was before: 2026-11-22T14:00.")
@click.option("--until", metavar="WHEN", help="Leave out what was from then on.")
def export(ledgers: tuple[str, ...], form: str | None, **given: Any) -> None:
    """Export a ledger as CSV, JSON lines or Parquet.

    The tables are those of `open_ledger(...).spans()` and `.readings()`: attributed, times in UTC.
    """
    from footprint.accounts import exporting

    places = [ledger_place(each) for each in ledgers or (None,)]
    exporting.export(places, form=form, **given)


def _text(one: Inventory) -> Iterator[str]:
    named = f" ({one.schema})" if one.schema else ""
    yield f"{one.place}{named}"
    if one.period is None:
        yield "  empty"
    else:
        start, end = one.period
        yield f"  period     {start} to {end}"
    closed = sum(each["closed"] is not None for each in one.journals)
    left = f", {len(one.journals) - closed} open: running, or died" * (closed < len(one.journals))
    yield f"  journals   {len(one.journals)}, {_size(one.bytes)}: {closed} closed{left}"
    if one.sealed["manifests"]:
        kept = [many(one.sealed[each], each.rstrip("s")) for each in ("journals", "files")]
        size = _size(one.sealed["bytes"])
        yield f"             of them sealed: {kept[0]} in {kept[1]}, {size}"
    for each in one.compacted:
        dates, when = f"{each['first']} to {each['last']}", each["utc"][:10]
        yield f"  compacted  {dates}, on {when}: calls are kept by the hour"
    yield f"  runs       {len(one.runs)}"
    yield from _list("jobs", [_job(each) for each in one.jobs.values()]) if one.jobs else ()
    hosts = [f"{host or '(no name)'} ({many(n, 'journal')})" for host, n in one.hosts.items()]
    yield f"  hosts      {', '.join(hosts) or 'none'}"
    entries = one.rows["span"] + one.rows["fold"]
    yield f"  spans      {entries:,} entries, {one.calls:,} calls, {one.errors:,} errors"
    if one.left_open:
        yield f"             {one.left_open:,} begun and not ended: running, or their process died"
    readings = one.rows["point"] + one.rows["window"]
    samples = one.rows["usage"] + one.rows["gpu_usage"]
    yield f"  readings   {readings:,} of energy, {samples:,} of usage"
    for device in one.devices.values():
        named = f"{device['device_kind']} {device['name']} [{device['id']}]"
        yield f"  device     {named}: tier {device['tier']}, {device['readings']:,} readings"
    if one.corrections:
        yield f"  corrections {one.corrections}: see `footprint correct list`"
    yield f"  written by {', '.join(one.versions) or 'nobody'}"
    if one.newer_records:
        yield f"  newer      {one.newer_records:,} records of a newer footprint were passed over"
    yield from _list("issues", [f"{each.kind} in {each.where}: {each.line}" for each in one.issues])
    dropped = [f"{each['rows']:,} rows, {each['start']}: {each['reason']}" for each in one.dropped]
    yield from _list("dropped", dropped)
    yield from _list("gaps", [_gap(each) for each in one.gaps], _reasons(one.gaps))


def _job(job: dict[str, Any]) -> str:
    """`slurm 4711.0: 8 of 8 ranks on 2 hosts`."""
    of = f" of {job['world_size']}" if job["world_size"] else ""
    ranks = f"{len(job['ranks'])}{of} ranks" if job["ranks"] else "ranks not told"
    return f"{job['launcher']} {job['id']}: {ranks} on {many(len(job['hosts']), 'host')}"


def _list(name: str, lines: list[str], summed: str = "") -> Iterator[str]:
    total = f"{len(lines):,}{summed}" if lines else "none"
    yield f"  {name:<10} {total}"
    for line in lines[:SHOWN]:
        yield f"             {line}"
    if len(lines) > SHOWN:
        yield f"             and {len(lines) - SHOWN:,} more: --format json has all"


def _gap(gap: dict[str, Any]) -> str:
    until = f" to {gap['end']}" if gap.get("end") not in (None, gap["start"]) else ""
    return f"{gap['start']}{until} {gap.get('device') or 'host'}: {gap['text']}"


def _reasons(gaps: list[dict[str, Any]]) -> str:
    counts = Counter(str(gap["reason"]) for gap in gaps)
    return f" ({', '.join(f'{reason} {count}' for reason, count in counts.items())})"


def _size(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} GiB"
