"""What two reports were made with, held against each other: their factors and their ledgers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from footprint.ledger.proofs.head import Head, brief, head, nameless, parsed
from footprint.ledger.stores import Store

#: Of a factor, what tells it from others.
_WHOSE = ("name", "zone", "subject")


class FactorChange(NamedTuple):
    """A factor that is not what it was.

    Attributes:
        factor: its name, and of what: `grid intensity of FRA`.
        old, new: each with its unit and source; empty where it was not used.
    """

    factor: str
    old: str
    new: str


def factors(
    old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]
) -> list[FactorChange]:
    """The factors in which two reports' JSON differ, by name."""
    before, after = _by_whose(old), _by_whose(new)
    found: list[FactorChange] = []
    for whose in sorted({**before, **after}):
        was, is_ = before.get(whose, {}), after.get(whose, {})
        gone = [each for digest, each in was.items() if digest not in is_]
        come = [each for digest, each in is_.items() if digest not in was]
        if gone or come:
            found.append(FactorChange(_named(whose), _shown(gone), _shown(come)))
    return found


def _by_whose(
    told: Iterable[Mapping[str, Any]],
) -> dict[tuple[str, ...], dict[str, Mapping[str, Any]]]:
    found: dict[tuple[str, ...], dict[str, Mapping[str, Any]]] = {}
    for each in told:
        whose = tuple(str(each.get(key) or "") for key in _WHOSE)
        found.setdefault(whose, {})[str(each.get("digest"))] = each
    return found


def _named(whose: Sequence[str]) -> str:
    name, zone, subject = whose
    return f"{name} of {subject or zone}" if subject or zone else name


def _shown(several: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(_value(each) for each in several)


def _value(each: Mapping[str, Any]) -> str:
    value = each.get("value")
    number = f"{value:.6g}" if isinstance(value, int | float) else str(value)
    unit = "" if each.get("unit") == "1" else f" {each.get('unit')}"
    version = f" {each['version']}" if each.get("version") else ""
    vintage = f", {each['vintage']}" if each.get("vintage") else ""
    return f"{number}{unit} ({each.get('source')}{version}{vintage})"


class LedgerChange(NamedTuple):
    """What became of the ledgers since a report.

    Attributes:
        same: nothing did.
        grown: what was recorded since: journals, and chains of manifests.
        wrong: what is gone or changed of what was there; empty: all of it is still there.
    """

    same: bool
    grown: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def ledgers(
    told: Sequence[Mapping[str, Any]], stores: Sequence[Store], where: str = "the report"
) -> LedgerChange:
    """What became of ledgers since a report.

    Args:
        told: the heads in the report.
        stores: the ledgers as they are now.
        where: the report, for messages.

    Raises UsageError for what is no head, LedgerError for ledgers that cannot be read.
    """
    before = [parsed(each, where) for each in told]
    now = [brief(head(store)) for store in stores]
    if sorted(_hash(each) for each in told) == sorted(_hash(each) for each in now):
        return LedgerChange(same=True)
    if not before:
        return LedgerChange(same=False, wrong=("the report holds no head of a ledger",))
    from footprint.ledger.proofs.verify import verify_all

    findings = [each for found in verify_all(stores, before) for each in found if each.is_error]
    wrong = tuple(each.line for each in findings)
    return LedgerChange(False, () if wrong else tuple(_grown(before, now)), wrong)


def _hash(document: Mapping[str, Any]) -> str:
    """A head's hash, whatever its journals are called."""
    return str(nameless(document)["sha256"])


def _grown(before: Sequence[Head], now: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """Journals and chains that are longer now, or new."""
    journals = {
        (one.writer, one.part): one.size for each in before for one in each.journals.values()
    }
    chains = {chain: number for each in before for chain, (number, _) in each.chains.items()}
    for found in (parsed(each, "the ledger") for each in now):
        for name, one in sorted(found.journals.items()):
            size = journals.get((one.writer, one.part))
            if size is None:
                yield f"journals/{name}: new, {one.size:,} bytes"
            elif size != one.size:
                yield f"journals/{name}: {size:,} bytes then, {one.size:,} now"
        for chain, (number, _) in sorted(found.chains.items()):
            if number != chains.get(chain):
                since = f"at manifest {chains[chain]} then" if chain in chains else "new"
                yield f"chain {chain}: {since}, at manifest {number} now"


__all__ = ["FactorChange", "LedgerChange", "factors", "ledgers"]
