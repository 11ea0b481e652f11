"""Small ledgers of any shape, as a Hypothesis strategy: hosts, devices, calls that overlap, folds.

Each is written with the package's own writer (`report_ledgers.Recorder`), 3 s long.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from footprint.estimators.series import iso
from footprint.model import Device
from report_ledgers import MS, UTC, Recorder, S

H100 = Device(
    "GPU-h", "gpu", "NVIDIA H100 80GB HBM3", "counter", "gpu", 700.0, 0.95, 1.05, "s", number=0
)
EPYC = Device("cpu:0", "cpu", "AMD EPYC 7742 64-Core Processor", "counter", "package", 240.0)
DRAM = Device("dram:0", "dram", "memory", "counter", "dram", 40.0)
LENGTH = 3 * S
STEPS = 30
ZONES = ("FRA", "DEU")


class Call(NamedTuple):
    """A call from `start` to `end`, ns; `calls` above 1 is a fold of short ones."""

    start: int
    end: int
    name: str
    background: bool = False
    calls: int = 1


class Host(NamedTuple):
    """One host's recording: watts by device, calls, and the zone that it declares."""

    zone: str
    gpu: tuple[int, ...]
    cpu: tuple[int, ...]
    dram: tuple[int, ...]
    calls: tuple[Call, ...]


def _watts(high: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Power that changes every half second."""
    levels = st.lists(st.integers(0, high), min_size=6, max_size=6)
    return levels.map(lambda each: tuple(watts for watts in each for _ in range(STEPS // 6)))


@st.composite
def calls(draw: st.DrawFn) -> Call:
    start = draw(st.integers(0, 2800)) * MS
    length = draw(st.integers(1, 1500)) * MS
    name = draw(st.sampled_from(("embed", "train")))
    return Call(
        start,
        min(start + length, LENGTH),
        name,
        draw(st.integers(0, 9)) == 0,
        draw(st.sampled_from((1, 1, 1, 4))),
    )


def hosts() -> st.SearchStrategy[Host]:
    return st.builds(
        Host,
        st.sampled_from(ZONES),
        _watts(700),
        st.just(()) | _watts(240),
        st.just(()) | _watts(40),
        st.lists(calls(), max_size=6).map(tuple),
    )


ledgers = st.lists(hosts(), min_size=1, max_size=2).map(tuple)


@contextmanager
def written(recorded: tuple[Host, ...]) -> Iterator[Path]:
    """A ledger on disk; its folder's parent is there for files of factors."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "L"
        for number, host in enumerate(recorded, start=1):
            _record(ledger, number, host)
        yield ledger


def _record(ledger: Path, number: int, host: Host) -> None:
    one = Recorder(
        ledger,
        number,
        host=f"host-{number}",
        boot=f"boot-{number}",
        declared={"zone": host.zone},
        utc_ns=UTC,
    )
    for device, watts in ((H100, host.gpu), (EPYC, host.cpu), (DRAM, host.dram)):
        if watts:
            one.counter(device._replace(id=f"{device.id}-{number}"), [float(w) for w in watts])
    for call in host.calls:
        path = one.path(call.name, kind="inference", background=call.background, devices=["gpu"])
        if call.calls == 1:
            one.span(path, call.start, call.end, items=2)
        else:
            durations = [(call.end - call.start) // call.calls] * call.calls
            one.fold(path, call.start, durations, items=2)
    one.close(now=LENGTH)


def steps(values: list[float], at: list[int] | None = None) -> str:
    """A CSV of steps that cover the ledger's time; `at`: where they change, ns after its start."""
    width = LENGTH // len(values)
    cuts = at if at is not None else [width * each for each in range(1, len(values))]
    edges = [UTC - 3600 * S, *(UTC + cut for cut in cuts), UTC + 3600 * S]
    rows = [
        f"{stamp(start)},{stamp(end)},{value!r}"
        for start, end, value in zip(edges, edges[1:], values, strict=False)
    ]
    return "\n".join(("start,end,value", *rows)) + "\n"


def stamp(ns: int) -> str:
    """UTC in ISO 8601 to the microsecond."""
    return f"{iso(ns)[:-1]}.{ns % S // 1000:06}Z"


SERIES = """
[[factor]]
name = "grid intensity"
zone = "FRA"
series = "fra.csv"
unit = "g/kWh"
[[factor]]
name = "grid intensity"
zone = "DEU"
value = 380
unit = "g/kWh"
[[factor]]
name = "PUE"
zone = "DEU"
value = 1.3
unit = "1"
[[purchase]]
device = "H100 SXM"
price = "17520 USD"
lifetime_years = 2
utilisation = 0.5
[[extra]]
name = "licence"
price = "36 USD"
per = "hour"
[tariff]
currency = "USD"
"""


def factors(ledger: Path, intensity: list[float], price: list[str]) -> Path:
    """An own file beside the ledger, with series over its time."""
    (ledger.parent / "fra.csv").write_text(steps(intensity))
    width = LENGTH // len(price)
    starts = [UTC - 3600 * 10**9, *(UTC + width * each for each in range(1, len(price)))]
    bands = "".join(
        f'[[tariff.step]]\nstart = "{stamp(start)}"\nend = "{stamp(end)}"\nprice = {each}\n'
        for start, end, each in zip(starts, [*starts[1:], UTC + 3600 * 10**9], price, strict=True)
    )
    file = ledger.parent / "factors.toml"
    file.write_text(SERIES + bands)
    return file
