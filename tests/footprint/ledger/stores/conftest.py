"""Stores of every kind to test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from footprint.ledger.stores import Store, open_store
from simulators import s3

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[s3.Server]:
    """A server that speaks S3."""
    with s3.serving() as running:
        yield running


@pytest.fixture
def bucket(server: s3.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty bucket; copies of its objects are kept below `tmp_path`."""
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield server.make(f"bucket-{next(_NUMBERS)}")
    server.faults.clear()


@pytest.fixture(params=["directory", "bucket", "prefix"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Opens a place that holds nothing yet, as often as it is called."""
    if request.param == "directory":
        return lambda: open_store(tmp_path / "place")
    url = request.getfixturevalue("bucket")
    return lambda: open_store(url if request.param == "bucket" else f"{url}/of/us")
