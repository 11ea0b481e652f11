"""The decorator: what is tracked behaves as before, and every call is one span."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import inspect
import pickle
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

import footprint
from footprint.errors import UsageError
from footprint.tracking import runtime


def seen(take) -> list[tuple[str, str]]:
    return [(span.name.rpartition(".")[2], span.status) for span in take()]


def inside() -> int:
    """The sequence of the span that this code runs in."""
    frame = runtime.current_get()
    return 0 if frame is None else frame[runtime.SEQ]


@footprint.track
def double(x: int, *, by: int = 2) -> int:
    """Doubles."""
    return x * by


@footprint.track(name="renamed")
def renamed() -> None: ...


class Model:
    @footprint.track
    def method(self, x):
        return self, x

    @footprint.track
    @staticmethod
    def static_below(x):
        return x

    @staticmethod
    @footprint.track
    def static_above(x):
        return x

    @footprint.track
    @classmethod
    def class_below(cls, x):
        return cls, x

    @classmethod
    @footprint.track
    def class_above(cls, x):
        return cls, x


class Callable:
    def __call__(self, x):
        return x + 1


class AsyncCallable:
    async def __call__(self, x):
        return x + 1


def test_a_function_keeps_its_looks():
    assert double.__name__ == "double"
    assert double.__doc__ == "Doubles."
    assert str(inspect.signature(double)) == "(x: 'int', *, by: 'int' = 2) -> 'int'"
    assert inspect.unwrap(double) is not double


def test_a_call_is_a_span(spans):
    assert double(2, by=5) == 10
    (span,) = spans()
    assert (span.name, span.status, span.parent, span.units) == ("double", "ok", 0, None)
    assert span.start <= span.end
    assert inside() == 0
    assert runtime.open_spans == {}


def test_methods_of_all_sorts(spans):
    model = Model()
    assert model.method(1) == (model, 1)
    assert Model.static_below(2) == model.static_below(2) == 2
    assert Model.static_above(3) == 3
    assert Model.class_below(4) == (Model, 4)
    assert Model.class_above(5) == (Model, 5)
    assert [span.name for span in spans()] == [
        "Model.method",
        "Model.static_below",
        "Model.static_below",
        "Model.static_above",
        "Model.class_below",
        "Model.class_above",
    ]


def test_partials_builtins_and_callable_objects(spans):
    def add(a, b):
        return a + b

    assert footprint.track(functools.partial(functools.partial(add, 1), 2))() == 3
    assert footprint.track(len)("four") == 4
    assert footprint.track(Callable())(1) == 2
    assert asyncio.run(footprint.track(AsyncCallable())(1)) == 2
    names = [name for name, _ in seen(spans)]
    assert names == ["add", "len", "Callable", "AsyncCallable"]


def test_a_partial_of_a_coroutine_function_is_awaited_within(spans):
    async def work(x):
        await asyncio.sleep(0.01)
        return x

    assert asyncio.run(footprint.track(functools.partial(work, 7))()) == 7
    (span,) = spans()
    assert span.end - span.start >= 9_000_000


def test_calls_nest_and_recur(spans):
    @footprint.track
    def outer(depth):
        double(1)
        return outer(depth - 1) if depth else inside()

    innermost = outer(2)
    by_name = {}
    for span in spans():
        by_name.setdefault(span.name.rpartition(".")[2], []).append(span)
    outers = by_name["outer"]
    assert [span.parent for span in outers] == [outers[1].seq, outers[2].seq, 0]
    assert outers[0].seq == innermost
    assert {span.parent for span in by_name["double"]} == {span.seq for span in outers}
    assert len({span.path for span in outers}) == 3  # reached by another way each


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValueError, "error"),
        (KeyboardInterrupt, "interrupted"),
        (SystemExit, "interrupted"),
        (asyncio.CancelledError, "cancelled"),
        (GeneratorExit, "closed"),
    ],
)
def test_an_exception_is_passed_on_and_told(spans, error, status):
    raised = error("why")

    @footprint.track
    def fails():
        raise raised

    @footprint.track
    async def fails_later():
        raise raised

    with pytest.raises(error) as caught:
        fails()
    assert caught.value is raised
    with pytest.raises(error) as caught:
        fails_later().send(None)
    assert caught.value is raised
    assert seen(spans) == [("fails", status), ("fails_later", status)]
    assert (inside(), runtime.open_spans) == (0, {})


# -- generators


@footprint.track
def talks(items):
    """A generator that answers what it is sent, and to what is thrown at it."""
    got = []
    try:
        for item in items:
            try:
                got.append((yield item))
            except KeyError as error:
                got.append((yield f"caught {error}"))
    finally:
        got.append("over")
    return got


async def atalks_plain(items):
    got = []
    for item in items:
        try:
            got.append((yield item))
        except KeyError as error:
            got.append((yield f"caught {error}"))
    yield got


atalks = footprint.track(atalks_plain)


def test_the_kinds_of_functions_stay_what_they_are():
    async def coroutine(): ...

    tracked = footprint.track(coroutine)
    assert inspect.iscoroutinefunction(tracked)
    assert asyncio.iscoroutinefunction(tracked)
    assert inspect.isgeneratorfunction(talks)
    assert inspect.isasyncgenfunction(atalks)
    assert not inspect.isgeneratorfunction(double)


def test_a_span_lasts_until_the_stream_is_exhausted(spans):
    assert list(talks("ab")) == ["a", "b"]
    assert seen(spans) == [("talks", "ok")]


def test_send_throw_and_the_return_value_pass_through(spans):
    stream = talks("abc")
    assert next(stream) == "a"
    assert stream.send(1) == "b"
    assert stream.throw(KeyError("x")) == "caught 'x'"
    assert stream.send(2) == "c"
    with pytest.raises(StopIteration) as stopped:
        stream.send(3)
    assert stopped.value.value == [1, 2, 3, "over"]
    assert seen(spans) == [("talks", "ok")]


def test_a_stream_that_is_thrown_out_of_has_its_error(spans):
    stream = talks("abc")
    next(stream)
    with pytest.raises(ZeroDivisionError):
        stream.throw(ZeroDivisionError())
    assert list(stream) == []
    assert seen(spans) == [("talks", "error")]


@pytest.mark.parametrize("how", ["close", "drop", "throw"])
def test_a_stream_that_is_left_early_is_closed(spans, how):
    stream = talks("abc")
    next(stream)
    if how == "close":
        stream.close()
    elif how == "throw":
        with pytest.raises(GeneratorExit):
            stream.throw(GeneratorExit)
    del stream
    gc.collect()
    assert seen(spans) == [("talks", "closed")]
    assert runtime.open_spans == {}


def test_a_stream_that_ends_in_peace_when_closed_says_so(spans):
    @footprint.track
    def ends():
        with contextlib.suppress(GeneratorExit):
            yield 1

    stream = ends()
    next(stream)
    stream.close()
    assert seen(spans) == [("ends", "closed")]


def test_a_stream_that_will_not_close_is_told_so(spans):
    @footprint.track
    def stubborn():
        with contextlib.suppress(GeneratorExit):
            yield 1
        yield 2

    stream = stubborn()
    next(stream)
    with pytest.raises(RuntimeError, match="ignored GeneratorExit"):
        stream.close()


def test_a_stream_that_was_never_asked_is_no_span(spans):
    stream = talks("abc")
    stream.close()
    talks("abc")
    gc.collect()
    assert spans() == []


def test_an_exception_thrown_in_is_let_go(spans):
    class ThrownError(Exception): ...

    stream = talks("abc")
    next(stream)
    error = ThrownError()
    gone = weakref.ref(error)
    gc.disable()
    try:
        with contextlib.suppress(ThrownError):
            stream.throw(error)
        del stream, error
        assert gone() is None, "the wrapper's frame and the exception refer to each other"
    finally:
        gc.enable()


def test_the_consumers_span_is_its_own_between_items(spans):
    @footprint.track
    def source():
        yield inside()
        double(1)
        yield inside()

    with footprint.measure("consumer"):
        consumer = inside()
        stream = source()
        of_source = next(stream)
        assert inside() == consumer
        double(2)
        assert next(stream) == of_source
        assert inside() == consumer
        stream.close()
        assert inside() == consumer
    assert inside() == 0
    parents = {(span.name.rpartition(".")[2], span.parent) for span in spans()}
    assert parents == {
        ("consumer", 0),
        ("source", consumer),
        ("double", consumer),
        ("double", of_source),
    }


def held(seq: int) -> int:
    return sum(end - start for of, start, end in runtime.holds if of == seq)


@pytest.mark.parametrize("stream", ["own", "whole"])
def test_time_that_the_consumer_holds_is_noted_apart(spans, stream):
    @footprint.track(stream=stream)
    def source():
        yield inside()
        yield

    @footprint.track(stream=stream)
    async def asource():
        yield inside()
        yield

    seq = aseq = 0
    for item in source():
        threading.Event().wait(0.01)
        seq = item or seq

    async def consume():
        async for item in asource():
            await asyncio.sleep(0.01)
            nonlocal aseq
            aseq = item or aseq

    asyncio.run(consume())
    for each in (seq, aseq):
        assert held(each) == 0 if stream == "whole" else held(each) >= 18_000_000


def test_a_stream_may_be_consumed_in_another_thread(spans):
    @footprint.track
    def source():
        for _ in range(3):
            double(1)
            yield inside()

    stream = source()
    here = next(stream)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(next, stream).result() == here
        assert pool.submit(inside).result() == 0
        assert pool.submit(list, stream).result() == [here]
    assert inside() == 0
    ended = spans()
    assert [span.parent for span in ended] == [here, here, here, 0]


# -- asyncio


def test_coroutines_tasks_and_threads_nest(spans):
    @footprint.track
    async def child(n):
        await asyncio.sleep(0.001 * n)
        await asyncio.to_thread(double, n)
        return inside()

    @footprint.track
    async def parent():
        found = await asyncio.gather(*(child(n) for n in range(3)))
        return inside(), found

    seq, children = asyncio.run(parent())
    ended = spans()
    by_seq = {span.seq: span for span in ended}
    assert {by_seq[each].parent for each in children} == {seq}
    assert {span.parent for span in ended if span.name == "double"} == set(children)


def test_a_cancelled_task_is_cancelled(spans):
    @footprint.track
    async def waits():
        await asyncio.sleep(10)

    @footprint.track
    async def streams():
        yield 1
        await asyncio.sleep(10)

    async def consume():
        async for _ in streams():
            pass

    async def main():
        tasks = [asyncio.create_task(waits()), asyncio.create_task(consume())]
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(main())
    assert sorted(seen(spans)) == [("streams", "cancelled"), ("waits", "cancelled")]


@pytest.mark.parametrize("sample", [1.0, 0.5])
def test_asend_athrow_and_aclose_pass_through(spans, sample):
    async def main():
        stream = tracked("abc")
        assert await anext(stream) == "a"
        assert await stream.asend(1) == "b"
        assert await stream.athrow(KeyError("x")) == "caught 'x'"
        assert await stream.asend(2) == "c"
        assert await stream.asend(3) == [1, 2, 3]
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        stream = tracked("abc")
        await anext(stream)
        with pytest.raises(ZeroDivisionError):
            await stream.athrow(ZeroDivisionError())
        stream = tracked("abc")
        await anext(stream)
        await stream.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    tracked = footprint.track(sample=sample)(atalks_plain)
    asyncio.run(main())
    statuses = [status for _, status in seen(spans)]
    assert statuses == (["ok", "error", "closed"] if sample == 1 else ["ok", "closed"])
    assert (inside(), runtime.open_spans) == (0, {})


def test_an_async_stream_that_is_dropped_is_closed(spans):
    closed = []

    @footprint.track
    async def source():
        try:
            yield 1
            yield 2
        finally:
            closed.append(inside())

    async def main():
        async for _ in source():
            break
        gc.collect()
        await asyncio.sleep(0.01)

    asyncio.run(main())
    ((_, status),) = seen(spans)
    assert status == "closed"
    assert closed != [0]


def test_the_async_consumers_span_is_its_own_between_items(spans):
    @footprint.track
    async def source():
        for _ in range(2):
            await asyncio.sleep(0)
            yield inside()

    async def main():
        async with footprint.measure("consumer"):
            consumer = inside()
            async for item in source():
                assert inside() == consumer != item

    asyncio.run(main())
    assert sorted(seen(spans)) == [("consumer", "ok"), ("source", "ok")]


# -- copies


@pytest.mark.parametrize("fn", [double, renamed, talks, atalks_plain, Model.method])
def test_decorated_functions_are_pickled_by_name(fn):
    assert pickle.loads(pickle.dumps(fn)) is fn


def test_decorated_functions_travel_by_value_too(spans):
    cloudpickle = pytest.importorskip("cloudpickle")
    factor = 3

    @footprint.track(model="m", tags={"a": "b"}, sample=0.5)
    def local(x):
        return x * factor

    @footprint.track
    def stream(x):
        yield x * factor

    @footprint.track
    async def later(x):
        return x * factor

    copies = cloudpickle.loads(cloudpickle.dumps((local, stream, later)))
    assert copies[0](2) == 6
    assert list(copies[1](2)) == [6]
    assert asyncio.run(copies[2](2)) == 6
    assert copies[0](2) == 6  # not recorded: one in two
    assert [name for name, _ in seen(spans)] == ["local", "stream", "later"]


def test_functions_of_a_script_travel_to_another_process(program, tmp_path):
    pytest.importorskip("cloudpickle")
    ran = program(
        """
import subprocess, sys
import cloudpickle, footprint

FACTOR = 3

@footprint.track(model="m")
def work(x):
    return x * FACTOR

work(1)
load = "import pickle, sys; print(pickle.load(sys.stdin.buffer)(7))"
data = cloudpickle.dumps(work)
print(subprocess.run([sys.executable, "-c", load], input=data, capture_output=True).stdout)
"""
    )
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", "b'21\\n'\n")
    assert ran.calls() == {"work": 2}


# -- switches


@pytest.mark.parametrize(("share", "stride"), [(1.0, 1), (0.5, 2), (0.1, 10), (0.9, 1)])
def test_one_call_in_so_many_is_recorded(spans, share, stride):
    @footprint.track(sample=share)
    def plain(): ...

    @footprint.track(sample=share)
    async def later(): ...

    @footprint.track(sample=share)
    def stream():
        yield

    for _ in range(20):
        plain()
        asyncio.run(later())
        list(stream())
    assert len(spans()) == 3 * 20 // stride


def test_where_the_environment_says_so_the_function_is_left_alone(monkeypatch, spans):
    def plain(): ...

    for word in ("1", "true", "Yes", "ON"):
        monkeypatch.setenv("FOOTPRINT_DISABLED", word)
        assert footprint.track(plain) is plain
        assert footprint.track(name="x")(plain) is plain
        with pytest.raises(UsageError):
            footprint.track(kind="nonsense")(plain)
    for word in ("0", "false", "no", "", "off"):
        monkeypatch.setenv("FOOTPRINT_DISABLED", word)
        assert footprint.track(plain) is not plain


def test_what_is_off_runs_as_before(spans):
    runtime.off = True
    assert double(2) == 4
    assert list(talks("ab")) == ["a", "b"]
    with footprint.measure("block") as m:
        m.add(items=1)
    assert m.id is None
    assert spans() == []


# -- bad arguments


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"kind": "train"}, "kind='train' of f is not known: use one of training, fine-tuning,"),
        ({"kind": None}, "kind=None of f is not known"),
        ({"stream": "all"}, "stream='all' of f is not known: use 'own' or 'whole'"),
        ({"sync": True}, "sync=True of f is not known: use 'event' or 'block'"),
        ({"sample": 0}, "sample=0 of f must be above 0 and at most 1"),
        ({"sample": -0.1}, "sample=-0.1 of f must be"),
        ({"sample": 1.5}, "sample=1.5 of f must be"),
        ({"sample": float("nan")}, "sample=nan of f must be"),
        ({"sample": True}, "sample=True of f must be"),
        ({"sample": "0.1"}, "sample='0.1' of f must be"),
        ({"devices": [1.5]}, "devices=1.5 of f is no device: give GPU numbers, UUIDs, or 'cpu'"),
        ({"devices": [True]}, "devices=True of f is no device"),
        ({"devices": 1.5}, "devices=1.5 of f is no list"),
        ({"devices": {0}}, "devices={0} of f is no list"),
        ({"model": ["a"]}, "model=['a'] is not a name: give a string"),
        ({"version": True}, "version=True is not a name"),
        ({"project": b"p"}, "project=b'p' is not a name"),
        ({"tags": ["a"]}, "tags=['a'] of f are not names by key: give a dictionary"),
        ({"tags": "a"}, "tags='a' of f are not names by key"),
        ({"name": 5}, "name=5 is not a name: give a string"),
        ({"name": ""}, "name='' is not a name"),
        ({"kind": "x\n" * 200}, "kind='x\\nx\\nx\\n"),
    ],
)
def test_a_wrong_argument_is_told_in_one_line(arguments, text):
    def f(): ...

    f.__qualname__ = "f"
    with pytest.raises(UsageError) as caught:
        footprint.track(**arguments)(f)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
    if "stream" not in arguments and "sample" not in arguments:
        with pytest.raises(UsageError):
            footprint.measure(**{"name": "f", **arguments})


def test_what_is_no_function_is_told_in_one_line():
    with pytest.raises(UsageError, match=r"track takes a function, not .*decorate its methods"):
        footprint.track(Model)
    with pytest.raises(UsageError, match=r"not 'name': write track\(name=...\)"):
        footprint.track("name")


def test_the_smallest_share_that_a_number_can_be(spans):
    calls = footprint.track(sample=5e-324)(lambda: None)
    for _ in range(3):
        calls()
    assert len(spans()) == 1


def test_calls_from_many_threads_are_all_there(spans):
    @footprint.track
    def outer():
        double(1)

    def work():
        for _ in range(500):
            outer()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = spans()
    outers = {span.seq for span in ended if span.name.endswith("outer")}
    assert len(ended) == len({span.seq for span in ended}) == 8000
    assert [span.parent for span in ended if span.name == "double"].count(0) == 0
    assert {span.parent for span in ended if span.name == "double"} == outers
    assert len(outers) == 4000
