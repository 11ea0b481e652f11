"""Fixtures of the live providers' tests: the server, a clock, sources that ask it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from live_api import Api, Clock, Live


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Api()
    yield server
    server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def live(api: Api, clock: Clock, tmp_path: Path) -> Live:
    return Live(api, clock, tmp_path / "cache")
