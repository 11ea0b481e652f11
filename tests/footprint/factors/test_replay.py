"""A pinned report is the same, byte for byte, whatever becomes of the packages and files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from footprint.model import Device
from report_ledgers import GPU, Recorder, S

H100 = Device(**{**GPU._asdict(), "name": "NVIDIA H100 80GB HBM3"})


def installed(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def released(folder: Path, name: str, package: str) -> Path:
    """A folder of a package in a version to come, empty as yet."""
    info = folder / f"{package}-99.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n")
    return folder / package


def scaled(value: Any, keys: frozenset[str]) -> Any:
    """A JSON value with the numbers under these keys 1.25 times as large."""
    if isinstance(value, dict):
        return {
            key: inner * 1.25
            if key in keys and isinstance(inner, int | float)
            else scaled(inner, keys)
            for key, inner in value.items()
        }
    return [scaled(inner, keys) for inner in value] if isinstance(value, list) else value


@pytest.fixture
def upgraded(tmp_path: Path) -> Path:
    """Packages of a later version, with other figures in their tables."""
    folder = tmp_path / "upgraded"
    for name, keys in {
        "codecarbon": frozenset({"carbon_intensity", "emissions", "emission_factor"}),
        "ecologits": frozenset({"gwp", "wue", "parameters", "active", "total", "min", "max"}),
    }.items():
        root = released(folder, name, name)
        shutil.copytree(installed(name) / "data", root / "data")
        (root / "__init__.py").touch()
        for table in (root / "data").rglob("*.json"):
            table.write_text(json.dumps(scaled(json.loads(table.read_text("utf-8")), keys)))
    root = released(folder, "genai-prices", "genai_prices")
    shutil.copytree(installed("genai_prices"), root, ignore=shutil.ignore_patterns("__pycache__"))
    prices = root / "data.py"
    text = prices.read_text("utf-8")
    prices.write_text(re.sub(r"(_mtok=Decimal\(')", r"\g<1>1", text), "utf-8")
    return folder


def footprint(where: Path, *arguments: object, **variables: str) -> bytes:
    """Runs `footprint ARGUMENTS` in a process of its own; gives its stdout."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("FOOTPRINT")}
    done = subprocess.run(
        [sys.executable, "-c", "from footprint.cli import main; main()", *map(str, arguments)],
        cwd=where,
        env={**clean, "HOME": str(where), **variables},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def sourced(report: bytes) -> dict[str, Mapping[str, Any]]:
    """The report's factors by name and what they are of."""
    return {
        f"{one['name']} of {one.get('subject') or one['zone']}": one
        for one in json.loads(report)["factors"]
    }


def said(report: bytes) -> dict[str, Any]:
    """All that a report says but for how it was asked for, which is not the same with a file."""
    found: dict[str, Any] = json.loads(report)
    return found | {"made": found["made"]["factors_sha256"]}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A GPU in California, calls of an API, and a device whose manufacture nobody knows."""
    one = Recorder(tmp_path / "L", declared={"zone": "USA-CA", "pue": 1.2})
    one.counter(H100, [100.0] * 10 + [300.0] * 10 + [100.0] * 10)
    one.span(one.path("embed", model="minilm", devices=[0]), 1 * S, 2 * S, items=4)
    path = one.path("ask", model="gpt-4o", kind="api", devices=[], tags={"provider": "openai"})
    one.span(path, 2 * S, 3 * S, tokens_in=800, tokens_out=400)
    one.close()
    return tmp_path / "L"


def test_a_pinned_report_outlives_every_upgrade(
    tmp_path: Path, ledger: Path, upgraded: Path
) -> None:
    newer = {"PYTHONPATH": str(upgraded)}
    before = [footprint(tmp_path, "report", "L", "--format", form) for form in ("json", "html")]
    footprint(tmp_path, "factors", "pin", "L")
    after = [
        footprint(tmp_path, "report", "L", "--format", form, **newer) for form in ("json", "html")
    ]
    assert after == before
    # Without pins the later figures of each package do reach the report.
    old = sourced(before[0])
    new = sourced(footprint(tmp_path, "report", "L", "--format", "json", "--no-pins", **newer))
    moved = {name for name in old if name in new and old[name]["value"] != new[name]["value"]}
    assert {"grid intensity of USA-CA", "API price, output of openai/gpt-4o"} <= moved
    assert any(new[name]["source"].startswith("ecologits") for name in moved)
    modelled = {name for name in moved if name.startswith("API energy per")}
    assert {new[name]["version"] for name in moved - modelled} == {"99.0"}
    # The model of inference is ours; whose size it takes is in its source.
    assert {new[name]["license"] for name in modelled} == {"Apache-2.0"}
    assert all("EcoLogits 99.0" in new[name]["source"] for name in modelled)


def test_pinning_again_takes_the_newer_figures(
    tmp_path: Path, ledger: Path, upgraded: Path
) -> None:
    report = ["report", "L", "--format", "json"]
    newer = {"PYTHONPATH": str(upgraded)}
    footprint(tmp_path, "factors", "pin", "L")
    (made,) = json.loads(footprint(tmp_path, "factors", "pin", "--format", "json", "L", **newer))
    assert made["file"] == "L/factors/pinned-0002.json"
    assert made["factors"] > 5
    after = footprint(tmp_path, *report)
    assert sourced(after)["grid intensity of USA-CA"]["version"] == "99.0"
    assert said(after) == said(footprint(tmp_path, *report, "--no-pins", **newer))


def test_pins_outlive_the_own_file_they_came_from(tmp_path: Path, ledger: Path) -> None:
    """A series and a constant of the user's: the report does not need the file any more."""
    (tmp_path / "hours.csv").write_text(
        "start,value\n"
        + "".join(f"2026-11-22T{hour:02}:00Z,{20 + hour}\n" for hour in range(9, 14))
    )
    own = tmp_path / "factors.toml"
    own.write_text(
        '[[factor]]\nname="grid intensity"\nzone="USA-CA"\nseries="hours.csv"\nunit="g/kWh"\n'
        'source="metered"\n[[factor]]\nname="WUE"\nvalue=0.4\nunit="L/kWh"\nsource="facility"\n'
    )
    before = footprint(tmp_path, "report", "L", "--format", "json", "--factors", own)
    assert sourced(before)["grid intensity of USA-CA"]["source"] == "metered"
    footprint(tmp_path, "factors", "pin", "L", "--factors", own)
    own.unlink()
    assert said(footprint(tmp_path, "report", "L", "--format", "json")) == said(before)


TABLES = """
[[factor]]
name = "PUE"
value = 1.5
[[factor]]
name = "grid intensity"
zone = "USA-CA"
value = 77
unit = "g/kWh"
[tariff]
timezone = "America/Los_Angeles"
currency = "USD"
source = "our contract"
holidays = [2026-12-25]
[[tariff.band]]
name = "all"
price = 0.21
hours = "00:00-24:00"
[[extra]]
name = "licence"
price = "12 EUR"
from = 2026-11-01
until = 2026-12-01
[[exchange]]
pair = "EUR/USD"
rate = "1.08"
date = 2026-11-20
source = "ECB"
[[purchase]]
device = "NVIDIA H100"
price = "25000 USD"
lifetime_years = 4
utilisation = 0.5
[[instrument]]
name = "GO wind"
kind = "certificate"
mwh = 2
g_per_kwh = 0
market = "USA-CA"
vintage = 2026
retired = true
source = "register"
"""


def test_the_tables_of_the_own_file_are_kept(tmp_path: Path, ledger: Path) -> None:
    """Tariff, extras, rates and bought hardware: the file can go."""
    own = tmp_path / "factors.toml"
    own.write_text(TABLES)
    with_file = ["report", "L", "--format", "json", "--factors", "factors.toml"]
    before = footprint(tmp_path, *with_file)
    told = footprint(tmp_path, "factors", "pin", "L", "--factors", "factors.toml").decode()
    assert "its tables are: tariff, 1 extra, 1 exchange, 1 purchase, 1 instrument" in told
    own.unlink()
    report = ["report", "L", "--format", "json"]
    assert said(footprint(tmp_path, *report)) == said(before)
    assert b"licence" in before
    assert b"it states no source" in before
    assert sourced(before)["PUE of None"]["value"] == 1.5  # before what the run declared
    without = footprint(tmp_path, *report, "--no-pins")
    assert b"licence" not in without
    # A later pin without the file is one of a report without it.
    footprint(tmp_path, "factors", "pin", "L")
    assert said(footprint(tmp_path, *report)) == said(without)


def test_an_own_file_of_the_settings_stays_behind_what_runs_declared(
    tmp_path: Path, ledger: Path
) -> None:
    (tmp_path / "factors.toml").write_text(TABLES)
    (tmp_path / "pyproject.toml").write_text('[tool.footprint]\nfactors = "factors.toml"\n')
    report = ["report", "L", "--format", "json"]
    before = footprint(tmp_path, *report)
    assert b"licence" in before
    assert sourced(before)["PUE of None"]["value"] == 1.2
    footprint(tmp_path, "factors", "pin", "L")
    (tmp_path / "pyproject.toml").unlink()
    assert said(footprint(tmp_path, *report)) == said(before)


def test_other_places_can_be_pinned_too(tmp_path: Path, ledger: Path, upgraded: Path) -> None:
    report = ["report", "L", "--format", "json", "--zone", "FRA"]
    before = footprint(tmp_path, *report)
    footprint(tmp_path, "factors", "pin", "L", "--zone", "FRA", "--zone", "DEU")
    assert footprint(tmp_path, *report, PYTHONPATH=str(upgraded)) == before
    known = json.loads(
        footprint(tmp_path, "factors", "list", "--ledger", "L", "--zone", "DEU", "--format", "json")
    )
    assert known[0]["source"] == "pinned"


#: Calls after the last price, before the first one, within the history, and by the hour.
PRICED = [
    ("claude-sonnet-4", "anthropic"),
    ("gpt-4.5", "openai"),
    ("sonar", "perplexity"),
    ("claude-2", "bedrock"),
    ("gpt-4o", "openai"),
    ("DeepSeek-V3", "deepseek"),
    ("gemini-2.5-pro", "google"),
    ("Llama 3.1 8B", "bedrock"),
]


def test_prices_of_the_past_and_of_today_are_kept(tmp_path: Path) -> None:
    """A price that ended before the call is the nearest one: with pins and without."""
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    for number, (model, provider) in enumerate(PRICED):
        path = one.path(
            f"ask{number}", model=model, kind="api", devices=[], tags={"provider": provider}
        )
        one.span(path, number * S, (number + 1) * S, tokens_in=1000, tokens_out=500)
    one.close()
    report = ["report", "L", "--format", "json"]
    before = footprint(tmp_path, *report)
    priced = {
        each["subject"] for each in json.loads(before)["factors"] if "API price" in each["name"]
    }
    assert len(priced) == len(PRICED)
    assert b"when the last known price ended" in before
    footprint(tmp_path, "factors", "pin", "L")
    assert footprint(tmp_path, *report) == before
