"""How long it takes: to import, to show the help, to the first result.

Each figure is the median of some fresh processes, ours and the peers' in turn. The first result is
taken with a network namespace that has no network at all, and with one whose packets all vanish
(nobody answers, as behind a firewall that drops them).
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import children, peers
from benchmarks.table import OURS, Row
from simulators.nvml import Gpu, Simulator
from simulators.waves import Constant

#: A namespace with nothing in it.
NO_NETWORK = ("unshare", "-n", "--")
#: A namespace with an interface whose packets reach nobody, and no answer comes back.
_SWALLOW = (
    "ip link set lo up && ip link add sink type veth peer name hole && ip link set hole up"
    " && ip link set sink up && ip addr add 198.51.100.2/24 dev sink"
    " && ip route add default via 198.51.100.1 dev sink"
    " && ip neigh add 198.51.100.1 lladdr 02:00:00:00:00:01 dev sink"
    ' && mount --bind "$RESOLV" /etc/resolv.conf && exec "$@"'
)
SWALLOWED = ("unshare", "-n", "-m", "--", "sh", "-c", _SWALLOW, "sh")

#: Starts the program and tells it when: the time that the namespace took is not its own.
_STARTED = ("sh", "-c", 'exec "$@" "$(date +%s%N)"', "sh")
_PEERS = ("codecarbon", "codecarbon online", "zeus")


def run(quick: bool = False) -> list[Row]:
    """All rows of this benchmark."""
    times = 3 if quick else 11
    rows: list[Row] = []
    with Simulator([Gpu(Constant(300))]) as sim, tempfile.TemporaryDirectory() as folder:
        environment = children.environment(sim.environment())
        environment["FOOTPRINT_LEDGER"] = str(Path(folder) / "ledger")
        bare = _timed([sys.executable, "-c", "pass"], environment, times)
        rows.append(Row("python -c pass, for scale", OURS, bare, "ms"))
        modules = {"footprint": OURS, "codecarbon": "codecarbon", "zeus.monitor": "zeus"}
        for module, tool in modules.items():
            if not peers.installed([tool]) and tool != OURS:
                continue
            command = [sys.executable, "-c", _IMPORT.format(module=module)]
            said = statistics.median(_said(command, environment) for _ in range(times))
            rows.append(Row("import", tool, said, "ms", 40 if tool == OURS else None))
        script = Path(sys.executable).with_name("footprint")
        help_ = [str(script), "--help"] if script.exists() else []
        if help_:
            taken = _timed(help_, environment, times)
            rows.append(Row("--help, the whole command", OURS, taken, "ms", 150))
        rows += _results(environment, times, quick)
    return rows


_IMPORT = """
import time
began = time.perf_counter()
import {module}
print(1e3 * (time.perf_counter() - began))
"""


def _timed(command: list[str], environment: dict[str, str], times: int) -> float:
    """Median of the whole process' time, ms."""
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        taken.append(1e3 * (time.perf_counter() - began))
    return statistics.median(taken[1:])  # the first one may have compiled


def _said(command: list[str], environment: dict[str, str]) -> float:
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def _results(environment: dict[str, str], times: int, quick: bool) -> list[Row]:
    """Process start to first result, in each network."""
    rows: list[Row] = []
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as resolv:
        resolv.write("nameserver 198.51.100.53\n")
        resolv.flush()
        environment = {**environment, "RESOLV": resolv.name}
        networks: list[tuple[str, tuple[str, ...]]] = [("this machine's network", ())]
        if not quick:
            networks += [("no network", NO_NETWORK), ("packets swallowed", SWALLOWED)]
        for network, wrapper in networks:
            if wrapper and not _allowed(wrapper, environment):
                rows.append(Row(f"{network}: not permitted here", OURS, None))
                continue
            for tool in (OURS, *(() if quick else peers.installed(_PEERS))):
                runs = times if tool == OURS else 1 + (times > 3 and tool != "codecarbon online")
                rows += _first_results(network, wrapper, tool, runs, environment)
    return rows


def _allowed(wrapper: tuple[str, ...], environment: dict[str, str]) -> bool:
    try:
        done = subprocess.run([*wrapper, "true"], env=environment, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _first_results(
    network: str, wrapper: tuple[str, ...], tool: str, times: int, environment: dict[str, str]
) -> list[Row]:
    found: dict[str, list[float]] = {}
    for _ in range(times + (tool == OURS)):
        command = [*wrapper, *_STARTED, sys.executable, "-c", _FIRST[tool]]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode:
            return [Row(f"{network}: start to result", tool, None, note=done.stderr[-80:])]
        for name, value in json.loads(done.stdout.splitlines()[-1]).items():
            found.setdefault(name, []).append(value)
    limits = {"provisional": 150, "settled": 350}
    return [
        Row(
            f"{network}: start to {name} result",
            tool,
            statistics.median(values[1:] if tool == OURS else values),
            "ms",
            limits.get(name) if tool == OURS else None,
        )
        for name, values in found.items()
    ]


_HEAD = """
import json, sys, time
def ms():
    return (time.time_ns() - int(sys.argv[1])) / 1e6
"""
_FIRST: dict[str, str] = {
    # `wait` is short of the counter's period: the provisional result is given at once.
    "footprint": _HEAD
    + """
import footprint
with footprint.measure("first", kind="inference") as m:
    sum(range(1000))
provisional = m.result(wait=0); first = ms()
assert provisional.energy_j is None or provisional.provisional
settled = m.result(); second = ms()
assert settled.energy_j is not None and not settled.provisional, settled
print(json.dumps({"provisional": first, "settled": second}))
""",
    "codecarbon": _HEAD
    + """
from codecarbon import OfflineEmissionsTracker
tracker = OfflineEmissionsTracker(country_iso_code="FRA", log_level="critical", output_methods=[])
tracker.start(); sum(range(1000)); tracker.stop()
print(json.dumps({"settled": ms()}))
""",
    "codecarbon online": _HEAD
    + """
from codecarbon import EmissionsTracker
tracker = EmissionsTracker(log_level="critical", output_methods=[])
tracker.start(); sum(range(1000)); tracker.stop()
print(json.dumps({"settled": ms()}))
""",
    "zeus": _HEAD
    + """
from zeus.monitor import ZeusMonitor
monitor = ZeusMonitor(gpu_indices=[0], cpu_indices=[])
monitor.begin_window("first", sync_execution=False); sum(range(1000))
monitor.end_window("first", sync_execution=False)
print(json.dumps({"settled": ms()}))
""",
}
