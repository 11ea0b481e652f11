"""Energy against the known truth: constant power, moving power, power that follows the calls.

One process of ours records up to 16 simulated GPUs at once, a thread and a wave for each; every
span's energy and interval is held against the integral of its wave between the span's own start
and end. The peers, which cannot do that, measure one GPU after the other, each in a process of its
own, with the truth between the end of `begin` and the start of `end`. Counters move every 100 ms;
one comes late or early by up to 10 ms, and every one has another phase.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from benchmarks import children, peers
from benchmarks.table import OURS, Row
from simulators.nvml import Gpu, Simulator
from simulators.nvml_live import Live
from simulators.waves import Burst, Constant, Follow, Sine, Square, boottime_ns, joules

#: Waves that take no notice of the calls.
MOVING: dict[str, Any] = {
    "square 37 ms": Square(70, 700, 0.037),
    "square 110 ms": Square(70, 700, 0.11, duty=0.3),
    "square 333 ms": Square(70, 700, 0.333),
    "square 1 s": Square(70, 700, 1.0, duty=0.4),
    "square 3 s": Square(70, 700, 3.0),
    "sine 250 ms": Sine(385, 315, 0.25),
    "sine 2 s": Sine(385, 315, 2.0),
    "bursts 50 ms": Burst(70, 700, slot_s=0.05),
    "bursts 500 ms": Burst(70, 700, slot_s=0.5),
}
#: Not a tool: what anybody could know who saw the counter's edges exactly, and nothing else.
IDEAL = "exact edges"
GAPS_MS = (5, 20, 45, 95)
CALL_S = 0.005
LOW_W, HIGH_W = 70.0, 700.0
#: Watts of the constant wave.
STEADY_W = 300.0
#: The wave of calls that draw HIGH_W, with LOW_W between them.
FOLLOWING = "power follows the calls"


class Lane(NamedTuple):
    """What one thread does on one GPU.

    Attributes:
        name: of the wave.
        gpu: its number.
        windows: (seconds, how often).
        series: (how many calls of 5 ms, seconds between them), before the windows.
        follow: calls and windows draw HIGH_W, the rest LOW_W.
        idle_s: nothing happens for so long, before.
    """

    name: str
    gpu: int
    windows: list[tuple[float, int]]
    series: Sequence[tuple[int, float]] = ()
    follow: bool = False
    idle_s: float = 0.0


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    gpus, lanes = _machine(quick)
    with Simulator(gpus) as sim:
        with tempfile.TemporaryDirectory() as folder:
            spans = children.call(
                "benchmarks.accuracy:record", {"lanes": lanes, "ledger": folder}, sim.environment()
            )
        rows = _ours(spans)
        names = peers.installed(["zeus"] if quick else list(peers.PEERS))
        plan = {"windows": [(0.05, 4)] if quick else _PEER_WINDOWS, "calls": 20 if quick else 200}
        others = {
            name: children.start(
                "benchmarks.accuracy:peer", {"name": name, **plan}, sim.environment()
            )
            for name in names
        }
        for name, child in others.items():
            rows += _theirs(name, children.finish(child))
    return rows


_PEER_WINDOWS = [(0.02, 20), (0.05, 20), (0.13, 10), (0.27, 8), (1.0, 4), (10.0, 1)]


def _machine(quick: bool) -> tuple[list[Gpu], list[Lane]]:
    short = [(0.005, 40), (0.02, 30), (0.05, 20), (0.13, 15), (0.27, 12), (1.0, 8), (3.0, 3)]
    windows = [(0.05, 4), (1.0, 2)] if quick else [*short, (10.0, 3)]
    calls = 40 if quick else 200
    gpus = [Gpu(Constant(STEADY_W)), Gpu(Follow(LOW_W))]  # the peers' two
    lanes = [
        Lane("constant", 0, windows, [(calls, 0.0), (calls, 0.02)]),
        Lane("follows the spans", 1, windows, follow=True, idle_s=1.0),
    ]

    def add(gpu: Gpu, lane: Lane) -> None:
        lanes.append(lane._replace(gpu=len(gpus)))
        gpus.append(gpu)

    if not quick:
        jittered = Gpu(Constant(STEADY_W), jitter_ms=10, phase_ms=61)
        add(jittered, Lane("constant, jitter", 0, windows, [(calls, 0.013)]))
    for number, (name, wave) in enumerate(MOVING.items()):
        if not quick or number % 4 == 0:
            add(Gpu(wave, phase_ms=37 * number % 100), Lane(name, 0, windows))
    for number, gap in enumerate(GAPS_MS):
        if not quick or gap == 20:
            gpu = Gpu(Follow(LOW_W), phase_ms=7 + 23 * number)
            idle = 1.5 if quick else 4.0
            series = [(calls, gap / 1e3)]
            add(gpu, Lane(FOLLOWING, 0, [], series, follow=True, idle_s=idle))
    return gpus, lanes


# -- in the child: ours


def record(lanes: list[Any], ledger: str) -> list[dict[str, Any]]:
    """Records all lanes at once and gives each span with its truth."""
    import footprint

    footprint.configure(ledger=ledger)
    live = Live()
    with footprint.measure("warm up", devices=["cpu"]):
        time.sleep(1.0)  # the drivers are found, the counters' periods learned
    parsed = [Lane(*lane) for lane in lanes]
    threads = [threading.Thread(target=_work, args=(lane, live)) for lane in parsed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(0.4)  # the counters' next edges
    footprint.flush()
    return _spans(footprint.open_ledger(ledger), live, {lane.gpu for lane in parsed})


def _work(lane: Lane, live: Live) -> None:
    import footprint

    rng = random.Random(lane.gpu)
    power = live.power_setter(lane.gpu)

    def call() -> None:
        if lane.follow:
            power(round(HIGH_W * 1000))
        time.sleep(CALL_S)
        if lane.follow:
            power(round(LOW_W * 1000))

    time.sleep(lane.idle_s)
    for times, gap_s in lane.series:
        name = f"{lane.name}|{_series(gap_s)}"
        tracked = footprint.track(name=name, devices=[lane.gpu])(call)
        for _ in range(times):
            tracked()
            if gap_s:
                time.sleep(gap_s)
    order = [seconds for seconds, times in lane.windows for _ in range(times)]
    rng.shuffle(order)
    for seconds in order:
        time.sleep(rng.uniform(0, 0.15))
        with footprint.measure(f"{lane.name}|{seconds}", devices=[lane.gpu]):
            if lane.follow:
                power(round(HIGH_W * 1000))
            time.sleep(seconds)
            if lane.follow:
                power(round(LOW_W * 1000))


def _series(gap_s: float) -> str:
    return f"calls of 5 ms, {f'{1000 * gap_s:g} ms between' if gap_s else 'back to back'}"


def _spans(ledger: Any, live: Live, gpus: set[int]) -> list[dict[str, Any]]:
    """Every span with its energy and bounds of `spans()`, and the truth between its ends."""
    from footprint.accounts import frames

    book = ledger.book()
    table = frames.spans(book).set_index("span_id").to_dict("index")
    found = []
    for entry in book.entries:
        devices = entry.path.devices or ()
        if not devices or devices[0] not in gpus:
            continue
        row = table[f"{book.facts[entry.writer].writer}:{entry.seq}"]
        found.append(
            {
                "name": entry.path.name,
                "calls": entry.calls,
                "duration_s": (entry.end - entry.start) / 1e9,
                "mid": row["gpu_energy_j"],
                "low": row["gpu_energy_low_j"],
                "high": row["gpu_energy_high_j"],
                "truth": joules(live.drawn_nj(devices[0], entry.start, entry.end)),
                "ideal": _ideal_j(live, devices[0], entry.start, entry.end),
            }
        )
    return found


def _ideal_j(live: Live, gpu: int, start: int, end: int) -> float:
    """What a counter gives whose edges are known exactly: the cells at the ends by time."""

    def until(t: int) -> float:
        """Joules from `start`'s edge to `t`, the cell in which `t` lies by time."""
        left = live.last_edge_ns(gpu, t)
        right = t
        while live.last_edge_ns(gpu, right) == left:
            right += 2_000_000
        right = live.last_edge_ns(gpu, right)
        cell = live.drawn_nj(gpu, left, right) * (t - left) / (right - left)
        return (live.drawn_nj(gpu, first, left) + cell) / 1e9

    first = live.last_edge_ns(gpu, start)
    return until(end) - until(start)


# -- in the child: a peer


def peer(name: str, windows: list[Any], calls: int) -> list[dict[str, Any]]:
    """What a peer says of single windows and sums on GPU 0, and of calls that draw on GPU 1."""
    live = Live()
    steady, following = peers.PEERS[name]([0]), peers.PEERS[name]([1])
    power = live.power_setter(1)
    found: list[dict[str, Any]] = []

    def one(tool: peers.Peer, gpu: int, label: str, seconds: float, follow: bool = False) -> None:
        ends = [0, 0]

        def body() -> None:
            ends[0] = boottime_ns()
            if follow:
                power(round(HIGH_W * 1000))
            time.sleep(seconds)
            if follow:
                power(round(LOW_W * 1000))
            ends[1] = boottime_ns()

        energy = peers.window(tool, f"{label}-{len(found)}", body)
        truth = joules(live.drawn_nj(gpu, *ends))
        found.append({"name": label, "duration_s": seconds, "mid": energy, "truth": truth})

    rng = random.Random(7)
    for seconds, times in windows:
        for _ in range(times):
            time.sleep(rng.uniform(0, 0.15))
            one(steady, 0, f"constant|{seconds}", seconds)
    for _ in range(calls):
        one(steady, 0, f"constant|{_series(0)}", CALL_S)
    for _ in range(calls):
        one(steady, 0, f"constant|{_series(0.02)}", CALL_S)
        time.sleep(0.02)
    for gap in GAPS_MS if calls > 100 else (20,):
        time.sleep(1.0)
        for _ in range(calls):
            one(following, 1, f"{FOLLOWING}|{_series(gap / 1e3)}", CALL_S, follow=True)
            time.sleep(gap / 1e3)
    return found


# -- rows


def _by_name(spans: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for span in spans:
        groups.setdefault(span["name"], []).append(span)
    return groups


def _off(mid: float | None, truth: float) -> float:
    return float("nan") if mid is None else 100 * (mid - truth) / truth


def _worst(spans: list[dict[str, Any]], mean_w: float | None = None) -> float:
    """The greatest error, in % of the truth, or of what `mean_w` draws in the time."""

    def off(span: dict[str, Any]) -> float:
        found = _off(span["mid"], span["truth"])
        return found * span["truth"] / (mean_w * span["duration_s"]) if mean_w else found

    return max(map(off, spans), key=abs)


def _mean_w(wave: str) -> float | None:
    """A moving wave's mean power.

    A counter's period is a tenth of a second: a tenth of what is drawn in a second on average. A
    second that happens to lie where little is drawn is off by more of its own little.
    """
    if wave not in MOVING:
        return None
    return float(MOVING[wave].energy_pj(96 * 10**9)) / 96e9 / 1e3


def _median(spans: list[dict[str, Any]]) -> float:
    return statistics.median(abs(_off(span["mid"], span["truth"])) for span in spans)


def _sum(spans: list[dict[str, Any]]) -> float:
    known = [span for span in spans if span["mid"] is not None]
    return _off(sum(span["mid"] for span in known), sum(span["truth"] for span in spans))


def _limit(wave: str, seconds: float) -> float | None:
    steady = wave.startswith("constant")
    if seconds >= 10:
        return 0.5 if steady else 1.0
    if seconds >= 1:
        return {True: 1.0, False: 10.0}[steady] if seconds < 3 else None
    return None


def _ours(spans: list[dict[str, Any]]) -> list[Row]:
    rows: list[Row] = []
    moving: dict[float, list[dict[str, Any]]] = {}
    for name, group in sorted(_by_name(spans).items(), key=_order):
        wave, _, what = name.partition("|")
        if what.startswith("calls"):
            case = f"{wave}: sum of {len(group)} {what}"
            allowed = 2.0 if wave.startswith("constant") else 5.0
            rows.append(Row(case, OURS, _sum(group), "%", allowed, True))
        elif wave in MOVING and _limit(wave, float(what)) is None:
            moving.setdefault(float(what), []).extend(group)
        else:
            limit = _limit(wave, float(what))
            case = f"{wave}: windows of {_time(float(what))}, worst"
            mean_w = _mean_w(wave)
            ideal = _worst([span | {"mid": span["ideal"]} for span in group], mean_w)
            worst = _worst(group, mean_w)
            if mean_w:
                # Beside it in % of the window's own energy: shown with its verdict, fails nothing,
                # since a window of little power cannot be known so well even with exact edges.
                own = f"{case}, of its own energy"
                rows.append(Row(own, OURS, _worst(group), "%", limit))
                exact = _worst([span | {"mid": span["ideal"]} for span in group])
                rows.append(Row(own, IDEAL, exact, "%"))
                case = f"{case}, of the mean draw"
            rows.append(Row(case, OURS, worst, "%", limit, limit is not None))
            rows.append(Row(case, IDEAL, ideal, "%"))
    for seconds, group in sorted(moving.items()):
        # Nobody can know these: the interval has to say so. Their size is shown, the sign is not.
        case = f"moving power: windows of {_time(seconds)}, median size of the error"
        rows.append(Row(case, OURS, _median(group), "%"))
        ideal = _median([span | {"mid": span["ideal"]} for span in group])
        rows.append(Row(case, IDEAL, ideal, "%"))
    return rows + _intervals(spans)


def _intervals(spans: list[dict[str, Any]]) -> list[Row]:
    """How often the truth lies outside the stated interval, and how wide that is."""
    rows: list[Row] = []
    waves: dict[str, list[dict[str, Any]]] = {}
    durations: dict[float, list[dict[str, Any]]] = {}
    for span in spans:
        wave, _, what = span["name"].partition("|")
        waves.setdefault(wave, []).append(span)
        calls = what.startswith("calls")
        durations.setdefault(CALL_S if calls else float(what), []).append(span)
    groups = [(f"at {_time(seconds)}", durations[seconds]) for seconds in sorted(durations)]
    for name, group in [*groups, *waves.items()]:
        outside = 100 * sum(not s["low"] <= s["truth"] <= s["high"] for s in group) / len(group)
        case = f"truth outside the stated interval, {name}"
        rows.append(Row(case, OURS, outside, "%", 5.0, True, f"of {len(group)}"))
    for name, group in groups:
        widths = [50 * (span["high"] - span["low"]) / span["truth"] for span in group]
        limit = 2.0 if name == "at 10 s" else None
        case = f"half width of the stated interval {name}, worst"
        note = f"median {statistics.median(widths):.2f} %"
        rows.append(Row(case, OURS, max(widths), "%", limit, limit is not None, note))
    return rows


def _theirs(tool: str, spans: list[dict[str, Any]]) -> list[Row]:
    rows: list[Row] = []
    for name, group in _by_name(spans).items():
        wave, _, what = name.partition("|")
        if what.startswith("calls"):
            case = f"{wave}: sum of {len(group)} {what}"
            rows.append(Row(case, tool, _sum(group), "%"))
            if what == _series(0):
                rows.append(Row(f"{wave}: windows of 5 ms, worst", tool, _worst(group), "%"))
        else:
            case = f"{wave}: windows of {_time(float(what))}, worst"
            rows.append(Row(case, tool, _worst(group), "%"))
    return rows


def _order(item: tuple[str, Any]) -> tuple[bool, str, float]:
    wave, _, what = item[0].partition("|")
    return wave in MOVING, wave, 0.0 if what.startswith("calls") else float(what)


def _time(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 else f"{1000 * seconds:g} ms"
