"""`--quick`, and the time that benchmarks take."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option where this folder is named on the command line."""
    parser.addoption("--quick", action="store_true", help="benchmarks: each one briefly")
