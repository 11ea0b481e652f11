"""What is said of ledgers that were brought together: copies, files that moved, clocks that differ.

Nothing here changes a figure. A journal that is there twice was read once before; times are those
of the host that recorded them. Within a host they are in order, whatever its clock does (boot
time); between hosts they are as far off as the clocks are, and that is told where it can be seen:

    by its shipping    the place stamps what arrives: ahead and behind are both seen
    by its sealing     a journal that ends after the manifest that sealed it: ahead
    by this machine    a journal that ends in the future: ahead
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from footprint.ledger import receipts
from footprint.ledger.reader import Facts, Issue
from footprint.ledger.receipts import AGREE_S
from footprint.ledger.sealed.manifest import Chain
from footprint.ledger.stores import Store

_NS = 1_000_000_000


class Found(NamedTuple):
    """A journal's facts, and the place that they are from."""

    place: str
    facts: Facts


def once(found: Iterable[Found]) -> tuple[list[Facts], list[Issue]]:
    """Every journal once, from its longest copy; of equal ones from the place named first.

    A copy is known by its writer and part. It is shorter where it was made while the writer went
    on, so the longest has all that is in the others. Tells what was passed over, by place.
    """
    found = list(found)
    longest: dict[tuple[str, int], Found] = {}
    for each in found:
        known = longest.get(_key(each.facts))
        if known is None or each.facts.size > known.facts.size:
            longest[_key(each.facts)] = each
    kept = [each for each in found if longest[_key(each.facts)] is each]
    over = Counter(
        (longest[_key(each.facts)].place, each.place)
        for each in found
        if longest[_key(each.facts)] is not each
    )
    issues = [
        Issue(
            "duplicate",
            place,
            f"{count} journals are also in {other}: each is read once, from its longest copy",
        )
        for (place, other), count in sorted(over.items())
    ]
    return [each.facts for each in kept], issues


def told(
    store: Store,
    chains: Iterable[Chain],
    facts: Iterable[Facts],
    missing: Iterable[Issue],
    now_utc_ns: int | None = None,
) -> list[Issue]:
    """What is said of one place.

    Args:
        facts: of journals that are not sealed.
        missing: what was said of sealed files that are not there: those that were shipped and
            removed are told from them.
        now_utc_ns: this machine's time; the clock's by default.
    """
    chains = list(chains)
    now = time.time_ns() if now_utc_ns is None else now_utc_ns
    return [*moved(store, missing), *_repeated(chains), *_clocks(store, chains, facts, now)]


def _key(facts: Facts) -> tuple[str, int]:
    return facts.writer, facts.part


def moved(store: Store, missing: Iterable[Issue]) -> Iterator[Issue]:
    """What is said of files that are not there; those that were shipped and removed, as one."""
    missing = list(missing)
    places = receipts.moved(store) if missing else {}
    gone = Counter(places[each.where] for each in missing if each.where in places)
    yield from (each for each in missing if each.where not in places)
    for place, count in sorted(gone.items()):
        text = f"sealed files ({count}) were shipped to {place} and are in no figure"
        yield Issue("moved", store.where, text, "report on the place that they were shipped to")


def _repeated(chains: Iterable[Chain]) -> Iterator[Issue]:
    """Journals that were sealed more than once, from copies of them."""
    first: dict[tuple[str, int], str] = {}
    again: Counter[tuple[str, str]] = Counter()
    for chain in chains:
        for journal in chain.journals:
            known = first.setdefault(journal.key, chain.id)
            if known != chain.id:
                again[f"chain {known}", f"chain {chain.id}"] += 1
    for (one, other), count in sorted(again.items()):
        text = f"{count} journals are also in {other}: each is read once, from its longest copy"
        yield Issue("duplicate", one, text)


def _clocks(
    store: Store, chains: Iterable[Chain], facts: Iterable[Facts], now_utc_ns: int
) -> Iterator[Issue]:
    """One line a host whose clock was seen to differ, by what tells most exactly."""
    said: dict[str, str] = {}
    noted: dict[str, receipts.Skew] = {}
    for skew in receipts.skews(store):
        if skew.host not in noted or abs(skew.ahead_s) > abs(noted[skew.host].ahead_s):
            noted[skew.host] = skew
    for host, skew in noted.items():
        lasting = _lasting(abs(skew.ahead_s))
        said[host] = (
            f"its clock was {lasting} ahead of that of {store.where} on {skew.utc}: its times are"
            " by its own clock"
            if skew.ahead_s > 0
            else f"its clock was {lasting} behind that of {store.where} on {skew.utc}: its times"
            " are by its own clock"
        )
    at_seal: dict[str, float] = {}
    for chain in chains:
        for manifest in chain.manifests:
            sealed_ns = _utc_ns(manifest.utc)
            if sealed_ns is None:
                continue
            for journal in manifest.journals:
                ahead_s = (journal.last_utc_ns - sealed_ns) / _NS
                at_seal[journal.host] = max(at_seal.get(journal.host, 0.0), ahead_s)
    here: dict[str, float] = {}
    for one in facts:
        if one.anchors and one.batches:
            ahead_s = (one.utc_ns(one.t_last) - now_utc_ns) / _NS
            here[one.host] = max(here.get(one.host, 0.0), ahead_s)
    for host, ahead_s in _differing(at_seal):
        text = (
            f"its clock was at least {_lasting(ahead_s)} ahead of that of the host that sealed: its"
            " times are by its own clock"
        )
        said.setdefault(host, text)
    for host, ahead_s in _differing(here):
        text = (
            f"its clock was at least {_lasting(ahead_s)} ahead of this machine's: its times are by"
            " its own clock"
        )
        said.setdefault(host, text)
    for host, text in sorted(said.items()):
        yield Issue("clock-skew", host, text)


def _differing(ahead: Mapping[str, float]) -> list[tuple[str, float]]:
    return [(host, ahead_s) for host, ahead_s in ahead.items() if ahead_s >= AGREE_S]


def _lasting(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _utc_ns(text: str) -> int | None:
    """UTC, ns, of a manifest's time; None where it says none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else round(moment.timestamp() * 1e6) * 1000
