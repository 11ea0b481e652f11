"""A sealed ledger of a million spans with one correction: read as a whole, and by its pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import packed_journals as packed
from benchmarks import children
from benchmarks.table import OURS, Row
from footprint.accounts.opened import open_ledger
from footprint.ledger.corrections.correction import Correction, Target
from footprint.ledger.corrections.journals import add
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from packed_journals import MIDNIGHT, S

SPANS, DAYS, GPUS = 1_000_000, 20, 4
DAY = 86_400 * S


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    spans = SPANS // 20 if quick else SPANS
    note = f"{spans:,} spans of {DAYS} days on {GPUS} GPUs; the calls of an hour are void"
    with tempfile.TemporaryDirectory() as name:
        ledger = Path(name)
        _write(ledger, spans)
        plain = _child("pages", ledger)
        # Pages are kept from before: only that of the corrected day is to be made again.
        hour = MIDNIGHT + 2 * DAY + 10 * 3600 * S
        target = Target(name="forward", since_utc_ns=hour, until_utc_ns=hour + 3600 * S)
        add(LocalStore(ledger), Correction("c" * 32, "void", target, "me", "a test", hour))
        whole, kept = _child("whole", ledger), _child("pages", ledger)
        pages = _child("pages", ledger, "--fresh")
        assert whole["figures"] == pages["figures"] == kept["figures"] != plain["figures"]
        listed = _child("list", ledger)
        assert listed["calls"] == whole["calls"] > 0
    return [
        Row("read as a whole: CPU", OURS, whole["took_s"], "s", note=note),
        Row("read as a whole: peak memory", OURS, whole["peak_mb"], "MB"),
        Row("by its pages, all of them made: CPU", OURS, pages["took_s"], "s"),
        Row("by its pages: peak memory", OURS, pages["peak_mb"], "MB", whole["peak_mb"]),
        Row(
            "by its pages, those of other days kept: CPU",
            OURS,
            kept["took_s"],
            "s",
            whole["took_s"],
        ),
        Row(
            "what the correction did: CPU",
            OURS,
            listed["took_s"],
            "s",
            note="`footprint correct list`",
        ),
    ]


def _write(ledger: Path, spans: int) -> None:
    length = DAYS * DAY - S
    records: list[dict[str, Any]] = packed.definitions()
    records += [packed.device(number, f"GPU-{number}") for number in range(GPUS)]
    rows = packed.spans(spans, length - 60 * S)
    points = packed.points(GPUS, length, step=10 * S)
    packed.write(ledger, 1, {**rows, "point": points}, records, length=length)
    seal(LocalStore(ledger))


def _child(how: str, ledger: Path, *options: str) -> dict[str, Any]:
    """One way of reading, as a program of its own: its figures, CPU time, and peak memory."""
    done = subprocess.run(
        [sys.executable, __file__, how, str(ledger), *options],
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _read(how: str, ledger: Path, *, fresh: bool) -> dict[str, Any]:
    """The totals of all groups, from all rows at once or page by page in this process."""
    from footprint.pages import make
    from footprint.pages.tasks import Asked, tasks
    from footprint.pages.total import total
    from footprint.reports import groups
    from footprint.reports.made_pages import pages
    from footprint.reports.options import Options

    opened = open_ledger(ledger)
    asked = Asked(groups.naming(("name",)), name="name")
    if how == "list":
        outline = opened.outline()
        return {
            "calls": sum(each.calls for each in outline.corrections),
            "took_s": time.process_time(),
        }
    if how == "whole":
        facts, _, applied = opened.corrected()
        made = list(make.pages(facts, asked.naming))
    else:
        outline = opened.outline(fresh=fresh)
        facts, applied = outline.facts, list(outline.corrections)
        made = list(pages(list(tasks(outline, asked)), Options(engine="local", fresh=fresh)))
    found = total(facts, (), made)
    figures = {
        str(name): [(part.device.id, part.energy.mid_nj, part.energy.low_nj) for part in parts]
        for (name, _), parts in found.groups.items()
    }
    return {
        "figures": figures,
        "calls": sum(each.calls for each in applied),
        "took_s": time.process_time(),
        "peak_mb": children.own_peak_mb(),
    }


if __name__ == "__main__":
    print(json.dumps(_read(sys.argv[1], Path(sys.argv[2]), fresh="--fresh" in sys.argv)))
