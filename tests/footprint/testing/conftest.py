"""Suites of tests that are run as others run theirs. Their modules say `pytest_plugins`."""

from __future__ import annotations

import pytest

from tested_suites import Suite


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    return Suite(pytester, monkeypatch)
