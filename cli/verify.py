"""`footprint verify`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from footprint.cli.options import ledger_place
from footprint.errors import CheckFailedError, UsageError

if TYPE_CHECKING:
    from footprint.ledger.proofs.findings import Finding

#: So many findings of a ledger are listed; JSON has them all.
SHOWN = 100


@click.command()
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1)
@click.option(
    "--head",
    "heads",
    metavar="FILE",
    multiple=True,
    help="A head that was saved, or a report's JSON: all that it knows has to be there.",
)
@click.option(
    "--key", metavar="FILE", help="Every chain's last manifest has to be signed with this key."
)
@click.option("--save-head", metavar="FILE", help="Write what the ledger is now; `-` is stdout.")
@click.option("--sign", metavar="KEYFILE", help="Sign the head that is saved.")
@click.option("--make-key", metavar="FILE", help="Make a key, and FILE.pub; do nothing else.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it."
)
def verify(
    ledgers: tuple[str, ...],
    heads: tuple[str, ...],
    key: str | None,
    save_head: str | None,
    sign: str | None,
    make_key: str | None,
    form: str,
) -> None:
    """Check that a ledger is what was written.

    Finds records and files that were changed, inserted, truncated, reordered or removed, and names
    the file and its rows. What was cut off at an end is found with --head or --key. A crash's torn
    tail is a note. Exit code 1 when something is wrong.

    Example: footprint verify --save-head head.json; later: footprint verify --head head.json
    """
    if make_key is not None:
        _make_key(Path(make_key))
        return
    if sign is not None and save_head is None:
        raise UsageError("--sign signs the head that --save-head FILE writes: name that too")
    if save_head is not None and len(ledgers) > 1:
        raise UsageError("--save-head is of one ledger: name one")
    from footprint.ledger.proofs import head as proved
    from footprint.ledger.proofs.sign import read_private, read_public
    from footprint.ledger.proofs.verify import verify_all
    from footprint.ledger.stores import open_store

    known = [one for name in heads for one in proved.parse(_read(name), name)]
    public = None if key is None else read_public(Path(key))
    private = None if sign is None else read_private(Path(sign))
    stores = [open_store(ledger_place(each)) for each in ledgers or (None,)]
    found = verify_all(stores, known, public)
    _say([store.where for store in stores], found, form, to_stderr=save_head == "-")
    wrong = sum(each.is_error for findings in found for each in findings)
    if wrong:
        kept = "; no head was saved" if save_head is not None else ""
        raise CheckFailedError(f"{wrong} {'finding' if wrong == 1 else 'findings'}{kept}")
    if save_head is not None:
        made = proved.head(stores[0])
        if private is not None:
            from footprint.ledger.proofs.sign import sign_head

            made = sign_head(made, private)
        _write(save_head, json.dumps(made.document, indent=1, ensure_ascii=False) + "\n")


def _say(
    places: Sequence[str], found: Sequence[Sequence[Finding]], form: str, *, to_stderr: bool
) -> None:
    if form == "json":
        ledgers = [
            {
                "ledger": place,
                "verified": not any(each.is_error for each in findings),
                "findings": [each.as_json() for each in findings],
            }
            for place, findings in zip(places, found, strict=True)
        ]
        document = {"schema": "footprint.verify/1", "ledgers": ledgers}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False), err=to_stderr)
        return
    for place, findings in zip(places, found, strict=True):
        errors = sum(each.is_error for each in findings)
        notes = len(findings) - errors
        ends = f", {notes} {'note' if notes == 1 else 'notes'}" if notes else ""
        verdict = f"{errors} {'finding' if errors == 1 else 'findings'}" if errors else "verified"
        click.echo(f"{place}: {verdict}{ends}", err=to_stderr)
        for each in findings[:SHOWN]:
            click.echo(f"  {each.line}", err=to_stderr)
        if len(findings) > SHOWN:
            rest = len(findings) - SHOWN
            click.echo(f"  and {rest:,} more: --format json has all", err=to_stderr)


def _make_key(path: Path) -> None:
    from footprint.ledger.proofs.sign import make_key, public_path

    public = make_key(path)
    click.echo(f"{path}: keep it secret; it signs: footprint seal --sign {path}")
    click.echo(f"{public_path(path)}: give it to whoever verifies (key {public.hex})")


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{name}: {error.strerror or error}: name a file of `footprint verify --save-head`"
        ) from error


def _write(name: str, text: str) -> None:
    if name == "-":
        click.echo(text, nl=False)
        return
    from footprint.files import write_whole

    write_whole(Path(name), text.encode())
