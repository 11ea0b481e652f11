"""A ledger to be damaged, made once."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from footprint.ledger.proofs import sign
from footprint.ledger.proofs.findings import Finding
from footprint.ledger.proofs.head import Head, head
from footprint.ledger.proofs.verify import verify
from footprint.ledger.stores import Store
from proved_ledgers import Memory, build, files_of


class Whole(NamedTuple):
    """A ledger as it was written, and what somebody kept of it."""

    files: dict[str, bytes]
    head: Head
    key: sign.PrivateKey

    def errors(
        self, changed: dict[str, bytes | None], *, head: bool = False, key: bool = False
    ) -> list[Finding]:
        """What verify finds where some files have other bytes, or (None) are gone."""
        store = Memory(self.files)
        for name, data in changed.items():
            if data is None:
                store.delete(name)
            else:
                store.replace(name, data)
        found = verify(store, self.head if head else None, self.key.public if key else None)
        return [each for each in found if each.is_error]

    def named(self, pattern: str) -> list[str]:
        """The files whose name holds a text."""
        return [name for name in sorted(self.files) if pattern in name]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The ledger in its directory; not to be changed."""
    place = tmp_path_factory.mktemp("proved")
    sign.make_key(place / "key")
    return build(place / "ledger", sign.read_private(place / "key"))


@pytest.fixture(scope="session")
def whole(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """The ledger in memory, with its head and its key."""
    key = tmp_path_factory.mktemp("other") / "key"
    sign.make_key(key)
    private = sign.read_private(key)
    files = files_of(store)
    copy = Memory(files)
    for chain, (number, _) in head(store).chains.items():
        sign.sign(copy, chain, number, private)
    return Whole(copy.files, head(copy), private)
