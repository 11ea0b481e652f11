"""One device read by its counter, and by its power where the counter cannot be had.

    counter   points at the counter's edges; power is sampled beside it for the cross-check
    power     windows of integrated power: no counter, or one that stands still under load
    lost      the device does not answer: a gap, tried again once a second

Each change of state is a record of its own. Nothing here raises.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from footprint.ledger.writer import Writer
from footprint.meter.edges import Edges
from footprint.model import NJ_PER_J, NS_PER_S
from footprint.probes.base import FAILED, LOST, UNSUPPORTED, ReadError, Source

COUNTER, POWER, GONE = "counter", "power", "lost"

#: How often power is read where it is all there is, ns.
POWER_STEP = 50_000_000
#: How often it is read beside a counter that moves, for the cross-check, ns.
CHECK_STEP = NS_PER_S // 4
#: How often a device or counter that failed is tried again, ns.
RETRY = NS_PER_S
#: A counter that stood still while so much was drawn by integrated power is stuck, nJ.
STUCK_FROM = NJ_PER_J // 2
#: Counter and integrated power are compared over so long, ns, and may differ by this factor.
#: Sensors see a quarter of the time on some boards (Yang, Adamek, Armour, SC24), hence the width.
CHECK_OVER, CHECK_FACTOR = 5 * NS_PER_S, 1.5
#: A read that takes longer than this is slow: its device gets a thread of its own, ns. A shorter
#: one may just have waited for a busy host's GIL.
SLOW_READ = 20_000_000


class CounterTracker:
    """Reads one source when `due`, and writes what it learns.

    It wants a read between `due` and `latest`. `settled` is the instant up to which this device's
    energy is known; `slow` says that its reads should not hold up others; `state` is COUNTER,
    POWER or GONE.
    """

    def __init__(self, source: Source, writer: Writer, clock: Callable[[], int]) -> None:
        self.source = source
        self.due = self.latest = 0
        self.settled = 0
        self.slow = False
        self.turn_ns: int | None = None
        self.state = COUNTER
        self.edges = Edges()
        self._writer = writer
        self._clock = clock
        self._epoch = 0
        self._number = writer.device(source.device, clock())
        self._samples: list[tuple[int, int]] = []  # (t, mW) since the last edge
        self._has_power = True
        self._retry = 0
        self._last_raw = 0
        self._failing_since: int | None = None
        self._check = _CrossCheck()

    def poll(self) -> None:
        """One read, and what follows from it."""
        if self.state == COUNTER:
            self._poll_counter()
        elif self.state == POWER:
            self._poll_power()
        else:
            self._poll_lost()

    def wake(self) -> None:
        """Reads start again after a pause."""
        self.due = self.latest = 0
        self._failing_since = None
        self._samples.clear()
        self._check.restart()
        if self.state == COUNTER:
            self.edges.wake()

    def rest(self) -> None:
        """Reads are about to pause: closes a power window."""
        if self.state == POWER:
            self._poll_power()

    # -- counter

    def _poll_counter(self) -> None:
        try:
            before, after, raw = self._read_energy()
        except ReadError as error:
            self._counter_failed(error)
            return
        if self._failing_since is not None:
            self._failing_since = None
        edge = self.edges.observe(before, after, raw)
        self.due, self.latest = self.edges.next_read, self.edges.latest
        if edge is not None:
            restarted = edge.restarted or raw < self._last_raw  # now, or during a pause
            self._last_raw = raw
            if restarted:
                self._restarted(edge.t)
            self._writer.point(self._number, self._epoch, edge.lag_ns, edge.t, raw)
            self.settled = edge.likely
            if edge.lag_ns is not None:
                self._check.edge(edge.likely, raw)
                self._samples = self._samples[-1:]
            if not self._samples or edge.t - self._samples[-1][0] > CHECK_STEP:
                self._sample()
        elif self.edges.overdue(after):
            self._sample()
            if self._drawn_nj() > STUCK_FROM:
                text = "the energy counter stands still while power is drawn: power is integrated"
                self._to_power("counter-stuck", text)
        self._compare(after)

    def _restarted(self, t: int) -> None:
        wraps = self.source.device.wrap_nj is not None
        self._epoch += 1
        self._check.restart()
        if not wraps:
            text = "the energy counter started again from 0 (a driver reload)"
            self._writer.gap(self.source.device.id, t, t, "counter-reset", text)

    def _counter_failed(self, error: ReadError) -> None:
        now = self._clock()
        if error.why == LOST:
            self._lost(str(error))
        elif error.why == UNSUPPORTED:
            self._to_power("counter-unsupported", f"{error}: power is integrated")
        else:
            self._failing_since = self._failing_since or now
            self._sample()
            if self.state == GONE:
                return
            if now - self._failing_since > RETRY // 4:
                self._to_power("counter-failed", f"{error}: power is integrated")
            else:
                self.due = self.latest = now + POWER_STEP // 2

    # -- power

    def _sample(self) -> None:
        """Reads power beside the counter, at most once in half a POWER_STEP."""
        if not self._has_power:
            return
        now = self._clock()
        if self._samples and now - self._samples[-1][0] < POWER_STEP // 2:
            return
        try:
            self._samples.append((now, self._read_power()))
        except ReadError as error:
            if error.why == LOST:
                self._lost(str(error))
            elif error.why == UNSUPPORTED:
                self._has_power = False
            return
        if len(self._samples) > 1:
            self._check.power(*self._samples[-2], *self._samples[-1])

    def _drawn_nj(self) -> int:
        """Energy since the last edge by the samples, the first one's power held backwards."""
        if not self._samples:
            return 0
        first, mw = self._samples[0]
        total = mw * max(0, first - self.settled) // 1000 if self.settled else 0
        for (t0, mw0), (t1, mw1) in pairwise(self._samples):
            total += (mw0 + mw1) * max(0, t1 - max(t0, self.settled)) // 2000
        return total

    def _to_power(self, reason: str, text: str) -> None:
        device = self.source.device.id
        start = self.settled or self._clock()
        self._writer.gap(device, start, None, reason, text)
        self.state = POWER
        self._retry = self._clock() + RETRY
        samples, self._samples = self._samples, self._samples[-1:]
        at: int | None = self.settled or None
        previous: int | None = None
        for t, mw in samples:  # what was drawn since the last edge
            if at is not None and t > at:
                mean = mw if previous is None else (mw + previous) // 2
                self._writer.window(self._number, POWER, at, t, mean * (t - at) // 1000)
                self.settled = t
            at, previous = t, mw
        self.due = self.latest = self._clock()

    def _poll_power(self) -> None:
        now = self._clock()
        if now >= self._retry and self._counter_back(now):
            return
        try:
            mw = self._read_power()
        except ReadError as error:
            if error.why == FAILED and now - self.settled <= RETRY // 4:
                self.due = self.latest = now + POWER_STEP // 2  # once may be chance
            else:
                self._lost(str(error))
            return
        now = self._clock()
        if self._samples:
            at, previous = self._samples[-1]
            self._writer.window(self._number, POWER, at, now, (mw + previous) * (now - at) // 2000)
        self.settled = now
        self._samples = [(now, mw)]
        self.due = self.latest = now + POWER_STEP

    def _counter_back(self, now: int) -> bool:
        """Whether the counter answers and moves again; tried seldom."""
        self._retry = now + RETRY
        try:
            first = self._read_energy()[2]
        except ReadError as error:
            if error.why == LOST:
                self._lost(str(error))
                return True
            self._retry = now + 5 * RETRY if error.why == UNSUPPORTED else self._retry
            return False
        moved, self._seen = first != self._seen, first
        if not moved or not self._seen_before:
            self._seen_before = True
            return False
        self._poll_last_window()
        if self.state == GONE:
            return True
        self._writer.gap(self.source.device.id, now, now, "counter-back", "the counter moves again")
        self._epoch += 1
        self._begin_counter()
        return True

    _seen: int | None = None
    _seen_before = False

    def _poll_last_window(self) -> None:
        self._retry = self._clock() + RETRY
        self._poll_power()

    def _begin_counter(self) -> None:
        self.state = COUNTER
        self._seen, self._seen_before = None, False
        self._failing_since = None
        self.edges.wake()
        self._samples.clear()
        self._check.restart()
        self.due = self.latest = 0

    # -- lost

    def _lost(self, text: str) -> None:
        if self.state != GONE:
            at = self.settled or self._clock()
            self._writer.gap(self.source.device.id, at, None, "lost", text)
        self.state = GONE
        self._samples.clear()
        self.due = self.latest = self._clock() + RETRY

    def _poll_lost(self) -> None:
        try:
            self._read_energy()
        except ReadError as error:
            now = self._clock()
            self.due = self.latest = now + RETRY
            if error.why != UNSUPPORTED or not self._tells_power():
                return
            self.state = POWER  # it answers, and has no counter
            self.due = self.latest = now
            self._retry = now + 5 * RETRY
        else:
            self._epoch += 1
            self._begin_counter()
        now = self._clock()
        device = self.source.device.id
        self._writer.gap(device, self.settled or now, now, "back", "the device answers again")

    def _tells_power(self) -> bool:
        try:
            self._read_power()
        except ReadError:
            return False
        return True

    # -- reads

    def _read_energy(self) -> tuple[int, int, int]:
        before = self._clock()
        try:
            raw = self.source.energy_nj()
        finally:
            after = self._clock()
            self._note_duration(after - before)
        return before, after, raw

    def _read_power(self) -> int:
        before = self._clock()
        try:
            return self.source.power_mw()
        finally:
            self._note_duration(self._clock() - before)

    def _note_duration(self, duration: int) -> None:
        if duration > SLOW_READ:
            self.slow = True

    def _compare(self, now: int) -> None:
        text = self._check.verdict(now)
        if text:
            self._writer.gap(self.source.device.id, now, now, "cross-check", text)


class _CrossCheck:
    """Counter against integrated power, over windows of `CHECK_OVER`."""

    def __init__(self) -> None:
        self.restart()
        self._told = False

    def restart(self) -> None:
        """Starts a new window."""
        self._first: tuple[int, int] | None = None
        self._last: tuple[int, int] = (0, 0)
        self._power_nj = 0
        self._power_ns = 0

    def edge(self, t: int, raw: int) -> None:
        """The counter stood at `raw` nJ at `t`."""
        if self._first is None:
            self._first = (t, raw)
        self._last = (t, raw)

    def power(self, t0: int, mw0: int, t1: int, mw1: int) -> None:
        """Two samples of power, one after the other."""
        if self._first is not None:
            self._power_nj += (mw0 + mw1) * (t1 - t0) // 2000
            self._power_ns += t1 - t0

    def verdict(self, now: int) -> str:
        """Once a window is over: one line where the two disagree, told once until they agree."""
        if self._first is None or now - self._first[0] < CHECK_OVER or not self._power_ns:
            return ""
        span_ns = self._last[0] - self._first[0]
        counter_w = (self._last[1] - self._first[1]) / max(span_ns, 1)
        power_w = self._power_nj / self._power_ns
        self.restart()
        agree = counter_w <= CHECK_FACTOR * power_w and power_w <= CHECK_FACTOR * counter_w
        told, self._told = self._told, not agree
        if agree or told:
            return ""
        return (
            f"the energy counter says {counter_w:.1f} W and integrated power {power_w:.1f} W"
            " over the same five seconds: compare with another meter"
        )
