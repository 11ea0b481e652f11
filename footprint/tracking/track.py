"""`track`: the decorator, for functions, methods, coroutines, generators and async generators."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from types import ModuleType
from typing import Any, TypeVar, overload

from footprint.errors import UsageError, shown
from footprint.tracking import runtime
from footprint.tracking.site import Site

F = TypeVar("F", bound=Callable[..., Any])

# inspect.isgeneratorfunction and friends, without importing inspect (20 ms).
_GENERATOR, _COROUTINE, _ITERABLE_COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x100, 0x200


@overload
def track(fn: F, /) -> F: ...
@overload
def track(
    *,
    name: str | None = None,
    kind: str = "other",
    model: str | None = None,
    version: str | None = None,
    project: str | None = None,
    tags: Mapping[str, str] | None = None,
    devices: Sequence[int | str] | None = None,
    stream: str = "own",
    sync: str | None = None,
    sample: float = 1.0,
) -> Callable[[F], F]: ...
def track(
    fn: Any = None,
    /,
    *,
    name: str | None = None,
    kind: str = "other",
    model: str | None = None,
    version: str | None = None,
    project: str | None = None,
    tags: Mapping[str, str] | None = None,
    devices: Sequence[int | str] | None = None,
    stream: str = "own",
    sync: str | None = None,
    sample: float = 1.0,
) -> Any:
    """Books every call of a function as a span.

    Works on functions, methods (also under `staticmethod` and `classmethod`), coroutine functions,
    generator and async generator functions. The decorated function keeps its signature, docstring
    and picklability. A stream's span lasts until it is exhausted or closed.

    Args:
        name: what reports call it; the function's qualified name by default.
        kind: training, fine-tuning, inference, evaluation, data, api or other.
        model, version, project, tags: what the work belongs to.
        devices: GPU numbers, UUIDs or "cpu": where the work runs. By default the GPUs on which this
            process has a context, else all that are visible (and the report says so).
        stream: "own" (default) books to a generator only the time in which it runs; "whole" also
            the time in which its consumer holds it. Choose "whole" when the device works ahead
            while the consumer is busy.
        sync: "block" waits for the GPU at each call's end (torch, jax, cupy): exact ends, at the
            price of the overlap. By default nothing waits; with torch an event tells the end.
        sample: share of calls that are recorded, 0 < sample <= 1. Lower it for functions that are
            called very often: one call in round(1 / sample) is recorded and stands for the others.

    Raises UsageError for arguments that are none of these. Where FOOTPRINT_DISABLED is set, the
    function is returned as it is.
    """

    def decorate(target: Any) -> Any:
        if isinstance(target, staticmethod | classmethod):
            return type(target)(decorate(target.__func__))
        if isinstance(target, type):
            raise UsageError(f"track takes a function, not {target!r}: decorate its methods")
        if not callable(target):
            raise UsageError(f"track takes a function, not {shown(target)}: write track(name=...)")
        label = _name_of(target) if name is None else name
        site = Site(label, kind, model, version, project, tags, devices, stream, sync, sample)
        if runtime.disabled():
            return target
        runtime.prepare()
        return _wrap(target, site)

    return decorate if fn is None else decorate(fn)


def _name_of(target: Any) -> str:
    """The qualified name of a function, or of what a partial calls; else the type's name."""
    while isinstance(target, functools.partial):
        target = target.func
    label = getattr(target, "__qualname__", None)
    return label if isinstance(label, str) and label else type(target).__name__


def _wrap(fn: Any, site: Site) -> Any:
    inner = fn
    while isinstance(inner, functools.partial):
        inner = inner.func
    code = getattr(inner, "__code__", None)
    if code is None:  # a callable object
        code = getattr(getattr(type(inner), "__call__", None), "__code__", None)  # noqa: B004
    flags = code.co_flags if code is not None else 0
    if flags & _ASYNC_GENERATOR:
        wrapper: Any = _async_generator(fn, site, runtime)
    elif flags & (_COROUTINE | _ITERABLE_COROUTINE):
        wrapper = _coroutine(fn, site, runtime)
    elif flags & _GENERATOR:
        wrapper = _generator(fn, site, runtime)
    elif site.sync == "block":
        wrapper = _blocking(fn, site, runtime)
    else:
        wrapper = _function(fn, site, runtime)
    return functools.update_wrapper(wrapper, fn)


# The wrappers below take the runtime as an argument, so that each one's globals are not looked at:
# a function pickled by value (cloudpickle in __main__) takes along its closure, in which a module
# and a Site can travel, but a ContextVar could not.


def _function(fn: Any, site: Site, rt: ModuleType) -> Any:
    paths = site.paths
    path_under = site.path_under
    clock_id = rt.CLOCK
    skip = site.skip

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if rt.off or (skip is not None and skip()):
            return fn(*args, **kwargs)
        parent = rt.current_get()
        if parent is None:
            parent_seq = parent_path = 0
        else:
            parent_seq = parent[0]
            parent_path = parent[1]
        path = paths.get(parent_path) or path_under(parent_path)
        seq = rt.next_seq()
        frame = [seq, path, None, 0, parent_seq]
        token = rt.current_set(frame)
        rt.open_spans[seq] = frame
        if rt.asleep:
            rt.wake_for(frame, token)
        frame[3] = start = rt.read_clock(clock_id)
        try:
            result = fn(*args, **kwargs)
        except BaseException as error:
            rt.finish(frame, rt.status_of(error))
            rt.leave(token)
            raise
        end = rt.read_clock(clock_id)
        mark = rt.gpu_mark() if rt.gpu_mark is not None else None
        if rt.open_spans.pop(seq, None) is not None:  # not in a forked child's copy of this call
            rt.append((seq, parent_seq, path, 0, start, end, frame[2], mark))
        rt.current_reset(token)
        return result

    return wrapper


def _blocking(fn: Any, site: Site, rt: ModuleType) -> Any:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        result = fn(*args, **kwargs)
        rt.block_on_gpu(result)
        return result

    return _function(wrapper, site, rt)


def _coroutine(fn: Any, site: Site, rt: ModuleType) -> Any:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        if rt.off or site.skips():
            return await fn(*args, **kwargs)
        frame, token = rt.enter(site)
        status = 0
        try:
            result = await fn(*args, **kwargs)
            if site.sync == "block":
                rt.block_on_gpu(result)
            return result
        except BaseException as error:
            status = rt.status_of(error)
            raise
        finally:
            rt.finish(frame, status)
            rt.leave(token)

    return wrapper


def _generator(fn: Any, site: Site, rt: ModuleType) -> Any:
    whole = site.stream == "whole"

    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        if rt.off or site.skips():
            return (yield from fn(*args, **kwargs))
        frame, token = rt.enter(site)
        status = 0
        held_since = 0
        closed = False
        value: Any = None
        step: Any = None
        try:
            stream = fn(*args, **kwargs)
            step, value = stream.send, None
            while True:
                try:
                    item = step(value)
                finally:
                    rt.leave(token)
                held_since = rt.read_clock(rt.CLOCK)
                try:
                    value = yield item
                    step = stream.send
                except BaseException as error:  # noqa: BLE001 - thrown in, passed on
                    value, step = error, stream.throw
                    closed = closed or isinstance(error, GeneratorExit)
                token = rt.resume(frame, held_since, whole)
        except StopIteration as stop:
            return stop.value
        except BaseException as error:
            status = rt.status_of(error)
            raise
        finally:
            value = step = None  # an exception that was thrown in refers to this frame
            rt.finish(frame, status or (rt.CLOSED if closed else 0))

    return wrapper


def _async_generator(fn: Any, site: Site, rt: ModuleType) -> Any:
    whole = site.stream == "whole"

    async def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        frame, token = (None, None) if rt.off or site.skips() else rt.enter(site)
        status = 0
        held_since = 0
        closed = False
        value: Any = None
        step: Any = None
        try:
            stream = fn(*args, **kwargs)
            step, value = stream.asend, None
            while True:
                try:
                    item = await step(value)
                finally:
                    if frame is not None:
                        rt.leave(token)
                held_since = rt.read_clock(rt.CLOCK)
                try:
                    value = yield item
                    step = stream.asend
                except BaseException as error:  # noqa: BLE001 - thrown in, passed on
                    value, step = error, stream.athrow
                    closed = closed or isinstance(error, GeneratorExit)
                if frame is not None:
                    token = rt.resume(frame, held_since, whole)
        except StopAsyncIteration:
            return
        except BaseException as error:
            status = rt.status_of(error)
            raise
        finally:
            value = step = None  # an exception that was thrown in refers to this frame
            if frame is not None:
                rt.finish(frame, status or (rt.CLOSED if closed else 0))

    return wrapper
