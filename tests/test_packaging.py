"""What is installed is what is in the tree: one import package from three folders."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import footprint

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())


def packages() -> set[str]:
    """Every folder with Python files in it, by the name under which it is installed."""
    found: set[str] = set()
    for top, name in (
        ("footprint", "footprint"),
        ("estimators", "footprint.estimators"),
        ("cli", "footprint.cli"),
    ):
        for folder in {path.parent for path in (ROOT / top).rglob("*.py")}:
            inside = folder.relative_to(ROOT / top).parts
            found.add(".".join((name, *inside)))
    return found


def test_the_list_of_packages_is_the_tree() -> None:
    assert sorted(SETTINGS["tool"]["setuptools"]["packages"]) == sorted(packages())


def test_every_package_says_what_it_is() -> None:
    for package in packages():
        top, _, rest = package.partition(".")
        folder = ROOT / (rest.split(".")[0] if rest.split(".")[0] in ("estimators", "cli") else top)
        parts = [part for part in rest.split(".") if part and part not in ("estimators", "cli")]
        text = folder.joinpath(*parts, "__init__.py").read_text()
        assert text.startswith('"""'), package


def test_the_links_lead_to_the_folders() -> None:
    assert (ROOT / "footprint/estimators").resolve() == ROOT / "estimators"
    assert (ROOT / "footprint/cli").resolve() == ROOT / "cli"


def test_types_are_shipped() -> None:
    assert resources.files(footprint).joinpath("py.typed").is_file()


def test_the_version_is_said_once() -> None:
    assert SETTINGS["project"]["dynamic"] == ["version"]
    assert footprint.__version__ in (ROOT / "CHANGELOG.md").read_text()
