"""The options that a user gives a provider, checked; and the keys, which come from elsewhere.

Keys are read from the environment alone, so that they do not end in a settings file, a report or
a shell's history.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from footprint.errors import UsageError, nearest, shown
from footprint.estimators.sources import SourceUnavailable
from footprint.estimators.zones import Zone, folded, resolve_zone

#: What every provider takes: where its API is, and where days are kept.
COMMON = ("base_url", "cache")
_ZONE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def known_options(name: str, options: Mapping[str, object], own: Collection[str] = ()) -> None:
    """Refuses an option that a provider does not have.

    Raises:
        UsageError: names the nearest ones.
    """
    known = [*own, *COMMON]
    for option in options:
        if option not in known:
            raise UsageError(
                f"{name} has no option {shown(option)}:{nearest(str(option), known)} "
                f"It takes {', '.join(known)}"
            )


def text_option(name: str, options: Mapping[str, object], option: str, default: str = "") -> str:
    """An option that is text."""
    value = options.get(option, default)
    if not isinstance(value, str):
        raise UsageError(f"{name}: {option} is {shown(value)}: give text")
    return value


def choice(name: str, options: Mapping[str, object], option: str, allowed: Collection[str]) -> str:
    """An option with fixed values; the first is the default.

    Raises:
        UsageError: names the nearest ones.
    """
    value = options.get(option, next(iter(allowed)))
    if isinstance(value, str) and value in allowed:
        return value
    raise UsageError(
        f"{name}: {option} is {shown(value)}:{nearest(str(value), allowed)} "
        f"Give {' or '.join(allowed)}"
    )


def zone_ids(name: str, options: Mapping[str, object]) -> dict[tuple[str, str], str]:
    """`zone_ids`, from a zone (`USA-CA`) to what the provider calls it (`US-CAL-CISO`).

    Raises:
        UsageError: no table of texts, or an identifier with other letters than A-Z 0-9 - _.
        EstimatorError: a country that is not known; names the nearest ones.
    """
    given = options.get("zone_ids", {})
    if not isinstance(given, Mapping):
        raise UsageError(
            f'{name}: zone_ids is {shown(given)}: give a table such as {{"USA-CA": "US-CAL-CISO"}}'
        )
    found: dict[tuple[str, str], str] = {}
    for zone, identifier in given.items():
        if not isinstance(identifier, str) or not _ZONE_ID.fullmatch(identifier):
            raise UsageError(
                f"{name}: zone_ids[{shown(zone)}] is {shown(identifier)}: give the provider's "
                "identifier, letters, digits, - and _"
            )
        found[zone_key(resolve_zone(zone))] = identifier
    return found


def zone_key(zone: Zone) -> tuple[str, str]:
    """What tells zones apart, however the region is written."""
    return zone.country, folded(zone.region)


def secret(environ: Mapping[str, str], variable: str, *, ascii_only: bool = True) -> str:
    """A key from the environment.

    Args:
        ascii_only: it is sent as a header by itself; a password by HTTP Basic may hold more.

    Raises:
        SourceUnavailable: it is not set, or cannot be sent; the message does not show it.
    """
    value = environ.get(variable, "").strip()
    if not value:
        raise SourceUnavailable(f"needs a key: set {variable} in the environment")
    if not value.isprintable() or (ascii_only and not value.isascii()):
        raise SourceUnavailable(
            f"the key in {variable} holds letters that no key has: copy it again"
        )
    return value
