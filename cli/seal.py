"""`footprint seal`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from footprint.cli.options import ledger_place
from footprint.console import many, say

if TYPE_CHECKING:
    from footprint.ledger.sealed.sealing import Outcome


@click.command()
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1)
@click.option("--quiet", is_flag=True, help="Print the head alone.")
@click.option("--sign", metavar="KEYFILE", help="Sign the head with an Ed25519 key.")
def seal(ledgers: tuple[str, ...], *, quiet: bool, sign: str | None) -> None:
    """Seal a ledger's closed journals.

    Journals whose writers have ended become Parquet files by table and UTC date, a quarter of the
    size and held together by a chain of hashes, and are removed. A journal whose writer may be
    alive is left alone. Reports are the same before and after; stopped at any moment, nothing is
    lost.

    Prints the head of each ledger's chain: its name, the last manifest's number, and its SHA-256.
    Kept elsewhere, it shows later whether anything was cut off.
    """
    from footprint.ledger.sealed.sealing import seal as sealed
    from footprint.ledger.stores import open_store

    key = None
    if sign is not None:
        from footprint.ledger.proofs.sign import read_private

        key = read_private(Path(sign))
    for each in ledgers or (None,):
        store = open_store(ledger_place(each))
        outcome = sealed(store)
        if not quiet:
            for line in _said(store.where, outcome):
                say(line)
        if outcome.head is not None:
            chain, number, digest = outcome.head
            if key is not None:
                from footprint.ledger.proofs.sign import sign_last

                sign_last(store, chain, key)
            click.echo(f"{chain} {number} {digest}")


def _said(where: str, outcome: Outcome) -> Iterator[str]:
    if outcome.removed:
        yield f"{where}: {many(len(outcome.removed), 'file')} of interrupted seals removed"
    if outcome.journals:
        yield (
            f"{where}: {many(outcome.journals, 'journal')} sealed,"
            f" {_size(outcome.bytes_before)} before, {_size(outcome.bytes_after)} after"
        )
    else:
        yield f"{where}: nothing to seal: no journal is closed that was not sealed before"
    for name, why in outcome.left:
        yield f"{where}: {name} was left as it is: {why}"


def _size(count: int) -> str:
    return f"{count / 1e6:.3g} MB" if count >= 100_000 else f"{count:,} bytes"
