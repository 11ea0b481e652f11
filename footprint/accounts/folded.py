"""What becomes of corrections on dates whose calls are kept by the hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from footprint.accounts.days import DAY_NS
from footprint.ledger.corrections.apply import NOTHING, Applied
from footprint.ledger.corrections.correction import Correction
from footprint.ledger.reader import Issue
from footprint.ledger.sealed.manifest import Chain, read_chains
from footprint.ledger.sealed.tables import GROUP
from footprint.ledger.stores import Store
from footprint.model import NS_PER_S


class Compaction(NamedTuple):
    """When dates were compacted, and which: [since, until) in UTC ns; `last` is the last date."""

    utc_ns: int
    since_ns: int
    until_ns: int
    last: str


def compactions(chains: Iterable[Chain]) -> list[Compaction]:
    """All compactions of some chains."""
    found: list[Compaction] = []
    for manifest in (each for chain in chains for each in chain.manifests):
        dates = [file.date for file in manifest.files if file.table == GROUP]
        if dates:
            utc_ns = int(datetime.fromisoformat(manifest.utc).timestamp() * 1000) * 1_000_000
            first, last = _day(min(dates)), _day(max(dates))
            found.append(Compaction(utc_ns, first * DAY_NS, (last + 1) * DAY_NS, max(dates)))
    return found


def told(store: Store) -> Iterator[Issue]:
    """Which calls of a ledger are not there one by one any more, and since when."""
    for each in compactions(read_chains(store)):
        since = f"{datetime.fromtimestamp(each.utc_ns // NS_PER_S, UTC):%Y-%m-%d}"
        text = (
            f"calls until {each.last} are kept by the hour since {since}: what needs single calls"
            " leaves them out"
        )
        yield Issue("compacted", store.where, text)


def _day(named: str) -> int:
    return (date.fromisoformat(named) - date(1970, 1, 1)).days


def remarked(applied: Iterable[Applied], done: Sequence[Compaction]) -> list[Applied]:
    """Corrections with what is to be said of the dates on which there are no single calls."""
    return [_remarked(each, done) if each.holds else each for each in applied]


def _remarked(one: Applied, done: Sequence[Compaction]) -> Applied:
    correction = one.correction
    if correction.corrects or correction.of_runs():
        return one  # groups know their runs
    touched = [each for each in done if _touches(correction, each)]
    before = [each.last for each in touched if correction.utc_ns <= each.utc_ns]
    after = [each.last for each in touched if correction.utc_ns > each.utc_ns]
    remarks = list(one.remarks)
    if before:
        remarks = [each for each in remarks if each != NOTHING]
        remarks.append(
            f"it is in the hourly groups until {max(before)}, which were made after it: what it"
            " changed there is not counted here"
        )
    if after:
        remarks.append(
            f"calls until {max(after)} were folded into hourly groups before it was made: it"
            " changes nothing there"
        )
    return one._replace(remarks=tuple(remarks))


def _touches(one: Correction, done: Compaction) -> bool:
    since, until = one.target.since_utc_ns, one.target.until_utc_ns
    return (since is None or since < done.until_ns) and (until is None or until > done.since_ns)
