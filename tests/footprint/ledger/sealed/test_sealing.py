"""Sealing: what was recorded comes back as it was, from whichever of the two places."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import tempfile
import time
import zlib
from pathlib import Path

import pandas as pd
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packed_journals
from footprint import open_ledger, report
from footprint.errors import LedgerError, LedgerVersionError
from footprint.ledger import format as fmt
from footprint.ledger import stored
from footprint.ledger.journal import prepare
from footprint.ledger.proofs.head import IN_REPORTS
from footprint.ledger.reader import Facts, read_journals
from footprint.ledger.sealed.closed import Here, glimpse, is_closed
from footprint.ledger.sealed.manifest import read_chains
from footprint.ledger.sealed.read import index, read
from footprint.ledger.sealed.removal import LEFT_AFTER
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.sealed.whole import read_ledger
from footprint.ledger.stored import journals
from footprint.ledger.stores.local import LocalStore
from footprint.model import TIERS
from footprint.reports.formats import rendered
from random_ledgers import random_journals
from report_ledgers import GPU, MS, UTC, Recorder, S
from sealers import GONE

KEPT = """
    context devices paths names anchors residents gaps unavailable dropped issues end t_last
    newer_records batches size writer where
""".split()  # noqa: SIM905


def same(one: Facts, other: Facts) -> bool:
    """Whether two facts are equal, bytes of rows and all."""
    for name in KEPT:
        assert getattr(one, name) == getattr(other, name), name
    for row in fmt.ROW_TYPES:
        assert one.rows.packed(row.name) == other.rows.packed(row.name), row.name
    return True


def unsealed(store: LocalStore) -> dict[str, Facts]:
    found, issues = read_journals(journals(store))
    assert not issues
    return {one.writer: one for one in found}


def sealed(store: LocalStore, **asked: object) -> dict[str, Facts]:
    manifests = [each for chain in read_chains(store) for each in chain.manifests]
    found, issues = read(store, manifests, **asked)
    assert not issues
    return {one.writer: one for one in found}


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_rows_and_records_come_back_as_they_were(rng: random.Random) -> None:
    with tempfile.TemporaryDirectory() as name:
        _sealed_and_back(LocalStore(Path(name) / "L"), rng)


def _sealed_and_back(store: LocalStore, rng: random.Random) -> None:
    random_journals(rng, store.root)
    before = unsealed(store)
    outcome = seal(store, GONE)
    assert outcome.journals == len(before)
    assert not outcome.left
    assert journals(store) == []
    after = sealed(store)
    assert after.keys() == before.keys()
    assert all(same(before[writer], after[writer]) for writer in before)


def closed(ledger: Path, number: int = 1, **given: object) -> Recorder:
    """A ledger with a journal of a second of work, two spans, and an end."""
    one = Recorder(ledger, number, **given)
    path = one.path("work")
    one.span(path, 0, 400 * MS, items=3.0)
    one.span(path, 500 * MS, S, items=5.0)
    one.counter(GPU, [100, 200] * 5)
    one.close()
    return one


def reported(ledger: Path) -> str:
    """The report's JSON without what says how the ledger's files lie."""
    document = json.loads(rendered(report(ledger), "json"))
    del document[IN_REPORTS]
    return json.dumps(document, indent=1)


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_report_is_the_same_before_half_way_and_after(rng: random.Random) -> None:
    with tempfile.TemporaryDirectory() as name:
        ledger = Path(name) / "L"
        random_journals(rng, ledger, spans=15)
        before = reported(ledger)
        files = sorted((ledger / fmt.JOURNALS).iterdir())
        hidden = [each.rename(each.with_suffix(".away")) for each in files[len(files) // 2 :]]
        seal(LocalStore(ledger), GONE)
        for each in hidden:
            each.rename(each.with_suffix(fmt.SUFFIX))
        assert reported(ledger) == before
        seal(LocalStore(ledger), GONE)
        assert not any((ledger / fmt.JOURNALS).iterdir())
        assert reported(ledger) == before


def test_rows_lie_under_the_date_on_which_they_ended(tmp_path: Path) -> None:
    late = 13 * 3600 * S  # the recorder's clock begins at 11:00
    one = Recorder(tmp_path)
    path = one.path("work")
    one.span(path, 0, 400 * MS, items=3.0)
    one.span(path, late - 2 * S, late + S, items=5.0)
    one.close(now=14 * 3600 * S)
    store = LocalStore(tmp_path)
    (manifest,) = seal(store).manifests
    places = {(each.table, each.date): each.rows for each in manifest.files}
    assert places == {
        ("span", "2026-11-22"): 1,
        ("span", "2026-11-23"): 1,
        ("unit", "2026-11-22"): 1,
        ("unit", "2026-11-23"): 1,
        ("record", "2026-11-22"): 4,
    }
    found = index([manifest])
    assert list(found) == [("boot-a", "2026-11-22"), ("boot-a", "2026-11-23")]
    # The second span and its amount touch both dates.
    assert len(found["boot-a", "2026-11-22"]) == 4
    assert len(found["boot-a", "2026-11-23"]) == 2
    noon = UTC + 3600 * S
    facts = sealed(store, until_utc_ns=noon)[one.writer_id.hex]
    assert [row[0] for row in facts.rows["span"]] == [1]
    facts = sealed(store, since_utc_ns=noon)[one.writer_id.hex]
    assert [row[0] for row in facts.rows["span"]] == [2]
    assert [row[2] for row in facts.rows["unit"]] == [5.0]
    assert facts.paths.keys() == {path}
    assert sealed(store, since_utc_ns=UTC + 20 * 3600 * S) == {}


def test_only_the_boots_that_are_asked_for_are_read(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    writers = [closed(tmp_path, n, boot=f"boot-{n}").writer_id.hex for n in (1, 2, 3)]
    seal(store)
    assert sealed(store, boots=["boot-2"]).keys() == {writers[1]}
    assert sealed(store).keys() == set(writers)


def test_bits_that_no_sum_would_miss_come_back(tmp_path: Path) -> None:
    one = Recorder(tmp_path)
    path = one.path("work")
    one.writer.point(0, 65535, None, 0, -1_000)
    one.writer.point(0, 0, 7, 5, 2**62)
    one.writer.window(0, TIERS[-1], 3, 9, 2**62)
    one.span(path, 0, 5, items=-0.0, tokens_in=5e-324, tokens_out=1e308)
    one.writer.gpu_usage(0, 5, None, 0, 2**62)
    one.writer.hold(2**64 - 1, 0, 2**62, -1)
    one.close()
    before = unsealed(LocalStore(tmp_path))
    seal(LocalStore(tmp_path))
    after = sealed(LocalStore(tmp_path))
    assert all(same(before[writer], after[writer]) for writer in before)


def test_other_readers_of_parquet_know_the_columns(tmp_path: Path) -> None:
    one = closed(tmp_path)
    (manifest,) = seal(LocalStore(tmp_path)).manifests
    files = {each.table: str(tmp_path / each.path) for each in manifest.files}
    spans = pd.read_parquet(files["span"])
    assert spans["writer"].unique().tolist() == [one.writer_id.hex]
    assert (spans["start"] + spans["utc_offset_ns"]).tolist() == [UTC, UTC + 500 * MS]
    assert set(spans["host"]) == {"host-a"}
    points = pd.read_parquet(files["point"])
    raw_uj = points["raw_mj"] * 1000 + points["raw_rest_uj"]
    assert raw_uj.diff().dropna().tolist() == [10e6, 20e6] * 5
    records = pd.read_parquet(files["record"])
    assert records["type"].tolist() == ["writer", "device", "path", "name", "end"]
    assert json.loads(records["json"][2])["name"] == "work"
    assert [str(each) for each in pyarrow.parquet.read_schema(files["unit"]).types] == [
        *["string"] * 3, "int32", *["int64"] * 3, "double",
    ]  # fmt: skip


def test_row_groups_are_hashed_as_they_lie_in_the_file(tmp_path: Path) -> None:
    rows = packed_journals.spans(300_000, 3600 * S)
    packed_journals.write(tmp_path, 1, rows, packed_journals.definitions())
    (manifest,) = seal(LocalStore(tmp_path)).manifests
    (file,) = (each for each in manifest.files if each.table == "span")
    data = (tmp_path / file.path).read_bytes()
    assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert len(file.groups) == 3
    chain, first = hashlib.sha256(file.path.encode()).digest(), 0
    for group in file.groups:
        chain = hashlib.sha256(chain + data[group.start : group.end]).digest()
        assert (group.chain, group.first) == (chain.hex(), first)
        first += group.rows
    assert first == file.rows == 300_000
    for one, other in itertools.pairwise(file.groups):
        assert one.end <= other.start
        assert one.last_utc_ns <= other.last_utc_ns


def test_a_journal_is_left_where_its_writer_may_be_alive(tmp_path: Path) -> None:
    one = Recorder(tmp_path, host="node", boot="boot-now")
    one.span(one.path("work"), 0, S)
    one.close(ended=False)
    store = LocalStore(tmp_path)
    now = UTC + 60 * S
    hour, day = 3600 * S, 24 * 3600 * S

    def sealed_by(boot: str, host: str, utc_ns: int, pids: tuple[int, ...] = ()) -> int:
        machine = Here(boot, frozenset({host}), utc_ns, lambda pid: pid in pids)
        (found,) = stored.journals(store)
        seen = glimpse(store, found.path, found.size)
        assert seen is not None
        return is_closed(seen, machine)

    assert not sealed_by("boot-now", "node", now + 9 * day, pids=(1,))
    assert sealed_by("boot-now", "node", now, pids=(2,))
    assert not sealed_by("boot-now", "another container", now + hour)
    assert not sealed_by("boot-later", "node", now + hour)
    assert sealed_by("boot-later", "node", now + hour + 1)
    assert not sealed_by("boot-x", "elsewhere", now + hour)
    assert sealed_by("boot-x", "elsewhere", now + day + 1)
    assert seal(store, Here("boot-now", frozenset({"node"}), now, lambda pid: True)).journals == 0


def test_a_journal_that_grows_after_it_was_sealed_is_read_from_its_file(tmp_path: Path) -> None:
    one = Recorder(tmp_path)
    path = one.path("work")
    one.span(path, 0, S)
    journal = one.close(ended=False)
    held = journal.read_bytes()
    seal(LocalStore(tmp_path), GONE)
    assert not journal.exists()
    more = fmt.batch(1, [fmt.json_section([{"type": "end", "t": one.t0, "reason": "exit"}])], 0, 9)
    journal.write_bytes(held + more)
    found, issues = read_ledger(LocalStore(tmp_path))
    assert not issues
    (facts,) = found
    assert facts.end is not None
    assert len(facts.rows["span"]) == 1
    assert seal(LocalStore(tmp_path), GONE).journals == 0
    assert journal.exists()


def test_damage_and_newer_rows_are_not_sealed_away(tmp_path: Path) -> None:
    closed(tmp_path, 1)
    closed(tmp_path, 2)
    closed(tmp_path, 3)
    flipped, newer = (tmp_path / fmt.JOURNALS / f"{n:04}.fpj" for n in (1, 2))
    data = bytearray(flipped.read_bytes())
    data[-200] ^= 1
    flipped.write_bytes(bytes(data) + data[fmt.HEADER_SIZE :])
    data = bytearray(newer.read_bytes())
    data[5] += 1
    data[24:28] = zlib.crc32(data[:24]).to_bytes(4, "little")
    newer.write_bytes(data)
    outcome = seal(LocalStore(tmp_path), GONE)
    assert outcome.journals == 1
    why = dict(outcome.left)
    assert "damaged" in why[newer.name] or "upgrade" in why[newer.name]
    assert newer.exists()
    assert flipped.exists()


def test_a_torn_tail_is_told_after_sealing_too(tmp_path: Path) -> None:
    one = Recorder(tmp_path)
    one.span(one.path("work"), 0, S)
    journal = one.close(ended=False)
    with journal.open("ab") as file:
        file.write(fmt.batch(1, [b"x" * 50], 0, 0)[:40])
    _, before = read_ledger(LocalStore(tmp_path))
    assert [issue.kind for issue in before] == ["torn-tail"]
    assert seal(LocalStore(tmp_path), GONE).journals == 1
    assert read_ledger(LocalStore(tmp_path))[1] == before


def test_a_file_that_is_missing_is_named_with_what_it_held(tmp_path: Path) -> None:
    closed(tmp_path)
    (manifest,) = seal(LocalStore(tmp_path)).manifests
    (file,) = (each for each in manifest.files if each.table == "span")
    (tmp_path / file.path).unlink()
    found, issues = read_ledger(LocalStore(tmp_path))
    assert [(issue.kind, issue.where) for issue in issues] == [("missing-segment", file.path)]
    assert "is in no figure (span of 2026-11-22, rows: 2)" in issues[0].text
    assert found[0].rows.count("point") == 11
    assert "missing-segment" in reported(tmp_path)


def test_a_file_of_a_newer_footprint_is_refused_by_name(tmp_path: Path) -> None:
    closed(tmp_path)
    (manifest,) = seal(LocalStore(tmp_path)).manifests
    (file,) = (each for each in manifest.files if each.table == "span")
    path = tmp_path / file.path
    path.write_bytes(path.read_bytes().replace(b"footprint.sealed/1", b"footprint.sealed/2"))
    with pytest.raises(LedgerVersionError, match=r"sealed/span/.*was written by a newer footprint"):
        read_ledger(LocalStore(tmp_path))


def test_a_ledger_of_a_newer_footprint_is_refused_by_name(tmp_path: Path) -> None:
    closed(tmp_path)
    (tmp_path / fmt.MARKER).write_text('{"schema": "footprint.ledger/3"}')
    for work in (seal, read_ledger):
        with pytest.raises(LedgerVersionError, match="was written by a newer footprint"):
            work(LocalStore(tmp_path))


def test_what_was_interrupted_long_ago_is_removed_and_what_is_new_stays(tmp_path: Path) -> None:
    closed(tmp_path)
    store = LocalStore(tmp_path)
    names = [f"sealed/span/date=2026-11-22/{stamp}-00ff.parquet" for stamp in ("20200101T000000Z",)]
    names.append("sealed/span/date=2026-11-22/foreign.parquet")
    for name in names:
        store.create(name, b"half")
    later = Here("boot", frozenset(), time.time_ns() + 2 * LEFT_AFTER * S, lambda pid: True)
    assert seal(store, later).removed == (names[0],)
    assert (tmp_path / names[1]).exists()


def test_a_chain_that_is_gone_is_neither_read_as_nothing_nor_begun_anew(tmp_path: Path) -> None:
    closed(tmp_path)
    store = LocalStore(tmp_path)
    assert seal(store).manifests
    sealed = store.names("sealed/")
    for name, _ in store.names("manifests/"):
        store.delete(name)
    late = Here("boot", frozenset(), time.time_ns() + 2 * LEFT_AFTER * S, lambda pid: True)
    with pytest.raises(LedgerError, match=r"own\.json is missing.*put back manifests/"):
        seal(store, late)
    with pytest.raises(LedgerError, match=r"own\.json is missing"):
        read_ledger(store)
    assert store.names("sealed/") == sealed
    assert not store.names("manifests/")


def test_manifests_that_are_gone_are_missed_although_the_chain_is_named(tmp_path: Path) -> None:
    closed(tmp_path)
    store = LocalStore(tmp_path)
    assert seal(store).manifests
    for name, _ in store.names("manifests/"):
        if not name.endswith("own.json"):
            store.delete(name)
    late = Here("boot", frozenset(), time.time_ns() + 2 * LEFT_AFTER * S, lambda pid: True)
    with pytest.raises(LedgerError, match=r"manifests/[0-9a-f]{32} is missing"):
        seal(store, late)
    with pytest.raises(LedgerError, match=r"put back manifests/ from a copy"):
        read_ledger(store)
    assert store.names("sealed/")


def test_a_report_on_a_part_of_a_ledger_says_that_it_is_one(tmp_path: Path) -> None:
    closed(tmp_path)
    store = LocalStore(tmp_path)
    seal(store)
    whole = report(tmp_path)
    assert json.loads(rendered(whole, "json"))["partial"] is False
    assert "partial" not in rendered(whole, "text").split("Boundary")[0]
    for name, _ in store.names("sealed/span/"):
        store.delete(name)
    rest = report(tmp_path, fresh=True)
    assert json.loads(rendered(rest, "json"))["partial"] is True
    for format_ in ("text", "md", "html"):
        assert "some of the ledger could not be read" in rendered(rest, format_)
    assert any("missing-segment" in gap.what for gap in rest.gaps)


def test_a_directory_that_is_no_ledger_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger at"):
        seal(LocalStore(tmp_path / "none"))
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError, match="is not a ledger"):
        seal(LocalStore(tmp_path))


def test_a_part_that_was_rotated_is_sealed_and_joined_with_the_one_that_grows(
    tmp_path: Path,
) -> None:
    prepare(tmp_path)
    begun = {"type": "writer", "host": "h", "boot_id": "b", "pid": 1, "parent": None}
    path = {"type": "path", "path": 1, "parent": 0, "name": "work", "kind": "inference"}
    for part in (0, 1, 2):
        t = part * S
        records = [begun | {"t": t, "utc_ns": UTC + t}, path]
        if part < 2:
            records.append({"type": "end", "t": t + S, "reason": fmt.ROTATED})
        rows = [(1 + part, 0, 1, 0, 0, t, t + 900 * MS, t + 900 * MS)]
        sections = [fmt.json_section(records), fmt.section(fmt.SPAN, rows)]
        data = fmt.header(bytes(range(16)), part=part) + fmt.batch(0, sections, t, t + S)
        (tmp_path / fmt.JOURNALS / f"one_{part:05d}.fpj").write_bytes(data)
    before = reported(tmp_path)
    ((whole,), _) = open_ledger(tmp_path).facts()
    assert [row[0] for row in whole.rows["span"]] == [1, 2, 3]
    alive = Here("b", frozenset({"h"}), UTC, lambda pid: True)
    (manifest,) = seal(LocalStore(tmp_path), alive).manifests
    assert [journal.part for journal in manifest.journals] == [0, 1]
    assert [each.name for each in (tmp_path / fmt.JOURNALS).iterdir()] == ["one_00002.fpj"]
    assert reported(tmp_path) == before
    seal(LocalStore(tmp_path), alive._replace(alive=lambda pid: False))
    assert reported(tmp_path) == before
    ((again,), _) = open_ledger(tmp_path).facts()
    assert same(whole, again)
