"""What is said of ledgers that were brought together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from footprint import report
from footprint.accounts.opened import open_ledger
from footprint.ledger import receipts
from footprint.ledger.collected import told
from footprint.ledger.reader import Issue
from footprint.ledger.sealed.manifest import read_chains
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.shipping import ship
from footprint.ledger.stores import Store, open_store
from footprint.ledger.stores.local import LocalStore
from report_ledgers import GPU, Recorder, S
from shipped_ledgers import NOON_NS, NS, Chained


def recorded(path: Path, number: int = 1, spans: int = 1, *, ended: bool = True) -> Path:
    one = Recorder(path, number, host=f"host-{number}", boot=f"boot-{number}")
    one.counter(GPU._replace(id=f"GPU-{number}"), [100.0] * 10 * (spans + 1))
    one.writer.commit(one.t0 + (spans + 1) * S)
    for span in range(spans):
        one.span(one.path(f"f{span}", devices=[0]), span * S, (span + 1) * S)
    return one.close(ended=ended)


def joules(*places: str | Path) -> float:
    whole = report(*places).totals.energy_j
    assert whole is not None
    return whole.mid


def test_a_journal_in_two_places_is_read_once_from_its_longest_copy(tmp_path: Path) -> None:
    long = recorded(tmp_path / "one", spans=3)
    alone = joules(tmp_path / "one")
    copy = open_store(tmp_path / "two")
    copy.create("footprint-ledger.json", b'{"schema":"footprint.ledger/1"}')
    copy.create(f"journals/{long.name}", long.read_bytes()[:-60])
    recorded(tmp_path / "two", number=2)
    both = open_ledger(tmp_path / "two", tmp_path / "one")
    facts, issues = both.facts()
    assert sorted(one.host for one in facts) == ["host-1", "host-2"]
    text = "1 journals are also in {}: each is read once, from its longest copy"
    expected = Issue("duplicate", str(tmp_path / "one"), text.format(tmp_path / "two"))
    assert expected in issues
    assert joules(tmp_path / "two", tmp_path / "one") == alone + 200.0
    said = " ".join(gap.why for gap in report(both).gaps)
    assert "are also in" in said


def test_sealed_here_and_open_there_is_read_once(tmp_path: Path) -> None:
    recorded(tmp_path / "node")
    alone = joules(tmp_path / "node")
    there = open_store(tmp_path / "there")
    ship(open_store(tmp_path / "node"), there, open_journals=True)
    assert [name for name, _ in there.names("journals")] == ["journals/0001.fpj"]
    seal(open_store(tmp_path / "node"))
    assert joules(tmp_path / "node", tmp_path / "there") == alone
    issues = open_ledger(tmp_path / "node", tmp_path / "there").facts()[1]
    assert [issue.kind for issue in issues] == ["duplicate"]
    ship(open_store(tmp_path / "node"), there)
    assert there.names("journals") == []
    assert joules(tmp_path / "there") == alone
    assert open_ledger(tmp_path / "there").facts()[1] == []


def test_a_journal_that_two_chains_sealed_is_read_once_and_told(tmp_path: Path) -> None:
    journal = recorded(tmp_path / "one")
    copy = open_store(tmp_path / "two")
    copy.create("footprint-ledger.json", b'{"schema":"footprint.ledger/1"}')
    copy.create(f"journals/{journal.name}", journal.read_bytes())
    there = open_store(tmp_path / "there")
    alone = joules(tmp_path / "one")
    for each in ("one", "two"):
        seal(open_store(tmp_path / each))
        ship(open_store(tmp_path / each), there)
    facts, issues = open_ledger(tmp_path / "there").facts()
    assert len(facts) == 1
    assert [issue.kind for issue in issues] == ["duplicate"]
    first, second = (chain.id for chain in read_chains(there))
    assert issues[0].where == f"chain {first}"
    assert f"are also in chain {second}" in issues[0].text
    assert joules(tmp_path / "there") == alone


def test_what_was_shipped_and_removed_is_told_in_one_line(tmp_path: Path) -> None:
    recorded(tmp_path / "node")
    node, there = open_store(tmp_path / "node"), open_store(tmp_path / "there")
    seal(node)
    ship(node, there, delete_after=True)
    recorded(tmp_path / "node", number=2)
    facts, issues = open_ledger(tmp_path / "node").facts()
    assert [one.host for one in facts] == ["host-2"]
    (moved,) = [issue for issue in issues if issue.kind == "moved"]
    assert f") were shipped to {there.where} and are in no figure" in moved.text
    assert "missing-segment" not in {issue.kind for issue in issues}
    assert joules(tmp_path / "node", tmp_path / "there") == joules(tmp_path / "there") + 200.0


class Elsewhere(LocalStore):
    """A shared directory whose server's clock is ahead of this host's by `ahead_s`."""

    ahead_s = 0.0

    def written_utc_ns(self, name: str) -> int:
        return super().written_utc_ns(name) + round(self.ahead_s * NS)


@pytest.mark.parametrize(
    ("ahead_s", "said"),
    [
        (-300.0, "its clock was 5 min ahead of that of"),
        (300.0, "its clock was 5 min behind that of"),
        (75.0, "its clock was 7[45] s behind that of"),
        (-30.0, ""),
        (30.0, ""),
    ],
)
def test_a_host_whose_clock_differs_from_the_places_is_told(
    tmp_path: Path, ahead_s: float, said: str
) -> None:
    node = Chained(open_store(tmp_path / "node"))
    node.seal(b"one")
    there = Elsewhere(tmp_path / "there")
    there.ahead_s = ahead_s
    done = ship(node.store, there)
    assert done.skew_s == pytest.approx(ahead_s, abs=1.5)
    issues = told(there, read_chains(there), [], [])
    assert [issue.kind for issue in issues] == (["clock-skew"] if said else [])
    for issue in issues:
        assert issue.where == "node-7"
        assert re.search(said, issue.text)
        assert issue.text.endswith("its times are by its own clock")


def test_differences_are_kept_of_runs_that_had_them(tmp_path: Path) -> None:
    node = Chained(open_store(tmp_path / "node"))
    there = Elsewhere(tmp_path / "there")
    for ahead_s in (300.0, 0.0, -120.0):
        there.ahead_s = ahead_s
        node.seal(b"more")
        ship(node.store, there)
    found = receipts.skews(there)
    assert [each.number for each in found] == [0, 2]
    assert [round(each.ahead_s / 60) for each in found] == [-5, 2]


def test_a_note_that_was_damaged_is_no_note(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for text in (b"", b"[]", b'{"skews": 1}', b'{"skews": [{}], "files": [1]}', b"\xff"):
        store.replace(f"receipts/{'c' * 32}.json", text)
        store.replace(f"receipts/{'c' * 32}.moved.json", text)
        assert receipts.skews(store) == []
        assert receipts.moved(store) == {}


def _sealed_at(tmp_path: Path, utc: str) -> list[Issue]:
    node = Chained(open_store(tmp_path / "node"))
    node.seal(b"one", last_utc_ns=NOON_NS, utc=utc)
    return told(node.store, read_chains(node.store), [], [], now_utc_ns=NOON_NS)


def test_a_journal_that_ends_after_it_was_sealed_is_of_a_clock_ahead(tmp_path: Path) -> None:
    (issue,) = _sealed_at(tmp_path, "2026-11-22T11:55:00+00:00")
    assert (issue.kind, issue.where) == ("clock-skew", "node-7")
    expected = "its clock was at least 5 min ahead of that of the host that sealed"
    assert issue.text.startswith(expected)


@pytest.mark.parametrize("utc", ["2026-11-22T11:59:30+00:00", "2026-11-29T12:00:00Z", "never", ""])
def test_a_journal_that_was_sealed_when_it_had_ended_is_of_a_good_clock(
    tmp_path: Path, utc: str
) -> None:
    assert _sealed_at(tmp_path, utc) == []


def test_a_journal_that_ends_in_the_future_is_of_a_clock_ahead(tmp_path: Path) -> None:
    recorded(tmp_path / "node")
    (one,) = open_ledger(tmp_path / "node").facts()[0]
    ended = one.utc_ns(one.t_last)
    store: Store = open_store(tmp_path / "node")
    assert told(store, [], [one], [], now_utc_ns=ended - 59 * NS) == []
    (issue,) = told(store, [], [one], [], now_utc_ns=ended - 600 * NS)
    assert issue.text.startswith("its clock was at least 10 min ahead of this machine's")
    assert issue.where == "host-1"


def test_order_within_a_host_is_its_boot_times_whatever_utc_did(tmp_path: Path) -> None:
    """UTC steps back by ten minutes between two spans: their order and energy stay."""
    one = Recorder(tmp_path / "node")
    one.counter(GPU, [100.0] * 40)
    one.span(one.path("first", devices=[0]), 1 * S, 2 * S)
    t = one.t0 + 2 * S + S // 2
    one.writer.record({"type": "anchor", "t": t, "utc_ns": 1_795_345_200 * S - 600 * S})
    one.span(one.path("second", devices=[0]), 3 * S, 4 * S)
    one.close()
    assert joules(tmp_path / "node") == pytest.approx(400.0, rel=1e-9)
    facts, _ = open_ledger(tmp_path / "node").facts()
    rows = facts[0].rows["span"]
    assert rows[0][6] < rows[1][5]
    assert facts[0].utc_ns(rows[1][5]) < facts[0].utc_ns(rows[0][6])


def test_nodes_come_and_go(tmp_path: Path) -> None:
    """A node that is gone stays in the figures; one that is new is added."""
    there = open_store(tmp_path / "there")
    for number in (1, 2, 3):
        node = tmp_path / f"node-{number}"
        recorded(node, number)
        seal(open_store(node))
        ship(open_store(node), there)
        assert joules(tmp_path / "there") == number * 200.0
