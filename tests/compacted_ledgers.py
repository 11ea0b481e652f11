"""Reports of ledgers before and after compaction, to be held against each other."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

from footprint.accounts.opened import open_ledger
from footprint.engines import engine
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from footprint.pages.tasks import Asked, tasks
from footprint.pages.total import Total, total
from footprint.reports import groups
from footprint.retention.compact import Outcome, compact
from recorded import MS, UTC
from sealers import GONE

DAY = 86_400 * 1000 * MS
#: The first midnight after the tests' usual instant, UTC ns.
MIDNIGHT = -(-UTC // DAY) * DAY


def totals(ledger: Path, by: tuple[str, ...], cuts: tuple[int, ...] = (), **period: int) -> Total:
    """A ledger's total by some fields."""
    asked = Asked(groups.naming(by), (period.get("since"), period.get("until")), cuts)
    outline = open_ledger(ledger).outline()
    pages = engine("local").pages(list(tasks(outline, asked)))
    return total(outline.facts, outline.issues, pages, cuts)


def sealed(ledger: Path) -> Path:
    """Seals all of it."""
    seal(LocalStore(ledger), GONE)
    return ledger


def compacted(ledger: Path, before_utc_ns: int, **options: Any) -> Outcome:
    """Compacts what is before an instant's day."""
    return compact(LocalStore(ledger), before_utc_ns // DAY, **options)


def integers(found: Total) -> dict[str, Any]:
    """What must not change at all."""
    return {
        "devices": sorted(found.devices, key=repr),
        "groups": {
            key: {
                part.device.id: (
                    part.energy.mid_nj,
                    part.energy.estimated_nj,
                    dict(sorted(part.tiers.items())),
                )
                for part in parts
            }
            for key, parts in found.groups.items()
        },
        "members": {name: _doing(member.doing) for name, member in found.members.items()},
        "entries": found.entries,
        "left_open": found.left_open,
        "period": (found.start_ns, found.end_ns),
        "missing": found.missing,
        "nameless": set(found.nameless),
    }


def _doing(doing: Any) -> tuple[Any, ...]:
    whole = doing.calls, doing.errors, dict(doing.units), doing.busy_ns
    return *whole, doing.start_ns, doing.end_ns, doing.peak_host_bytes, doing.peak_gpu_bytes


def bounds(found: Total) -> dict[tuple[tuple[Hashable, Any], str], tuple[int, int]]:
    """Each group's interval of each device, nJ."""
    return {
        (key, part.device.id): (part.energy.low_nj, part.energy.high_nj)
        for key, parts in found.groups.items()
        for part in parts
    }
