"""`footprint doctor`."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator

import click

from footprint._version import __version__
from footprint.check.doctor import REMEDIES, Findings, declared, look, probe_of, to_json
from footprint.check.trial import Trial
from footprint.model import Device
from footprint.probes.base import Source

_MODELS = ("utilisation", "nameplate")


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it."
)
def doctor(form: str) -> None:
    """Say what can be measured here, and how well.

    Tries every device for a second: how it is read, how often its counter moves, how long a read
    takes, what it draws now. Then what is missing, why, and what to do about it; the settings in
    effect; and whether the ledger can be written. Leaves nothing behind. The exit code is 0, also
    where nothing can be measured.
    """
    findings = look()
    if form == "json":
        click.echo(json.dumps(to_json(findings), indent=2, ensure_ascii=False, allow_nan=False))
        return
    for line in text(findings):
        click.echo(line)


def text(findings: Findings) -> Iterator[str]:
    """The findings, for people."""
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    yield f"footprint {__version__} on {platform.node()} ({system})"
    yield ""
    yield "Devices"
    if not findings.measurable:
        yield "  Nothing can be measured here: energy, carbon and cost will not be known."
    for source, trial in zip(findings.sources, findings.trials, strict=True):
        yield from _device(source, trial)
    if findings.unavailable:
        yield ""
        yield "Missing"
    for lack in findings.unavailable:
        yield f"  {lack.what} ({lack.probe}): {lack.reason}"
        yield f"      to do: {lack.remedy}"
    yield ""
    yield "Processes"
    tree = findings.tree
    if tree.error:
        yield f"  a program's share of the host cannot be told: {tree.error}"
    else:
        yield f"  a program's share of the host's CPU time is read in {tree.read_us:.0f} µs"
    yield ""
    yield "Settings"
    yield from _settings(findings)
    yield ""
    yield "Clock"
    clock = findings.clock
    suspend = "runs on" if clock.runs_in_suspend else "stands still"
    yield f"  {clock.name} in steps of {clock.resolution_ns} ns, read in {clock.read_ns} ns;"
    yield f"  it {suspend} while the machine is suspended"
    yield f"  boot {clock.boot_id}, now {clock.utc}"


def _device(source: Source, trial: Trial) -> Iterator[str]:
    device = source.device
    number = "" if device.number is None else f" {device.number}"
    yield f"  {device.kind}{number}: {device.name} [{device.id}]"
    tier = f"{device.tier} (a model, no meter)" if device.tier in _MODELS else device.tier
    yield f"      by {probe_of(source)}, tier {tier}, scope {device.scope}, {_power(device, trial)}"
    if trial.error:
        yield f"      cannot be read: {trial.error}"
    else:
        yield f"      {_reading(source, trial)}"
    if (device.gain_low, device.gain_high) != (1.0, 1.0):
        interval = f"x {device.gain_low:.2f} to x {device.gain_high:.2f}"
        yield f"      interval {interval}: {device.gain_source}"
    for note in device.notes:
        if not note.startswith("modelled, not measured"):  # the tier and interval say so
            yield f"      note: {note}"


def _power(device: Device, trial: Trial) -> str:
    now = "power not known" if trial.power_w is None else f"{trial.power_w:.3g} W now"
    return now if device.max_w is None else f"{now}, at most {device.max_w:.3g} W"


def _reading(source: Source, trial: Trial) -> str:
    took = f"a read takes {trial.read_us:.0f} µs"
    if not source.steps:
        return f"{took}, current at every read"
    if source.device.tier == "power":
        return f"{took}; power is integrated"
    if trial.period_ms is None:
        return f"{took}; the counter moved {trial.edges} times: its period is not known"
    return f"{took}; the counter moves every {trial.period_ms:.1f} ms ({trial.edges} seen)"


def _settings(findings: Findings) -> Iterator[str]:
    place = findings.place
    for setting in declared(findings.settings):
        name, value, origin = setting["name"], setting["value"], setting["origin"]
        if name == "ledger":
            free = "" if place.free_bytes is None else f", {place.free_bytes / 2**30:.1f} GiB free"
            state = {"ledger": "is there", "new": "would be made"}.get(place.state, "is no ledger")
            can = "can" if place.writable else "cannot"
            yield f"  ledger: {place.path} ({origin}): {state}, {can} be written{free}"
            if place.problem:
                yield f"      {place.problem}"
        elif value not in (None, {}, False):
            yield f"  {name}: {value} ({origin})"
        elif name in REMEDIES and not _intensity_given(name, findings):
            yield f"  {name}: not set: {REMEDIES[name]}"
    for problem in findings.problems:
        yield f"  wrong: {problem}"


def _intensity_given(name: str, findings: Findings) -> bool:
    return name == "zone" and findings.settings.carbon_intensity_g_per_kwh is not None
