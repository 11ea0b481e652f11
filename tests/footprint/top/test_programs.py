"""Programs are followed in their journals: what they have in flight, how much they call."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from footprint.ledger.journal import Journal, prepare
from footprint.ledger.sealed.closed import Here
from footprint.ledger.writer import Writer
from footprint.model import Device
from footprint.top.programs import RATE_NS, SILENT_NS, Program, Programs
from report_ledgers import UTC, Folded, S

GPU = Device("GPU-1", "gpu", "a GPU", "counter", "gpu", number=0)
T0 = 1000 * S


class Host:
    """A machine whose time and processes are told."""

    def __init__(self) -> None:
        self.utc_ns = UTC
        self.pids = {7, 8}

    def __call__(self) -> Here:
        return Here("boot-a", frozenset({"host-a"}), self.utc_ns, self.pids.__contains__)


def writer(ledger: Path, number: int = 1, boot: str = "boot-a", host: str = "host-a") -> Writer:
    prepare(ledger)
    own = uuid.UUID(int=number)
    path = {
        "type": "path",
        "path": 1,
        "parent": 0,
        "name": "f",
        "kind": "inference",
        "model": "net",
    }
    context = {
        "type": "writer",
        "schema": "footprint.ledger/1",
        "writer": own.hex,
        "host": host,
        "boot_id": boot,
        "pid": 7,
        "t": T0,
        "utc_ns": UTC,
        "run": own.hex,
        "parent": None,
        "forked_below": 0,
        "hardware": {"memory_bytes": 2**33},
    }
    return Writer(Journal(ledger, own.bytes, f"{number:04}"), context, lambda _: (path, 0))


def write(made: Writer, t: int) -> None:
    made.commit(T0 + t)
    made.journal.write()


def span(seq: int, start: int, end: int) -> tuple[object, ...]:
    return (seq, 0, 1, 0, T0 + start, T0 + end, None, None)


def only(programs: Programs) -> Program:
    (found,) = programs.look()
    return found


def test_spans_are_in_flight_from_their_begin_to_their_end(tmp_path: Path) -> None:
    host = Host()
    programs = Programs([tmp_path / "L"], host)
    assert programs.look() == []  # the ledger is not there yet
    made = writer(tmp_path / "L")
    made.open_span(1, 0, 1, T0)
    made.open_span(2, 0, 1, T0 + S)
    write(made, 3 * S)
    found = only(programs)
    assert [(each.path.model, each.since_s) for each in found.in_flight] == [("net", 3), ("net", 2)]
    assert (found.calls, found.calls_per_s) == (0, None)
    made.spans(Folded([span(1, 0, 4 * S)], []), {})
    write(made, 5 * S)
    assert only(programs) is found
    assert [each.since_s for each in found.in_flight] == [4]
    assert (found.calls, found.calls_per_s) == (1, 0.5)


def test_calls_that_are_too_short_to_be_seen(tmp_path: Path) -> None:
    host = Host()
    programs = Programs([tmp_path / "L"], host)
    made = writer(tmp_path / "L")
    write(made, 0)
    assert only(programs).at_once == ()
    made.spans(
        Folded([span(each, each * S // 10, each * S // 10 + S // 20) for each in range(20)], []), {}
    )
    write(made, 2 * S)
    (lately,) = only(programs).at_once
    assert (lately.path.model, lately.many, lately.inner) == ("net", 0.5, False)
    assert only(programs).calls_per_s == 10
    host.utc_ns += RATE_NS + S  # nothing more is written
    quiet = only(programs)
    assert (quiet.at_once, quiet.calls_per_s) == ((), 0)


def test_calls_of_before_are_not_counted(tmp_path: Path) -> None:
    made = writer(tmp_path / "L")
    made.spans(Folded([span(each, 0, S) for each in range(1, 6)], []), {})
    write(made, 2 * S)
    programs = Programs([tmp_path / "L"], Host())
    assert only(programs).calls == 0
    made.spans(Folded([span(each, 2 * S, 3 * S) for each in range(6, 8)], []), {})
    write(made, 3 * S)
    assert only(programs).calls == 2


def test_who_ended_died_or_is_silent_is_not_shown(tmp_path: Path) -> None:
    host = Host()
    programs = Programs([tmp_path / "L"], host)
    made = writer(tmp_path / "L")
    write(made, S)
    afar = writer(tmp_path / "L", 2, "boot-b", "host-b")
    write(afar, S)
    assert len(programs.look()) == 2
    host.utc_ns += SILENT_NS + 2 * S
    assert [each.facts.host for each in programs.look()] == ["host-a"]  # its process is there
    afar.usage(T0 + SILENT_NS, 0, 0, 0, 0)
    write(afar, SILENT_NS + 2 * S)
    assert len(programs.look()) == 2  # it is back
    host.pids.clear()
    assert [each.facts.host for each in programs.look()] == ["host-b"]
    host.pids.add(7)
    made.record({"type": "end", "t": T0 + 9 * S, "reason": "exit"})
    write(made, 9 * S)
    assert [each.facts.host for each in programs.look()] == ["host-b"]
    assert len(programs.look()) == 1  # and it stays away


def test_devices_as_programs_read_them(tmp_path: Path) -> None:
    programs = Programs([tmp_path / "L"], Host())
    made = writer(tmp_path / "L")
    number = made.device(GPU, T0)
    made.point(number, 0, 0, T0, 10**15)
    write(made, S)
    (before,) = only(programs).readings()
    assert (before.power_w, before.energy_j) == (None, 0)
    for step in range(1, 31):
        made.point(number, 0, 0, T0 + S + step * S // 10, 10**15 + step * 25 * 10**9)
    write(made, 4 * S)
    (now,) = only(programs).readings()
    assert (now.device.id, now.host, now.boot_id) == ("GPU-1", "host-a", "boot-a")
    assert now.power_w == pytest.approx(250)
    assert now.energy_j == pytest.approx(750)


def test_its_share_of_the_host(tmp_path: Path) -> None:
    programs = Programs([tmp_path / "L"], Host())
    made = writer(tmp_path / "L")
    made.usage(T0, 0, 0, 0, 2**31)
    made.usage(T0 + S, S, 4 * S, 8 * S, 2**31)
    write(made, S)
    found = only(programs)
    assert (found.share("cpu"), found.share("dram")) == (0.25, 0.25)
