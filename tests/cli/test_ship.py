"""`footprint ship`, and ledgers in buckets on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from report_ledgers import GPU, Recorder, S
from simulators import s3


def recorded(path: Path, number: int = 1, *, ended: bool = True, **given: Any) -> Path:
    """A span of 300 J from 1 s to 2 s, 200 J idle around it; gives the journal's path."""
    one = Recorder(path, number, **given)
    one.counter(GPU._replace(id=f"GPU-{number}"), [100.0] * 10 + [300.0] * 10 + [100.0] * 10)
    one.span(one.path("embed", model="minilm", devices=[0]), 1 * S, 2 * S)
    return one.close(ended=ended)


@pytest.mark.parametrize("kind", ["directory", "bucket"])
def test_a_shipped_ledger_gives_the_same_report(
    cli: Callable[..., Any], tmp_path: Path, s3_server: s3.Server, bucket: str, kind: str
) -> None:
    place = str(tmp_path / "shared") if kind == "directory" else f"{bucket}/ledgers"
    env = s3_server.environment() | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    recorded(tmp_path / "ledger")
    before = json.loads(cli("report", "--format", "json").stdout)
    done = cli("ship", "--seal", place, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{tmp_path / 'ledger'} -> {place}\n")
    assert "sealed     1 journals" in done.stdout
    assert "manifests  1 copied, 0 were there" in done.stdout
    assert f"  ledger  {place}\n" in cli("report", place, env=env).stdout
    after = json.loads(cli("report", place, "--format", "json", env=env).stdout)
    for each in (before, after):
        del each["made"]  # its command names the place
    assert before.pop("ledger_heads") != after.pop("ledger_heads")  # sealed here, a journal there
    assert after == before
    again = json.loads(cli("ship", place, "--format", "json", env=env).stdout)
    assert (again["manifests"], again["files"], again["bytes"], again["there"]) == (0, 0, 0, 1)


def test_several_hosts_ship_to_one_bucket_and_it_is_one_ledger(
    cli: Callable[..., Any], tmp_path: Path, s3_server: s3.Server, bucket: str
) -> None:
    env = s3_server.environment() | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for number in (1, 2):
        node = tmp_path / f"node-{number}"
        recorded(node, number, host=f"node-{number}", boot=f"boot-{number}")
        assert cli("ship", "--seal", node, bucket, env=env).returncode == 0
    found = json.loads(cli("report", bucket, "--by", "host", "--format", "json", env=env).stdout)
    assert [each["key"]["host"] for each in found["groups"]] == ["node-1", "node-2"]
    assert [each["energy_j"]["mid"] for each in found["groups"]] == [300.0, 300.0]
    told = cli("ledger", "info", bucket, env=env)
    assert (told.returncode, told.stderr) == (0, "")


def test_what_is_no_place_is_one_line(cli: Callable[..., Any], tmp_path: Path) -> None:
    recorded(tmp_path / "ledger")
    for place, said in (
        ("gopher://x", "is no place for a ledger"),
        ("s3://", "names no bucket"),
        ("ledger", "is the ledger itself"),
    ):
        done = cli("ship", place)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert "name a ledger and a destination" in cli("ship", "a", "b", "c").stderr


def test_a_bucket_is_not_recorded_into(cli: Callable[..., Any]) -> None:
    for done in (
        cli("run", "--ledger", "s3://bucket/x", "--", "true"),
        cli("run", "--", "true", env={"FOOTPRINT_LEDGER": "s3://bucket/x"}),
    ):
        assert done.returncode == 2
        assert (
            "'s3://bucket/x' is no directory: record into a directory and copy it there with"
            in (done.stderr)
        )
        assert done.stderr.count("\n") == 1


def test_a_bucket_that_is_away_is_one_line(cli: Callable[..., Any], s3_server: s3.Server) -> None:
    done = cli("report", "s3://no-such-bucket/x", env=s3_server.environment())
    assert done.returncode == 2
    assert "s3://no-such-bucket/x" in done.stderr
    assert "there is no such bucket" in done.stderr
    assert done.stderr.count("\n") == 1
