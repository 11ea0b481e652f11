"""What was sealed since a moment: for a program that asks what it used while others seal."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from footprint.ledger.reader import Facts, Issue
from footprint.ledger.sealed.manifest import MANIFESTS, Manifest, number_of, parse
from footprint.ledger.stores.local import LocalStore

if TYPE_CHECKING:
    from footprint.ledger.sealed.plan import Key

#: A file server's clock and this host's may differ by so much, ns.
_CLOCKS = 600 * 1_000_000_000


def sealed_since(
    store: LocalStore, boot_id: str, since_utc_ns: int, without: Collection[Key]
) -> tuple[list[Facts], list[Issue]]:
    """What journals of a boot recorded since then that were sealed since.

    Only manifests that are younger are read, by their files' times: what was sealed before cannot
    hold it. A ledger in which nothing was sealed costs one look into a directory.

    Args:
        without: journals (writer, part) that are known already.

    Raises LedgerError, LedgerVersionError, as `read` does.
    """
    if not (store.root / MANIFESTS).is_dir():
        return [], []
    manifests: list[Manifest] = []
    for name, _ in store.names(MANIFESTS):
        path = store.root / name
        try:
            if number_of(name) and path.stat().st_mtime_ns >= since_utc_ns - _CLOCKS:
                manifests.append(parse(path.read_bytes(), name))
        except FileNotFoundError:
            continue
    if not manifests:
        return [], []
    from footprint.ledger.sealed.read import read  # 8 ms, which a first result waits for

    return read(store, manifests, [boot_id], since_utc_ns, without=without)


__all__ = ["sealed_since"]
