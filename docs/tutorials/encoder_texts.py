"""Texts to embed: docstrings of the Python that runs this, as its authors wrote them.

Python's documentation strings are under its own licence (PSF-2.0) and differ a little from one
version to the next.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import NamedTuple

MODULES = (
    "argparse", "asyncio.tasks", "base64", "calendar", "codecs", "collections", "configparser",
    "contextlib", "difflib", "email.message", "functools", "gzip", "http.client", "inspect",
    "ipaddress", "logging", "os", "pathlib", "queue", "random", "shutil", "smtplib", "socket",
    "statistics", "subprocess", "tempfile", "textwrap", "threading", "traceback", "urllib.request",
)  # fmt: skip


class Pair(NamedTuple):
    """The first paragraph of a docstring, and the second."""

    name: str
    summary: str
    body: str


def pairs(count: int) -> list[Pair]:
    """The first docstrings of the standard library that have both parts, taking modules in turn.

    Raises ValueError where there are fewer than `count`.
    """
    sources = [_documented(module) for module in MODULES]
    found: dict[str, Pair] = {}
    while sources and len(found) < count:
        for source in tuple(sources):
            pair = next(source, None)
            if pair is None:
                sources.remove(source)
            elif len(found) < count:
                found.setdefault(pair.body, pair)
    if len(found) < count:
        raise ValueError(f"this Python documents {len(found)} such objects, {count} were asked for")
    return list(found.values())


def _documented(module: str) -> Iterator[Pair]:
    for name, each in sorted(vars(importlib.import_module(module)).items()):
        if name.startswith("_") or getattr(each, "__module__", None) != module:
            continue
        methods = vars(each).items() if inspect.isclass(each) else ()
        named = [("", each), *((f".{key}", it) for key, it in methods if not key.startswith("_"))]
        for suffix, thing in named:
            if inspect.isfunction(thing) or inspect.isclass(thing):
                parts = inspect.cleandoc(thing.__doc__ or "").split("\n\n")
                summary, body = (" ".join(part.split()) for part in (*parts, "", "")[:2])
                if len(summary) >= 20 and len(body) >= 60:
                    yield Pair(f"{module}.{name}{suffix}", summary, body)
