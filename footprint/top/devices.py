"""This machine's devices, each read on a thread of its own: a driver that hangs holds up nobody."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from footprint import clock
from footprint.meter.edges import Edges
from footprint.model import NJ_PER_J, NS_PER_S, Device
from footprint.probes.base import LOST, UNSUPPORTED, ReadError, Source

#: A device that is current at every read is read so often; so is one that tells its power, ns.
STEP_NS = NS_PER_S // 4
#: One that could not be read is tried again after this, ns.
AGAIN_NS = NS_PER_S
#: Power is the mean over so long, where there are readings for it, ns.
OVER_NS = NS_PER_S
#: Without a reading for so long a device's power is not known, ns.
STALE_NS = 3 * NS_PER_S


class DeviceNow(NamedTuple):
    """A device at an instant.

    Attributes:
        host: its host's name.
        boot_id: its host's boot, which programs are of, too.
        device: which one.
        power_w: mean over about the last second; None where it is not known.
        energy_j: since it was first read, without its gain.
        problem: why it cannot be read; empty where it can.
    """

    host: str
    boot_id: str
    device: Device
    power_w: float | None
    energy_j: float
    problem: str = ""


class Watched:
    """One device, read until `stop`.

    Args:
        source: the device.
        host, boot_id: this machine's.
        clock_ns: boot-time ns.
    """

    def __init__(
        self,
        source: Source,
        host: str,
        boot_id: str,
        clock_ns: Callable[[], int] = clock.now_ns,
    ) -> None:
        self._source, self._clock = source, clock_ns
        self._host, self._boot_id = host, boot_id
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._edges = Edges()
        self._energy_nj = 0
        self._raw: int | None = None
        #: (boot-time ns, energy so far in nJ) of the last readings.
        self._past: deque[tuple[int, int]] = deque(maxlen=256)
        self._by_power = False
        self._problem = ""

    def start(self) -> None:
        """Starts its thread."""
        name = f"footprint-top {self._source.device.id}"
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def stop(self) -> None:
        """Ends its thread after the read that is under way."""
        self._over.set()

    def now(self) -> DeviceNow:
        """What is known of it."""
        with self._lock:
            past, energy_nj, problem = list(self._past), self._energy_nj, self._problem
        if not problem and (not past or self._clock() - past[-1][0] > STALE_NS):
            problem = "it does not answer"
        power = None if problem else _mean_w(past)
        energy_j = energy_nj / NJ_PER_J
        return DeviceNow(self._host, self._boot_id, self._source.device, power, energy_j, problem)

    def read(self) -> int:
        """Reads it once; gives the boot-time ns at which it is to be read again."""
        try:
            again = self._power() if self._by_power else self._counter()
        except ReadError as error:
            if error.why == UNSUPPORTED and not self._by_power:
                self._by_power = True
                return self._clock()
            return self._failed(str(error), lost=error.why == LOST)
        except Exception as error:  # noqa: BLE001 - a plug-in's mistake
            return self._failed(f"{type(error).__name__}: {error}")
        self._problem = ""
        return again

    def _run(self) -> None:
        while not self._over.is_set():
            wait_ns = self.read() - self._clock()
            if wait_ns > 0:
                self._over.wait(wait_ns / NS_PER_S)
        self._source.close()

    def _counter(self) -> int:
        before = self._clock()
        raw = self._source.energy_nj()
        after = self._clock()
        if not self._source.steps:
            self._add(after, raw)
            return after + STEP_NS
        edge = self._edges.observe(before, after, raw)
        if edge is not None:
            self._add(edge.likely, raw)
        return self._edges.next_read

    def _add(self, t: int, raw: int) -> None:
        step = 0 if self._raw is None else raw - self._raw
        if step < 0:  # it wrapped, or began again at zero
            step += self._source.device.wrap_nj or -step
        self._raw = raw
        self._note(t, step)

    def _power(self) -> int:
        power_mw = self._source.power_mw()
        t = self._clock()
        last = self._past[-1][0] if self._past else t
        # mW x ns are 1e-12 J: thousandths of a nJ.
        self._note(t, power_mw * (t - last) // 1000)
        return t + STEP_NS

    def _note(self, t: int, step_nj: int) -> None:
        with self._lock:
            self._energy_nj += step_nj
            self._past.append((t, self._energy_nj))

    def _failed(self, problem: str, *, lost: bool = False) -> int:
        with self._lock:
            self._problem = f"it is gone: {problem}" if lost else problem
            self._past.clear()
            self._raw = None
        self._edges.wake()
        return self._clock() + AGAIN_NS


def _mean_w(past: Sequence[tuple[int, int]]) -> float | None:
    """Mean power over the last second; over less where there is no more."""
    if len(past) < 2:
        return None
    t, energy = past[-1]
    earlier = [each for each in past[:-1] if t - each[0] >= OVER_NS]
    t0, energy0 = earlier[-1] if earlier else past[0]
    return (energy - energy0) / (t - t0) if t > t0 else None  # nJ per ns are watts
