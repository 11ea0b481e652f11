"""Entry points of other packages: the same as `importlib.metadata` finds, which is rarely asked."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

from footprint import entry_points

GROUP = "footprint.probes"
DECLARED = f"[{GROUP}]\nwall = wattmeter:Wall\n"
METADATA = "Metadata-Version: 2.1\nName: wattmeter\nVersion: 1\n"


def package(place: Path, folder: str, declared: str | None = DECLARED) -> None:
    """Metadata of a package, as an installer lays it down."""
    about = place / folder
    about.mkdir(parents=True)
    (about / ("METADATA" if folder.endswith("dist-info") else "PKG-INFO")).write_text(METADATA)
    if declared is not None:
        (about / "entry_points.txt").write_text(declared)


def wheel(place: Path) -> Path:
    package(place, "wattmeter-1.dist-info")
    return place


def developed(place: Path) -> Path:
    package(place, "wattmeter.egg-info")
    return place


def egg(place: Path) -> Path:
    package(place / "wattmeter-1.egg", "EGG-INFO")
    return place / "wattmeter-1.egg"


def archive(place: Path) -> Path:
    place.mkdir()
    with zipfile.ZipFile(place / "wattmeter.zip", "w") as out:
        out.writestr("wattmeter-1.dist-info/METADATA", METADATA)
        out.writestr("wattmeter-1.dist-info/entry_points.txt", DECLARED)
    return place / "wattmeter.zip"


@pytest.mark.parametrize("installed", [wheel, developed, egg, archive])
def test_an_installed_package_is_found(
    installed: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(installed(tmp_path / "site"))
    found = entry_points.of_group(GROUP)
    assert [(each.name, each.value) for each in found] == [("wall", "wattmeter:Wall")]
    assert found == tuple(metadata.entry_points(group=GROUP))


def test_one_in_the_working_directory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel(tmp_path / "site")
    monkeypatch.chdir(tmp_path / "site")
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    assert [each.name for each in entry_points.of_group(GROUP)] == ["wall"]


class Elsewhere:
    """A finder with packages of its own, as frozen programs and notebooks on a server have."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        return None

    def find_distributions(
        self, context: metadata.DistributionFinder.Context
    ) -> Iterator[metadata.Distribution]:
        yield metadata.PathDistribution(self.place / "wattmeter-1.dist-info")


def test_one_that_a_finder_of_its_own_knows_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = wheel(tmp_path / "site")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Elsewhere(place)])
    assert [each.name for each in entry_points.of_group(GROUP)] == ["wall"]


@pytest.mark.parametrize(
    "declared",
    [None, "", "[console_scripts]\nwall = wattmeter:main\n", f"[{GROUP}.others]\na = b:c\n"],
    ids=["none", "nothing", "others", "a longer name"],
)
def test_what_declares_others_is_not(
    declared: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path / "site", "wattmeter-1.dist-info", declared)
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert entry_points.of_group(GROUP) == ()


def test_places_that_are_not_there_hold_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path / "gone")
    assert entry_points.of_group(GROUP) == ()


def of_a_fresh_interpreter(code: str, path: Iterable[Path] = ()) -> str:
    begin = f"import sys; sys.path[:0] = {[str(each) for each in path]}; "
    command = [sys.executable, "-c", begin + code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_library_is_asked_only_where_the_group_is_declared(tmp_path: Path) -> None:
    code = (
        f"from footprint.entry_points import of_group; of_group({GROUP!r});"
        "print('importlib.metadata' in sys.modules)"
    )
    assert of_a_fresh_interpreter(code) == "False\n"
    assert of_a_fresh_interpreter(code, [wheel(tmp_path / "site")]) == "True\n"
