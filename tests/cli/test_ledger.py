"""`footprint ledger info` and `export`, on ledgers good and bad."""

from __future__ import annotations

import csv
import json
import struct
import zlib
from pathlib import Path

import pytest

from footprint.ledger import format as fmt

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ledger(cli, script, tmp_path: Path) -> Path:
    """A run whose program has two spans of its own."""
    command = script("""
        import footprint, time
        for name in ("one", "two"):
            with footprint.measure(name, model="net", tags={"team": "a"}) as span:
                time.sleep(0.05)
                span.add(items=3)
    """)
    assert cli("run", "--quiet", "--name", "outer", "--", *command).returncode == 0
    return tmp_path / "ledger"


def test_info(cli, ledger: Path) -> None:
    text = cli("ledger", "info").stdout
    assert text.startswith(f"{ledger} (footprint.ledger/1)\n")
    assert "2, " in text
    assert ": 2 closed\n" in text
    assert "3 entries, 3 calls, 0 errors" in text
    assert "cpu cpu-0 [cpu-0]: tier power" in text
    assert "issues     none" in text

    found = json.loads(cli("ledger", "info", ledger, "--format", "json").stdout)
    assert found["schema"] == "footprint.ledger-info/1"
    (one,) = found["ledgers"]
    assert (one["spans"], one["calls"], one["errors"], one["runs"]) == (3, 3, 0, 1)
    assert sorted(each["rows"].get("span", 0) for each in one["journals"]) == [1, 2]
    assert one["period"]["start"] < one["period"]["end"]
    page = (ROOT / "docs/reference/ledger-info.md").read_text(encoding="utf-8")
    keys = {*one, *one["journals"][0], *one["devices"][0]}
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_info_tells_what_is_wrong(cli, ledger: Path) -> None:
    journals = sorted((ledger / "journals").iterdir())
    whole = journals[0].read_bytes()
    journals[0].write_bytes(whole[:-5])
    (ledger / "journals" / "foreign.fpj").write_bytes(b"nothing of ours")
    ended = cli("ledger", "info", ledger)
    assert ended.returncode == 0
    assert "torn-tail in" in ended.stdout
    why = "its header is damaged or foreign: what it held is in no figure: put back the file from"
    assert f"unreadable in foreign.fpj: {why}" in ended.stdout
    checked = cli("verify", ledger)
    assert f"unreadable: journals/foreign.fpj bytes 0 to 28: {why}" in checked.stdout
    made = json.loads(cli("report", ledger, "--format", "json").stdout)
    (gap,) = [each for each in made["gaps"] if each["what"] == "ledger (unreadable)"]
    assert f"{gap['why']}: {gap['remedy']}".startswith(f"foreign.fpj: {why}")
    assert "1 open: running, or died" in ended.stdout


def test_a_newer_ledger_is_refused_by_name(cli, ledger: Path) -> None:
    path = min((ledger / "journals").iterdir())
    head = struct.pack("<4sBB2x16s", fmt.MAGIC, fmt.MAJOR + 1, 0, bytes(16))
    newer = head + struct.pack("<I", zlib.crc32(head)) + path.read_bytes()[fmt.HEADER_SIZE :]
    path.write_bytes(newer)
    for command in (("info",), ("export",)):
        ended = cli("ledger", *command, ledger)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.count("\n") == 1
        assert path.name in ended.stderr


def test_export_as_csv_and_json_lines(cli, ledger: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(cli("ledger", "export", ledger).stdout.splitlines()))
    assert sorted(row["name"] for row in rows) == ["one", "outer", "two"]
    one = next(row for row in rows if row["name"] == "one")
    assert (one["items"], one["tokens_in"], json.loads(one["tags"])) == ("3.0", "", {"team": "a"})
    assert one["start"].endswith("Z")

    ended = cli("ledger", "export", ledger, "--table", "readings", "-o", "out.jsonl")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert {line["device"] for line in lines} == {"cpu-0"}
    assert all(line["energy_j"] > 0 for line in lines)


def test_export_as_parquet(cli, ledger: Path, tmp_path: Path) -> None:
    import duckdb

    assert cli("ledger", "export", ledger, "-o", "it's.parquet").returncode == 0
    path = str(tmp_path / "it's.parquet")
    found = duckdb.read_parquet(path)
    types = dict(zip(found.columns, map(str, found.types), strict=True))
    assert types["start"] == "TIMESTAMP WITH TIME ZONE"
    assert (types["energy_j"], types["version"], types["calls"]) == ("DOUBLE", "VARCHAR", "BIGINT")
    row = found.filter("name = 'one'").project("items, tokens_in, tags").fetchall()
    assert row == [(3.0, None, '{"team": "a"}')]
    assert not list(tmp_path.glob("*.part"))


def test_export_to_a_place_that_cannot_be_written(cli, ledger: Path) -> None:
    ended = cli("ledger", "export", ledger, "-o", "/no/such/folder/out.csv")
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "/no/such/folder/out.csv" in ended.stderr
