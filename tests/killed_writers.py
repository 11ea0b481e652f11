"""Processes that write a ledger until they are killed: what each had written is told.

    python -P killed_writers.py LEDGER SEED ROUNDS

starts 16 writers a round, kills each at a random moment, and prints one JSON object: by writer's
uuid, how many spans it had handed over when it was last heard of.
"""

from __future__ import annotations

import json
import os
import random
import signal
import struct
import sys
import time
import uuid
from pathlib import Path
from typing import NoReturn

from footprint.ledger.folding import Folded
from footprint.ledger.journal import Journal, journal_name, prepare
from footprint.ledger.writer import Writer

WRITERS = 16
#: A round lasts so long at most, s.
LONGEST_S = 0.12
_COUNT = struct.Struct("<Q")


def span(seq: int) -> tuple[int, ...]:
    """What span `seq` of any of these writers says, as it is read."""
    return (seq, 0, 1 + seq % 3, 0, 0, 1000 * seq, 1000 * seq + 900, 1000 * seq + 900)


def write(ledger: Path, name: uuid.UUID, told: int) -> NoReturn:
    """Writes as the recorder does, in parts, until it is killed. Tells how far it came."""
    rnd = random.Random(name.int)
    journal = Journal(ledger, name.bytes, journal_name(0, "host", os.getpid(), name.bytes))
    context = {"type": "writer", "writer": name.hex, "host": "host", "boot_id": "boot"}
    context |= {"pid": os.getpid(), "t": 0, "utc_ns": 10**18, "run": "run", "parent": None}
    writer = Writer(
        journal, context, lambda path: ({"type": "path", "path": path, "name": f"n{path}"}, 0)
    )
    seq = 0
    while True:
        ended = []
        for _ in range(rnd.randrange(1, 400)):
            seq += 1
            number, parent, path, status, _, start, end, _ = span(seq)
            ended.append((number, parent, path, status, start, end, ("items", 1.0), None))
        writer.open_span(seq + 1, 0, 1 + (seq + 1) % 3, 1000 * (seq + 1))
        writer.spans(Folded(ended, []), {})
        if rnd.random() < 0.2:
            writer.rotate(1000 * seq, 10**18 + 1000 * seq)
        writer.commit(1000 * seq)
        journal.write()
        os.write(told, _COUNT.pack(seq))
        if rnd.random() < 0.1:
            journal.sync()


def round_of(ledger: Path, rnd: random.Random) -> dict[str, int]:
    """Starts writers and kills them; gives how many spans each had written."""
    running: list[tuple[float, int, uuid.UUID, int]] = []
    for _ in range(WRITERS):
        name = uuid.UUID(int=rnd.getrandbits(128))
        heard, told = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(heard)
            write(ledger, name, told)
        os.close(told)
        running.append((rnd.uniform(0, LONGEST_S), pid, name, heard))
    found: dict[str, int] = {}
    begun = time.monotonic()
    for at, pid, name, heard in sorted(running):
        time.sleep(max(0.0, begun + at - time.monotonic()))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        with os.fdopen(heard, "rb") as pipe:
            counts = pipe.read()
        whole = len(counts) - len(counts) % _COUNT.size
        found[name.hex] = _COUNT.unpack(counts[whole - _COUNT.size : whole])[0] if whole else 0
    return found


def main() -> None:
    """The command line."""
    ledger, rnd = Path(sys.argv[1]), random.Random(int(sys.argv[2]))
    prepare(ledger)
    found: dict[str, int] = {}
    for _ in range(int(sys.argv[3])):
        found |= round_of(ledger, rnd)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
