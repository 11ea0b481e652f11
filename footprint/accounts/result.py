"""One span's footprint: what `measure(...).result()` gives."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from footprint.accounts import book as books
from footprint.accounts.entries import Entry
from footprint.accounts.pricing import (
    at_instants,
    cuts,
    declared_of,
    energy_of,
    hardware_of,
    held_s,
    together,
)
from footprint.errors import LedgerError, UsageError
from footprint.estimators.applied import Use
from footprint.estimators.context import apply, resolve
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import Quantity
from footprint.factors.opened import opened
from footprint.ledger.journal import Journal
from footprint.ledger.parts import join
from footprint.ledger.reader import Facts, Issue, read_bytes, read_journals
from footprint.ledger.sealed.meanwhile import sealed_since
from footprint.ledger.stores.local import LocalStore
from footprint.model import NS_PER_S
from footprint.settings import Settings

#: Readings this long before and after a span say what it needs: the idle floor, the edges.
_AROUND = 5 * NS_PER_S


class Footprint(NamedTuple):
    """What a span used, its children included. Quantities are None where not known; `gaps` say why.

    Attributes:
        energy_j: joules of all devices, with interval.
        energy_by_kind_j: the same by device kind (gpu, cpu, dram).
        carbon_location_g, carbon_market_g: g CO2e, location- and market-based. What contracts
            cover is known of a whole period only: `footprint report` has the latter.
        embodied_g: g CO2e of the manufacture of the devices, by the time they were held.
        water_l: litres, on site and from generation.
        cost: by currency; cost_usd where all of it is in dollars.
        duration_s: wall-clock seconds.
        tiers: share of the energy by method tier.
        provisional: the counter's next edge had not come: ask again for a narrower interval.
        devices: ids of the devices it is on.
        factors, assumptions, gaps: what the figures rest on, and what is missing.
        span_id: `writer:sequence` in the ledger.
    """

    energy_j: Quantity | None
    energy_by_kind_j: dict[str, Quantity]
    carbon_location_g: Quantity | None
    carbon_market_g: Quantity | None
    cost: dict[str, Any]
    cost_usd: Quantity | None
    duration_s: float
    tiers: dict[str, float]
    provisional: bool
    devices: tuple[str, ...]
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    gaps: tuple[Gap, ...]
    span_id: str
    embodied_g: Quantity | None = None
    water_l: Quantity | None = None


def span_result(
    journal: Journal, writer: str, seq: int, settings: Settings, *, provisional: bool
) -> Footprint:
    """The footprint of one span of a running process, from what is in its ledger by now.

    Raises UsageError where the span is not in the ledger.
    """
    facts, issues = _facts(journal, writer, seq)

    def inside(entries: Sequence[Entry], index: int) -> Iterable[Hashable]:
        """Whether an entry is the span or hangs below it."""
        at = index
        for _ in range(10_000):  # deeper than any program; a damaged ledger may hold a ring
            entry = entries[at]
            if entry.seq == seq and facts[entry.writer].writer == writer:
                return (0,)
            if entry.parent < 0:
                break
            at = entry.parent
        return ()

    factors, at = _factors(facts, writer, seq, settings)
    book = books.make(facts, issues, inside, cuts=at)
    span = next(
        (e for e in book.entries if e.seq == seq and facts[e.writer].writer == writer), None
    )
    if span is None:
        raise UsageError(
            "the span is not in the ledger: it was folded with other short calls, or lost"
            f" ({journal.problem or 'see footprint ledger info'})"
        )
    parts = book.groups.get(0, [])
    return _footprint(book, span, parts, factors, provisional, f"{writer}:{seq}")


def _factors(
    facts: Sequence[Facts], writer: str, seq: int, settings: Settings
) -> tuple[FactorSet, tuple[int, ...]]:
    """What holds for a span, and the instants at which a factor changes.

    A program waits for the answer: no live provider is asked, and no pins are read.
    """
    own = next((one for one in facts if one.writer == writer), None)
    if own is None:
        return FactorSet(), ()
    starts = [row[5] for row in own.rows["span"] if row[0] == seq]
    starts += [row[3] for row in own.rows["open"] if row[0] == seq]
    begun = min(starts, default=own.context["t"])
    since, until = own.utc_extent(begun, max(begun, own.t_last))
    return factors_of(facts, own, settings, (since, max(until, since + 1)))


def factors_of(
    facts: Sequence[Facts], own: Facts, settings: Settings, period: tuple[int, int]
) -> tuple[FactorSet, tuple[int, ...]]:
    """What holds for a writer in a period (UTC ns), and the instants at which a factor changes.

    No live provider is asked, and no pins are read. Raises UsageError for what was declared wrong.
    """
    since, until = period
    # The file is the program's own here, as what it declared is: that goes before the file.
    sources = opened(settings, live=False, pins=False)._replace(over_runs=False)
    hardware = hardware_of(facts)[own.boot_id]
    try:
        declared = declared_of(own.context, {}, settings, sources, period)
        found = resolve(declared, sources.registry, hardware, since, until, sources.contracts)
    except EstimatorError as error:
        raise UsageError(str(error)) from error
    if sources.contracts.instruments is not None:
        found = found._replace(gaps=(*found.gaps, _OF_THE_PERIOD))
    return found, cuts([found], period)


_OF_THE_PERIOD = Gap(
    "carbon_market_g",
    "contracts and certificates cover a period as a whole, and not a single span",
    "see `footprint report`",
)


def _footprint(
    book: books.Book,
    span: Entry,
    parts: Sequence[books.GroupEnergy],
    factors: FactorSet,
    provisional: bool,
    span_id: str,
) -> Footprint:
    lacking = missing(parts)
    parts = [part for part in parts if part.energy.missing < 1]  # not measured is not zero
    kinds = sorted({part.device.kind for part in parts})
    by_kind = {kind: energy_of([p for p in parts if p.device.kind == kind]) for kind in kinds}
    energy = energy_of(parts) if parts else None
    priced = apply(factors, use_of(energy, parts, book.cuts)) if energy is not None else None
    gaps = [*(priced.gaps if priced else factors.gaps), *lacking]
    total = sum(part.energy.mid_nj for part in parts)
    tiers: dict[str, float] = {}
    for part in parts:
        for tier, amount in part.tiers.items():
            tiers[tier] = tiers.get(tier, 0.0) + (amount / total if total else 0.0)
    assumptions = [*factors.assumptions, *book.notes]
    if book.assumed:
        assumptions.append(
            "nothing said which GPUs the work ran on: all visible ones are counted (devices=)"
        )
    return Footprint(
        energy_j=energy,
        energy_by_kind_j=by_kind,
        carbon_location_g=priced.carbon_location_g if priced else None,
        carbon_market_g=priced.carbon_market_g if priced else None,
        embodied_g=priced.embodied_g if priced else None,
        water_l=priced.water_l if priced else None,
        cost=dict(priced.cost) if priced else {},
        cost_usd=priced.cost_usd if priced else None,
        duration_s=(span.end - span.start) / NS_PER_S,
        tiers=tiers,
        provisional=provisional,
        devices=tuple(part.device.id for part in parts),
        factors=factors.factors,
        assumptions=tuple(assumptions),
        gaps=tuple(gaps),
        span_id=span_id,
    )


def use_of(energy: Quantity, parts: Sequence[books.GroupEnergy], at: Sequence[int]) -> Use:
    """The parts as one use; their bounds are those of `energy`."""
    uses = [
        Use(energy, at_instants(part.by_stretch, at), held_s(part.device, part.held_ns))
        for part in parts
    ]
    return together(uses)._replace(energy=energy)


def missing(parts: Sequence[books.GroupEnergy]) -> list[Gap]:
    """What of a group's energy no meter saw."""
    gaps = [] if parts else [Gap("energy_j", "no device could be read", "run `footprint doctor`")]
    gaps.extend(
        Gap(
            "energy_j",
            f"{part.device.name} ({part.device.id}) was not metered in"
            f" {part.energy.missing:.1%} of the time: what it drew then is not in the sum",
            "see the ledger's gaps (`footprint ledger info`)",
        )
        for part in parts
        if part.energy.missing
    )
    return gaps


def _facts(journal: Journal, writer: str, seq: int) -> tuple[list[Facts], list[Issue]]:
    """What the ledger says of the time around a span: its own journal, and others of the time."""
    if journal.path is None:
        return [read_bytes(journal.pending(), "memory")], []
    try:
        written = journal.path.read_bytes()
    except OSError:  # nothing could be written yet, or the ledger was removed
        written = b""
    try:
        own = read_bytes(written + journal.pending(), journal.path.name)
    except LedgerError:  # removed, and what waits begins in the middle
        return [], []
    if not own.context:
        return [], own.issues
    starts = [row[5] for row in own.rows["span"] if row[0] == seq]
    if not starts:
        starts = [row[3] for row in own.rows["open"] if row[0] == seq]
    since = min(starts, default=own.t_last) - _AROUND
    facts, issues = read_journals(_others(journal.path, own.utc_ns(since)), since)
    gone = {issue.where for issue in issues if not (journal.path.parent / issue.where).exists()}
    known = {(each.writer, each.part) for each in (own, *facts)}
    store = LocalStore(journal.path.parent.parent)
    try:
        sealed, missing = sealed_since(store, own.boot_id, own.utc_ns(since), known)
    except LedgerError as error:
        sealed, missing = [], [Issue("missing-segment", store.where, str(error))]
    issues = [issue for issue in issues if issue.where not in gone]
    return join([own, *facts, *sealed])[0], [*issues, *missing]


def _others(own: Path, since_utc_ns: int) -> list[Path]:
    """Other writers' journals that were written to since then."""
    found: list[Path] = []
    for path in sorted(own.parent.glob(f"*{own.suffix}")):
        with contextlib.suppress(FileNotFoundError):  # sealed meanwhile
            if path != own and path.stat().st_mtime_ns >= since_utc_ns:
                found.append(path)
    return found
