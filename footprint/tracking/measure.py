"""`measure`: a block as a span; `current`: the span one is in; `propagate`: into other threads."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from footprint.errors import UsageError
from footprint.ledger.folding import pairs
from footprint.tracking import runtime
from footprint.tracking.site import Site, amount, checked_tags

if TYPE_CHECKING:
    from footprint.accounts.result import Footprint

F = TypeVar("F", bound=Callable[..., Any])


class Span:
    """A span that is open or was: what `measure` and `current` give."""

    __slots__ = ("_frame",)

    def __init__(self, frame: runtime.Frame | None) -> None:
        self._frame = frame

    def add(self, **units: float) -> None:
        """Adds amounts to this span: items, tokens_in, tokens_out, images, audio_s, any name.

        Outside any span it does nothing. Raises UsageError for NaN, infinities, negatives and
        what is no number; nothing of the call is added then. Raises BudgetExceededError, with all
        added, where a limit is to stop this code (`footprint.limit`).
        """
        checked = {name: amount(name, value) for name, value in units.items()}
        if self._frame is None:
            return
        with runtime.adding:
            known = self._frame[runtime.UNITS]
            if known is not None:
                for name, value in pairs(known):
                    checked[name] = checked.get(name, 0.0) + value
            self._frame[runtime.UNITS] = tuple(itertools.chain.from_iterable(checked.items()))
        if runtime.stopping is not None:
            runtime.stopping()

    @property
    def id(self) -> str | None:
        """`writer:sequence` in the ledger, None outside any span."""
        if self._frame is None:
            return None
        from footprint.tracking import session

        return session.span_id(self._frame[runtime.SEQ])

    def result(self, wait: float = 1.0) -> Footprint:
        """Energy, carbon and cost of this span, its children included.

        Args:
            wait: seconds to wait, at most, for the counter's next edge; where it has not come by
                then the figure is provisional and its interval wider.

        Raises UsageError outside any span, and where nothing is recorded (FOOTPRINT_DISABLED).
        """
        if self._frame is None:
            raise UsageError("there is no span here to have a result: enter `measure` first")
        from footprint.tracking import session

        return session.result(self._frame[runtime.SEQ], wait)


class measure(Span):  # noqa: N801 - used as a function: `with footprint.measure(...) as m`
    """Books a block as a span: `with footprint.measure("train", kind="training") as m:`.

    Also `async with`. A `measure` is entered once; make another for another block.

    Args:
        name: what reports call it.
        kind: training, fine-tuning, inference, evaluation, data, api or other.
        model, version, project, tags: what the work belongs to.
        devices: GPU numbers, UUIDs or "cpu". By default the GPUs on which this process has a
            context, else all that are visible (and the report says so).
        sync: "block" waits for the GPU at the end (torch, jax, cupy).

    Raises UsageError for arguments that are none of these.
    """

    __slots__ = ("_site", "_token")

    def __init__(
        self,
        name: str,
        *,
        kind: str = "other",
        model: str | None = None,
        version: str | None = None,
        project: str | None = None,
        tags: Mapping[str, str] | None = None,
        devices: Sequence[int | str] | None = None,
        sync: str | None = None,
    ) -> None:
        super().__init__(None)
        declared = (kind, model, version, project, tags, devices)
        self._site = _site(name, declared, sync)
        self._token: Any = None

    def __enter__(self) -> measure:
        if self._frame is not None:
            raise UsageError(f"measure({self._site.name!r}) was entered before: make a new one")
        if not (runtime.off or runtime.disabled()):
            runtime.prepare()
            self._frame, self._token = runtime.enter(self._site)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._frame is None:
            return
        if error is None and self._site.sync == "block":
            runtime.block_on_gpu(None)
        runtime.finish(self._frame, 0 if error is None else runtime.status_of(error))
        runtime.leave(self._token)

    async def __aenter__(self) -> measure:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)


def whole_run(name: str, **declared: Any) -> measure:
    """A block that stands for a whole run: what runs in it comes first, it holds the rest."""
    block = measure(name, **declared)
    block._site = Site(name, **declared)
    block._site.background = True
    return block


_sites: dict[Any, Site] = {}


def _site(name: str, declared: tuple[Any, ...], sync: str | None) -> Site:
    """One site for equal declarations, so that a block in a loop does not add a path each time."""
    kind, model, version, project, tags, devices = declared
    key = (
        name,
        kind,
        model,
        version,
        project,
        tuple(sorted(checked_tags(name, tags).items())),
        tuple(devices) if isinstance(devices, list) else devices,
        sync,
    )
    try:
        site = _sites.get(key)
    except TypeError:  # something unhashable was given: let Site say what is wrong with it
        return Site(name, kind, model, version, project, tags, devices, "own", sync)
    if site is None:
        site = Site(name, kind, model, version, project, tags, devices, "own", sync)
        if len(_sites) < 10_000:
            _sites[key] = site
    return site


def current() -> Span:
    """The span that this code runs in. Outside any span, one whose `add` does nothing."""
    return Span(runtime.current_get())


def propagate(fn: F) -> F:
    """Carries the current span into another thread or executor: `pool.submit(propagate(fn), x)`.

    What `fn` tracks becomes a child of the span that is current *here*. asyncio's tasks and
    `asyncio.to_thread` carry it by themselves.
    """
    frame = runtime.current_get()

    @functools.wraps(fn)
    def carried(*args: Any, **kwargs: Any) -> Any:
        token = runtime.current_set(frame)
        try:
            return fn(*args, **kwargs)
        finally:
            runtime.leave(token)

    return carried  # type: ignore[return-value]
