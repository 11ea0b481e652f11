"""The sources in their order: what the user sees and sets.

    pinned, own, <live providers that were named>, <the tables that packages ship>

`factor_sources = ["own", "electricity-maps", "codecarbon"]` replaces this order; `pinned` stays
first unless pins are switched off. A live provider is asked only where the user named it, in the
order or by its options: without, nothing here touches the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from footprint.errors import UsageError, nearest
from footprint.estimators import grid
from footprint.estimators.factors import Factor
from footprint.estimators.sources import Found, Query, Registry, Source
from footprint.factors.own import OwnSource, own_source
from footprint.factors.pins import PinnedSource, pinned_source

PINNED, OWN = PinnedSource.name, OwnSource.name


class Ordered(Registry):
    """A registry that tells what it was asked."""

    @property
    def answers(self) -> Mapping[Query, Found]:
        """Each query so far with what was found, in the order of asking."""
        return dict(self._known)

    @property
    def own(self) -> OwnSource | None:
        """The user's own file, with its tables; None without one."""
        return next((each for each in self.sources if isinstance(each, OwnSource)), None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd in the user's own file, and which sources could not answer so far."""
        own = self.own.file.notes if self.own else ()
        missed = (note for found in self._known.values() for note in found.notes)
        return tuple(dict.fromkeys((*own, *missed)))


def registry(
    order: Sequence[str] | None = None,
    *,
    own: Path | None = None,
    ledgers: Iterable[Path] = (),
    live: Mapping[str, Mapping[str, Any]] | None = None,
    pins: bool = True,
) -> Ordered:
    """The sources in an order.

    Args:
        order: names, first first; None: pinned, own, live providers, the packages' tables. Named
            without `own`, an own file is left out: what is named is all that is asked.
        own: the user's own file.
        ledgers: whose pins count.
        live: options by provider; in the default order these providers are asked.
        pins: False: not the ledgers' pins.

    Raises UsageError: a name that is not known (with the nearest), one twice, `own` without a
    file, a broken own file; LedgerError for a pin that was changed.
    """
    live = live or {}
    tables = {table.name: table for table in packaged()}
    names = list(order) if order is not None else [OWN, *live, *tables]
    _check(names, tables, live)
    if order is None and own is None:
        names.remove(OWN)
    if OWN in names and own is None:
        raise UsageError(
            "the order of sources names own, but there is no own file: give it with --factors FILE"
        )
    if pins and PINNED not in names:
        names.insert(0, PINNED)
    if not pins:
        names = [name for name in names if name != PINNED]
    sources: list[Source] = []
    for name in names:
        if name == PINNED:
            sources.append(pinned_source(ledgers))
        elif name == OWN and own is not None:
            sources.append(own_source(own))
        elif name in tables:
            sources.append(tables[name])
        else:
            sources.append(_live(name, live.get(name, {})))
    return Ordered(sources)


def _live_names() -> tuple[str, ...]:
    from footprint.factors import live

    return tuple(getattr(live, "NAMES", ()))


def _live(name: str, options: Mapping[str, Any]) -> Source:
    from footprint.factors import live

    source: Source = live.make(name, options)
    return source


class _Codecarbon:
    name = "codecarbon"

    def candidates(self, query: Query) -> Iterator[Factor]:
        if query.name == grid.NAME and query.zone is not None:
            found = grid.intensity(query.zone)
            if found is not None:
                yield found


def packaged() -> tuple[Source, ...]:
    """The tables that packages ship."""
    return (_Codecarbon(),)


def known_names() -> tuple[str, ...]:
    """All names that an order can have, in the default order."""
    return (PINNED, OWN, *_live_names(), *(table.name for table in packaged()))


def _check(names: Sequence[str], tables: Iterable[str], live: Iterable[str]) -> None:
    known = (PINNED, OWN, *_live_names(), *tables)
    for name in (*names, *live):
        if name not in known:
            raise UsageError(
                f"source {name!r} is not known:{nearest(name, known)} Use {', '.join(known)}"
            )
    twice = [name for number, name in enumerate(names) if name in names[:number]]
    if twice:
        raise UsageError(f"source {twice[0]} is in the order twice: name it once")
    if PINNED in names[1:]:
        raise UsageError("pins come first: put pinned before all others, or use --no-pins")
