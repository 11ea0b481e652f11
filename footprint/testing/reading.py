"""From the ledger to what each test used.

A test's energy is that of all that ran in its call, children included; where it measured calls of
its own (`footprint(fn)`), of those. Figures are for one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from footprint import clock, settings
from footprint.accounts import book as books
from footprint.accounts.book import Book, GroupEnergy
from footprint.accounts.floor import MODELS, below_floor, timing_nj
from footprint.accounts.pricing import energy_of
from footprint.accounts.result import factors_of, missing, use_of
from footprint.estimators.context import apply
from footprint.estimators.errors import Gap
from footprint.estimators.pricing import FactorSet
from footprint.ledger.parts import join
from footprint.ledger.reader import Facts, Issue, journal_files, read_journals
from footprint.ledger.sealed.meanwhile import sealed_since
from footprint.ledger.stores.local import LocalStore
from footprint.model import NJ_PER_J, NS_PER_S, OPEN
from footprint.reports.view import Amounts
from footprint.testing.figures import NOTHING, Figure, Figures, OnDevice, Sample
from footprint.testing.owners import Key, Owners, phase_of
from footprint.testing.recording import CALL, CALLS, PHASE, ROUND, SESSION, SETUP, TEARDOWN

#: Readings so long before say what the first test needs: the idle floor, the edges.
_AROUND = 5 * NS_PER_S
_LOST = Gap(
    "energy_j",
    "the test set footprint up anew (configure): what it used from there on is elsewhere",
    "measure in a test what uses footprint's own settings by `footprint.measure(...).result()`",
)


def read(
    ledgers: Iterable[Path],
    session: str,
    since_utc_ns: int,
    given: Mapping[str, Any],
    only: str | None = None,
) -> Figures:
    """The figures of a session of tests.

    Args:
        ledgers: where its spans are.
        session: its name.
        since_utc_ns: when it began.
        given: settings that code gave; those of a test that gives others count for itself alone.
        only: one test; None: all.

    Raises LedgerError, UsageError for what cannot be read or priced.
    """
    facts, issues = _facts(ledgers, since_utc_ns)
    writers = [one for one in facts if _is_of(one, session)]
    if not writers:
        return NOTHING
    own = min(writers, key=lambda one: one.begun)
    until = max(one.utc_ns(one.t_last) for one in facts)
    found = settings.resolve(given, problems=[])
    factors, cuts = factors_of(facts, own, found, (since_utc_ns, max(until, since_utc_ns + 1)))
    owners = Owners(session, only)
    book = books.make(facts, issues, owners.keys, cuts=cuts)
    return _Reading(book, owners, factors).figures()


def _is_of(one: Facts, session: str) -> bool:
    tags = (path.tags for path in one.paths.values())
    return any(each.get(SESSION) == session and each.get(PHASE) == CALL for each in tags)


class _Spans:
    """A key's own spans."""

    def __init__(self) -> None:
        self.busy_ns = 0
        self.calls = 0.0
        self.units: dict[str, float] = {}
        self.samples: dict[tuple[int, int], list[float]] = {}
        self.lost = False


class _Reading:
    def __init__(self, book: Book, owners: Owners, factors: FactorSet) -> None:
        self._book = book
        self._factors = factors
        self._spans: dict[Key, _Spans] = {}
        for index in range(len(book.entries)):
            self._take(owners, index)

    def _take(self, owners: Owners, index: int) -> None:
        entries = self._book.entries
        energy = sum(part.energy.mid_nj for part in self._book.used[index].values())
        for at in owners.of(entries, index):
            span, phase = entries[at], phase_of(entries[at])
            for key in ((span.path.name, phase), ("", phase)):
                spans = self._spans.setdefault(key, _Spans())
                sample = spans.samples.setdefault((span.writer, span.seq), [0.0, 0.0])
                sample[0] += energy / NJ_PER_J
                if at != index:
                    continue
                calls = span.units.get(CALLS, 0.0) if phase == ROUND else float(span.calls)
                sample[1] += calls
                spans.calls += calls
                spans.busy_ns += span.busy_ns
                spans.lost = spans.lost or span.status == OPEN
                for name, amount in span.units.items():
                    if name != CALLS:
                        spans.units[name] = spans.units.get(name, 0.0) + amount

    def figures(self) -> Figures:
        tests: dict[str, Figure] = {}
        for name, phase in self._spans:
            if name and phase in (CALL, ROUND) and (phase == ROUND or name not in tests):
                tests[name] = self._figure((name, phase))
        around = [("", phase) for phase in (SETUP, TEARDOWN) if ("", phase) in self._spans]
        assumptions = [*self._factors.assumptions, *self._book.notes]
        if self._book.assumed:
            assumptions.append(
                "nothing said which GPUs the work ran on: all visible ones are counted (devices=)"
            )
        return Figures(
            tests,
            self._figure(("", CALL)) if ("", CALL) in self._spans else None,
            self._figure(*around) if around else None,
            self._factors.factors,
            tuple(dict.fromkeys(assumptions)),
            self._factors.gaps,
        )

    def _figure(self, *keys: Key) -> Figure:
        spans = [self._spans[key] for key in keys]
        own = spans[0]
        parts = _joined([part for key in keys for part in self._book.groups.get(key, ())])
        lost = any(each.lost for each in spans)
        gaps = [_LOST] if lost else []
        gaps.extend(missing(parts))
        parts = [part for part in parts if part.energy.missing < 1]  # not measured is not zero
        busy_ns = sum(each.busy_ns for each in spans)
        whole, below = Amounts(), None
        if parts:
            whole, lacking = self._priced(parts)
            gaps.extend(lacking)
            below = below_floor(parts, busy_ns)
        if below is not None:
            gaps.append(Gap("energy_j", below, "--footprint-repeat, or footprint(fn)"))
        known = below is None and bool(parts) and own.calls > 0 and not (lost and keys[0][0])
        total = sum(part.energy.mid_nj for part in parts)
        tiers: dict[str, float] = {}
        for part in parts:
            for tier, amount in part.tiers.items():
                tiers[tier] = tiers.get(tier, 0.0) + (amount / total if total else 0.0)
        return Figure(
            own.calls,
            busy_ns / NS_PER_S,
            whole.per(own.calls) if known else Amounts(),
            whole,
            below,
            tuple(Sample(*each) for each in own.samples.values() if each[1]),
            tuple(self._on_device(part, busy_ns) for part in parts),
            tiers,
            own.units,
            tuple(dict.fromkeys(gaps)),
        )

    def _priced(self, parts: Sequence[GroupEnergy]) -> tuple[Amounts, Sequence[Gap]]:
        energy = energy_of(parts)
        priced = apply(self._factors, use_of(energy, parts, self._book.cuts))
        amounts = Amounts(
            energy,
            priced.carbon_location_g,
            priced.carbon_market_g,
            priced.embodied_g,
            priced.water_l,
            dict(priced.cost),
            priced.cost_usd,
        )
        return amounts, priced.gaps

    def _on_device(self, part: GroupEnergy, busy_ns: int) -> OnDevice:
        device, energy = part.device, part.energy
        low, mid, high = (nj / NJ_PER_J for nj in (energy.low_nj, energy.mid_nj, energy.high_nj))
        gains = device.gain_low, device.gain_high
        if device.tier in MODELS and mid:  # its bounds are the model's error: timing is apart
            gains = low / mid, high / mid
            timing = timing_nj(part, busy_ns) / NJ_PER_J if busy_ns else mid
            low, high = max(0.0, mid - timing / 2), mid + timing / 2
        host = next((b.host for b in self._book.devices if b.device.id == device.id), "")
        name = lasting(device.id)
        return OnDevice(host, name, device.kind, device.name, device.tier, low, mid, high, *gains)


def _joined(parts: Iterable[GroupEnergy]) -> list[GroupEnergy]:
    found: dict[str, GroupEnergy] = {}
    for part in parts:
        before = found.get(part.device.id)
        found[part.device.id] = part if before is None else before.plus(part)
    return list(found.values())


def lasting(device: str) -> str:
    """A device's id without the boot: `cpu:BOOT:package-0` is the same part tomorrow."""
    words = device.split(":")
    return f"{words[0]}:{words[2]}" if len(words) == 3 and words[0] in ("cpu", "dram") else device


def _facts(ledgers: Iterable[Path], since_utc_ns: int) -> tuple[list[Facts], list[Issue]]:
    """What was recorded since then, on this boot, in journals and in what was sealed of them."""
    boot = clock.boot_id()
    now, utc = clock.anchor()
    since_utc_ns -= _AROUND
    since = now - (utc - since_utc_ns)
    facts: list[Facts] = []
    issues: list[Issue] = []
    for ledger in ledgers:
        fresh = []
        for path in journal_files(ledger):
            try:
                if path.stat().st_mtime_ns >= since_utc_ns:
                    fresh.append(path)
            except FileNotFoundError:  # sealed meanwhile
                continue
        found, wrong = read_journals(fresh, since)
        facts += [one for one in found if one.boot_id == boot]
        known = {(one.writer, one.part) for one in facts}
        sealed, more = sealed_since(LocalStore(ledger), boot, since_utc_ns, known)
        facts += sealed
        issues += [*wrong, *more]
    whole, lost = join(facts)
    return whole, [*issues, *lost]
