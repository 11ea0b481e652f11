"""A headless Chromium, and axe-core, which checks a page's accessibility.

Where one of them is missing, tests that need it are skipped, unless REQUIRE_BROWSER is set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

AXE = "axe-core@4.14.1"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def missing(what: str) -> Any:
    """Skips a test, or fails it where browsers are required."""
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(f"{what} is required (REQUIRE_BROWSER)")
    pytest.skip(f"{what} is not there")


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, for as long as it is used."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("chromium (apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright (pip install '.[browser]')")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def axe(folder: Path) -> str:
    """The source of axe-core, from npm: where AXE_CORE says, else fetched into a folder."""
    given = os.environ.get("AXE_CORE")
    if given:
        return Path(given).read_text(encoding="utf-8")
    npm = shutil.which("npm")
    if npm is None:
        missing("npm (apt-get install npm)")
    done = subprocess.run(
        [npm, "pack", AXE, "--silent"], cwd=folder, capture_output=True, text=True, check=False
    )
    packed = next(folder.glob("axe-core-*.tgz"), None)
    if packed is None:
        missing(f"{AXE} from npm ({done.stderr.strip()[:100]})")
    with tarfile.open(packed) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


def opened(browser: Any, file: Path, **how: Any) -> tuple[Any, list[str]]:
    """A page in a context of its own, and what goes wrong in it: console, errors, requests."""
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **how})
    page, wrong = context.new_page(), []
    page.on("console", lambda said: wrong.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    url = file.as_uri()
    page.on("request", lambda asked: asked.url != url and wrong.append(f"request: {asked.url}"))
    page.goto(url)
    return page, wrong
