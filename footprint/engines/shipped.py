"""This package as one file, for executors: they run the code of whoever asks, not an older copy."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path


def package(folder: Path) -> Path:
    """Writes the package with its data into `footprint.zip`, from which Python imports it."""
    top = Path(__file__).parents[1]
    path = folder / "footprint.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for at, folders, files in os.walk(top, followlinks=True):  # a checkout has links
            folders[:] = sorted(name for name in folders if not name.startswith(("__", ".")))
            for name in sorted(files):
                if not name.endswith((".pyc", ".so")):
                    whole = Path(at, name)
                    out.write(whole, str(Path("footprint") / whole.relative_to(top)))
    return path
