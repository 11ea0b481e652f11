"""Sessions of pytest in processes of their own, on a replayed GPU of 100 W; what they wrote."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

#: A GPU that draws 100 W all the time: a test's joules are a hundred times its seconds.
TRACE = "t,device,watts,device_kind,max_w\n0,gpu-0,100,gpu,400\n1000,gpu-0,100,gpu,400\n"
#: 360 g and 0.36 $ for a kWh: 0.1 g and 0.1 m$ for a kJ.
PLACE = {"FOOTPRINT_CARBON_INTENSITY": "360", "FOOTPRINT_TARIFF": "0.36"}


class Suite:
    """A directory of tests, and how they are run."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester = pytester
        self.patch = monkeypatch
        for name in os.environ:
            if name.startswith(("FOOTPRINT_", "PYTEST_ADDOPTS", "PYTEST_XDIST", "COV_CORE")):
                monkeypatch.delenv(name)
        trace = Path(pytester.path, "trace.csv")
        trace.write_text(TRACE)
        monkeypatch.setenv("FOOTPRINT_REPLAY", str(trace))
        monkeypatch.setenv("TMPDIR", str(pytester.mkdir("tmp")))

    def run(self, *options: str, place: bool = False) -> pytest.RunResult:
        for name, value in PLACE.items() if place else ():
            self.patch.setenv(name, value)
        return self.pytester.runpytest_subprocess("-p", "no:cacheprovider", *options, timeout=60)

    def session(self, name: str = "out.json") -> dict[str, Any]:
        """The last session of a file that was written."""
        found = json.loads(Path(self.pytester.path, name).read_text())
        assert found["schema"] == "footprint.tests/1"
        last: dict[str, Any] = found["sessions"][-1]
        return last

    def tests(self, name: str = "out.json") -> dict[str, dict[str, Any]]:
        """Its tests, by the function's name."""
        return {each["test"].partition("::")[2]: each for each in self.session(name)["tests"]}
