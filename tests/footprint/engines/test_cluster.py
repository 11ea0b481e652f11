"""What is wrong with a cluster is one line, within seconds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from footprint.engines import engine
from footprint.engines.cluster import Cluster, _java, _pyspark, refused
from footprint.engines.shipped import package
from footprint.errors import UsageError


def test_spark_needs_a_master() -> None:
    with pytest.raises(UsageError, match="--master spark://host:7077"):
        engine("spark")


def test_without_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(UsageError, match=r"pip install 'footprint-ledger\[spark\]'"):
        _pyspark()


def test_without_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="apt-get install openjdk-17-jre-headless"):
        _java()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="has no bin/java"):
        _java()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    _java()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Job aborted\n  File x\nModuleNotFoundError: No module named 'duckdb'\n\tat java",
            "the Python of spark://a:1's workers has No module named 'duckdb': install",
        ),
        (
            'java.io.IOException: Cannot run program "/venv/bin/python": error=2, No such file',
            "need the Python of this program (/venv/bin/python)",
        ),
        (
            "x\n[PYTHON_VERSION_MISMATCH] Python in worker has another version: 3.12 than that in"
            " driver: 3.11, PySpark cannot run.\n\tat java",
            "this program (Python in worker has another version: 3.12 than that in driver: 3.11)",
        ),
        (
            "org.apache.SparkException: Job aborted\nCaused by: java.lang.OutOfMemoryError: x",
            "Spark at spark://a:1 failed: Caused by: java.lang.OutOfMemoryError: x (all",
        ),
        ("", "Spark at spark://a:1 failed: RuntimeError (all"),
    ],
)
def test_what_spark_says_is_one_line(text: str, said: str) -> None:
    found = str(refused(Cluster("spark://a:1"), RuntimeError(text)))
    assert said in found
    assert "\n" not in found


def test_the_package_as_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    names = zipfile.ZipFile(package(tmp_path)).namelist()
    assert {
        "footprint/pages/tasks.py",
        "footprint/estimators/data/systems.toml",
        "footprint/cli/__init__.py",
    } <= set(names)
    assert not [name for name in names if name.endswith(".pyc")]
