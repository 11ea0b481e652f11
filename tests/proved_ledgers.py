"""Ledgers to be damaged: sealed twice, with open journals beside, kept in memory to be quick."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from footprint.ledger.journal import journal_name
from footprint.ledger.proofs import sign
from footprint.ledger.sealed import write
from footprint.ledger.sealed.manifest import read_chains
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores import Store, open_store
from report_ledgers import CPU, GPU, UTC, Recorder, S

#: Bytes that a crash cut off the journal that has a torn tail.
TORN = 7


class Memory:
    """Files in a dict, read as a store is."""

    where = "memory"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    def names(self, prefix: str = "") -> list[tuple[str, int]]:
        below = prefix.rstrip("/") + "/" if prefix else ""
        found = ((name, len(data)) for name, data in self.files.items())
        return sorted(each for each in found if each[0].startswith(below))

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        try:
            return self.files[name][start:end]
        except KeyError as error:
            raise FileNotFoundError(name) from error

    def create(self, name: str, data: bytes) -> bool:
        return self.files.setdefault(name, data) is data

    def replace(self, name: str, data: bytes) -> None:
        self.files[name] = data

    def put(self, name: str, path: Path) -> None:
        self.files[name] = path.read_bytes()

    def delete(self, name: str) -> None:
        self.files.pop(name, None)

    def written_utc_ns(self, name: str) -> int:
        return time.time_ns()

    def local(self, name: str) -> Path:
        raise NotImplementedError("nothing here reads a file of its own")


def files_of(store: Store) -> dict[str, bytes]:
    """All files of a ledger."""
    return {name: store.read(name) for name, _ in store.names()}


def recorded(ledger: Path, number: int, *, spans: int = 4, ended: bool = True) -> Path:
    """A journal of three batches, named as the tracker names it."""
    recorder = Recorder(ledger, number << 96 | number)  # its uuid begins with its number
    path = recorder.path("f")
    recorder.counter(GPU, [100.0] * spans)
    recorder.writer.commit(recorder.t0 + spans * S)
    recorder.counter(CPU, [20.0] * 3)
    recorder.writer.commit(recorder.t0 + (spans + 1) * S)
    for index in range(spans):
        recorder.span(path, index * S // 8, index * S // 8 + S // 16, items=3.0)
    journal = recorder.close(spans * S, ended=ended)
    named = journal_name(UTC + number, "host-a", number, recorder.writer_id.bytes)
    return journal.rename(journal.with_name(named + ".fpj"))


def build(ledger: Path, key: sign.PrivateKey) -> Store:
    """Two manifests, the last one signed; files of three row groups; four open journals."""
    store = open_store(ledger)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "GROUP_ROWS", 2048)  # the fewest that DuckDB writes
        recorded(ledger, 1, spans=5000)
        recorded(ledger, 2)
        seal(store)
        recorded(ledger, 3)
        seal(store)
    recorded(ledger, 4)
    recorded(ledger, 5, ended=False)
    recorded(ledger, 6, ended=False)
    torn = recorded(ledger, 7, ended=False)
    torn.write_bytes(torn.read_bytes()[:-TORN])
    (chain,) = read_chains(store)
    sign.sign(store, chain.id, chain.links[-1].manifest.number, key)
    store.replace("factors/pinned.json", b'{"pins": []}\n')
    return store


def open_journals(files: Mapping[str, bytes]) -> Iterator[str]:
    """The names of open journals."""
    return (name for name in sorted(files) if name.startswith("journals/"))
