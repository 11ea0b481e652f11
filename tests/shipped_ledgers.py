"""Ledgers with a chain of manifests over made-up files: shipping looks at names and hashes only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from footprint.ledger import format as fmt
from footprint.ledger.sealed import manifest as manifests
from footprint.ledger.sealed.manifest import Manifest, Replaced, SealedFile, SealedJournal
from footprint.ledger.stores import Store

HOST = "node-7"
NS = 1_000_000_000
#: 2026-11-22T12:00:00Z
NOON_NS = 1_795_348_800 * NS


def journal_bytes(writer: int, batches: int = 1) -> bytes:
    """A journal without records: a header and empty batches."""
    parts = [fmt.batch(number, [], 0, 1) for number in range(batches)]
    return fmt.header(writer.to_bytes(16)) + b"".join(parts)


class Chained:
    """A ledger that seals made-up journals into made-up files."""

    def __init__(self, store: Store, chain: str = "c" * 32, host: str = HOST) -> None:
        self.store = store
        self.chain = chain
        self.host = host
        self.manifests: list[Manifest] = []
        self.files: dict[str, bytes] = {}
        self._previous: str | None = None
        store.replace(fmt.MARKER, b'{"schema":"footprint.ledger/2"}\n')

    def seal(
        self,
        *contents: bytes,
        writer: int = 0,
        replaces: tuple[Replaced, ...] = (),
        last_utc_ns: int = NOON_NS,
        utc: str = "2026-11-22T12:00:01+00:00",
        journals: tuple[SealedJournal, ...] | None = None,
    ) -> Manifest:
        """Adds a manifest that names a file for each content, and one journal."""
        number = len(self.manifests)
        files = []
        for index, content in enumerate(contents):
            seal = f"20200101T000000Z-{self.chain[:4]}{number}{index}"
            path = f"sealed/span/date=2026-11-22/{seal}.parquet"
            self.store.create(path, content)
            self.files[path] = content
            digest = hashlib.sha256(content).hexdigest()
            files.append(SealedFile(path, "span", "2026-11-22", len(content), digest, 1, ()))
        data = journal_bytes(writer or number + 1)
        own = SealedJournal(
            name=f"{number}-{self.chain[:4]}.fpj",
            writer=(writer or number + 1).to_bytes(16).hex(),
            part=0,
            host=self.host,
            boot_id="boot",
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            batches=1,
            rows={"span": 1},
            first_utc_ns=last_utc_ns - NS,
            last_utc_ns=last_utc_ns,
            t_last=1,
            begun=0,
        )
        made = Manifest(
            self.chain,
            number,
            self._previous,
            "compaction" if replaces else "seal",
            f"20261122T120000Z-{number:016x}",
            utc,
            {"name": "footprint", "version": "0"},
            (own,) if journals is None else journals,
            tuple(files),
            replaces,
        )
        printed = manifests.printed(made)
        self.store.create(made.path, printed)
        self._previous = hashlib.sha256(printed).hexdigest()
        self.manifests.append(made)
        return made

    def open(self, name: str, data: bytes) -> None:
        """Adds, or makes longer, a journal that is not sealed."""
        self.store.replace(f"{fmt.JOURNALS}/{name}", data)


class KilledError(BaseException):
    """The process is gone: no handler of errors may keep it."""


class Dying:
    """A store whose process is killed at its n-th step (from 0), before or after the step."""

    def __init__(self, store: Store, at: int, after: bool) -> None:
        self.store = store
        self.where = store.where
        self.at = at
        self.after = after
        self.steps = 0

    def _step(self, act: Callable[[], object]) -> object:
        dies = self.steps == self.at
        self.steps += 1
        if dies and not self.after:
            raise KilledError
        done = act()
        if dies:
            raise KilledError
        return done

    def names(self, prefix: str = "") -> list[tuple[str, int]]:
        return self.store.names(prefix)

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        return self.store.read(name, start, end)

    def local(self, name: str) -> Path:
        return self.store.local(name)

    def written_utc_ns(self, name: str) -> int:
        return self.store.written_utc_ns(name)

    def create(self, name: str, data: bytes) -> bool:
        return bool(self._step(lambda: self.store.create(name, data)))

    def replace(self, name: str, data: bytes) -> None:
        self._step(lambda: self.store.replace(name, data))

    def put(self, name: str, path: Path) -> None:
        self._step(lambda: self.store.put(name, path))

    def delete(self, name: str) -> None:
        self._step(lambda: self.store.delete(name))
