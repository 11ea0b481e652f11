"""`limit`: what this process may use from here on.

It warns or calls a hook. A program is stopped only where it asked for that, and only on its own
threads: while a limit is exceeded every call comes by `runtime.wake`, and the hot path has no flag
of ours to look at. `watch` does the looking.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from footprint.budgets.limits import Exceeded, Priced, judged, limits, unknown, value
from footprint.errors import UsageError, shown
from footprint.reports.view import Amounts
from footprint.tracking import runtime
from footprint.tracking.watch import Watch, say, watch

WARN, STOP = "warn", "stop"

#: Where nothing is known of a figure after so long, that is said, seconds.
SILENT = 5.0

#: The limits whose blocks this code runs in.
_inside: contextvars.ContextVar[tuple[limit, ...]] = contextvars.ContextVar(
    "footprint-limits", default=()
)


class limit:  # noqa: N801 - used as a function: `with footprint.limit(max_usd=5):`
    """Limits what this process uses from here on: `with footprint.limit(max_g=100, on="stop"):`.

    Without `with` it holds until `end()`, or for the process's life. It counts all that the process
    and its children use meanwhile, tracked or not: its share of the CPU, the GPUs that it has a
    context on, and the API calls that it booked. The figures are a second behind, and rough;
    carbon, cost and water are by what the process declared (zone, tariff, ...).

    Args:
        max_kwh, max_j: energy.
        max_g: g CO2e, location-based, of the electricity and of API calls.
        max_usd: cost in US dollars: electricity, rental, API tokens.
        max_water_l: litres.
        on: `"warn"` says so once, through the logger `footprint`, or on stderr where no logging is
            set up. A callable is called once with what was exceeded, on a thread of its own.
            `"stop"` warns, and raises BudgetExceededError where code in the block (without `with`:
            any code) enters a tracked call, or adds amounts to one; never anywhere else.
        name: what messages call it.

    Where a figure cannot be known (no zone, nothing is metered), that is said once. Where tracking
    is switched off there are no limits.

    Raises UsageError for wrong arguments.
    """

    def __init__(
        self,
        *,
        max_kwh: float | None = None,
        max_j: float | None = None,
        max_g: float | None = None,
        max_usd: float | None = None,
        max_water_l: float | None = None,
        on: str | Callable[[Exceeded], Any] = WARN,
        name: str = "",
    ) -> None:
        self._limits = limits(
            {
                "max_kwh": max_kwh,
                "max_j": max_j,
                "max_g": max_g,
                "max_usd": max_usd,
                "max_water_l": max_water_l,
            }
        )
        if on not in (WARN, STOP) and not callable(on):
            raise UsageError(f'on={shown(on)} is not known: use "warn", "stop", or a function')
        if not isinstance(name, str):
            raise UsageError(f"name={shown(name)} is not a name: give a string")
        self._on = on
        self._name = name
        self._token: contextvars.Token[tuple[limit, ...]] | None = None
        self._told: set[str] = set()
        self._found: list[Exceeded] = []
        self.reason: Exceeded | None = None
        self._everywhere = True
        self._watch: Watch | None = None
        if not (runtime.off or runtime.disabled()):
            self._watch = watch()
            self._watch.begin(self)

    @property
    def exceeded(self) -> tuple[Exceeded, ...]:
        """What is exceeded by now; empty: nothing that is known of."""
        return tuple(self._found)

    def used(self) -> Amounts:
        """What was used since it began, as far as it is known by now."""
        return Amounts() if self._watch is None else self._watch.used(self)

    def end(self) -> None:
        """It holds no more. A last look is taken before."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.end(self)

    def __enter__(self) -> limit:
        self._everywhere = False
        self._token = _inside.set((*_inside.get(), self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            with contextlib.suppress(ValueError):  # left in another context: a loop that shuts down
                _inside.reset(self._token)
            self._token = None
        self.end()

    # -- for the watch

    @property
    def stops(self) -> bool:
        """Whether it is to stop the program, and is exceeded: `reason` says by what."""
        return self._on == STOP and self.reason is not None

    def here(self) -> bool:
        """Whether the code that asks is to be stopped by it."""
        return self._everywhere or self in _inside.get()

    def look(self, priced: Priced, age_s: float) -> None:
        """Holds what was used against it; tells once what is exceeded, or cannot be known."""
        for each in self._limits:
            key = each.figure.key
            if key in self._told:
                continue
            found = judged(self._name, each, priced)
            if found is not None:
                self._told.add(key)
                if self.reason is None:
                    self.reason = found
                    if self._watch is not None:
                        self._watch.refuse_or_not()  # before anybody hears of it
                self._found.append(found)
                self._tell(found)
            elif age_s >= SILENT and value(each, priced.amounts) is None:
                self._told.add(key)
                say(unknown(self._name, each, priced.gaps))

    def _tell(self, found: Exceeded) -> None:
        if callable(self._on):
            _apart(lambda: self._hook(found))
            return
        say(found.text + ("; its next tracked call is refused" if self._on == STOP else ""))

    def _hook(self, found: Exceeded) -> None:
        try:
            if callable(self._on):
                self._on(found)
        except Exception as error:  # noqa: BLE001 - it is the program's, and must not end ours
            runtime.say(f"on= of a limit raised {type(error).__name__}: {error}")


def _apart(what: Callable[[], None]) -> None:
    """Does something on a thread of its own; at the interpreter's end here."""
    try:
        threading.Thread(target=what, name="footprint-limit", daemon=True).start()
    except RuntimeError:
        what()
