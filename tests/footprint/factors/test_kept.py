"""An own file that is kept with the pins comes back as it was read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from footprint.estimators.errors import EstimatorError
from footprint.factors.kept import from_json, to_json
from footprint.factors.own import read

TEXT = """
[[factor]]
name = "PUE"
value = 1.5
valid_from = 2026-01-01
[[factor]]
name = "WUE"
low = 0.1
mid = 0.4
high = 0.9
unit = "L/kWh"
source = "facility"
[tariff]
holidays = [2026-12-25, 2026-12-26T08:30:00Z, 2026-12-27T08:30:00]
start = 06:30:00
price = 0.21
[[extra]]
name = "licence"
count = 3
on = true
"""


@pytest.mark.parametrize("given", [True, False])
def test_a_file_comes_back_as_it_was_read(tmp_path: Path, given: bool) -> None:
    path = tmp_path / "factors.toml"
    path.write_text(TEXT)
    file = read(path)
    made = from_json(json.loads(json.dumps(to_json(file, given))))
    assert made.source.file == file
    assert made.given == given
    assert made.source.file.notes == file.notes != ()


def test_a_csv_has_factors_alone(tmp_path: Path) -> None:
    path = tmp_path / "factors.csv"
    path.write_text("name,value,unit,zone,source\ngrid intensity,50,g/kWh,FRA,RTE\n")
    assert from_json(to_json(read(path), True)).source.file == read(path)


def test_what_is_no_such_file_is_refused() -> None:
    for content in ({}, {"entries": [1]}, {"entries": [], "lines": [], "tables": 3, "path": 4}):
        with pytest.raises(EstimatorError, match="own file cannot be read"):
            from_json(content)
