"""Settings: which source wins, and what each wrong value says."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint import settings
from footprint.errors import UsageError
from footprint.settings import HELP, VARIABLES, Settings, check, resolve

#: Sources, weakest first.
SOURCES = ("home", "project", "environment", "arguments")


class Sources:
    """Files, an environment and arguments, and what `resolve` makes of them."""

    def __init__(self, folder: Path) -> None:
        self.home, self.project = folder / "home", folder / "project"
        (self.home / ".config/footprint").mkdir(parents=True)
        (self.project / "deep/er").mkdir(parents=True)
        self.own = self.home / ".config/footprint/config.toml"
        self.pyproject = self.project / "pyproject.toml"
        self.environ: dict[str, str] = {}
        self.arguments: dict[str, Any] = {}

    def say(self, source: str, name: str, value: str) -> None:
        if source == "home":
            self.own.write_text(f'{name} = "{value}"\n')
        elif source == "project":
            self.pyproject.write_text(f'[tool.footprint]\n{name} = "{value}"\n')
        elif source == "environment":
            self.environ[VARIABLES[name]] = value
        else:
            self.arguments[name] = value

    def resolve(self, problems: list[str] | None = None) -> Settings:
        return resolve(self.arguments, self.environ, self.project / "deep/er", self.home, problems)


@pytest.fixture
def sources(tmp_path) -> Sources:
    return Sources(tmp_path)


def test_nothing_said_is_nothing_assumed(sources):
    found = sources.resolve()
    assert found == Settings(origins={})
    assert (found.zone, found.pue, found.tariff_per_kwh, found.host) == (None, None, None, "name")
    assert found.declared() == {"charge": "tree"}


@pytest.mark.parametrize("strongest", range(4))
def test_the_stronger_source_wins(sources, strongest):
    for source in SOURCES[: strongest + 1]:
        sources.say(source, "project", source)
    found = sources.resolve()
    assert found.project == SOURCES[strongest]
    origins = (
        str(sources.own),
        str(sources.pyproject),
        "environment variable FOOTPRINT_PROJECT",
        "given",
    )
    assert found.origins == {"project": origins[strongest]}


@given(st.lists(st.integers(0, 3), min_size=1, unique=True), st.booleans())
def test_two_names_of_one_thing_are_one_setting(tmp_path_factory, said, dollars):
    sources = Sources(tmp_path_factory.mktemp("sources"))
    for rank in said:
        in_dollars = dollars == (rank % 2 == 0)
        name, text = ("tariff_usd_per_kwh", "0.1") if in_dollars else ("tariff_per_kwh", "0.1")
        value = f"{text}{rank}" if in_dollars else f"{text}{rank} EUR"
        sources.say(SOURCES[rank], name, value)
    top = max(said)
    currency = "USD" if dollars == (top % 2 == 0) else "EUR"
    assert sources.resolve().tariff_per_kwh == f"0.1{top} {currency}"


def test_none_and_empty_are_not_given(sources):
    sources.say("environment", "zone", "")
    sources.say("project", "zone", "FRA")
    sources.arguments["zone"] = None
    assert sources.resolve().zone == "FRA"


def test_the_nearest_pyproject_counts(sources):
    sources.say("project", "zone", "FRA")
    (sources.project / "deep/pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert sources.resolve().zone is None


@pytest.mark.parametrize(
    "text",
    [
        "[tool.footprint.tags]\nteam = 'a'\n",
        "[tool.footprint]\ntags = {team = 'a'}\n",
        "[tool]\nfootprint = {tags = {team = 'a'}}\n",
        "tool.footprint.tags.team = 'a'\n",
    ],
)
def test_a_project_may_write_its_settings_as_toml_allows(sources, text):
    sources.pyproject.write_text(text)
    found = sources.resolve()
    assert found.tags == {"team": "a"}
    assert found.declared()["tags"] == {"team": "a"}


def test_numbers_in_files_are_numbers(sources):
    sources.own.write_text('pue = 1.2\ncarbon_intensity_g_per_kwh = 50\nledger = "~/books"\n')
    found = sources.resolve()
    assert (found.pue, found.carbon_intensity_g_per_kwh) == (1.2, 50)
    assert found.ledger == Path("~/books").expanduser()


def test_files_that_are_not_ours_to_read_are_let_be(sources):
    sources.pyproject.write_text("tool = 'footprint'\n")
    sources.own.write_bytes(b"\xff\xfe")
    assert sources.resolve() == Settings(origins={})
    sources.pyproject.write_text("broken [ but another's\n")
    assert sources.resolve() == Settings(origins={})


def test_a_broken_file_of_ours_is_named(sources):
    sources.own.write_text("zone = \n")
    with pytest.raises(UsageError, match=r"config\.toml is not TOML") as caught:
        sources.resolve()
    problems: list[str] = []
    assert sources.resolve(problems).zone is None
    assert problems == [str(caught.value)]
    assert "\n" not in problems[0]


def test_a_program_goes_on_without_what_is_wrong(sources):
    sources.say("environment", "pue", "0.3")
    sources.say("environment", "zone", "FRA")
    sources.say("project", "colour", "red")
    with pytest.raises(UsageError, match="colour is not a setting"):
        sources.resolve()
    problems: list[str] = []
    found = sources.resolve(problems)
    assert (found.zone, found.pue) == ("FRA", None)
    assert len(problems) == 2
    assert problems[0].startswith(f"{sources.pyproject}: colour is not a setting: use ledger")
    assert problems[1].startswith("environment variable FOOTPRINT_PUE: pue")
    sources.arguments["pue"] = 0.3
    with pytest.raises(UsageError, match=r"^pue"):  # code is told on the spot
        sources.resolve(problems)


def test_a_working_directory_that_is_gone_is_no_obstacle(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert resolve({}, {}, home=tmp_path) == Settings(origins={})


BAD = {
    "ledger": ["", 5, None, b"x"],
    "zone": ["Atlantis", "", 5],
    "carbon_intensity_g_per_kwh": [-1, math.nan, math.inf, "much", True, ""],
    "pue": [0.9, 0, -1, 5.1, math.nan, "x", True, ""],
    "tariff_usd_per_kwh": [-0.1, math.nan, "cheap", True, ""],
    "tariff_per_kwh": ["-1 EUR", "EUR", "0.1 EUR EUR", ""],
    "wue_l_per_kwh": [-1, math.nan, 51, "wet", True, ""],
    "rental_per_device_hour": [-1, math.nan, "cheap", True, ""],
    "instance": ["", 5],
    "lifetime_years": [0, -1, 31, math.nan, "long", True, ""],
    "factors": ["", 5],
    "factor_sources": ["", " , ", 5, [1]],
    "organisation": ["", 5],
    "privacy": [
        "",
        5,
        "hosts",
        "hosts=hide",
        "hash",
        "names=hash",
        "salt=short",
        {"users": 5},
        {"salt": 5},
    ],
    "live": ["watttime", ["watttime"], {"watttime": 5}, 5],
    "project": ["", 5],
    "tags": ["a", ["a"], 5],
    "host": ["me", "", None, []],
    "charge": ["all", 5],
    "replay": ["", 5],
    "nvml_library": ["", 5],
    "seal": ["on", "", 5],
    "disabled": ["maybe", 2, "x\n" * 300],
}


def test_every_setting_has_bad_values_a_meaning_and_a_place():
    assert set(BAD) == set(HELP) == set(settings._CHECKS)
    assert set(VARIABLES) == set(BAD) - {"tags", "live"}
    fields = {settings._SAME.get(name, name) for name in BAD} | {"origins"}
    assert fields == set(Settings._fields)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in BAD.items() for value in values]
)
def test_a_bad_value_is_one_line_with_the_settings_name(name, value):
    with pytest.raises(UsageError) as caught:
        check(name, value)
    text = str(caught.value)
    assert text.startswith(name)
    assert "\n" not in text
    assert len(text) < 300


@pytest.mark.parametrize("word", ["1", "true", "YES", " on ", True])
def test_words_for_yes(word):
    assert check("disabled", word) is True


@pytest.mark.parametrize("word", ["0", "False", "no", "off", "", False])
def test_words_for_no(word):
    assert check("disabled", word) is False


def test_an_unknown_name_is_told_its_neighbours():
    with pytest.raises(UsageError, match=r"legder is not a setting: .*Did you mean ledger\?"):
        check("legder", "x")
