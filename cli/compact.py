"""`footprint compact`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from footprint.cli.options import ledger_place
from footprint.console import say

if TYPE_CHECKING:
    from footprint.retention.compact import Outcome


@click.command()
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1)
@click.option(
    "--keep-calls",
    metavar="AGE",
    required=True,
    help="Keep single calls that are younger: 90d, 12w, or a date (2026-09-01, UTC) from which on.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
def compact(ledgers: tuple[str, ...], *, keep_calls: str, dry_run: bool) -> None:
    """Fold old calls into hourly groups.

    Of sealed UTC dates that are older, the calls of each process, function and status become one
    group an hour, with its calls, errors, amounts, durations and what it used of each device.
    Readings stay. Reports on whole days are the same before and after; those that cut such a day
    count by whole hours. The single calls are removed, and cannot be had back but from a copy; the
    ledger keeps their files' SHA-256.

    Stopped at any moment, nothing is lost or counted twice. Prints the head of each ledger's chain.
    """
    from footprint.ledger.stores import open_store
    from footprint.retention.age import first_kept
    from footprint.retention.compact import compact as compacted

    before = first_kept(keep_calls)
    for each in ledgers or (None,):
        store = open_store(ledger_place(each))
        outcome = compacted(store, before, dry_run=dry_run)
        for line in _said(store.where, outcome, dry_run=dry_run):
            say(line)
        if outcome.head is not None:
            chain, number, digest = outcome.head
            click.echo(f"{chain} {number} {digest}")


def _said(where: str, outcome: Outcome, *, dry_run: bool) -> Iterator[str]:
    if outcome.removed:
        count = len(outcome.removed)
        yield f"{where}: {count:,} files removed that an interrupted compaction had replaced"
    if outcome.dates:
        first, last, count = outcome.dates[0], outcome.dates[-1], len(outcome.dates)
        dates = first if count == 1 else f"{count:,} dates, {first} to {last}"
        did = "would become" if dry_run else "became"
        yield (
            f"{where}: {dates}: {outcome.calls:,} calls {did} {outcome.groups:,} hourly groups,"
            f" {_size(outcome.bytes_before)} before, {_size(outcome.bytes_after)} after"
        )
    else:
        yield f"{where}: nothing to compact: no sealed date that old has single calls"
    if outcome.why:
        yield f"{where}: {outcome.why}"


def _size(count: int) -> str:
    return f"{count / 1e6:.3g} MB" if count >= 100_000 else f"{count:,} bytes"
