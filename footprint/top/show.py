"""The loop: a tick, a drawing, a wait. On a terminal in place, in a pipe one after the other."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from footprint.top.as_json import line
from footprint.top.as_text import renderable
from footprint.top.view import View

if TYPE_CHECKING:
    from rich.console import Console


def show(
    look: Callable[[], View],
    interval_s: float,
    ticks: int | None,
    *,
    json: bool = False,
    out: TextIO | None = None,
    over: threading.Event | None = None,
) -> None:
    """Draws ticks until Ctrl-C, or so many.

    Args:
        look: gives the next tick.
        interval_s: between two of them.
        ticks: how many; None: until `over` is set, or Ctrl-C.
        json: one JSON object a line.
        out: where to; stdout.
        over: ends it.

    Raises OSError where `out` was closed, as a pipe is whose reader left.
    """
    stream = sys.stdout if out is None else out
    stop = threading.Event() if over is None else over

    def each(draw: Callable[[View], None]) -> None:
        left = ticks
        # Devices are read for a moment first: power is a difference of two readings.
        while not stop.wait(interval_s):
            draw(look())
            left = None if left is None else left - 1
            if left == 0:
                return

    if json:

        def written(view: View) -> None:
            stream.write(line(view))
            stream.flush()

        each(written)
        return
    console = _console(stream)
    if not console.is_terminal or console.is_dumb_terminal:

        def printed(view: View) -> None:
            with console.capture() as drawn:  # rich has an end of its own for a pipe that is closed
                console.print(renderable(view))
            stream.write(f"{drawn.get()}\n")
            stream.flush()

        each(printed)
        return
    from rich.live import Live

    with Live(console=console, auto_refresh=False, screen=ticks is None) as live:
        each(lambda view: live.update(renderable(view), refresh=True))


#: In a pipe there is no width: as wide as a log's lines may be.
_WIDE = 160


def _console(out: TextIO) -> Console:
    """Where to draw; on a terminal as wide as that, elsewhere without colours."""
    from rich.console import Console

    wide = None if out.isatty() or "COLUMNS" in os.environ else _WIDE
    return Console(file=out, width=wide, highlight=False, emoji=False, markup=False)
