"""A Spark cluster for the tests of one file, where pyspark and Java are there."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator

import pytest

from spark_standalone import Standalone

_MISSING = [
    *([] if importlib.util.find_spec("pyspark") else ["pyspark (pip install -e '.[spark]')"]),
    *([] if shutil.which("java") else ["Java (apt-get install openjdk-17-jre-headless)"]),
]


@pytest.fixture(scope="module")
def spark() -> None:
    """pyspark and Java are there. REQUIRE_SPARK=1 makes a failure of their absence."""
    if _MISSING and os.environ.get("REQUIRE_SPARK") != "1":
        pytest.skip(f"needs {' and '.join(_MISSING)}")
    assert not _MISSING, _MISSING


@pytest.fixture(scope="module")
def master(spark: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """A master without workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        with Standalone(tmp_path_factory.mktemp("spark")) as one:
            yield one


@pytest.fixture(scope="module")
def cluster(master: Standalone) -> Standalone:
    """The master with two workers."""
    master.add_workers(2)
    return master
