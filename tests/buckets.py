"""Buckets for tests: fixtures over a server that speaks S3 (`simulators.s3`), one for all tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators import s3

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[s3.Server]:
    """A server that speaks S3, on the loopback."""
    with s3.serving() as running:
        yield running


@pytest.fixture
def bucket(s3_server: s3.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty bucket; the environment names its server, and a cache in `tmp_path`."""
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield s3_server.make(f"bucket-{next(_NUMBERS)}")
    s3_server.faults.clear()
