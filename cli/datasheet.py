"""`footprint datasheet`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footprint.cli.options import DECLARING, checked, setting_options
from footprint.cli.reporting import (
    absorption_option,
    lang_option,
    no_pins_option,
    output_option,
    period_options,
)
from footprint.collector import uncollected
from footprint.console import say
from footprint.errors import CheckFailedError, OccupiedError, UsageError
from footprint.settings import OPTIONS

if TYPE_CHECKING:
    from footprint.emitters.emitter import Emitter, Options
    from footprint.emitters.view import View

#: Formats that say themselves what is missing, and why.
EXPLAINING = ("md", "html", "json", "eu-ai-act", "eu-ai-act-json")

#: Absences that are told beside a document in any other format.
TOLD = ("energy_j", "carbon_location_g")


@click.command()
@click.argument("ledgers", nargs=-1, metavar="[LEDGER ...]")
@click.option("--model", metavar="NAME", help="Of which model. Default: the only one there is.")
@click.option(
    "--model-version", metavar="V", help='Which version; "" is the one that declared none.'
)
@click.option(
    "--format",
    "format_",
    metavar="NAME",
    help="hf, md, html, json, cyclonedx, spdx, boamps, eu-ai-act, or an installed package's."
    " Default: by FILE, else md. With --check: text or json.",
)
@click.option("--into", metavar="FILE", help="Put the figures into a document that is there.")
@output_option
@click.option(
    "--check", "document", metavar="FILE", help="Exit 1 when its figures match the ledger no more."
)
@click.option("--metrics", metavar="FILE", help="JSON or CSV of accuracy and the like.")
@click.option("--sheet", metavar="FILE", help="TOML of what its owner states (see --init).")
@click.option("--init", is_flag=True, help="Write a sheet file to fill in, and nothing else.")
@click.option(
    "--base", metavar="MODEL[:V]", help="Fine-tuned from it; its training is in the ledger too."
)
@click.option("--report", "kept", metavar="FILE", help="From a report kept as JSON, no ledger.")
@period_options
@setting_options(*DECLARING, "factors", "factor_sources")
@no_pins_option
@absorption_option
@lang_option("Language of the document.")
@click.option("--spec", metavar="V", help="Version of the format: 1.6 or 1.7 (cyclonedx).")
@click.option("--force", is_flag=True, help="Replace what another tool wrote in the same place.")
def datasheet(
    ledgers: tuple[str, ...],
    *,
    model: str | None,
    model_version: str | None,
    format_: str | None,
    into: str | None,
    output: str | None,
    document: str | None,
    metrics: str | None,
    sheet: str | None,
    init: bool,
    base: str | None,
    kept: str | None,
    lang: str,
    spec: str | None,
    force: bool,
    **given: Any,
) -> None:
    """Write a model's energy datasheet.

    What its training, fine-tuning, inference and API use took, per call, item and 1,000 tokens,
    with intervals and method: as a document of its own (stdout, or -o), put into one that is there
    (--into README.md, bom.cdx.json), or held against one (--check README.md).

    Example: footprint datasheet --model minilm --zone FRA --into README.md
    """
    _one_of({"--into": into, "-o": output, "--check": document})
    if init:
        _init(output, lang, force)
        return

    from footprint.datasheets.formats import of_output
    from footprint.datasheets.make import document as new
    from footprint.datasheets.make import left_out, make
    from footprint.emitters import emitter as named
    from footprint.emitters.emitter import Options

    if document is not None:
        _check(Path(document), format_ or "text", (ledgers, kept, given), model, model_version)
        return
    options = Options(lang, spec, force)
    path = None if into is None else Path(into)
    before = b"" if path is None else _read(path)
    if format_ is None:
        format_ = of_output(output) if path is None else _mergeable(path, before)
    emitter = named(format_)
    _can(emitter, options)
    report = _report(ledgers, kept, given)
    view = make(report, model, model_version, metrics=metrics, sheet=sheet, base=base)
    if model is None:
        say(f"the datasheet is of {view.model}, the only model in the ledger")
    for line in left_out(view):
        say(line)
    if path is not None:
        _into(path, before, view, emitter, options)
        return
    data = new(view, emitter, options)
    _tell_missing(view, emitter)
    _write(output, data)


def _check(
    path: Path,
    format_: str,
    source: tuple[tuple[str, ...], str | None, dict[str, Any]],
    model: str | None,
    version: str | None,
) -> None:
    from footprint.datasheets import check
    from footprint.datasheets.formats import of_document
    from footprint.datasheets.into import read

    if format_ not in ("text", "json"):
        raise UsageError(f"--format {format_} is not for --check: use text or json")
    data = read(path, "--check")
    stated = check.stated_in(path, data, of_document(path, data))
    report = _report(*source)
    view = check.subject(report, data, stated, model, version)
    again = check.again(report, view, path)
    own = check.figures_of(view, stated)
    named = check.named_in(stated)
    others = [each for each in named if each != (view.model, view.version)]
    if not own:
        of = ", ".join(check.called(*each) for each in others)
        but = f" of {check.called(view.model, view.version)}, only of {of}" if of else ""
        raise CheckFailedError(
            f"{path} states no figures of ours{but}: nothing to check; run {again}"
        )
    for each in others:
        say(f"{path} has figures of {check.called(*each)} too, which are not checked")
    found = check.check(path, view, own)
    click.echo((check.as_json if format_ == "json" else check.as_text)(found), nl=False)
    for kind in found.unsaid:
        say(f"{path} says nothing of {kind}, which the ledger has")
    if found.failed:
        some = f"{len(found.failed)} of {len(found.rows)} figures no longer match"
        if len(found.rows) == 1:
            some = "its figure no longer matches"
        raise CheckFailedError(f"{path}: {some} the ledger: run {again}")


def _into(path: Path, before: bytes, view: View, emitter: Emitter, options: Options) -> None:
    from footprint.datasheets.into import merged, replace

    try:
        after = merged(path, before, view, emitter, options)
    except OccupiedError as error:
        if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        say(str(error))
        if not click.confirm(f"Replace it in {path}?", err=True):
            raise UsageError(f"{path} is left as it is") from error
        after = merged(path, before, view, emitter, options._replace(force=True))
    told = replace(path, before, after, emitter)
    _tell_missing(view, emitter)
    say(told)


def _report(ledgers: tuple[str, ...], kept: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """A report on the ledgers, or the one that was kept."""
    from footprint.datasheets import make

    declared = {name: value for name, value in given.items() if name in OPTIONS}
    since, until, absorption = given["since"], given["until"], given["absorption"]
    if kept is None:
        with uncollected():
            return make.booked(
                ledgers,
                since=since,
                until=until,
                absorption=absorption,
                pins=not given["no_pins"],
                **checked(**declared),
            )
    others = {
        "LEDGER": bool(ledgers),
        "--since": since,
        "--until": until,
        "--absorption": absorption != "none",
        "--no-pins": given["no_pins"],
        **{OPTIONS[name][0]: value for name, value in declared.items()},
    }
    used = [option for option, value in others.items() if value not in (None, False, ())]
    if used:
        raise UsageError(f"--report is of a ledger already: leave out {', '.join(used)}, or it")
    return make.kept(kept)


def _mergeable(path: Path, data: bytes) -> str:
    """The format of a document that is there: the likeliest."""
    from footprint.datasheets.formats import of_document

    return of_document(path, data)[0]


def _read(path: Path) -> bytes:
    from footprint.datasheets.into import read

    return read(path, "--into")


def _can(emitter: Emitter, options: Options) -> None:
    """Raises UsageError for a language or a version that a format does not come in."""
    if options.lang != "en" and options.lang not in emitter.languages:
        known = " or ".join(emitter.languages)
        raise UsageError(f"--lang {options.lang}: the format {emitter.name} comes in {known} only")
    if options.spec is not None and options.spec not in emitter.specs:
        known = f"use {' or '.join(emitter.specs)}" if emitter.specs else "leave --spec out"
        raise UsageError(
            f"--spec {options.spec} is no version of the format {emitter.name}: {known}"
        )


def _tell_missing(view: View, emitter: Emitter) -> None:
    """Says which of the main figures a document is without, where it does not say so itself."""
    if emitter.left_out is not None:
        for line in emitter.left_out(view):
            say(line)
        return
    if emitter.name in EXPLAINING:
        return
    for gap in view.missing:
        if gap.what in TOLD:
            remedy = f": {gap.remedy}" if gap.remedy else ""
            say(f"{gap.what}: left out, since {gap.why}{remedy}")


def _init(output: str | None, lang: str, force: bool) -> None:
    from footprint.datasheets.sheet import template

    if output not in (None, "-") and Path(output).exists() and not force:
        raise UsageError(f"{output} is there already: name another file, or give --force")
    _write(output, template(lang).encode())


def _one_of(given: dict[str, str | None]) -> None:
    used = [option for option, value in given.items() if value is not None]
    if len(used) > 1:
        raise UsageError(f"{' and '.join(used)} are different ends: give one of them")


def _write(output: str | None, data: bytes) -> None:
    from footprint.files import write_whole

    if output is None or output == "-":
        click.echo(data, nl=False)
    else:
        write_whole(Path(output), data)
