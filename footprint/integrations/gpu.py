"""When the GPU has done what a call queued: kernels run on after the call returned.

With torch, and only where it has made a CUDA context itself, a span's end records an event on the
current stream. Nothing waits for it: the recorder's thread asks later whether it is over, and when
that was, by the GPU's own clock against an event whose host time is known.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from footprint import clock
from footprint.ledger.folding import Ended
from footprint.model import NS_PER_S

#: An event that is not over after so long is given up: the span ends when its call did.
GIVE_UP = 30 * NS_PER_S
#: The host time of a reference event must be known this well, ns; and is renewed after so long:
#: the two clocks drift apart by some millionths.
GOOD_ANCHOR, RENEW = 50_000, 60 * NS_PER_S


class Mark:
    """An event at the end of what a span queued."""

    __slots__ = ("device", "event", "since")

    def __init__(self, device: int, event: Any) -> None:
        self.device = device
        self.event = event
        self.since = clock.now_ns()


_anchors: dict[int, tuple[Any, int]] = {}  # device -> (event, host ns)


def in_use() -> bool:
    """Whether torch has a CUDA context; cheap, and never makes one."""
    return _torch() is not None


def _torch() -> Any:
    """torch, where it is loaded and has initialised CUDA; else None."""
    torch = sys.modules.get("torch")
    try:
        return torch if torch is not None and torch.cuda.is_initialized() else None
    except AttributeError:  # torch is being imported on another thread
        return None


def mark() -> Mark | None:
    """An event on the current stream, None where none can be had (a graph is being captured)."""
    torch = sys.modules["torch"]
    try:
        if torch.cuda.is_current_stream_capturing():
            return None
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return Mark(torch.cuda.current_device(), event)
    except Exception:  # noqa: BLE001 - whatever the framework raises must not reach the caller
        return None


def settle(
    waiting: list[tuple[Any, Ended]], batch: list[Ended]
) -> tuple[list[Ended], dict[int, int]]:
    """Splits ended spans into those whose GPU work is over and those that wait.

    Args:
        waiting: (mark, span) that wait; changed in place.
        batch: spans that ended since.

    Returns the spans to record, without marks, and when their GPU work was done (ns by sequence).
    """
    ready: list[Ended] = []
    ends: dict[int, int] = {}
    for span in batch:
        if span[7] is None:
            ready.append(span)
        else:
            waiting.append((span[7], (*span[:7], None)))
    still: list[tuple[Any, Ended]] = []
    now = clock.now_ns()
    for mark_, span in waiting:
        try:
            over = mark_.event.query()
            if over:
                ends[span[0]] = max(span[5], min(now, _end_ns(mark_)))
        except Exception:  # noqa: BLE001 - a broken context must not stop the books
            over = True
        if over or now - mark_.since > GIVE_UP:
            ready.append(span)
        else:
            still.append((mark_, span))
    waiting[:] = still
    ready.sort(key=lambda span: span[5])
    return ready, ends


def _end_ns(mark_: Mark) -> int:
    """Host time at which an event that is over was reached."""
    event, host_ns = _anchor(mark_.device)
    return int(host_ns + event.elapsed_time(mark_.event) * 1e6)


def _anchor(device: int) -> tuple[Any, int]:
    """A reference event of a device with its host time, made on a stream of its own."""
    known = _anchors.get(device)
    now = clock.now_ns()
    if known is not None and now - known[1] < RENEW:
        return known
    torch = sys.modules["torch"]
    best: tuple[int, Any, int] | None = None
    with torch.cuda.device(device):
        stream = torch.cuda.Stream()
        for _ in range(5):
            event = torch.cuda.Event(enable_timing=True)
            before = clock.now_ns()
            event.record(stream)
            while not event.query() and clock.now_ns() - before < 20 * GOOD_ANCHOR:
                pass
            after = clock.now_ns()
            if event.query() and (best is None or after - before < best[0]):
                best = (after - before, event, (before + after) // 2)
            if best is not None and best[0] < GOOD_ANCHOR:
                break
    if best is None:
        raise RuntimeError("the GPU's clock cannot be read")
    _anchors[device] = best[1], best[2]
    return _anchors[device]


def block(result: Any) -> None:
    """Waits until the GPU has done what was queued (`sync="block"`). Never raises.

    For torch, jax and cupy. jax has no queue to wait for but the result itself;
    cupy waits for its current stream.
    """
    torch = _torch()
    if torch is not None:
        with contextlib.suppress(Exception):
            torch.cuda.synchronize()
    jax = sys.modules.get("jax")
    if jax is not None and result is not None:
        with contextlib.suppress(Exception):
            jax.block_until_ready(result)
    cupy = sys.modules.get("cupy")
    if cupy is not None:
        with contextlib.suppress(Exception):
            cupy.cuda.get_current_stream().synchronize()
