"""How fast the model answers, how much it gets done, and the memory that it takes."""

from __future__ import annotations

from footprint.emitters.datasheet import target
from footprint.emitters.datasheet.blocks import Block, Section, Table, Text
from footprint.emitters.datasheet.speech import Speech
from footprint.emitters.view import Activity, View
from footprint.estimators.units import convert


def latency(view: View, say: Speech) -> Section:
    """Latency against its target, and throughput."""
    w = say.w
    calls = [each for each in view.activities if not each.own_time]
    blocks: list[Block] = []
    rows = [row for each in calls for row in _percentiles(each, target.latency_ms(view), say)]
    if rows:
        names = ("activity", "percentile", "ms", "target", "verdict")
        headings = tuple(w(f"latency.{name}") for name in names)
        blocks.append(Table(w("latency.table"), headings, tuple(rows), frozenset({2, 3})))
    done = tuple(_throughput(each, say) for each in calls if each.items_per_s is not None)
    if done:
        headings = tuple(w(f"latency.{name}") for name in ("activity", "done", "active", "per_s"))
        blocks.append(Table(w("latency.throughput"), headings, done, frozenset({1, 2, 3})))
    if not blocks:
        blocks.append(Text((w("latency.none"),)))
    return Section("latency", w("section.latency"), tuple(blocks))


def _percentiles(each: Activity, target_ms: float, say: Speech) -> list[tuple[str, ...]]:
    w = say.w
    is_held = bool(target.percentiles(each))
    if each.calls == 1 and not is_held:
        return []  # it has a duration, which its section says
    return [
        (
            say.kind(each.kind),
            name,
            say.number(ms, 4),  # 10.02 is above a target of 10
            say.number(target_ms) if is_held else w("none_given"),
            w("latency.no_target" if not is_held else
              "latency.within" if ms <= target_ms else "latency.above"),
        )
        for name, ms in each.latency_ms.items()
    ]  # fmt: skip


def _throughput(each: Activity, say: Speech) -> tuple[str, ...]:
    per_s = say.number(each.items_per_s or 0.0)
    return (
        say.kind(each.kind),
        say.count("item", each.items) if each.items else say.count("call", each.calls),
        say.number(each.active_s or 0.0),
        say.w("latency.items_per_s" if each.items else "latency.calls_per_s", n=per_s),
    )


def memory(view: View, say: Speech) -> Section:
    """The most memory that was held during each activity."""
    w = say.w
    rows: list[tuple[str, ...]] = []
    for stage in view.stages:
        host = [
            each.peak_host_memory_bytes
            for each in stage.activities
            if each.peak_host_memory_bytes is not None
        ]
        gpu = [
            each.peak_gpu_memory_bytes
            for each in stage.activities
            if each.peak_gpu_memory_bytes is not None
        ]
        if host or gpu:
            has_gpu = not stage.hardware or any(each.kind == "gpu" for each in stage.hardware)
            on_gpu = _most(gpu, say) if gpu or has_gpu else w("none_given")
            rows.append((say.kind(stage.kind), _most(host, say), on_gpu))
    if not rows:
        return Section("memory", w("section.memory"), (Text((w("memory.none"),)),))
    headings = tuple(w(f"memory.{name}") for name in ("activity", "host", "gpu"))
    table = Table(w("memory.table"), headings, tuple(rows), frozenset({1, 2}))
    return Section("memory", w("section.memory"), (table,))


def _most(held: list[float], say: Speech) -> str:
    if not held:
        return say.w("not_known")
    return say.w("memory.MiB", n=say.number(convert(max(held), "B", "MiB")))
