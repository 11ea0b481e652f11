"""`footprint estimate api`: calls of a model behind an API."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footprint.cli.estimate import NUMBER
from footprint.cli.reporting import lang_option
from footprint.errors import UsageError
from footprint.files import write_whole
from footprint.reports.estimates import FORMATS, of_file, rendered

if TYPE_CHECKING:
    from footprint.estimators.sources import Registry

_NOON_NS = 12 * 3600 * 10**9


@click.command()
@click.option("--model", required=True, metavar="NAME", help="As people write it: gpt-4o.")
@click.option(
    "--provider",
    metavar="NAME",
    help="openai, azure, anthropic, bedrock, vertex, mistral, ..., or own for own hardware. "
    "Default: the model's first.",
)
@click.option("--tokens-in", type=NUMBER, required=True, help="Input tokens of one call.")
@click.option("--tokens-out", type=NUMBER, required=True, help="Output tokens of one call.")
@click.option(
    "--cached", type=NUMBER, default=0.0, help="Those of the input that a cache had. Default: 0."
)
@click.option(
    "--reasoning",
    type=NUMBER,
    default=0.0,
    help="Those of the output that were reasoning. Default: 0.",
)
@click.option("--calls", type=NUMBER, default=1.0, show_default=True, help="How many such calls.")
@click.option(
    "--date", metavar="D", help="When, for the price: 2025-03-01 or a time. Default: now."
)
@click.option(
    "--zone", metavar="ZONE", help="Where it runs. Default: what is assumed of the provider."
)
@click.option("--factors", metavar="FILE", help="TOML or CSV file of own factors.")
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), help="Default: text, or by FILE."
)
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@lang_option("Of text, md, html.")
def api(
    *,
    date: str | None,
    zone: str | None,
    factors: str | None,
    format_: str | None,
    output: str | None,
    lang: str,
    **counts: Any,
) -> None:
    """Estimate calls of a model behind an API.

    Energy and carbon are ranges: what a closed model runs on is not published, and each
    assumption is listed. The cost is that of the price list at the date.

    Example: footprint estimate api --model gpt-4o --tokens-in 1200 --tokens-out 400
    """
    from footprint.estimators.systems.estimate import api_estimate, api_use
    from footprint.estimators.systems.providers import OWN
    from footprint.estimators.systems.registry import resolve

    use = api_use(**counts, at_ns=_instant(date))
    sources, own_zone = _sources(factors)
    if zone is None and resolve(use.model, use.provider).provider.id == OWN:
        zone = own_zone  # own hardware stands where the user's settings say
    made = api_estimate(use, sources, zone)
    data = rendered(made, format_ or of_file(output), lang).encode("utf-8")
    if output is None or output == "-":
        click.echo(data, nl=False)
    else:
        write_whole(Path(output), data)


def _instant(date: str | None) -> int | None:
    """UTC ns of a day or a time; of a day, its noon."""
    from footprint.estimators.series import parse_utc_ns

    if date is None:
        return None
    word = date.strip()
    try:
        datetime.fromisoformat(word)
    except ValueError:
        raise UsageError(
            f"--date {date!r} is no date: give a day such as 2025-03-01, or a time such as "
            "2025-03-01T09:00:00Z"
        ) from None
    day = re.fullmatch(r"\d{4}-\d\d-\d\d", word)
    start = parse_utc_ns("--date", word, "UTC")
    return start + _NOON_NS if day else start


def _sources(factors: str | None) -> tuple[Registry, str | None]:
    """The sources that the user set, and the zone of the settings."""
    from footprint import settings
    from footprint.factors.registry import registry

    own = settings.resolve()
    path = settings.check("factors", factors) if factors is not None else own.factors
    return registry(own.factor_sources, own=path, pins=False), own.zone
