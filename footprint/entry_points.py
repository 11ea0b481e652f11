"""Entry points by which installed packages add probes and formats.

`importlib.metadata` takes 40 ms to import, and as long again to go through a few hundred installed
packages, which every program would pay at its start. Hardly any environment has an entry point for
footprint, so what is declared there is searched for our group's name first, in a few milliseconds;
only where it stands somewhere, or where that cannot be told, the library is asked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def of_group(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group, not loaded. Raises what broken metadata raises."""
    if not _may_be_declared(group):
        return ()
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))


def _may_be_declared(group: str) -> bool:
    """False where no package that can be imported declares an entry point of the group."""
    finders = (each for each in sys.meta_path if each is not PathFinder)
    if any(hasattr(each, "find_distributions") for each in finders):
        return True  # it has packages of its own, wherever they are
    name = group.encode()
    return any(_may_hold(Path(place), name) for place in list(sys.path))


def _may_hold(place: Path, name: bytes) -> bool:
    try:
        return any(name in declared for declared in _declared(place))
    except NotADirectoryError:
        return True  # an archive: the library looks into it
    except OSError:  # not there, or not ours to read; the library passes over it, too
        return False


def _declared(place: Path) -> Iterator[bytes]:
    for folder in place.iterdir():
        if folder.name.lower().endswith((".dist-info", "egg-info")):
            try:
                yield (folder / "entry_points.txt").read_bytes()
            except OSError:  # most packages declare none
                continue
