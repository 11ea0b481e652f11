"""One RAPL domain, read from powercap's `energy_uj`."""

from __future__ import annotations

import os
from pathlib import Path

from footprint.model import Device
from footprint.probes.base import FAILED, LOST, UNSUPPORTED, ReadError

NJ_PER_UJ = 1000


def counter(path: Path | str) -> int:
    """A file that holds one number without a sign.

    Raises:
        OSError, ValueError: not readable, empty, or not such a number.
    """
    fd = os.open(path, os.O_RDONLY)
    try:
        text = os.read(fd, 64).strip()
    finally:
        os.close(fd)
    if not text.isdigit():
        raise ValueError(f"{path} holds {text!r}, not a count")
    return int(text)


class RaplSource:
    """A domain's counter. `steps` is False: it is renewed every millisecond.

    The file is opened for every read (3 us in all on a plain file): one that was kept open would
    go on working after the right to read it was taken away.
    """

    steps = False

    def __init__(self, device: Device, path: Path) -> None:
        self.device = device
        self._path = str(path)

    def energy_nj(self) -> int:
        """The counter in nJ; starts again at `device.wrap_nj`. A failed read is never a wrap.

        Raises:
            ReadError: LOST where the domain is gone (the module was unloaded), FAILED where it
                gave an error, nothing, or no number.
        """
        try:
            return counter(self._path) * NJ_PER_UJ
        except FileNotFoundError as error:
            raise ReadError(LOST, f"{self.device.name}: {error}") from None
        except (OSError, ValueError) as error:
            raise ReadError(FAILED, f"{self.device.name}: {error}") from None

    def power_mw(self) -> int:
        """RAPL counts energy; it tells no power. Raises ReadError (UNSUPPORTED)."""
        raise ReadError(UNSUPPORTED, f"{self.device.name}: RAPL tells no power")

    def close(self) -> None:
        """Nothing to let go of."""
