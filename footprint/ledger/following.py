"""A journal read on while it is written: batch by batch, each once, at no cost to its writer."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from footprint.ledger import format as fmt


class Batch(NamedTuple):
    """What one batch holds.

    Attributes:
        t: boot-time ns of its last row.
        sections: its rows and records.
    """

    t: int
    sections: tuple[fmt.Section, ...]


class Following:
    """One journal, which may not be there yet. From one thread at a time.

    Attributes:
        path: the file.
        size: bytes read so far.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = fmt.HEADER_SIZE

    def new(self) -> Iterator[Batch]:
        """What was appended since the last time; a batch that makes no sense is stepped over."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.size)
                data = file.read()
        except OSError:
            return
        offset = 0
        while (head := fmt.batch_head(data, offset)) is not None:
            start = offset + fmt.BATCH_HEADER_SIZE
            payload = data[start : start + head.length]
            if not head.holds(payload):
                return  # it is being written
            offset = start + head.length
            self.size += offset - start + fmt.BATCH_HEADER_SIZE
            try:
                found = tuple(fmt.sections(payload))
            except (ValueError, struct.error):
                continue
            yield Batch(head.t_max, found)
