"""A line on the terminal that is drawn anew once a second.

The program has the terminal too, and neither knows what the other writes. So the line is drawn
only where it was asked for, in the foreground, on a terminal that nobody has switched to full
screen; it always leaves the cursor at the line's start, so that the program's next output begins
there, and it is gone at the end.
"""

from __future__ import annotations

import os
import sys
from typing import Protocol

from footprint import clock
from footprint.console import write
from footprint.model import NS_PER_S

_CLEAR = "\r\x1b[K"
_STDERR = 2


class Running(Protocol):
    """What a line shows: `Tally`."""

    @property
    def own_j(self) -> dict[str, float]:
        """Joules so far by device kind."""
        ...

    @property
    def watts(self) -> float | None:
        """Power now."""
        ...


class Progress:
    """The line."""

    def __init__(self) -> None:
        self._start = clock.now_ns()
        self._drawn = False

    def draw(self, running: Running) -> None:
        """Draws it, where it may be drawn."""
        if not _free():
            return
        elapsed = (clock.now_ns() - self._start) / NS_PER_S
        energy = sum(running.own_j.values())
        watts = "" if running.watts is None else f"{running.watts:.0f} W, "
        amount = f"{energy:.0f} J" if energy < 36_000 else f"{energy / 3.6e6:.3f} kWh"
        self._drawn = True
        write(f"{_CLEAR}footprint: {elapsed:.0f} s, {watts}about {amount} so far\r")

    def clear(self) -> None:
        """Takes it away."""
        if self._drawn and _free():
            write(_CLEAR)


def _free() -> bool:
    """Whether stderr is a terminal, ours to write on, and in its usual mode."""
    try:
        import termios
    except ImportError:
        return False
    try:
        if not sys.stderr.isatty() or os.tcgetpgrp(_STDERR) != os.getpgrp():
            return False
        return bool(termios.tcgetattr(_STDERR)[3] & termios.ICANON)
    except (OSError, ValueError, AttributeError, termios.error):
        return False
