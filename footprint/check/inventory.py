"""`footprint ledger info`: what is in a ledger, and what is wrong with it, without booking it.

The JSON is described in docs/reference/ledger-info.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from footprint.ledger import format as fmt
from footprint.ledger.corrections.journals import CLOCK as CORRECTIONS
from footprint.ledger.proofs.verify import foreign
from footprint.ledger.reader import Facts, Issue, read_journals
from footprint.ledger.sealed.manifest import Chain, Manifest
from footprint.ledger.sealed.plan import Key
from footprint.ledger.sealed.read import read
from footprint.ledger.sealed.tables import GROUP
from footprint.ledger.sealed.whole import contents
from footprint.ledger.stored import StoredFile
from footprint.ledger.stores import Store, open_store
from footprint.model import ERROR, NS_PER_S

SCHEMA = "footprint.ledger-info/1"

#: Rows of the journals that are readings of devices.
READINGS = ("point", "window", "usage", "gpu_usage")


class Inventory:
    """One ledger's contents, counted journal by journal: no two are in memory at once.

    Raises LedgerError where there is no ledger, LedgerVersionError for a newer one.
    """

    def __init__(self, place: str | Path) -> None:
        store = open_store(place)
        self.place = store.where
        self.schema = _schema(store)
        self.bytes = 0
        self.journals: list[dict[str, Any]] = []
        self.rows: Counter[str] = Counter()
        self.calls = self.errors = self.newer_records = 0
        self._open: dict[str, set[int]] = {}
        self._ended: dict[str, set[int]] = {}
        self.corrections = 0
        self.runs: set[str] = set()
        self.jobs: dict[tuple[str, str], dict[str, Any]] = {}
        self.hosts: Counter[str] = Counter()
        self.versions: Counter[str] = Counter()
        self.devices: dict[str, dict[str, Any]] = {}
        self.issues: list[Issue] = []
        self.gaps: list[dict[str, Any]] = []
        self.dropped: list[dict[str, Any]] = []
        self._period: list[int] = []
        self.sealed = {"journals": 0, "manifests": 0, "files": 0, "bytes": 0}
        self.compacted: list[dict[str, Any]] = []
        there = contents(store)
        for file in there.journals:
            self._add(file)
        for chain in there.chains:
            self._add_sealed(store, chain, there.elsewhere)
        self.issues += there.issues
        names = [name for name, _ in store.names()]
        self.issues += [Issue(each.kind, each.where, each.text) for each in foreign(names)]

    @property
    def left_open(self) -> int:
        """How many spans never ended."""
        return sum(len(opened - self._ended[name]) for name, opened in self._open.items())

    @property
    def period(self) -> tuple[str, str] | None:
        """First and last instant, UTC; None for an empty ledger."""
        return (utc(min(self._period)), utc(max(self._period))) if self._period else None

    def _add(self, file: StoredFile) -> None:
        found, issues = read_journals([file])
        self.issues += issues
        size = max((facts.size for facts in found), default=file.size)
        self.bytes += size
        for facts in found:
            self._take(facts, size)

    def _add_sealed(self, store: Store, chain: Chain, elsewhere: Collection[Key]) -> None:
        manifests = list(chain.manifests)
        files = list(chain.files)
        self.sealed["manifests"] += len(manifests)
        self.sealed["files"] += len(files)
        self.compacted += [_compaction(each) for each in manifests if each.kind == "compaction"]
        self.sealed["bytes"] += sum(file.size for file in files)
        self.bytes += sum(file.size for file in files)
        for boot in sorted({journal.boot_id for journal in chain.journals}):
            found, issues = read(store, manifests, boots=[boot], without=elsewhere)
            self.issues += issues
            for facts in found:
                self.sealed["journals"] += 1
                self.issues += facts.issues
                self._take(facts, facts.size)

    def _take(self, facts: Facts, size: int) -> None:
        self.corrections += len(facts.corrections)
        if facts.boot_id == CORRECTIONS:
            return  # nobody ran it on a host
        context, tool = facts.context, facts.context.get("tool", {})
        start, last = facts.utc_extent(context["t"], max(facts.t_last, context["t"]))
        self._period += [start, last]
        self.runs.add(str(context.get("run", facts.writer)))
        self._take_job(facts)
        self.hosts[facts.host] += 1
        self.versions[f"{tool.get('name', '?')} {tool.get('version', '?')}"] += 1
        counts = {name: len(rows) for name, rows in facts.rows.items() if rows}
        self.rows.update(counts)
        calls = counts.get("span", 0) + sum(row[8] for row in facts.rows["fold"])
        self.calls += calls
        self.errors += sum(row[3] == ERROR for row in facts.rows["span"])
        self.errors += sum(row[8] for row in facts.rows["fold"] if row[3] == ERROR)
        ended = {row[0] for name in ("span", "fold") for row in facts.rows[name]}
        # Each part of a writer's journals repeats what is open; it may have ended in another one.
        opened = {row[0] for row in facts.rows["open"]}
        self._open.setdefault(facts.writer, set()).update(opened)
        self._ended.setdefault(facts.writer, set()).update(opened & ended, _lasting(facts))
        self.newer_records += facts.newer_records
        self._take_devices(facts)
        self.gaps += [_timed(facts, gap) for gap in facts.gaps]
        self.dropped += [_timed(facts, each) for each in facts.dropped]
        self.journals.append(
            {
                "file": facts.where,
                "writer": facts.writer,
                "run": context.get("run"),
                "job": context.get("job"),
                "host": facts.host,
                "pid": context.get("pid"),
                "start": utc(start),
                "end": utc(last),
                "closed": None if facts.end is None else facts.end.get("reason", ""),
                "bytes": size,
                "batches": facts.batches,
                "rows": counts,
                "calls": calls,
                "tool": tool,
                "python": context.get("python"),
                "platform": context.get("platform"),
                "declared": context.get("declared", {}),
                "unavailable": [
                    {key: each.get(key) for key in ("probe", "what", "reason", "remedy")}
                    for each in facts.unavailable
                ],
            }
        )

    def _take_job(self, facts: Facts) -> None:
        job = facts.context.get("job")
        if job is None:
            return
        launcher = str(job.get("scheduler") or job.get("launcher"))
        known = self.jobs.setdefault(
            (launcher, str(job.get("id"))),
            {"launcher": launcher, "id": job.get("id"), "world_size": None, "ranks": set()}
            | {"hosts": set()},
        )
        known["world_size"] = max(
            filter(None, (known["world_size"], job.get("world_size"))), default=None
        )
        known["ranks"] |= {job["rank"]} if job.get("rank") is not None else set()
        known["hosts"].add(facts.host)

    def _take_devices(self, facts: Facts) -> None:
        readings = Counter(row[0] for name in ("point", "window") for row in facts.rows[name])
        for number, device in facts.devices.items():
            known = self.devices.setdefault(
                device.id,
                {
                    "host": facts.host,
                    "id": device.id,
                    "device_kind": device.kind,
                    "name": device.name,
                    "tier": device.tier,
                    "scope": device.scope,
                    "readings": 0,
                },
            )
            known["readings"] += readings[number]


def _schema(store: Store) -> str:
    try:
        return str(json.loads(store.read(fmt.MARKER))["schema"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # the journals say it too


def _lasting(facts: Facts) -> set[int]:
    """Spans that lasted so long that an earlier part may have recorded them as open."""
    return {row[0] for row in facts.rows["span"] if row[6] - row[5] > NS_PER_S // 2}


def _timed(facts: Facts, record: dict[str, Any]) -> dict[str, Any]:
    """A record with its instants as UTC instead of boot time."""
    found: dict[str, Any] = {"host": facts.host}
    for key, value in record.items():
        if key in ("t", "end", "since", "until"):
            named = "start" if key in ("t", "since") else "end"
            found[named] = None if value is None else utc(facts.utc_ns(value))
        elif key != "type":
            found[key] = value
    return found


def utc(ns: int) -> str:
    """`2026-11-22T11:03:04.123Z`."""
    moment = datetime.fromtimestamp(ns // 1_000_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ns // 1_000_000 % 1000:03}Z"


def to_json(inventories: Sequence[Inventory]) -> dict[str, Any]:
    """`footprint.ledger-info/1`."""
    return {"schema": SCHEMA, "ledgers": [_ledger(each) for each in inventories]}


def _ledger(one: Inventory) -> dict[str, Any]:
    start, end = one.period or (None, None)
    return {
        "ledger": one.place,
        "schema": one.schema,
        "period": {"start": start, "end": end},
        "bytes": one.bytes,
        "runs": len(one.runs),
        "jobs": [
            {**each, "ranks": sorted(each["ranks"]), "hosts": sorted(each["hosts"])}
            for each in one.jobs.values()
        ],
        "hosts": dict(one.hosts),
        "versions": dict(one.versions),
        "spans": one.rows["span"] + one.rows["fold"],
        "calls": one.calls,
        "errors": one.errors,
        "left_open": one.left_open,
        "readings": {name: one.rows[name] for name in READINGS},
        "devices": list(one.devices.values()),
        "issues": [issue._asdict() for issue in one.issues],
        "dropped": one.dropped,
        "gaps": one.gaps,
        "newer_records": one.newer_records,
        "corrections": one.corrections,
        "sealed": one.sealed,
        "compacted": one.compacted,
        "journals": one.journals,
    }


def _compaction(one: Manifest) -> dict[str, Any]:
    """When dates were compacted, and which."""
    dates = [file.date for file in one.files if file.table == GROUP]
    first, last = min(dates, default=None), max(dates, default=None)
    return {"utc": one.utc, "first": first, "last": last, "replaced": len(one.replaces)}
