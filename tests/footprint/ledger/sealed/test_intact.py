"""Rows that were changed after they were sealed are in no figure, and are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from footprint import report
from footprint.ledger.sealed import write
from footprint.ledger.sealed.intact import of_groups
from footprint.ledger.sealed.manifest import SealedFile, read_chains
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.sealed.whole import read_ledger
from footprint.ledger.stores.local import LocalStore
from footprint.model import Device
from report_ledgers import MS, Recorder, S

GPU = Device("GPU-1", "gpu", "a GPU", "counter", "gpu", number=0)


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger of 5,000 spans, its rows sealed in groups of 2,048."""
    monkeypatch.setattr(write, "GROUP_ROWS", 2048)
    recorder = Recorder(tmp_path / "L")
    recorder.counter(GPU, [100.0] * 600)
    path = recorder.path("f", kind="inference", model="net")
    for each in range(5000):
        recorder.span(path, each * 10 * MS, each * 10 * MS + 5 * MS)
    recorder.close(60 * S)
    seal(LocalStore(tmp_path / "L"))
    return tmp_path / "L"


def of_spans(ledger: Path) -> SealedFile:
    (chain,) = read_chains(LocalStore(ledger))
    (file,) = [each for each in chain.files if each.table == "span"]
    assert len(file.groups) == 3
    return file


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_byte_of_a_row_group(sealed: Path, number: int) -> None:
    file = of_spans(sealed)
    group = file.groups[number]
    flip(sealed / file.path, (group.start + group.end) // 2)
    data = (sealed / file.path).read_bytes()
    held = [holds for _, holds in of_groups(file, lambda start, end: data[start:end])]
    assert held == [each != number for each in range(3)]
    (facts,), issues = read_ledger(LocalStore(sealed))
    assert facts.rows.count("span") == 5000 - group.rows
    (issue,) = issues
    assert (issue.kind, issue.where) == ("missing-segment", file.path)
    assert f"rows {group.first} to {group.first + group.rows - 1})" in issue.text
    assert "`footprint verify`" in issue.remedy
    made = report(sealed, fresh=True)
    assert made.partial
    assert made.groups[0].spans == 5000 - group.rows
    (gap,) = [each for each in made.gaps if "not what was sealed" in each.why]
    assert gap.why == f"{issue.where}: {issue.text}"
    assert gap.remedy == issue.remedy


def test_a_files_head_and_foot(sealed: Path) -> None:
    file = of_spans(sealed)
    flip(sealed / file.path, file.size - 6)  # its footer's length
    (facts,), (issue,) = read_ledger(LocalStore(sealed))
    assert facts.rows.count("span") == 0
    assert "is damaged and cannot be read: what it held is in no figure" in issue.text
    assert "\n" not in issue.text


def test_what_is_whole_is_read_as_before(sealed: Path) -> None:
    (facts,), issues = read_ledger(LocalStore(sealed))
    assert (facts.rows.count("span"), issues) == (5000, [])
