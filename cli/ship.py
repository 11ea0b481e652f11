"""`footprint ship`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from footprint.cli.options import ledger_place

if TYPE_CHECKING:
    from footprint.ledger.shipping import Shipped
    from footprint.ledger.stores import Store


@click.command()
@click.argument("places", metavar="[LEDGER] DESTINATION", nargs=-1, required=True)
@click.option("--seal", "sealing", is_flag=True, help="Seal the ledger's closed journals first.")
@click.option(
    "--open",
    "open_journals",
    is_flag=True,
    help="Also copy journals that are not sealed; longer copies replace shorter ones.",
)
@click.option(
    "--delete-after",
    is_flag=True,
    help="Remove sealed files here once they were read back, whole, from the destination.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it."
)
def ship(
    places: tuple[str, ...], *, sealing: bool, open_journals: bool, delete_after: bool, form: str
) -> None:
    """Copy a ledger's sealed segments to a shared place.

    DESTINATION is a directory or s3://bucket/prefix. It takes many ledgers and is read as one. A
    run that was cut is taken up by the next; what is there already is not copied again, and what
    differs is named and never overwritten.

    Example: footprint ship --seal --open s3://team/ledgers
    """
    from footprint.ledger.shipping import ship as shipped
    from footprint.ledger.stores import open_store

    *ledgers, target = places
    if len(ledgers) > 1:
        raise click.UsageError("name a ledger and a destination, or the destination alone")
    source = open_store(ledger_place(ledgers[0] if ledgers else None))
    destination = open_store(target)
    sealed = _sealed(source) if sealing else 0
    done = shipped(source, destination, open_journals=open_journals, delete_after=delete_after)
    if form == "json":
        described = {"from": source.where, "to": destination.where, "sealed_journals": sealed}
        click.echo(json.dumps(described | done._asdict(), indent=2, ensure_ascii=False))
        return
    for line in _text(source, destination, sealed, done):
        click.echo(line)


def _sealed(source: Store) -> int:
    from footprint.ledger.sealed.sealing import seal

    return seal(source).journals


def _text(source: Store, destination: Store, sealed: int, done: Shipped) -> list[str]:
    from footprint.ledger.receipts import AGREE_S

    lines = [f"{source.where} -> {destination.where}"]
    if sealed:
        lines.append(f"  sealed     {sealed:,} journals")
    lines.append(f"  manifests  {done.manifests:,} copied, {done.there:,} were there")
    lines.append(f"  files      {done.files:,} copied")
    if done.journals:
        lines.append(f"  journals   {done.journals:,} open ones copied")
    if done.pins:
        lines.append(f"  pins       {done.pins:,} copied")
    lines.append(f"  bytes      {done.bytes:,}")
    if done.removed:
        lines.append(f"  removed    {done.removed:,} files here, {done.removed_bytes:,} bytes")
    if done.skew_s is not None and abs(done.skew_s) >= AGREE_S:
        than = "ahead of" if done.skew_s < 0 else "behind"
        lines.append(
            f"  clocks     this host is {abs(done.skew_s):,.0f} s {than} the destination: set it"
            " by NTP"
        )
    return lines
