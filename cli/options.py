"""Options that several commands share, and their check.

An option is checked as the setting that it stands for, so that it is refused with the same words
as in code, under the option's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from footprint import settings
from footprint.errors import UsageError
from footprint.ledger.stored import is_url
from footprint.settings import OPTIONS

F = TypeVar("F", bound=Callable[..., Any])

#: Settings that declare a place, a price or a lifetime.
DECLARING = tuple(settings.DECLARED)

_HELP = {**settings.HELP, "tariff_per_kwh": 'price of electricity per kWh: 0.18, or "0.18 EUR"'}


def setting_options(*names: str) -> Callable[[F], F]:
    """Adds the options of these settings to a command, as arguments named after the settings."""

    def add(command: F) -> F:
        for name in reversed(names):
            option, metavar = OPTIONS[name]
            described = _HELP[name][:1].upper() + _HELP[name][1:] + "."
            command = click.option(option, name, metavar=metavar, help=described)(command)
        return command

    return add


def checked(**given: Any) -> dict[str, Any]:
    """Settings given on the command line, those that were given, each checked.

    Raises UsageError that names the option, or a trace that cannot be played.
    """
    if given.get("replay") is not None:
        from footprint.probes.trace import read_trace

        read_trace(str(given["replay"]))
    found: dict[str, Any] = {}
    for name, value in given.items():
        if value is None or value == ():
            continue
        try:
            found[name] = settings.check(name, value)
        except UsageError as error:
            option = OPTIONS.get(name, (name, ""))[0]
            raise UsageError(str(error).replace(name, option, 1)) from error
    return found


def key_values(option: str, pairs: Iterable[str]) -> dict[str, str]:
    """`K=V` pairs as a dict. Raises UsageError for a pair without a key or `=`."""
    found: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"{option} {pair!r} is no pair: write {option} KEY=VALUE")
        found[key.strip()] = value
    return found


def ledger_directory(given: str | None) -> Path:
    """The ledger to read: the argument's, else FOOTPRINT_LEDGER's, a file's, or the default."""
    return settings.resolve({"ledger": given}).ledger


def ledger_place(given: str | None) -> str | Path:
    """The ledger to read, as `ledger_directory`; it may also be a URL (s3://bucket/prefix)."""
    return given if given is not None and is_url(given) else ledger_directory(given)
