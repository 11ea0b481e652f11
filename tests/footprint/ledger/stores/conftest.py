"""Stores of every kind to test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from footprint.ledger.stores import Store, open_store


@pytest.fixture(params=["directory", "bucket", "prefix"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Opens a place that holds nothing yet, as often as it is called."""
    if request.param == "directory":
        return lambda: open_store(tmp_path / "place")
    url = request.getfixturevalue("bucket")
    return lambda: open_store(url if request.param == "bucket" else f"{url}/of/us")
