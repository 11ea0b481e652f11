"""What made a report: the same however it was asked for, and enough to make it again."""

from __future__ import annotations

import hashlib
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audited import factors, record, stated
from footprint import report
from footprint.cli import main
from footprint.reports.audit.made import Made


@pytest.fixture
def ledger() -> Path:
    """`L` in the directory that the test runs in."""
    record(Path("L"))
    factors(Path(), 50.0)
    return Path("L")


def made(**options: Any) -> Made:
    found = report("L", **options).made
    assert found is not None
    return found


def by_command(text: str) -> dict[str, Any]:
    """The JSON that a report's own command makes."""
    words = shlex.split(text)
    names = dict(word.split("=", 1) for word in words[: words.index("footprint")])
    arguments = [*words[words.index("report") :], "--format", "json"]
    done = CliRunner().invoke(main, arguments, env=names, standalone_mode=False)
    assert done.exception is None, done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return found


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "by": st.sampled_from(["", "model", "host,name", ["kind", "tag.a b"]]),
        "since": st.sampled_from(["2026-11-22T11:00:01", "2026-11-22T12:00:00.5+01:00"]),
        "until": st.sampled_from(["2026-11-22T11:00:02", "2026-11-23"]),
        "zone": st.sampled_from(["FRA", "DEU", "USA-CA"]),
        "pue": st.floats(1, 5),
        "tariff_per_kwh": st.sampled_from(["0.18 EUR", 0.2, "0.07"]),
        "absorption": st.sampled_from(["none", "full"]),
        "pins": st.booleans(),
        "factors": st.just("factors.toml"),
        "factor_sources": st.just("own,codecarbon"),
        "privacy": st.sampled_from(["hosts=hash", "users=drop,hosts=keep", "hosts=drop"]),
    },
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(options=OPTIONS)
def test_its_command_makes_the_same_report(ledger: Path, options: dict[str, Any]) -> None:
    if "factor_sources" in options:
        options["factors"] = "factors.toml"
    if options.get("privacy") == "hosts=drop" and "host" in str(options.get("by")):
        del options["by"]
    one = report(ledger, **options)
    assert one.made is not None
    assert by_command(one.made.command) == json.loads(one.to_json())


def test_the_readers_own_settings_stand_before_it(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("pyproject.toml").write_text(
        '[tool.footprint]\ntariff_per_kwh = "0.18 EUR"\nfactors = "factors.toml"\n'
    )
    monkeypatch.setenv("FOOTPRINT_WUE", "0.5")
    found = made(by="model")
    assert found.command == (
        "FOOTPRINT_TARIFF_PER_KWH='0.18 EUR' FOOTPRINT_WUE=0.5 FOOTPRINT_FACTORS=factors.toml"
        " footprint report L --by model"
    )
    before = json.loads(report("L", by="model").to_json())
    Path("pyproject.toml").unlink()
    monkeypatch.delenv("FOOTPRINT_WUE")
    assert by_command(found.command) == before


def test_what_only_decides_how_it_is_worked_out_is_not_in_it(ledger: Path) -> None:
    assert made() == made(engine="local", fresh=True) == made(engine="duckdb")


def test_the_factors_digest_can_be_worked_out_from_the_json(ledger: Path) -> None:
    found = json.loads(report("L", factors="factors.toml").to_json())
    digests = sorted({each["digest"] for each in found["factors"]})
    text = json.dumps(digests, separators=(",", ":"))
    assert found["made"]["factors_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    factors(Path(), 51.0)
    other = json.loads(report("L", factors="factors.toml").to_json())
    assert other["made"]["factors_sha256"] != found["made"]["factors_sha256"]


def test_files_that_were_read_are_named_with_their_digest(ledger: Path) -> None:
    path = stated(Path())
    found = made(factors="factors.toml")
    assert [(each.role, each.name) for each in found.inputs] == [
        ("factors", "factors.toml"),
        ("organisation", "organisation.toml"),
    ]
    for each, file in zip(found.inputs, (Path("factors.toml"), path), strict=True):
        assert each.bytes == file.stat().st_size
        assert each.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_every_page_shows_it(ledger: Path) -> None:
    one = report("L", by="model")
    assert one.made is not None
    for form in ("text", "md", "html"):
        for lang in ("en", "fr"):
            assert one.made.factors_sha256 in one.render(form, lang)
