"""What a report or an estimate opens: the order, the agreements, and who goes before whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from footprint.errors import UsageError
from footprint.factors.opened import opened
from footprint.settings import Settings

TEXT = """
[[factor]]
name = "PUE"
zone = "FRA"
value = 1.3
unit = "1"
[[factor]]
name = "WUE"
value = 0.3
unit = "L/kWh"
[[factor]]
name = "grid intensity"
zone = "FRA"
value = 21.7
unit = "g/kWh"
valid_from = 2026-01-01
valid_until = 2027-01-01
[tariff]
price = "0.2 EUR"
"""
#: 2026-06-01T00:00:00Z and the year before
THIS, LAST = 1_780_272_000 * 10**9, 1_748_736_000 * 10**9
HOUR = 3600 * 10**9


def settings(tmp_path: Path, text: str = TEXT, *, given: bool = True, **more: Any) -> Settings:
    file = tmp_path / "own.toml"
    file.write_text(text)
    return Settings(factors=file, origins={"factors": "given" if given else "a file"}, **more)


def test_without_a_file_nothing_is_agreed() -> None:
    found = opened(Settings())
    assert found.contracts.tariff is None
    assert found.said("FRA", THIS, THIS + HOUR) == frozenset()


def test_a_file_says_what_it_holds_of_a_place_and_everywhere(tmp_path: Path) -> None:
    found = opened(settings(tmp_path))
    now = THIS, THIS + HOUR
    assert found.said("FRA", *now) == {"pue", "wue", "carbon_intensity", "tariff"}
    assert found.said("DEU", *now) == {"wue", "tariff"}
    assert found.said(None, *now) == {"wue", "tariff"}
    assert "carbon_intensity" not in found.said("FRA", LAST, LAST + HOUR)


def test_a_file_of_the_readers_settings_does_not_go_before_runs(tmp_path: Path) -> None:
    found = opened(settings(tmp_path, given=False))
    assert found.contracts.tariff is not None
    assert found.said("FRA", THIS, THIS + HOUR) == frozenset()


def test_no_live_provider_is_opened_where_a_program_waits(tmp_path: Path) -> None:
    named = Settings(
        factor_sources=("carbon-intensity-uk", "codecarbon"), live={"carbon-intensity-uk": {}}
    )
    asked = [source.name for source in opened(named).registry.sources]
    waits = [source.name for source in opened(named, live=False).registry.sources]
    assert "carbon-intensity-uk" in asked
    assert [each for each in asked if each != "carbon-intensity-uk"] == waits


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[tariff]\nprice = "cheap"\n', "own.toml: tariff"),
        ('[[instrument]]\nname = "wind"\nshare = 1.5\n', "own.toml"),
        ("[[factr]]\n", "factr"),
        ("x = [\n", "own.toml"),
    ],
)
def test_a_broken_file_is_one_line_with_its_name(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        opened(settings(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no file .*nope\.toml"):
        opened(Settings(factors=tmp_path / "nope.toml"))


def test_a_program_reads_its_file_once_and_a_report_each_time(tmp_path: Path) -> None:
    asked = settings(tmp_path)
    first = opened(asked, live=False)
    asked.factors.write_text("")  # type: ignore[union-attr]
    again = opened(asked, live=False)
    assert again.registry.own is first.registry.own
    assert again.registry is not first.registry  # answers are not kept for ever
    assert again.contracts == first.contracts
    assert opened(asked).contracts.tariff is None
