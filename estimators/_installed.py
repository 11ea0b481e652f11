"""Installed packages whose data files are read: found on disk, never imported."""

from __future__ import annotations

from pathlib import Path


def folder(package: str) -> Path | None:
    """The folder of a package; None where it is not installed."""
    from importlib.util import find_spec

    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def version(package: str, root: Path) -> str:
    """The version from the name of the metadata folder beside `root`; empty where none tells it.

    `importlib.metadata`, which costs some 30 ms to import, is asked only where there is not
    exactly one such folder.
    """
    found = [path.name.split("-")[1] for path in root.parent.glob(f"{package}-*.dist-info")]
    if len(found) == 1:
        return found[0].removesuffix(".dist")
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
