"""The drain: takes ended spans off the buffer, folds short ones, and gives them to the writer."""

from __future__ import annotations

import sys
from typing import Any

from footprint.ledger.folding import FOLD_BELOW_NS, Ended, Folded, fold
from footprint.ledger.writer import Writer
from footprint.model import NS_PER_S, OPEN
from footprint.tracking import runtime
from footprint.tracking.site import PATHS

#: So many are folded at once, and from so many waiting on callers are held up for a millisecond:
#: several threads can outrun the recorder, which has but its share of the GIL.
PART, FLOOD = 20_000, 60_000
#: Pauses of a stream this short and this close together are one row, ns.
_CLOSE = 20_000_000


class Drain:
    """What is between the hot path's buffer and the ledger's writer. Not for several threads.

    Args:
        writer: takes spans, folds and pauses.
        below: sequences up to this one are of the process this one was forked from.
    """

    def __init__(self, writer: Writer, below: int) -> None:
        self._writer = writer
        self._below = below
        self._kept: set[int] = set()
        self._fresh: set[int] = set()
        self._marks: list[tuple[Any, Ended]] = []

    @property
    def waiting(self) -> bool:
        """Whether ended spans wait for the GPU."""
        return bool(self._marks)

    def take(self) -> int:
        """Takes what has ended off the buffer; how many spans that was."""
        total = 0
        while True:
            count = self._take_part()
            total += count
            runtime.set_flooded(len(runtime.buffer) > FLOOD)
            if count < PART:
                self._watch_gpu()
                return total

    def _take_part(self) -> int:
        batch = runtime.buffer[:PART]
        count = len(batch)
        del runtime.buffer[:count]
        if self._below:  # frames that a fork copied end in the parent, not here
            batch = [span for span in batch if span[0] > self._below]
        ends: dict[int, int] = {}
        if self._marks or (batch and runtime.gpu_mark is not None):
            batch, ends = self._settle_marks(batch)
        holds = self._take_holds()
        if batch:
            keep = self._kept | self._fresh | _long_on_gpu(batch, ends)
            folded = fold(batch, runtime.next_seq, keep, _stride, _short_holds(batch, holds, keep))
            self._keep(folded)
            self._writer.spans(folded, ends)
            if holds:  # those of what was folded are in the fold
                gone = {span[0] for span in batch} - {span[0] for span in folded.spans}
                holds = [hold for hold in holds if hold[0] not in gone]
        self._write_holds(holds)
        return count

    def _keep(self, folded: Folded) -> None:
        """Remembers the spans that what was written refers to: they must not be folded."""
        waiting = {span[0] for _, span in self._marks}
        self._kept = {
            seq for seq in self._kept | self._fresh if seq in runtime.open_spans or seq in waiting
        }
        # These are open, or ended while the batch was folded: then they are in the next one.
        self._fresh = {span[1] for span in folded.spans} | {each.parent for each in folded.folds}

    def _settle_marks(self, batch: list[Ended]) -> tuple[list[Ended], dict[int, int]]:
        """Holds spans back until the GPU has done what they queued; asks, never waits."""
        from footprint.integrations import gpu

        return gpu.settle(self._marks, batch)

    @staticmethod
    def _watch_gpu() -> None:
        """Asks once in a while whether torch has begun to use a GPU."""
        if runtime.gpu_mark is None and "torch" in sys.modules:
            from footprint.integrations import gpu

            if gpu.in_use():
                runtime.gpu_mark = gpu.mark

    def _take_holds(self) -> list[tuple[int, int, int]]:
        count = len(runtime.holds)
        holds = runtime.holds[:count]
        del runtime.holds[:count]
        # A stream that was begun before a fork is the parent's.
        return [hold for hold in holds if hold[0] > self._below] if self._below else holds

    def _write_holds(self, holds: list[tuple[int, int, int]]) -> None:
        merged: dict[int, list[list[int]]] = {}
        for seq, start, end in holds:
            self._kept.add(seq)
            rows = merged.setdefault(seq, [])
            # Pauses of a stream that is read fast lie close together: one row for many.
            if rows and start - rows[-1][1] < _CLOSE and end - start < _CLOSE:
                rows[-1][1] = end
                rows[-1][2] += end - start
            else:
                rows.append([start, end, end - start])
        for seq, rows in merged.items():
            for start, end, held in rows:
                self._writer.hold(seq, start, end, held)

    def note_open(self, now: int) -> None:
        """Records spans that began more than a second ago and have not ended."""
        for seq, frame in runtime.open_spans.copy().items():
            if seq > self._below and frame[3] and now - frame[3] > NS_PER_S:
                self._note(seq, frame)

    def note(self, seq: int) -> None:
        """Records one span that has not ended, where it has not."""
        frame = runtime.open_spans.get(seq)
        if frame is not None and frame[3]:
            self._note(seq, frame)

    def _note(self, seq: int, frame: runtime.Frame) -> None:
        self._writer.open_span(seq, frame[4], frame[1], frame[3])
        self._kept.add(seq)

    def end_open_spans(self, end: int) -> None:
        """Ends what is open as `open`, and gives up waiting for the GPU: the process leaves."""
        for seq, frame in runtime.open_spans.copy().items():
            if runtime.open_spans.pop(seq, None) is not None and frame[3]:
                runtime.append((seq, frame[4], frame[1], OPEN, frame[3], end, frame[2], None))
        for _, span in self._marks:
            runtime.append((*span[:7], None))
        self._marks.clear()


def _long_on_gpu(batch: list[Ended], ends: dict[int, int]) -> set[int]:
    """Calls that were short, and queued what the GPU worked at for longer: they stay spans."""
    if not ends:
        return set()
    return {span[0] for span in batch if ends.get(span[0], 0) - span[4] >= FOLD_BELOW_NS}


def _short_holds(
    batch: list[Ended], holds: list[tuple[int, int, int]], keep: set[int]
) -> dict[int, int]:
    """How long the batch's streams that may be folded were held, by sequence."""
    if not holds:
        return {}
    short = {span[0] for span in batch if span[5] - span[4] < FOLD_BELOW_NS} - keep
    held: dict[int, int] = {}
    for seq, start, end in holds:
        if seq in short:
            held[seq] = held.get(seq, 0) + end - start
    return held


def _stride(path: int) -> int:
    return PATHS[path][1].stride
