"""Whether ledgers are what was written: everything that can be told, as findings.

    findings = verify(open_store("footprint-ledger"))

By itself a ledger proves that nothing in the middle of it was changed: a manifest names the one
before it and its files' hashes, a batch has a checksum and a number. Its ends are proved by what
somebody else keeps: a head, or a public key with which the heads of chains are signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from footprint.ledger import format as fmt
from footprint.ledger import receipts, stored
from footprint.ledger.pinned import number_of
from footprint.ledger.proofs import chains, journals, segments, sign
from footprint.ledger.proofs.against import Key, Place, against, missing_parts
from footprint.ledger.proofs.findings import Finding, note
from footprint.ledger.proofs.head import Head, sizes
from footprint.ledger.sealed.manifest import MANIFESTS, SEALED, SealedJournal
from footprint.ledger.stores import Store

#: What a ledger's directory may hold beside its marker. `derived` can be deleted and rebuilt.
_FOLDERS = (fmt.JOURNALS, SEALED, MANIFESTS, "derived", "factors", receipts.FOLDER)


def verify(
    store: Store,
    head: Head | Sequence[Head] | None = None,
    key: sign.PublicKey | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> list[Finding]:
    """Everything in a ledger that is not as it was written, and notes on what looks like it.

    Args:
        store: the ledger.
        head: one that was kept elsewhere, or several: what they know has to be there.
        key: every chain's last manifest has to be signed with it.
        told: called with the bytes of each sealed file that was read, from several threads.

    Returns findings by place; the ledger verifies where none of them is an error. Raises
    LedgerError where there is no ledger, and where the store fails.
    """
    heads = [] if head is None else [head] if isinstance(head, Head) else list(head)
    return verify_all([store], heads, key, told)[0]


def verify_all(
    stores: Sequence[Store],
    heads: Sequence[Head] = (),
    key: sign.PublicKey | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> list[list[Finding]]:
    """As `verify` for several ledgers; what a head knows may be in any of them.

    Returns the findings of each ledger; what is in none of them stands with the first.
    """
    looked = [_look(store, heads, key, told) for store in stores]
    places = [place for place, _ in looked]
    findings = [found for _, found in looked]
    findings[0] += missing_parts(places)
    for head in heads:
        findings[0] += against(head, places)
    if key is not None:
        for head in heads:
            findings[0] += sign.check_head(head, key)
    return [sorted(dict.fromkeys(found), key=_order) for found in findings]


def _order(found: Finding) -> tuple[bool, str, int, int]:
    return (
        not found.is_error,
        found.where,
        -1 if found.rows is None else found.rows[0],
        -1 if found.bytes is None else found.bytes[0],
    )


def _look(
    store: Store,
    heads: Iterable[Head],
    key: sign.PublicKey | None,
    told: Callable[[int], None],
) -> tuple[Place, list[Finding]]:
    """A ledger by itself."""
    there = [name for name, _ in store.names()]
    if not any(name.startswith((MANIFESTS + "/", SEALED + "/")) for name in there):
        stored.journals(store)  # says in its words that there is no ledger
    # Journals first: one that is sealed meanwhile is then in a manifest, never in neither.
    seen = _journals(store, heads)
    manifests, findings = chains.read(store)
    own = chains.own_chain(store, manifests)
    newer = [each.where for each in (*findings, *own) if each.kind == "newer"]
    unread = next(iter([*newer, *manifests.unread]), "")
    named = segments.expected(manifests.manifests, receipts.moved(store), unread)
    sealed = {journal.key: journal for each in manifests.manifests for journal in each.journals}
    seen = [_again(store, one, sealed.get(one.key)) if one.key else one for one in seen]
    findings += own
    findings += (each for one in seen for each in one.findings)
    findings += journals.doubles(seen, sealed)
    findings += segments.check(store, named, told)
    findings += sign.check_chains(store, manifests, key)
    findings += foreign(there)
    by_key: dict[Key, list[journals.Seen]] = {}
    for one in seen:
        if one.key is not None:
            by_key.setdefault(one.key, []).append(one)
    known = {name for each in heads for name in each.files}
    files = {
        name: _hashed(store, name)
        for name in there
        if name in known or (known and number_of(name) is not None)
    }
    return Place(store.where, manifests, by_key, sealed, files), findings


def _journals(store: Store, heads: Iterable[Head]) -> list[journals.Seen]:
    cuts = sizes(heads)
    return [
        journals.look(name, data, cuts.get(key, ()) if key else ())
        for name, key, data in journals.read(store)
    ]


def _again(store: Store, one: journals.Seen, kept: SealedJournal | None) -> journals.Seen:
    """A sealed journal that is there and differs, hashed where the sealed one ended."""
    if kept is None or kept.sha256 == one.sha256 or one.size < kept.size:
        return one
    data = store.read(one.path, 0, kept.size)
    return one._replace(prefixes={**one.prefixes, kept.size: journals.sha256(data)})


def _hashed(store: Store, name: str) -> tuple[int, str]:
    data = store.read(name)
    return len(data), journals.sha256(data)


def foreign(names: Iterable[str]) -> Iterable[Finding]:
    """A note on each file in a ledger's place that is no file of a ledger's."""
    for name in names:
        folder, slash, rest = name.partition("/")
        in_journals = folder == fmt.JOURNALS and ("/" in rest or not rest.endswith(fmt.SUFFIX))
        elsewhere = folder not in _FOLDERS if slash else name != fmt.MARKER
        if in_journals or elsewhere:
            yield note("foreign", name, "no file of a ledger's; it is not read")


__all__ = ["foreign", "verify", "verify_all"]
