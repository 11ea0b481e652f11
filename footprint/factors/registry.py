"""The sources in their order: what the user sees and sets.

    pinned, own, <live providers that were named>, <the tables that packages ship>

`factor_sources = ["own", "electricity-maps", "codecarbon"]` replaces this order. `pinned` stays
first unless pins are switched off, and the tables of things (`hardware`, `rental prices`,
`systems`), which no other source stands in for, follow last where they are not named. A live
provider is asked only where the user named it, in the order or by its options: without, nothing
here touches the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from footprint.errors import UsageError, nearest
from footprint.estimators import standard
from footprint.estimators.errors import EstimatorError
from footprint.estimators.sources import Found, Query, Registry, Source
from footprint.estimators.systems.source import SystemsSource
from footprint.factors.pinned import PinnedSource

# What reads files is imported where there are some: a program that asks for its result has none.
if TYPE_CHECKING:
    from footprint.factors.kept import Kept
    from footprint.factors.own import OwnSource
    from footprint.ledger.stores import Store

PINNED, OWN = PinnedSource.name, "own"

#: Tables of devices, instances and AI systems.
OF_THINGS = ("hardware", "rental prices", "systems")


class Ordered(Registry):
    """A registry that tells what it was asked, and lets pins answer alone where they cover it."""

    def _find(self, query: Query) -> Found:
        for source in self.sources:
            if isinstance(source, PinnedSource):
                again = source.again(query)
                if again is not None:
                    return again
        try:
            return super()._find(query)
        except EstimatorError:
            # A region that no table knows is a mistake, unless the user's own file has it.
            knowing = [each for each in self.sources if each.name in (PINNED, OWN)]
            known = tuple(one for each in knowing for one in each.candidates(query))
            if not known:
                raise
            return Found(known, ())

    @property
    def answers(self) -> Mapping[Query, Found]:
        """Each query so far with what was found, in the order of asking."""
        return dict(self._known)

    @property
    def own(self) -> OwnSource | None:
        """The user's own file, with its tables, else the one that was pinned; None without one."""
        found = next((each for each in self.sources if each.name == OWN), None)
        if found is None and self.kept is not None:
            return self.kept.source
        return cast("OwnSource | None", found)

    @property
    def kept(self) -> Kept | None:
        """The own file that was pinned; None where there is none, or pins are switched off."""
        pins = (each for each in self.sources if isinstance(each, PinnedSource))
        return next((each.own for each in pins), None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd in the user's own file, and which sources could not answer so far."""
        own = self.own.file.notes if self.own else ()
        missed = (note for found in self._known.values() for note in found.notes)
        return tuple(dict.fromkeys((*own, *missed)))


def registry(
    order: Sequence[str] | None = None,
    *,
    own: Path | OwnSource | None = None,
    ledgers: Iterable[Path | Store] = (),
    live: Mapping[str, Mapping[str, Any]] | None = None,
    pins: bool = True,
) -> Ordered:
    """The sources in an order.

    Args:
        order: names, first first; None: pinned, own, live providers, the packages' tables.
        own: the user's own file, or what was read of it.
        ledgers: whose pins count.
        live: options by provider; in the default order these providers are asked.
        pins: False: not the ledgers' pins.

    Raises UsageError: a name that is not known (with the nearest), one twice, `own` without a
    file or a file without it, a broken own file; LedgerError for a pin that was changed.
    """
    live = live or {}
    tables = {table.name: table for table in _tables()}
    names = list(order) if order is not None else [OWN, *live, *tables]
    _check(names, tables, live)
    if order is None and own is None:
        names.remove(OWN)
    if OWN in names and own is None:
        raise UsageError(
            "the order of sources names own, but there is no own file: give it with --factors FILE"
        )
    if OWN not in names and own is not None:
        file = own if isinstance(own, Path) else own.file.path
        raise UsageError(
            f"{file} is given, but the order of sources does not name own: add it where it belongs"
        )
    names += [name for name in OF_THINGS if name not in names]
    if pins and PINNED not in names:
        names.insert(0, PINNED)
    if not pins:
        names = [name for name in names if name != PINNED]
    sources: list[Source] = []
    for name in names:
        if name == PINNED:
            from footprint.factors.pins import pinned_source

            sources.append(pinned_source(ledgers))
        elif name == OWN and own is not None:
            if isinstance(own, Path):
                from footprint.factors.own import own_source

                own = own_source(own)
            sources.append(own)
        elif name in tables:
            sources.append(tables[name])
        else:
            from footprint.factors.live import make

            sources.append(make(name, live.get(name)))
    made = Ordered(sources)
    if (recorded := _recorded.get()) is not None:
        recorded.append(made)
    return made


_recorded: ContextVar[list[Ordered] | None] = ContextVar("recorded", default=None)


@contextmanager
def recording() -> Iterator[list[Ordered]]:
    """The registries that are made in this block: how pinning learns what a report asked for."""
    made: list[Ordered] = []
    token = _recorded.set(made)
    try:
        yield made
    finally:
        _recorded.reset(token)


def _tables() -> tuple[Source, ...]:
    return (*standard.sources(), SystemsSource())


def known_names() -> tuple[str, ...]:
    """All names that an order can have, in the default order."""
    from footprint.factors.live import PROVIDERS

    return (PINNED, OWN, *PROVIDERS, *(table.name for table in _tables()))


def _check(names: Sequence[str], tables: Iterable[str], live: Iterable[str]) -> None:
    at_hand = (PINNED, OWN, *tables)
    for name in (*names, *live):
        if name not in at_hand and name not in (known := known_names()):
            raise UsageError(
                f"source {name!r} is not known:{nearest(name, known)} Use {', '.join(known)}"
            )
    twice = [name for number, name in enumerate(names) if name in names[:number]]
    if twice:
        raise UsageError(f"source {twice[0]} is in the order twice: name it once")
    if PINNED in names[1:]:
        raise UsageError("pins come first: put pinned before all others, or use --no-pins")
