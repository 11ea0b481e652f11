"""`footprint estimate`: what a run will come to, and the options that its commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from footprint.cli.group import Commands
from footprint.cli.reporting import lang_option
from footprint.errors import UsageError
from footprint.files import write_whole
from footprint.reports.estimates import FORMATS, of_file, rendered

if TYPE_CHECKING:
    from footprint.estimators.declared import Declared
    from footprint.estimators.predict.estimate import Estimate, Prediction
    from footprint.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

#: Command -> (where it is, its line in `--help`).
COMMANDS = {
    "training": (
        "footprint.cli.estimate_training:training",
        "Estimate training from device-hours, FLOPs, or parameters and tokens.",
    ),
    "inference": (
        "footprint.cli.estimate_inference:inference",
        "Estimate requests to a language model on GPUs of your own.",
    ),
    "api": ("footprint.cli.estimate_api:api", "Estimate calls of a model behind an API."),
}

#: Setting -> (option, what to write for its value, help).
_PLACE = {
    "pue": ("--pue", "X", "Power usage effectiveness of the facility, 1 to 5."),
    "zone": ("--zone", "ZONE", "Place of the electricity: FRA, USA-CA, a country's name."),
    "carbon_intensity_g_per_kwh": (
        "--carbon-intensity",
        "G_PER_KWH",
        "Grid intensity in g CO2e per kWh, instead of the zone's.",
    ),
    "tariff_per_kwh": (
        "--tariff",
        "PER_KWH",
        'Price of electricity per kWh: 0.18 (USD), or "0.18 EUR".',
    ),
    "rental_per_device_hour": (
        "--rental",
        "PER_HOUR",
        "Price of one device for an hour, electricity included, instead of a tariff.",
    ),
    "instance": (
        "--instance",
        "NAME",
        "Rented machine by its provider's name (p5.48xlarge), to look up its price.",
    ),
    "lifetime_years": ("--lifetime", "YEARS", "How long the hardware is kept (embodied carbon)."),
    "factors": ("--factors", "FILE", "TOML or CSV file of own factors, tariffs and prices."),
}

_NUMBER = re.compile(
    r"(?P<digits>-?[0-9][0-9_,]*\.?[0-9]*(?:[eE][+-]?[0-9]+)?)\s*(?P<suffix>[a-zA-Z]?)"
)
_SUFFIXES = {"": 0, "k": 3, "m": 6, "b": 9, "g": 9, "t": 12}


class Number(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on
    """A number as people write large ones: `184,320`, `7e9`, `7B`, `1.5T`, `30.84M`."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number as a float, exact where a float can be."""
        if isinstance(value, int | float):
            return value
        found = _NUMBER.fullmatch(str(value).strip())
        if found is None or found["suffix"].lower() not in _SUFFIXES:
            self.fail(f"{value!r} is no number: write it as 184320, 7e9, 7B or 1.5T", param, ctx)
        digits = Decimal(re.sub("[_,]", "", found["digits"]))
        return float(digits.scaleb(_SUFFIXES[found["suffix"].lower()]))


NUMBER = Number()


@click.group(cls=Commands, table=COMMANDS)
def estimate() -> None:
    """Estimate a run before it runs.

    Figures come with an interval, the factors and assumptions they rest on, and what is missing.

    Example: footprint estimate training --gpu H100 --gpus 8 --hours 24 --zone FRA --pue 1.2
    """


def estimate_options(command: F) -> F:
    """The options of place, prices and output; `delivered` takes what they give."""
    command = lang_option("Of text, md, html.")(command)
    command = click.option("-o", "--output", metavar="FILE", help="Write to a file.")(command)
    command = click.option(
        "--format",
        "format_",
        type=click.Choice(list(FORMATS)),
        help="Default: text, or by FILE.",
    )(command)
    for name, (option, metavar, help_) in reversed(_PLACE.items()):
        command = click.option(option, name, metavar=metavar, help=help_)(command)
    return command


def delivered(
    prediction: Prediction,
    *,
    format_: str | None,
    output: str | None,
    lang: str = "en",
    **given: Any,
) -> None:
    """Prices a prediction as the options say, and writes it."""

    shape = format_ or of_file(output)
    data = rendered(priced(prediction, given), shape, lang).encode("utf-8")
    if output is None or output == "-":
        click.echo(data, nl=False)
    else:
        write_whole(Path(output), data)


def priced(prediction: Prediction, given: Mapping[str, Any]) -> Estimate:
    """The estimate of a prediction at the place that the options, else the settings, declare.

    Args:
        given: options of `estimate_options` by setting; None where one was not given.
    """
    from footprint import settings
    from footprint.estimators.contracts import NONE, contracts
    from footprint.estimators.predict.estimate import estimate as at_a_place
    from footprint.factors.registry import registry

    asked = _checked(given)
    own = settings.resolve()
    path = asked.pop("factors", None) or own.factors
    sources = registry(own.factor_sources, own=path, pins=False)
    agreed = contracts(sources.own.file.tables, str(path)) if sources.own else NONE
    made = at_a_place(prediction, _declared(asked, own), sources, agreed)
    read = () if path is None else (("factors", str(path)),)
    return made._replace(
        inputs=(*made.inputs, *read), assumptions=(*made.assumptions, *sources.notes)
    )


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, each checked as the setting that it stands for."""
    from footprint import settings

    found = {}
    for name, value in given.items():
        if value is None:
            continue
        try:
            found[name] = settings.check(name, value)
        except UsageError as error:
            raise UsageError(str(error).replace(name, _PLACE[name][0], 1)) from error
    return found


def _declared(asked: Mapping[str, Any], own: Settings) -> Declared:
    """What the options say, else the user's settings."""
    from footprint.accounts.pricing import declared_from
    from footprint.settings import DECLARED

    fallback = {name: getattr(own, name) for name in DECLARED}
    if "tariff_per_kwh" in asked:  # a rental of the settings would take its place
        fallback["rental_per_device_hour"] = fallback["instance"] = None
    return declared_from(asked, "option").over(declared_from(fallback, "settings"))
