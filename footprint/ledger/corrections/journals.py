"""How a correction is put into a ledger, and which a ledger has.

A correction is a journal of its own, of major 2: who reads the ledger without it would compute
other figures, and must not. It is written at once, whole or not at all, to a directory or a bucket,
and sealed, shipped and proven like every journal.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from footprint._version import __version__
from footprint.errors import LedgerError
from footprint.ledger import format as fmt
from footprint.ledger.corrections.correction import Correction, of_record
from footprint.ledger.journal import journal_name
from footprint.ledger.reader import Facts, Issue
from footprint.ledger.sealed import chain
from footprint.ledger.sealed.manifest import canonical
from footprint.ledger.stores import Store

#: The major of a journal with corrections.
MAJOR = 2
#: What such a journal names as its boot: its times are UTC.
CLOCK = "corrections"


def add(store: Store, one: Correction) -> str:
    """Puts a correction into a ledger; gives its journal's name. Raises LedgerError."""
    writer = uuid.uuid4()
    name = f"{fmt.JOURNALS}/{journal_name(one.utc_ns, CLOCK, 0, writer.bytes)}{fmt.SUFFIX}"
    marked = chain.marker(store)
    if marked.get("schema") != chain.SCHEMA:
        # Before the journal: a reader that knows no corrections must not take the rest for all.
        store.replace(fmt.MARKER, canonical({**marked, "schema": chain.SCHEMA}))
    if not store.create(name, _journal(one, writer)):
        raise LedgerError(f"{store.where}/{name} is there already: run it again")
    return name


def _journal(one: Correction, writer: uuid.UUID) -> bytes:
    context = {
        "type": "writer",
        "schema": chain.SCHEMA,
        "writer": writer.hex,
        "host": "",
        "boot_id": CLOCK,
        "pid": None,
        "t": one.utc_ns,
        "utc_ns": one.utc_ns,
        "run": writer.hex,
        "parent": None,
        "forked_below": 0,
        "tool": {"name": "footprint", "version": __version__},
        "declared": {},
        "hardware": {},
    }
    end = {"type": "end", "t": one.utc_ns, "reason": "corrected"}
    section = fmt.json_section([context, one.record(), end])
    return fmt.header(writer.bytes, MAJOR) + fmt.batch(0, [section], one.utc_ns, one.utc_ns)


def parted(facts: Iterable[Facts]) -> tuple[list[Facts], list[Correction], list[Issue]]:
    """What was recorded, what was said of it later, and what is wrong with that."""
    kept: list[Facts] = []
    corrections: list[Correction] = []
    issues: list[Issue] = []
    for one in facts:
        if one.boot_id != CLOCK:
            kept.append(one)
        for record in one.corrections:
            try:
                corrections.append(of_record(record))
            except LedgerError as error:
                issues.append(Issue("corrupt", one.where, str(error)))
    return kept, corrections, issues


def resolved(given: Sequence[str], known: Iterable[Correction]) -> tuple[str, ...]:
    """The ids of corrections that are named by their first letters.

    Raises LedgerError where none, or more than one, begins with them.
    """
    ids = sorted({each.id for each in known})
    found: list[str] = []
    for name in given:
        fitting = [each for each in ids if name and each.startswith(name)]
        if len(fitting) != 1:
            which = "no correction" if not fitting else f"{len(fitting)} corrections"
            raise LedgerError(
                f"{which} in the ledger begins with {name!r}: see `footprint correct list`"
            )
        found += fitting
    return tuple(found)
