"""Random ledgers with everything that booking knows: for laws that hold over all of them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from footprint.ledger.format import JOURNALS
from footprint.ledger.journal import prepare
from footprint.ledger.reader import Facts
from footprint.model import ERROR, OK, OPEN
from recorded import CPU, DRAM, GPU, MS, OTHER_GPU, UTC, Recorded

#: How long each of them is, ms.
LENGTH = 3_000


def random_facts(rng: random.Random, spans: int = 40, utc: int = UTC) -> list[Facts]:
    """One or two hosts with one to three writers each; they begin at `utc`, ns."""
    return [one.facts() for one in _recorded(rng, spans, utc)]


def random_journals(
    rng: random.Random, ledger: Path, spans: int = 40, utc: int = UTC, ms: int = MS
) -> None:
    """The same as a ledger's journals; it begins at `utc`, ns.

    Args:
        ms: how long what is a millisecond here takes, ns: a ledger of several days has 100 s. What
            hangs below a span begins after it then.
    """
    prepare(ledger)
    for number, one in enumerate(_recorded(rng, spans, utc, ms)):
        one.writer.commit((LENGTH + 1_000) * ms)
        (ledger / JOURNALS / f"{number:04}.fpj").write_bytes(one.journal.pending())


def _recorded(rng: random.Random, spans: int, utc: int = UTC, ms: int = MS) -> list[Recorded]:
    found: list[Recorded] = []
    for boot in range(rng.choice([1, 1, 2])):
        place = {"boot": f"boot-{boot}", "host": f"host-{boot}", "utc": utc, "ms": ms}
        outer = _writer(rng, spans, **place)
        found.append(outer[0])
        for _ in range(rng.choice([0, 0, 1, 2])):
            early = [seq for seq in outer[1] if ms == MS or outer[2][seq] <= 1_000 * ms]
            seq = rng.choice([0, *early])
            inner = _writer(rng, spans, parent=(outer[0], seq), after=outer[2].get(seq, 0), **place)
            found.append(inner[0])
    return found


def _writer(
    rng: random.Random, spans: int, ms: int, after: int = 0, **given: Any
) -> tuple[Recorded, list[int], dict[int, int]]:
    forked = given.get("parent") is not None and rng.random() < 0.5
    begun = rng.choice([0, 0, 40 * ms])
    if ms > MS:
        begun = max(begun, after)
    one = Recorded(
        **given,
        forked_below=given["parent"][0].seq + 1 if forked else 0,
        t=begun,
        declared=rng.choice([{}, {}, {"charge": "machine"}]),
    )
    gpus = rng.choice([[], [GPU], [GPU, OTHER_GPU]])
    for device in [*gpus, *rng.choice([[], [CPU], [CPU, DRAM]])]:
        watts = [rng.uniform(50, 700) for _ in range(rng.randint(3, LENGTH // 100))]
        if rng.random() < 0.8:
            one.counter(device, watts, 100 * ms, t=begun)
        if rng.random() < 0.3:
            one.power(device, watts, 90 * ms, t=begun + rng.choice([0, 1_000 * ms]))
        if device.kind == "gpu" and rng.random() < 0.3:
            _used(rng, one, begun, ms, 1 if ms == MS else one.writer.device(device, begun))
    if rng.random() < 0.6:
        for at in range(0, LENGTH, 250):
            tree = at * ms * rng.uniform(0.5, 1)
            one.writer.usage(at * ms, int(tree), at * ms * 2, at * ms * 4, 200 + at % 7)
    if gpus and rng.random() < 0.4:
        ids = rng.choice([[], ["GPU-0"], ["GPU-0", "GPU-1"], None])
        at = rng.randint(0, LENGTH) * ms
        one.writer.record({"type": "resident", "t": at, "devices": ids})
    return one, *_calls(rng, one, spans, begun, ms)


def _used(rng: random.Random, one: Recorded, begun: int, ms: int, number: int) -> None:
    for second in range(1, LENGTH // 1000):
        share = rng.choice([1.0, 0.5, None])
        one.writer.gpu_usage(number, begun + second * 1_000 * ms, share, 10, 20)


def _calls(
    rng: random.Random, one: Recorded, spans: int, begun: int, ms: int
) -> tuple[list[int], dict[int, int]]:
    made: list[int] = []
    starts: dict[int, int] = {}
    whole = None
    if rng.random() < 0.5:
        whole = one.span(begun, LENGTH * ms, name="run", background=True, kind="training")
    for _ in range(rng.randint(0, spans)):
        start = rng.randint(0, LENGTH - 1) * ms + rng.randint(0, ms)
        length = rng.choice([0, rng.randint(1, ms), rng.randint(ms, 30 * ms), 900 * ms])
        parent = rng.choice([0, whole or 0, *made[-6:], 999_999])
        if ms > MS:
            start = max(start, starts.get(parent, begun))
            starts[one.seq + 1] = start
        if rng.random() < 0.2 and length:
            busy = rng.randint(1, length)
            made.append(one.fold(start, start + length, rng.randint(1, 9), busy, parent))
            continue
        some = {"items": rng.choice([0.0, rng.uniform(0.001, 9)])}
        units = rng.choice([None, some, {"items": 2, "tokens_out": 5}])
        path: dict[str, Any] = {"name": rng.choice("abc"), "status": rng.choice([OK, OK, ERROR])}
        if rng.random() < 0.2:
            path["devices"] = rng.choice([["GPU-1"], ["gpu"], [0], ["gpu:1", "cpu"], []])
        path["kind"] = rng.choice(["inference", "inference", "other"])
        made.append(one.span(start, start + length, parent, units=units, **path))
        if rng.random() < 0.1 and length > 10:
            one.writer.hold(made[-1], start, start + length, rng.randint(1, length))
    if rng.random() < 0.3:
        one.seq += 1
        one.writer.open_span(one.seq, whole or 0, one._path({"status": OPEN}), LENGTH * ms // 2)
    return made, starts
